"""pcnet beside QEMU's: registers, rings, frames, loopback, configuration space."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import Frame, In, Monitor, Operation, Out, Peek, Poke, compare, needs_qemu
from strategies import CONFIGURATION, MACS, SIZING, examples, frames_of, words

pytestmark = [pytest.mark.slow, needs_qemu]

BLOCK, RX, TX, BUFFERS = 0x10_0000, 0x10_1000, 0x10_2000, 0x11_0000
#: Edges of memory, and where there is none. DMA to registers is QEMU's alone.
PLACES = [0, 4, BLOCK, RX, RX + 8, TX, TX + 16, BUFFERS, 0x1FF_FFF0, 0x200_0000, 0x8000_0000]

#: CSR15: plain, promiscuous, without one filter, kinds of loopback, without receiver, transmitter.
MODES = [0, 0, 0, 0x8000, 0x8000, 0x2000, 0x4000, 4, 0x44, 0x4C, 0x8004, 0x800C, 1, 2]

#: Of descriptors: whole frames, parts of frames, those that are not the chip's, everything.
FLAGS = [*[0x8300] * 8, 0xA300, 0x8000, 0x8200, 0x8100, 0, 0x9000, 0xFFFF]

addresses = st.one_of(
    st.sampled_from(PLACES), st.integers(0, 0x3FF).map(lambda place: BUFFERS + 64 * place)
)


def csr(number: int, value: int) -> list[Operation]:
    return [Out(0x12, number, 2), Out(0x10, value, 2)]


def bcr(number: int, value: int) -> list[Operation]:
    return [Out(0x12, number, 2), Out(0x16, value, 2)]


def looks(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[list[Operation]]:
    return st.builds(
        lambda number, port: [Out(0x12, number, 2), In(port, 2)],
        numbers,
        st.sampled_from([0x10, 0x16]),
    )


@st.composite
def descriptors(draw: st.DrawFn, styles: list[int]) -> list[Operation]:
    """One to eight descriptors, mostly sensible, and a look at the chip."""
    style = draw(st.sampled_from(styles))
    ring = draw(st.sampled_from([RX, TX]))
    octets = b""
    for _ in range(draw(st.integers(1, 8))):
        buffer = draw(addresses)
        length = draw(st.one_of(st.integers(14, 1600), st.integers(0, 4096)))
        count = -length & 0xFFF | draw(st.sampled_from([0xF000] * 15 + [0]))
        flags = draw(st.sampled_from(FLAGS))
        rest = draw(st.sampled_from([0] * 12 + [0x40, 0xFFFF_FFFF]))
        if style == 0:
            first = buffer & 0xFF_FFFF | (flags & 0xFF00) << 16
            octets += first.to_bytes(4, "little") + count.to_bytes(2, "little")
            octets += (rest & 0xFFFF).to_bytes(2, "little")
        else:
            parts = [buffer.to_bytes(4, "little"), (count | flags << 16).to_bytes(4, "little")]
            parts.append(rest.to_bytes(4, "little"))
            if style == 3:
                parts.reverse()
            octets += b"".join(parts) + draw(st.sampled_from([bytes(4), b"\x01\x02\x03\x04"]))
    place = ring + draw(st.sampled_from([0, 0, 0, 1, 2, 5])) * (8 if style == 0 else 16)
    return [Poke(place, octets), In(0x10, 2), In(0x12, 2)]


@st.composite
def starts(draw: st.DrawFn, styles: list[int]) -> list[Operation]:
    """Reset, an initialization block, and off."""
    style = draw(st.sampled_from(styles))
    mode = draw(st.sampled_from(MODES))
    bits = [draw(st.sampled_from([0, 1, 2, 3, 9])) for _ in range(2)]
    mac, groups = draw(st.sampled_from(MACS)), draw(st.sampled_from([bytes(8), b"\xff" * 8]))
    rx, tx = draw(st.sampled_from([RX, RX, RX, 0])), draw(st.sampled_from([TX, TX, TX, RX, 0]))
    rings = [rx.to_bytes(4, "little"), tx.to_bytes(4, "little")]
    if style in (1, 2, 3):
        block = bytes([bits[0] << 4, bits[1] << 4]) + mac + bytes(2) + groups + b"".join(rings)
    else:
        tops = [bytes([(each & 7) << 5]) for each in bits]
        block = mac + groups + rings[0][:3] + tops[0] + rings[1][:3] + tops[1]
    stops = draw(st.sampled_from([[In(0x14, 2)], csr(0, 4)]))
    return [
        *stops,
        *bcr(20, style),
        Poke(BLOCK, mode.to_bytes(2, "little") + block),
        *csr(1, BLOCK & 0xFFFF),
        *csr(2, BLOCK >> 16),
        *csr(4, draw(st.sampled_from([0x1115, 0x0115, 0, 0x1915]))),
        *csr(0, draw(st.sampled_from([1, 1, 3, 0x43]))),
        *csr(0, draw(st.sampled_from([0x142, 0x42, 2, 0x4A]))),
    ]


commands = st.sampled_from(
    [0x4A, 0x4A, 0x4A, 8, 8, 0x42, 0x40, 0x7F40, 0x7F00, 0x0F4A, 4, 7, 3, 0x48, 0]
)
kicks = st.builds(csr, st.just(0), st.one_of(commands, commands, words))
writes = st.one_of(
    st.builds(csr, st.sampled_from([3, 4, 5, *range(8, 16)]), words),
    st.builds(csr, st.sampled_from([72, 74, 76, 78]), st.integers(0, 12)),
    st.builds(csr, st.integers(0, 127), words),
    st.builds(csr, st.just(2), st.sampled_from([BLOCK >> 16, 0x110, 0x8010])),
    st.builds(bcr, st.sampled_from([2, 4, 5, 6, 7, 9, 19, 22]), words),
    st.builds(bcr, st.just(18), words.map(lambda value: value & ~0x80)),
    st.builds(bcr, st.just(20), st.sampled_from([0, 1, 2, 3, 4, 0xFF02, 0x300])),
    st.builds(bcr, st.integers(0, 127), words.map(lambda value: value & ~0x80)),
)
raw = st.one_of(
    st.builds(
        lambda offset, size, window: [In(offset, size, window)],
        st.integers(0, 0x1F),
        st.sampled_from([1, 2, 4]),
        st.sampled_from([0, 1]),
    ),
    st.builds(
        lambda offset, value, size, window: [
            Out(offset, value & (1 << 8 * size) - 1, size, window)
        ],
        st.integers(0, 0x1F),
        st.integers(0, 0xFFFF_FFFF),
        st.sampled_from([1, 1, 2]),
        st.sampled_from([0, 1]),
    ),
)
wide = st.lists(
    st.one_of(
        st.builds(lambda offset: [In(offset, 4)], st.integers(0, 0x1F)),
        st.builds(
            lambda number, value: [Out(0x14, number, 4), Out(0x10, value, 4), In(0x10, 4)],
            st.integers(0, 127),
            st.integers(0, 0xFFFF_FFFF),
        ),
        st.builds(
            lambda number, value: [Out(0x14, number, 4), Out(0x1C, value | 0x80, 4), In(0x1C, 4)],
            st.integers(0, 127),
            words,
        ),
    ),
    max_size=10,
).map(lambda lists: [Out(0x10, 0, 4), *(each for part in lists for each in part), In(0x18, 4)])
memory = st.one_of(
    st.sampled_from([[Peek(RX, 128)], [Peek(TX, 128)], [Peek(BUFFERS, 4096)], [Peek(0, 128)]]),
    st.builds(
        lambda address, octets: [Poke(address, octets), In(0x10, 2)],
        st.sampled_from([RX, TX, BUFFERS, BLOCK]),
        st.binary(min_size=1, max_size=64),
    ),
)
frames = frames_of(st.one_of(st.integers(1, 120), st.integers(1, 4200)))
arrivals = st.builds(lambda frame: [Frame(frame)], frames)
pulls = st.builds(
    lambda meanwhile: [Monitor("set_link pcnet.0 off"), *meanwhile, Monitor("set_link pcnet.0 on")],
    st.one_of(kicks, arrivals, looks(st.sampled_from([4, 5, 6, 7]))),
)
common = st.one_of(
    kicks,
    kicks,
    arrivals,
    arrivals,
    writes,
    raw,
    wide,
    memory,
    pulls,
    looks(st.sampled_from([0, 4, 5, 6, 15, *range(18, 48), 60, 61, 62, 63, 72, 74, 76, 78, 112])),
    looks(st.integers(0, 127)),
)


@st.composite
def programs(draw: st.DrawFn) -> list[Operation]:
    """Mostly in one style, so that descriptors mean what they say."""
    style = draw(st.sampled_from([0, 1, 2, 3]))
    begins = starts([style] * 8 + [0, 1, 2, 3, 7])
    rings = descriptors([style] * 8 + [0, 1, 2, 3])
    again = st.builds(lambda *parts: [*itertools.chain(*parts)], begins, rings, rings, kicks)
    rest = draw(st.lists(st.one_of(common, rings, again), min_size=50, max_size=120))
    return [*draw(begins), *(each for part in rest for each in part)]


@examples(15)
@given(programs())
def test_programs(program):
    compare("pcnet", program)


def test_configuration_space():
    compare("pcnet", [*CONFIGURATION, *SIZING])

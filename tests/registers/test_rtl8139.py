"""rtl8139 beside QEMU's: registers, EEPROM, both modes, offloads, frames."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import (
    Frame,
    In,
    Monitor,
    Operation,
    Out,
    Peek,
    Poke,
    Settle,
    compare,
    needs_qemu,
)
from strategies import (
    BROADCAST,
    CONFIGURATION,
    MACS,
    OURS,
    SIZING,
    examples,
    frames_of,
    longs,
    words,
)

pytestmark = [pytest.mark.slow, needs_qemu]

_BASE = 0x100000
_SENDS, _RECEIVES, _BUFFERS, _TALLY = _BASE, _BASE + 0x1000, _BASE + 0x2000, _BASE + 0x80000


def _programs(*phrases: st.SearchStrategy) -> st.SearchStrategy[list[Operation]]:
    """Programs of phrases, each of which is an operation or several."""
    return st.lists(st.one_of(*phrases), min_size=100, max_size=300).map(
        lambda said: [
            one for phrase in said for one in (phrase if isinstance(phrase, list) else [phrase])
        ]
    )


sizes = st.sampled_from([1, 2, 4])
windows = st.sampled_from([0, 1])


def test_every_register_reads_the_same_after_a_reset():
    reads = [In(place, size) for size in (1, 2, 4) for place in range(0, 0x100, size)]
    clocks = {In(0x48, 4)}
    program = [each for each in reads if each not in clocks]
    compare("rtl8139", [*program, Out(0x37, 0x10), *program])


def test_configuration_space_is_the_same():
    compare("rtl8139", [*CONFIGURATION, *SIZING, *CONFIGURATION])


frames = frames_of(
    st.one_of(st.integers(14, 80), st.integers(14, 1700), st.just(3000)),
    st.builds(
        lambda mac, kind: mac + OURS + kind.to_bytes(2, "big"),
        st.sampled_from(MACS),
        st.sampled_from([0x0800, 0x8100, 0x88B5]),
    ),
)

# -- registers, wherever they are; what time alone changes is left out -----------------------------

_CLOCK, _INTERVAL = 0x48, 0x54
reads = st.builds(In, st.integers(0, 0xFF), sizes, windows).filter(
    lambda each: each.offset not in range(_CLOCK - 3, _CLOCK + 4)
)
known = [
    *((offset, 1) for offset in (*range(16), 0x37, 0x50, 0x51, 0x52, 0x59, 0x5A, 0x5B, 0xD8, 0xD9)),
    *((offset, 2) for offset in (0x38, 0x3C, 0x3E, 0x5C, 0x62, 0x64, 0x66, 0x68, 0x6A, 0xE0, 0xE2)),
    *((offset, 4) for offset in (*range(0x10, 0x34, 4), 0x40, 0x44, 0x4C, 0xE4, 0xE8)),
]
registers = st.sampled_from(known)
#: Registers that hold addresses; DMA to other devices' registers is not this NIC's doing.
_ADDRESSES = (*range(0x20, 0x34, 4), 0xE4)
any_writes = st.builds(
    lambda offset, value, size, window: Out(
        offset,
        value & ((1 << 8 * size) - 1 if offset not in _ADDRESSES else 0x3FFF_FFFF >> 32 - 8 * size),
        size,
        window,
    ),
    st.integers(0, 0xFF),
    longs,
    sizes,
    windows,
).filter(lambda each: each.offset not in (_INTERVAL - 2, _INTERVAL))
#: Memory that is nobody's, and addresses where there is none.
addresses = st.one_of(
    st.integers(_BASE, _BASE + 0x10_0000), st.integers(0x2000_0000, 0x3000_0000), st.just(0)
)


def _write(register: tuple[int, int], value: int, address: int) -> Out:
    offset, size = register
    if offset in _ADDRESSES:
        return Out(offset, address, 4)
    return Out(offset, value & (1 << 8 * size) - 1, size)


writes = st.builds(
    _write, registers, st.one_of(longs, st.sampled_from([0, 0xFFFF_FFFF])), addresses
)
modes = st.sampled_from(
    [
        Out(0x37, 0x0C),
        Out(0x37, 0x0C),
        Out(0x37, 0x10),
        Out(0x44, 0x8F, 4),
        Out(0x44, 0x0E, 4),
        Out(0x44, 0x100F, 4),
        Out(0x3C, 0xFFFF, 2),
        Out(0x3C, 0, 2),
        Out(0x3E, 0xFFFF, 2),
        Out(0x50, 0xC0),
        Out(0x50, 0x00),
        Out(0x40, 0x0006_0000, 4),
        Out(0x40, 0, 4),
        Out(0x5B, ord("R")),
        Out(0x5B, ord("H")),
        Out(0x5B, ord("R")),
    ]
)
links = st.sampled_from(["off", "on", "on"]).map(lambda state: Monitor(f"set_link s0 {state}"))
looks = st.builds(Peek, addresses, st.integers(1, 300))


@examples(6)
@given(_programs(reads, reads, writes, any_writes, modes))
def test_registers(program):
    compare("rtl8139", program)


# -- C mode: rings of any size anywhere, four buffers, loopback ------------------------------------

capr = st.one_of(
    st.integers(0, 0x2800), words, st.integers(0, 700).map(lambda n: 4 * n - 16 & 0xFFFF)
)
lengths = st.one_of(st.integers(0, 120), st.integers(0, 0x1FFF))
sends = st.builds(
    lambda turn, length, rest: Out(0x10 + 4 * turn, length | rest << 13, 4),
    st.integers(0, 3),
    lengths,
    st.one_of(st.just(0), st.integers(0, 0x7FFFF)),
)
_C_REGISTERS: list[Operation] = [
    Out(0x37, 0x10),
    Out(0x37, 0x0C),
    *(Out(0x20 + 4 * turn, _BASE + 0x100 * turn, 4) for turn in range(4)),
    Out(0x30, _BUFFERS, 4),
    Out(0x44, 0x8F, 4),
    Out(0x3C, 0xFFFF, 2),
]
_C_START: list[Operation] = [Poke(_BASE, bytes(range(256)) * 64), *_C_REGISTERS]
_C_END: list[Operation] = [Peek(_BASE, 0x8000), In(0x4C, 4)]
bursts = st.builds(
    lambda length: [Out(0x10 + 4 * turn, length + turn, 4) for turn in range(4)], lengths
)
c_programs = _programs(
    bursts,
    st.builds(Frame, frames),
    st.builds(Frame, frames),
    sends,
    sends,
    st.builds(lambda place: [Out(0x38, place, 2), Settle()], capr),
    st.builds(Out, st.just(0x3E), st.just(0xFFFF), st.just(2)),
    st.builds(lambda turn, address: Out(0x20 + 4 * turn, address, 4), st.integers(0, 3), addresses),
    st.builds(lambda address: Out(0x30, address, 4), addresses),
    st.sampled_from([In(0x37), In(0x38, 2), In(0x3A, 2), In(0x3E, 2), In(0x4C, 4), In(0x60, 2)]),
    modes,
    links,
    looks,
    st.just(_C_REGISTERS),
    st.just(_C_REGISTERS),
)


@examples(6)
@given(c_programs)
def test_c_mode(program):
    compare("rtl8139", [*_C_START, *program, *_C_END])


# -- C+ mode: descriptors, checksums, segments, tags -----------------------------------------------

_OWN, _END, _FIRST, _LAST, _SEGMENT = 1 << 31, 1 << 30, 1 << 29, 1 << 28, 1 << 27


def _descriptor(ring: int, place: int, command: int, tag: int, address: int) -> Poke:
    return Poke(ring + 16 * place, pack("<IIQ", command, tag, address))


flags = st.lists(st.sampled_from([_OWN, _OWN, _END, _FIRST, _LAST, 1 << 18, 1 << 17, 1 << 16]))
commands = st.builds(
    lambda bits, length: sum(set(bits)) | length, flags, st.one_of(lengths, st.integers(0, 0xFFFF))
)
packet_commands = st.builds(
    lambda length, bits: _OWN | _FIRST | _LAST | length | bits,
    st.integers(14, 300),
    st.sampled_from(
        [0, 1 << 18, 1 << 17, 1 << 16, 7 << 16, *(_SEGMENT | n << 16 for n in (0, 50, 99))]
    ),
)
tags = st.one_of(st.just(0), st.integers(0, 0x3FFFF))
places = st.integers(0, 5)
buffers = st.one_of(st.integers(0, 31).map(lambda n: _BUFFERS + 0x800 * n), addresses)
high_addresses = st.one_of(
    st.builds(lambda low, high: high << 32 | low, addresses, st.integers(0, 3)),
    st.integers((1 << 64) - 300, (1 << 64) - 1),
)


def _packet(version: int, total: int, protocol: int, offset: int, fill: bytes) -> bytes:
    header = bytes([version]) + fill[:1] + pack(">H", total) + fill[1:6] + bytes([protocol])
    body = fill[6:18] + fill[18:30] + bytes([offset << 4 | fill[0] & 0xF]) + fill[31:]
    return BROADCAST + OURS + b"\x08\x00" + header + body


packets = st.builds(
    _packet,
    st.sampled_from([0x45, 0x45, 0x45, 0x46, 0x4F, 0x44, 0x65]),
    st.one_of(st.integers(0, 290), st.integers(40, 120)),
    st.sampled_from([6, 17, 1]),
    st.sampled_from([5, 5, 5, 6, 15, 4]),
    st.binary(min_size=300, max_size=300),
)
_PLUS_RINGS: list[Operation] = [
    Out(0xE0, 0x43, 2),
    Out(0x20, _SENDS, 4),
    Out(0x24, 0, 4),
    Out(0xE4, _RECEIVES, 4),
    Out(0xE8, 0, 4),
    Out(0x37, 0x0C),
]
_PLUS_START: list[Operation] = [
    Out(0x37, 0x10),
    Out(0x44, 0x8E, 4),
    Out(0x3C, 0xFFFF, 2),
    *(_descriptor(_RECEIVES, n, _OWN | 0x700, 0, _BUFFERS + 0x10000 + 0x800 * n) for n in range(8)),
    *_PLUS_RINGS,
]
_PLUS_END: list[Operation] = [
    Out(0x14, 0, 4),
    Out(0x10, _TALLY | 8, 4),
    Peek(_TALLY, 64),
    Peek(_BUFFERS, 0x20000),
]
plus_programs = _programs(
    st.builds(Frame, frames),
    st.builds(_descriptor, st.just(_SENDS), places, packet_commands, tags, buffers),
    st.builds(_descriptor, st.just(_SENDS), places, packet_commands, tags, buffers),
    st.builds(
        _descriptor, st.just(_SENDS), places, commands, tags, st.one_of(buffers, high_addresses)
    ),
    st.builds(_descriptor, st.just(_RECEIVES), places, commands, tags, buffers),
    st.builds(
        lambda n: _descriptor(_RECEIVES, n, _OWN | 0x700, 0, _BUFFERS + 0x10000 + 0x800 * n), places
    ),
    st.builds(Poke, buffers, packets),
    st.builds(Poke, buffers, packets),
    st.just(Out(0xD9, 0x40)),
    st.just(Out(0xD9, 0x40)),
    st.builds(lambda address: Out(0x10, address & ~0x3F | 8, 4), addresses),
    st.builds(lambda bits: Out(0xE0, bits, 2), st.sampled_from([3, 0x43, 0x43, 0x63, 1, 2, 0])),
    st.sampled_from([In(0x10, 4), In(0x3E, 2), In(0x4C, 4), Out(0x3E, 0xFFFF, 2)]),
    st.sampled_from([Peek(_SENDS, 0x80), Peek(_RECEIVES, 0x80), Peek(_BUFFERS, 0x1000)]),
    modes,
    st.just(_PLUS_RINGS),
    st.just(_PLUS_START),
)


@examples(6)
@given(plus_programs)
def test_c_plus_mode(program):
    compare("rtl8139", [*_PLUS_START, *program, *_PLUS_END])

"""sungem beside QEMU's, in a big-endian machine: registers, rings, frames, loopback."""

import itertools
import shutil
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import Frame, In, Monitor, Operation, Out, Peek, Poke, compare
from strategies import CONFIGURATION, SIZING, examples, frames_of, longs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("qemu-system-ppc") is None, reason="qemu-system-ppc is not installed"
    ),
]

RX, TX, BUFFERS = 0x10_0000, 0x11_0000, 0x12_0000
#: Edges of memory, and where there is none. DMA to registers is QEMU's alone.
PLACES = [0, 4, RX, TX, BUFFERS + 5, 0x1FF_FFF0, 0x200_0000, 0x7000_0000, 1 << 40]
KNOWN = [
    *range(0, 0x20, 4),
    *(0x1000, 0x1004, 0x1008, 0x100C),
    *range(0x2000, 0x2038, 4),
    *range(0x2100, 0x211C, 4),
    *range(0x4000, 0x402C, 4),
    *range(0x4100, 0x4124, 4),
    *range(0x6000, 0x6138, 4),
    *range(0x6200, 0x6220, 4),
    *range(0x9000, 0x901C, 4),
    *range(0x9050, 0x9060, 4),
]
#: A kick starts more than a write does: programs give it a ring first.
KICKS = {0x2000, 0x2001, 0x2002, 0x2003}
#: What lets frames in that wait.
FLUSHES = {0x4000, 0x6034}

anywhere = st.one_of(
    st.sampled_from(KNOWN),
    st.sampled_from([0x20, 0x1014, 0x2038, 0x3000, 0x402C, 0x6138, 0x6220, 0x9020, 0x1F_FFFC]),
)
sizes = st.sampled_from([4, 4, 4, 1, 2, 8])

#: Frames that waited come in now, one each time that QEMU looks at its sockets.
PAUSE = [Monitor("info name")] * 6


def put(register: int, value: int) -> Operation:
    return Out(register, value, 4)


@st.composite
def reads(draw: st.DrawFn) -> list[Operation]:
    size = draw(sizes)
    return [In(draw(anywhere) + draw(st.integers(0, 3)) // size * size, size)]


@st.composite
def writes(draw: st.DrawFn) -> list[Operation]:
    size = draw(sizes)
    offset = draw(anywhere) + draw(st.integers(0, 3)) // size * size
    # Of 8 octets the second half would kick, or send from wherever the ring happens to be.
    if offset in KICKS or size == 8:
        return [In(offset, size)]
    value = draw(st.one_of(st.sampled_from([0, 1, 3, 0xFFFF_FFFF]), longs))
    pause = PAUSE if offset in FLUSHES else []
    return [Out(offset, value & (1 << 8 * size) - 1, size), *pause, In(offset, size)]


@st.composite
def starts(draw: st.DrawFn) -> list[Operation]:
    """Rings, filters, and on."""
    ring = draw(st.sampled_from([0, 0, 0, 2, 4]))
    offset = draw(st.sampled_from([0, 0, 2 << 10, 14 << 13, 127 << 13]))
    mode = draw(st.sampled_from([1, 1, 5, 9, 0x11, 0x21, 0x25, 0]))
    return [
        put(0x1010, draw(st.sampled_from([0, 1, 2, 3, 3, 3]))),
        put(0x2008, draw(st.sampled_from([TX, TX, TX, 0x1FF_FFF0, 0x7000_0000]))),
        put(0x200C, draw(st.sampled_from([0, 0, 0, 0, 1]))),
        put(0x4004, draw(st.sampled_from([RX, RX, RX, 0x1FF_FFF0, TX]))),
        put(0x4008, 0),
        put(0x6054, draw(st.sampled_from([1522, 1522, 1522, 0x7FFF, 68, 0xFFFF_8000]))),
        put(0x603C, draw(st.sampled_from([0, 0, 0, 2]))),
        put(0x10, draw(st.sampled_from([0, 0, 0xFFFF_FFEF, 0xFFFF_FFFF, 0x0FFF_FFFF]))),
        put(0x2004, ring | draw(st.sampled_from([1, 1, 1, 0]))),
        put(0x6030, draw(st.sampled_from([1, 1, 1, 0]))),
        put(0x4100, draw(st.sampled_from([28, 28, 1, 4]))),
        put(0x4000, ring | offset | draw(st.sampled_from([1, 1, 1, 0]))),
        *PAUSE,
        put(0x6034, mode),
        *PAUSE,
        *(put(0x60C0 + 4 * place, draw(st.sampled_from([0, 0xFFFF]))) for place in (3, 13)),
    ]


@st.composite
def sends(draw: st.DrawFn) -> list[Operation]:
    """Descriptors from the first on, and a kick; a frame is never of no octets."""
    count = draw(st.integers(1, 6))
    octets = b""
    for _ in range(count):
        control = draw(st.sampled_from([3 << 30, 3 << 30, 1 << 31, 1 << 30, 7 << 29, 0]))
        length = draw(st.one_of(st.integers(1, 200), st.integers(1, 0x7FFF)))
        control |= length | draw(st.integers(0, 63)) << 15 | draw(st.integers(0, 255)) << 21
        control |= draw(st.sampled_from([0, 1 << 32]))
        octets += struct.pack("<QQ", control, draw(st.sampled_from([BUFFERS] * 5 + PLACES)))
    reset = draw(st.sampled_from([[put(0x1010, 1), put(0x2004, 1)], []]))
    return [*reset, Poke(TX, octets), put(0x2000, count), In(0x0C, 4), In(0x2100, 4)]


@st.composite
def buffers(draw: st.DrawFn) -> list[Operation]:
    """Receive descriptors, and how far they are the chip's."""
    octets = b"".join(
        struct.pack("<QQ", 1 << 31, draw(st.sampled_from([BUFFERS, BUFFERS + 0x1003, *PLACES])))
        for _ in range(draw(st.integers(1, 8)))
    )
    kick = draw(st.sampled_from([0, 1, 2, 28, 31, 40]))
    again = draw(st.sampled_from([[], [put(0x6034, 1), *PAUSE], [put(0x4000, 1), *PAUSE]]))
    return [Poke(RX, octets), put(0x4100, kick), *again]


memory = st.sampled_from([[Peek(RX, 512)], [Peek(TX, 128)], [Peek(BUFFERS, 4096)], [Peek(0, 64)]])
patterns = st.builds(lambda octets: [Poke(BUFFERS, octets)], st.binary(min_size=1, max_size=100))
frames = frames_of(st.one_of(st.integers(1, 130), st.integers(1, 1600)))
arrivals = st.builds(lambda frame: [Frame(frame)], frames)
looks = st.sampled_from([[In(0x0C, 4)], [In(0x1C, 4)], [In(0x4104, 4)], [In(0x2100, 4)]])
manages = st.builds(
    lambda top, register, data: [put(0x620C, top << 28 | register << 18 | data), In(0x620C, 4)],
    st.sampled_from([6, 6, 6, 5, 4, 7, 0, 15]),
    st.integers(0, 40),
    st.integers(0, 0x3FFFF),
)
pulls = st.builds(
    lambda meanwhile: [
        *(Monitor("set_link sungem.0 off"), *meanwhile, Monitor("set_link sungem.0 on")),
    ],
    st.one_of(arrivals, sends(), st.just([put(0x620C, 0x6006_0000), In(0x620C, 4)])),
)
common = st.one_of(
    *(reads(), writes(), writes(), arrivals, arrivals, looks, looks, memory, patterns),
    *(sends(), sends(), buffers(), buffers(), manages, pulls, starts()),
)
programs = st.builds(
    lambda begin, rest: [*begin, *itertools.chain(*rest)],
    starts(),
    st.lists(common, min_size=60, max_size=150),
)


@examples(10)
@given(programs)
def test_programs(program):
    compare("sungem", program)


def test_configuration_space():
    compare("sungem", [*CONFIGURATION, *SIZING])

"""tulip beside QEMU's: registers, lists, frames, serial ROM, PHY, configuration space.

Left out is what QEMU leaves to chance: a descriptor outside memory, or read while the NIC may not
be master of the bus, is what happens to stand on its stack.
"""

import itertools
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from side_by_side import (
    Config,
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

pytestmark = [pytest.mark.slow, needs_qemu]

RX, TX, SETUPS, BUFFERS = 0x10_1000, 0x10_2000, 0x10_4000, 0x11_0000
#: Edges of memory, and where there is none; in either order of octets neither the firmware, which
#: is QEMU's alone, nor registers.
WILD = [0, 1, 0x1FF_FFF0, 0x1FF_FFFE, 0x200_0000, 0x8000_0000, 0x7FFF_FFFE]
OURS, OTHER, GROUP = (
    bytes.fromhex(each) for each in ("525400123456", "525400aaaaaa", "01005e000001")
)
_MACS = [OURS, OURS, OURS, OTHER, GROUP, b"\xff" * 6, bytes(6)]

OWN, CHAINED, END, SETUP = 1 << 31, 1 << 24, 1 << 25, 1 << 27
FIRST, LAST, ASK = 1 << 29, 1 << 30, 1 << 31
RX_ON, TX_ON, BIG = 1 << 1, 1 << 13, 1 << 20

#: Frames that waited are let in by a start of the receiver; QEMU reads them one by one.
LET_IN: list[Operation] = [Settle()] * 6

longs = st.integers(0, 0xFFFF_FFFF)
buffers = st.one_of(
    st.integers(0, 0x3FF).map(lambda place: BUFFERS + 32 * place),
    st.integers(0, 0x7FFF).map(lambda place: BUFFERS + place),
    st.sampled_from(WILD),
)
#: One that is too short or too long is never taken, and those behind it wait for it.
frames = st.builds(
    lambda mac, length, fill: (mac + bytes([fill]) * length)[:length],
    st.sampled_from(_MACS),
    st.one_of(
        *[st.integers(14, 120)] * 2,
        st.integers(14, 1530),
        st.sampled_from([14, 60, 1514, 2044] * 10 + [1, 13, 2045, 4000]),
    ),
    st.integers(0, 255),
)


def get(number: int, window: int = 1) -> In:
    return In(8 * number, 4, window)


def put(number: int, value: int, window: int = 1) -> Out:
    return Out(8 * number, value, 4, window)


@st.composite
def lengths(draw: st.DrawFn) -> int:
    """The sizes of two buffers; rarely more than fits into a frame."""
    first = draw(st.one_of(*[st.integers(0, 400)] * 5, st.sampled_from([192, 1024, 1500, 2047])))
    second = draw(st.sampled_from([0, 0, 0, 1, 60, 548, 1024, 1500]))
    return first | second << 11


@st.composite
def rings(draw: st.DrawFn, ring: int, orders: list[str]) -> list[Operation]:
    """One to six descriptors, mostly the chip's, anywhere in a ring."""
    order = draw(st.sampled_from(orders))
    octets = b""
    for _ in range(draw(st.integers(1, 6))):
        status = draw(st.sampled_from([OWN] * 12 + [0xFFFF_FFFF, 0, 0x7FFF_FFFF]))
        control = draw(lengths())
        first, second = draw(buffers), draw(buffers)
        link = draw(st.sampled_from([0, 0, 0, 0, 0, END, CHAINED]))
        if ring == RX:
            if draw(st.integers(0, 3)):
                control = 2047 | draw(st.sampled_from([0, 2047])) << 11
        else:
            control |= draw(
                st.sampled_from(
                    (
                        *(FIRST | LAST, FIRST | LAST | ASK, FIRST | LAST | ASK, FIRST, 0, LAST),
                        *(LAST | ASK, SETUP, SETUP | ASK, FIRST | SETUP | LAST),
                    )
                )
            )
            if control & SETUP and draw(st.booleans()):
                control, first = control & ~0x7FF | 192, SETUPS
        if link & CHAINED:
            second = draw(st.sampled_from([ring, ring + 16, ring + 0x41, ring + 0x102, RX, TX]))
        elif draw(st.sampled_from([False] * 9 + [True])):
            control |= 0x00C0_0000
        octets += struct.pack(order + "4I", status, control | link, first, second)
    place = ring + 16 * draw(st.sampled_from([0] * 9 + [1, 2, 16]))
    return [Poke(place, octets)]


@st.composite
def setups(draw: st.DrawFn) -> list[Operation]:
    """The addresses of a setup frame."""
    macs = draw(st.lists(st.sampled_from(_MACS), min_size=16, max_size=16))
    filler = draw(st.sampled_from([b"\0\0", b"\xff\x01"]))
    return [Poke(SETUPS, b"".join(m[at : at + 2] + filler for m in macs for at in (0, 2, 4)))]


modes = st.builds(
    lambda halves, bits: [put(6, halves | bits), *LET_IN, get(5)],
    st.sampled_from([RX_ON | TX_ON] * 9 + [RX_ON, TX_ON, 0]),
    st.one_of(
        *[st.sampled_from([0, 0, 0x40, 0x80, 0x10, 0x50, 0x90, 1 << 30])] * 3,
        st.sampled_from([0x400, 0x800, 0xC00, 0x440]),
        longs.map(lambda value: value & ~(RX_ON | TX_ON)),
    ),
)
polls = st.sampled_from([[put(1, 0), get(5)], [put(1, 0), get(5)], [put(2, 0), *LET_IN, get(5)]])
lists = st.one_of(
    st.builds(
        lambda skip, low: [put(3, RX + 16 * skip + low), *LET_IN, get(3), get(5)],
        st.sampled_from([0, 0, 0, 1, 2]),
        st.sampled_from([0, 0, 0, 3]),
    ),
    st.builds(
        lambda skip, low: [put(4, TX + 16 * skip + low), get(4), get(5)],
        st.sampled_from([0, 0, 0, 1, 2]),
        st.sampled_from([0, 0, 0, 3]),
    ),
)
masks = st.one_of(
    st.builds(lambda value: [put(7, value), get(5)], longs),
    st.builds(lambda value: [put(5, value), get(5)], longs),
    st.sampled_from([[put(7, 0x1_FFFF), get(5)], [put(7, 0x1_0041)], [put(5, 0x1_FFFF), get(5)]]),
)
writes = st.builds(
    lambda number, value, window: [put(number, value, window), get(number, 1 - window)],
    st.sampled_from([10, 11, 12, 13, 14, 15]),
    longs,
    st.sampled_from([0, 1]),
)
serial = st.one_of(
    st.builds(lambda value: [put(8, value), get(8), *[get(9)] * 4], longs),
    st.builds(lambda value: [put(9, value), get(9)], longs),
    st.builds(
        lambda offset, size, window: [In(offset, size, window)],
        st.integers(0, 0x7F),
        st.sampled_from([1, 2, 4]),
        st.sampled_from([0, 1]),
    ),
    st.builds(
        lambda offset, value, size, window: [
            Out(offset, value & (1 << 8 * size) - 1, size, window),
            *LET_IN,
            get(5),
        ],
        st.integers(0x28, 0x7F),
        longs,
        st.sampled_from([1, 2, 4]),
        st.sampled_from([0, 1]),
    ),
)


def clocked(bits: str) -> list[Operation]:
    steps: list[Operation] = []
    for bit in bits:
        value = 0x4801 | 4 * int(bit)
        steps += [put(9, value), put(9, value | 2), get(9)]
    return steps


@st.composite
def cycles(draw: st.DrawFn) -> list[Operation]:
    """A command to the serial ROM, complete or not, and what it holds then."""
    start = draw(st.sampled_from(["01", "01", "1", "0001"]))
    command = draw(st.sampled_from(["10", "10", "01", "11", "0011", "0011", "0010", "0001"]))
    address = f"{draw(st.integers(0, 63)):06b}"[: 6 if len(command) == 2 else 4]
    data = f"{draw(st.integers(0, 0xFFFF)):016b}"[: draw(st.sampled_from([16, 16, 15, 0]))]
    steps = [put(9, 0x4800), put(9, 0x4801), *clocked(start + command + address + data)]
    read = clocked("0110" + f"{draw(st.integers(0, 63)):06b}" + "0" * 16)
    return [*steps, put(9, 0x4800), get(9), put(9, 0x4801), *read]


def managed(value: int, count: int, lines: int = 0) -> list[Operation]:
    steps: list[Operation] = []
    for place in reversed(range(count)):
        bits = lines | (1 << 17 if value >> place & 1 else 0)
        steps += [put(9, bits), put(9, bits | 1 << 16), get(9)]
    return steps


@st.composite
def transactions(draw: st.DrawFn) -> list[Operation]:
    """A frame on the management bus, of which some bits may be missing."""
    ones = draw(st.sampled_from([32, 32, 32, 33, 31, 0]))
    operation = draw(st.sampled_from([0b0110, 0b0110, 0b0101, 0b0101, 0b0111, 0b1010]))
    phy = draw(st.sampled_from([1, 1, 1, 1, 0, 31]))
    head = operation << 10 | phy << 5 | draw(st.integers(0, 31))
    steps = managed((1 << ones) - 1, ones)
    data = 2 << 16 | draw(st.integers(0, 0xFFFF))
    if draw(st.booleans()) if operation == 0b0110 else draw(st.sampled_from([False] * 5 + [True])):
        return [*steps, *managed(head, 14), *managed(data, draw(st.integers(16, 20)), 1 << 18)]
    return [*steps, *managed(head, 14), *managed(data, draw(st.sampled_from([18, 18, 18, 17])))]


resets = st.builds(
    lambda value: [put(0, value), get(0), get(5)],
    st.sampled_from([1, 0, 0, BIG, 0, 0x70, 0x10, BIG | 0x20]),
)
arrivals = st.builds(lambda frame: [Frame(frame), get(5)], frames)
memory = st.sampled_from(
    [[Peek(RX, 384)], [Peek(TX, 384)], [Peek(BUFFERS, 0x8800)], [Peek(0, 4096)]]
)
pulls = st.builds(
    lambda meanwhile: [Monitor("set_link tulip.0 off"), *meanwhile, Monitor("set_link tulip.0 on")],
    st.one_of(polls, arrivals),
)
common = st.one_of(
    *([modes] * 2 + [polls] * 3 + [arrivals] * 5 + [lists] * 2),
    *(masks, writes, serial, cycles(), transactions(), resets, memory, pulls, setups()),
)


@st.composite
def programs(draw: st.DrawFn) -> list[Operation]:
    """Mostly in one order of octets, so that descriptors mean what they say."""
    order = draw(st.sampled_from("<<<>"))
    sends, takes = rings(TX, [order] * 9 + ["<"]), rings(RX, [order] * 9 + [">"])
    begin = [
        *draw(setups()),
        put(0, BIG if order == ">" else 0),
        put(7, 0x1_FFFF),
        *draw(takes),
        *draw(sends),
        put(3, RX),
        put(4, TX),
        *draw(modes),
    ]
    turns = st.builds(lambda part: [*part, put(4, TX), get(5), Peek(TX, 96)], sends)
    fills = st.builds(
        lambda part, *came: [*part, put(3, RX), *LET_IN, *itertools.chain(*came)],
        takes,
        arrivals,
        arrivals,
    )
    step = st.one_of(*[common] * 2, modes, *[turns] * 2, fills)
    return [*begin, *itertools.chain(*draw(st.lists(step, min_size=50, max_size=120)))]


@settings(max_examples=12, deadline=None)
@given(programs())
def test_programs(program):
    compare("tulip", program)


EVERYTHING = [Config(offset) for offset in range(0, 0x100, 4)]


def test_first_values():
    registers = [
        In(offset, size, window)
        for window in range(2)
        for size in (1, 2, 4)
        for offset in range(0, 0x80, size)
    ]
    words = [
        step
        for word in range(64)
        for step in (put(9, 0x4800), put(9, 0x4801), *clocked(f"0110{word:06b}" + "0" * 16))
    ]
    phy = [
        step
        for register in range(32)
        for step in (
            *managed(0xFFFF_FFFF, 32),
            *managed(0b0110_00001 << 5 | register, 14),
            *managed(0, 18, 1 << 18),
        )
    ]
    compare("tulip", [*registers, *words, *phy])


def test_configuration_space():
    sizing = [
        step
        for offset in range(0, 0x100, 4)
        for step in (
            Config(offset, 4, 0xFFFF_FFFF if offset != 4 else 0xFFFF_0407),
            Config(offset),
            Config(offset, 4, 0),
            Config(offset),
        )
    ]
    compare("tulip", [*EVERYTHING, *sizing])

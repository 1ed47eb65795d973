"""The i8255x beside QEMU's: registers, lists of commands and of buffers, EEPROM, PHY, frames."""

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
from strategies import CONFIGURATION, MACS, OURS, SIZING, examples, frames_of, longs, octets, words

from vnetspec.fixtures.driver.i8255x import VARIANTS

pytestmark = [pytest.mark.slow, needs_qemu]

_MACS = (OURS, *MACS, bytes.fromhex("525400123457"))

#: Where blocks, receive descriptors, arrays, buffers and counters are put; the memory's end.
BLOCKS, RECEIVED, ARRAYS, BUFFERS, COUNTERS = 0x12_0000, 0x12_4000, 0x13_4000, 0x13_8000, 0x15_0000
END = 0x200_0000

#: QEMU reads firmware and registers of other devices beyond memory, which refnet has not.
OUTSIDE = (END - 8, END, 0x4000_0000, 0xDFFF_0000)

windows = st.sampled_from([0, 0, 1, 2])
blocks = st.integers(0, 15).map(lambda number: BLOCKS + 0x200 * number)
descriptors = st.integers(0, 7).map(lambda number: RECEIVED + 0x800 * number)
wild = st.one_of(st.sampled_from(OUTSIDE), st.integers(0x8_0000, 0x9_0000))
links = st.one_of(blocks, blocks, blocks, wild)
frames = frames_of(
    st.one_of(st.integers(1, 120), st.integers(1, 1530), st.integers(1510, 9000)),
    st.sampled_from(_MACS),
)


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


#: A start of the receiver lets frames in that waited; QEMU reads them one by one.
LET_IN = [Settle()] * 6


def order(value: int, pointer: int | None = None, window: int = 0) -> list[Operation]:
    pointing: list[Operation] = [] if pointer is None else [Out(4, pointer, 4, window)]
    waiting = LET_IN if value & 0x0F == 1 else []
    return [*pointing, Out(2, value, 1, window), *waiting, In(0, 4, window)]


flags = st.sampled_from([0x8000, 0x8000, 0xA000, 0x4000, 0x6000, 0, 0, 0x2000, 0xE008])


@st.composite
def arrays(draw: st.DrawFn) -> bytes:
    """Entries of an array of transmit buffers."""
    entries = b""
    for _ in range(draw(st.integers(0, 4))):
        buffer = draw(st.one_of(st.integers(0, 0x3FFF).map(lambda at: BUFFERS + at), wild))
        length = draw(st.one_of(st.integers(0, 200), st.sampled_from([0, 1500, 2600, 0xFFFF])))
        last = draw(st.sampled_from([0, 0, 1, 0xFFFE, 0xFFFF]))
        entries += number(buffer, 4) + number(length, 2) + number(last, 2)
    return entries


@st.composite
def transmissions(draw: st.DrawFn) -> bytes:
    """What follows the link of a transmit block; never a frame of no octets.

    Such a frame would block the socket behind QEMU's NIC for ever, which is not its doing.
    """
    length = draw(st.one_of(st.integers(1, 200), st.sampled_from([1, 1514, 2600, 2601, 0x3FFF])))
    array = draw(st.sampled_from([0xFFFF_FFFF, 0xFFFF_FFFF, ARRAYS, ARRAYS + 0x100, END - 4]))
    count = draw(st.sampled_from([0, 1, 2, 3, 4, 255]))
    top = draw(st.sampled_from([0, 0x8000, 0xC000]))
    head = number(array, 4) + number(length | top, 2) + number(draw(octets), 1) + number(count, 1)
    behind = draw(st.one_of(arrays(), st.binary(max_size=64)))
    return head + behind


configurations = st.builds(
    lambda base, changes: bytes(changes.get(at, octet) for at, octet in enumerate(base)),
    st.one_of(st.just(bytes(22)), st.just(bytes(22)), st.binary(min_size=22, max_size=22)),
    st.fixed_dictionaries(
        {6: st.sampled_from([0x30, 0x32, 0x20, 0x00])},
        optional={
            8: st.sampled_from([0, 1, 0x80]),
            15: st.sampled_from([0, 1]),
            18: st.sampled_from([0, 4, 8, 8, 0xFF]),
            20: st.sampled_from([0, 0x40]),
            21: st.sampled_from([0, 8]),
        },
    ),
)
group_lists = st.builds(
    lambda groups, length: (
        (number(6 * len(groups) if length is None else length, 2)) + b"".join(groups)
    ),
    st.lists(st.sampled_from(_MACS), max_size=4),
    st.sampled_from([None, None, None, 1, 7, 600, 0x3FFF, 0xFFFF]),
)
#: An address of its own is mostly the old one, or frames would rarely reach memory.
contents = st.one_of(
    st.tuples(st.just(4), transmissions()),
    st.tuples(st.just(4), transmissions()),
    st.tuples(st.just(2), configurations),
    st.tuples(st.just(1), st.sampled_from(_MACS)),
    st.tuples(st.just(3), group_lists),
    st.tuples(st.sampled_from([0, 5, 6, 7]), st.binary(max_size=20)),
    st.tuples(st.just(0x14), transmissions()),
)


@st.composite
def lists(draw: st.DrawFn) -> list[Operation]:
    """A few blocks, mostly linked in a row, and an order to go through them."""
    steps: list[Operation] = []
    places = draw(st.lists(blocks, min_size=1, max_size=5))
    follow = [*places[1:], draw(links)]
    for place, link in zip(places, follow, strict=True):
        action, rest = draw(contents)
        link = draw(st.sampled_from([link, link, link, place, draw(links)]))
        status = draw(st.sampled_from([0, 0, 0x1FFF, 0xFFFF]))
        command = action | draw(flags)
        steps.append(Poke(place, number(status, 2) + number(command, 2) + number(link, 4) + rest))
    if draw(st.booleans()):
        entries = draw(arrays())
        steps.append(Poke(ARRAYS + draw(st.sampled_from([0, 0x100])), entries or bytes(8)))
    start = draw(st.sampled_from([places[0], places[0], places[0], draw(links)]))
    steps += order(draw(st.sampled_from([0x10, 0x10, 0x10, 0x20, 0x11])), start, draw(windows))
    return [*steps, *(Peek(place, 16) for place in places)]


@st.composite
def rooms(draw: st.DrawFn) -> list[Operation]:
    """Receive descriptors, and an order to fill them."""
    steps: list[Operation] = []
    places = draw(st.lists(descriptors, min_size=1, max_size=4))
    for place, link in zip(places, [*places[1:], draw(descriptors)], strict=True):
        link = draw(st.sampled_from([link, link, link, place, draw(wild)]))
        command = draw(st.sampled_from([0, 0, 0, 0x8000, 0x4000, 0xC000, 0xFFFF]))
        room = draw(st.sampled_from([1520, 1520, 1600, 60, 59, 0, 1, 0x3FFF, 0xFFFF]))
        head = bytes(2) + number(command, 2) + number(link, 4)
        steps.append(Poke(place, head + number(draw(longs), 4) + bytes(2) + number(room, 2)))
    start = draw(st.sampled_from([places[0], places[0], places[0], draw(wild)]))
    steps += order(draw(st.sampled_from([1, 1, 1, 2])), start, draw(windows))
    for frame in draw(st.lists(frames, max_size=4)):
        steps += [Frame(frame), In(0, 4), Out(1, draw(octets), 1)]
    return [*steps, *(Peek(place, 160) for place in places)]


bases = st.builds(
    order, st.sampled_from([0x60, 0x06]), st.sampled_from([0, 0, 0, 0x1000, 0xFFE0_0000])
)
dumps = st.builds(
    lambda place, asked: [*order(0x40, place), *order(asked), Peek(COUNTERS, 80), Peek(0, 80)],
    st.sampled_from([COUNTERS, COUNTERS, COUNTERS + 3, END - 40, 0xFFFF_FFE0, 0xFFFF_FFB8]),
    st.sampled_from([0x50, 0x70]),
)
others = st.builds(order, octets, st.one_of(st.none(), links, descriptors), windows)
masks = st.one_of(
    st.builds(lambda value: [Out(3, value, 1), In(0, 4)], octets),
    st.builds(lambda value: [Out(1, value, 1), In(0, 4)], octets),
    st.builds(lambda value: [Out(0, value, 2), In(0, 4)], words),
    st.builds(lambda value: [Out(0, value, 4), In(0, 4)], longs),
    st.builds(
        lambda mask, asked: [Out(2, mask << 8 | asked, 2), *LET_IN, In(0, 4)],
        octets,
        st.sampled_from([0, 0x50, 4, 1, 2, 0x80, 0xA0, 7]),
    ),
)
ports = st.one_of(
    st.builds(
        lambda place, asked: [Out(8, place | asked, 4), Peek(COUNTERS, 8), In(0, 4), In(16, 4)],
        st.sampled_from([COUNTERS, COUNTERS + 8, END - 4, 0xFFFF_FFF8]),
        st.sampled_from([0, 1, 1, 2, 3]),
    ),
    st.just([Out(8, COUNTERS & 0xFFFF | 1, 2), Out(10, COUNTERS >> 16, 2), Peek(COUNTERS, 8)]),
    st.just([Out(8, 2, 1), Out(9, 0, 1), Out(10, 0, 1), Out(11, 0, 1), In(8, 2), In(8, 4)]),
)


def transaction(operation: int, phy: int, register: int, data: int, ask: bool) -> list[Operation]:
    value = ask << 29 | operation << 26 | phy << 21 | register << 16 | data
    return [Out(16, value, 4), In(16, 4), In(0, 4)]


phys = st.builds(
    transaction,
    st.sampled_from([1, 2, 2, 0, 3]),
    st.sampled_from([1, 1, 1, 1, 0, 31]),
    st.one_of(st.integers(0, 7), st.integers(0, 31)),
    st.one_of(words, st.sampled_from([0x8000, 0x0200, 0xFFFF])),
    st.booleans(),
)


def clocked(bits: str) -> list[Operation]:
    steps: list[Operation] = []
    for bit in bits:
        value = 2 | 4 * int(bit)
        steps += [Out(14, value, 2), Out(14, value | 1, 2), In(14, 2)]
    return steps


@st.composite
def cycles(draw: st.DrawFn) -> list[Operation]:
    """A command to the EEPROM, complete or not, and what it holds then."""
    start = draw(st.sampled_from(["01", "01", "01", "1", "0001"]))
    command = draw(
        st.sampled_from(["10", "10", "01", "11", "0011", "0011", "0010", "0001", "0000"])
    )
    address = f"{draw(st.integers(0, 63)):06b}"[: 6 if len(command) == 2 else 4]
    data = f"{draw(words):016b}"[: draw(st.sampled_from([16, 16, 16, 15, 0]))]
    extra = draw(st.sampled_from(["", "", "1", "0101"]))
    steps = [Out(14, 0, 2), Out(14, 2, 2), *clocked(start + command + address + data + extra)]
    read = clocked("0110" + f"{draw(st.integers(0, 63)):06b}" + "0" * 16)
    return [*steps, Out(14, 0, 2), In(14, 2), Out(14, 2, 2), *read]


pins = st.builds(
    lambda values: [step for value in values for step in (Out(14, value, 1), In(14, 2))],
    st.lists(st.integers(0, 15), min_size=1, max_size=20),
)


def reads(window: int) -> st.SearchStrategy[list[Operation]]:
    return st.builds(
        lambda offset, size: [In(offset, size, window)],
        st.one_of(st.integers(0, 0x3F), st.integers(0, 0x3F if window == 1 else 0x1010)),
        st.sampled_from([1, 2, 4]),
    )


#: Orders are given by the other strategies, which keep them from pointing at firmware.
raw_writes = st.builds(
    lambda offset, value, size, window: [
        Out(offset, value & (1 << 8 * size) - 1, size, window),
        In(offset & 0x3C, 4),
    ],
    st.one_of(st.integers(12, 0x3B), st.integers(0xFF0, 0x1010)),
    longs,
    st.sampled_from([1, 2, 4]),
    st.sampled_from([0, 2]),
)
port_writes = st.builds(
    lambda offset, value, size: [Out(offset, value & (1 << 8 * size) - 1, size, 1)],
    st.integers(12, 0x3B),
    longs,
    st.sampled_from([1, 2, 4]),
)
memory = st.builds(
    lambda place, content: [Poke(place, content)],
    st.integers(0, 0xFFF).map(lambda at: BUFFERS + at),
    st.binary(min_size=1, max_size=64),
)
link_changes = st.sampled_from([[Monitor("set_link nic0 off")], [Monitor("set_link nic0 on")]])
arrivals = st.builds(lambda frame: [Frame(frame), In(0, 4)], frames)
steps = st.one_of(
    *[lists()] * 5,
    *[rooms()] * 4,
    *[arrivals] * 2,
    bases,
    dumps,
    others,
    masks,
    masks,
    ports,
    phys,
    cycles(),
    pins,
    reads(0),
    reads(1),
    reads(2),
    raw_writes,
    port_writes,
    memory,
    link_changes,
)
programs = st.lists(steps, min_size=40, max_size=120).map(
    lambda parts: [each for part in parts for each in part]
)


@pytest.mark.parametrize("model", ["i82559c", "i82557b"])
@examples(10)
@given(program=programs)
def test_programs(model, program):
    compare(model, program)


@pytest.mark.parametrize("model", VARIANTS)
def test_identity(model):
    cells = [
        step
        for word in range(64)
        for step in (Out(14, 0, 2), Out(14, 2, 2), *clocked(f"0110{word:06b}" + "0" * 16))
    ]
    compare(model, [*CONFIGURATION, *cells])


@pytest.mark.parametrize("model", ["i82559c", "i82557b"])
def test_first_values(model):
    registers = [
        In(offset, size, window)
        for window in range(3)
        for size in (1, 2, 4)
        for offset in range(0, 0x40, size)
    ]
    phy = [step for number in range(32) for step in transaction(2, 1, number, 0, False)]
    compare(model, [*registers, *phy, *SIZING, *CONFIGURATION])

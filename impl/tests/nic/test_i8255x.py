"""i8255x: saving, removing, and whatever a hostile guest writes; the rest is compared with QEMU."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import COMMAND, MAC, MEMORY, OURS, Assembly

BLOCK, RECEIVED, BUFFERS = 0x11_0000, 0x11_1000, 0x11_2000
REGISTERS, PORTS, FLASH = 0xE000_0000, 0xC000, 0xE002_0000
BAR0, BAR1, BAR2 = 0x10, 0x14, 0x18
ORDER, POINTER, PORT, EEPROM = 2, 4, 8, 14
START, RECEIVE = 0x10, 0x01
NOBODY = 0xFFFF_FFFF


class Rig(Assembly):
    """A PC with an i8255x in slot 3."""

    def __init__(self, model="i82559c"):
        super().__init__(model, {BAR0: REGISTERS, BAR1: PORTS, BAR2: FLASH})

    def load(self, offset, size=4):
        return self.board.space.load(REGISTERS + offset, size)

    def store(self, offset, size, value):
        self.board.space.store(REGISTERS + offset, size, value)

    def order(self, order, pointer):
        self.store(POINTER, 4, pointer)
        self.store(ORDER, 1, order)

    def block(self, command, rest=b"", link=NOBODY):
        head = bytes(2) + command.to_bytes(2, "little") + link.to_bytes(4, "little")
        self.board.memory.write(BLOCK, head + rest)
        self.order(START, BLOCK)

    def send(self, length, array=NOBODY, count=0):
        head = array.to_bytes(4, "little") + length.to_bytes(2, "little") + bytes([1, count])
        self.block(0x8004, head)

    def listen(self, room=1520):
        head = bytes(4) + RECEIVED.to_bytes(4, "little") + bytes(6) + room.to_bytes(2, "little")
        self.board.memory.write(RECEIVED, head)
        self.order(RECEIVE, RECEIVED)


def exercise(rig):
    """A bit of everything; what was seen."""
    rig.listen()
    rig.nic.receive(OURS)
    rig.block(0x8003, b"\x06\x00\x01\x00\x5e\x00\x00\x01")
    rig.block(0xA001, b"\x02\x00\x00\x00\x00\x07")
    for bit in "0110000001":
        pins = 2 | 4 * int(bit)
        rig.store(EEPROM, 2, pins)
        rig.store(EEPROM, 2, pins | 1)
    rig.store(16, 4, 2 << 26 | 1 << 21 | 1 << 16)
    rig.nic.receive(OURS)
    rig.send(60)
    memory = rig.board.memory
    return [
        *(rig.load(offset) for offset in range(0, 0x20, 4)),
        memory.read(BLOCK, 32),
        memory.read(RECEIVED, 128),
        list(rig.wire.sent),
        rig.board.lines.high(),
    ]


@pytest.mark.parametrize("model", ["i82557b", "i82559c"])
def test_a_loaded_state_goes_on_as_the_saved_one(model):
    one, other = Rig(model), Rig(model)
    exercise(one)
    saved = one.nic.save()
    other.nic.load(saved)
    other.board.memory.octets[:] = one.board.memory.octets
    other.wire.sent += one.wire.sent

    assert other.nic.save() == saved
    assert exercise(one) == exercise(other)
    assert one.nic.save() == other.nic.save()


def test_a_saved_state_does_not_change_with_the_nic():
    rig = Rig()
    saved = rig.nic.save()
    before = rig.nic.save()

    exercise(rig)

    assert saved == before
    assert rig.nic.save() != saved


def test_a_removed_nic_leaves_nothing_behind():
    rig = Rig()
    rig.block(0x8000)
    rig.board.pci.write((1 << 3) << 8 | 0x60, 4, 0x0B0B_0B0B)
    assert rig.board.lines.high() == {11}

    rig.nic.remove()

    assert rig.board.lines.high() == frozenset()
    assert rig.load(0) == 0
    assert rig.board.ports.load(PORTS, 4) == 0xFFFF_FFFF
    assert rig.board.pci.read(3 << 3 << 8, 4) == 0xFFFF_FFFF


def test_an_interrupt_that_a_reset_took_away_comes_back_when_it_was_acknowledged():
    rig = Rig()
    rig.board.pci.write((1 << 3) << 8 | 0x60, 4, 0x0B0B_0B0B)
    rig.block(0x8000)
    rig.nic.reset_config()
    rig.nic.reset()
    for bar, base in ((BAR0, REGISTERS), (COMMAND, 7)):
        rig.nic.write_config(bar, 4 if bar == BAR0 else 2, base)
    rig.block(0x8000)
    assert rig.board.lines.high() == frozenset()

    rig.store(1, 1, 0xFF)
    rig.block(0x8000)

    assert rig.board.lines.high() == {11}


def test_a_frame_of_no_octets_is_sent_as_such():
    rig = Rig()

    rig.send(0)

    assert rig.wire.sent == [b""]


def test_an_array_that_names_itself_ends_with_its_count():
    rig = Rig()
    entry = BUFFERS.to_bytes(4, "little") + b"\xff\xff\0\0"
    rig.board.memory.write(BUFFERS, entry * 255)

    rig.send(1, BUFFERS, 255)

    assert [len(frame) for frame in rig.wire.sent] == [2600]


@pytest.mark.parametrize("place", [REGISTERS, FLASH, 0xFFFF_FFF8, MEMORY - 4])
def test_commands_and_buffers_outside_memory_do_no_harm(place):
    rig = Rig()

    rig.order(START, place)
    rig.order(RECEIVE, place)
    rig.nic.receive(OURS)
    rig.order(0x40, place)
    rig.order(0x50, place)
    rig.store(PORT, 4, place | 1)

    assert rig.board.memory.read(MEMORY - 4, 4) != b"\x55" * 4


@pytest.mark.parametrize(
    ("number", "written", "kept"),
    [
        (0, 0x0300, 0x0100),
        (0, 0x8000, 0x3000),
        (1, 0, 0x782D),
        (4, 0, 1),
        (5, 0, 0x41FE),
        (6, 0, 1),
    ],
)
def test_the_phy_keeps_what_can_be_written(number, written, kept):
    rig = Rig()

    rig.store(16, 4, 1 << 26 | 1 << 21 | number << 16 | written)
    rig.store(16, 4, 2 << 26 | 1 << 21 | number << 16)

    assert rig.load(16) & 0xFFFF == kept


@pytest.mark.parametrize("frame", [2 << 26 | 0x5555, 1 << 21 | 0x5555, 2 << 26 | 1 << 21 | 7 << 16])
def test_where_no_phy_answers_there_is_no_data(frame):
    rig = Rig()

    rig.store(16, 4, frame)

    assert rig.load(16) & 0xFFFF == 0
    assert rig.load(0) == 0


@pytest.mark.parametrize(
    ("octet", "bit", "heard"),
    [
        (8, 0x80, []),
        (15, 0x01, [0, 1, 2, 3]),
        (18, 0x04, []),
        (20, 0x40, [0, 1]),
        (21, 0x08, [0, 1, 2]),
    ],
)
def test_the_configuration_filters(octet, bit, heard):
    rig = Rig()
    configuration = bytearray(22)
    configuration[octet] = bit
    rig.block(0x8002, bytes(configuration))
    rig.listen()
    taken = []
    group, other = bytes.fromhex("01005e000001"), bytes.fromhex("525400000009")

    for number, address in enumerate([MAC, b"\xff" * 6, group, other]):
        before = rig.nic.save()["_counters"]
        rig.nic.receive(address + bytes(54))
        if rig.nic.save()["_counters"] != before:
            taken.append(number)

    assert taken == heard


@pytest.mark.parametrize(
    ("command", "state"), [(0, 0x10), (0x8000, 0x08), (0x4000, 0x04), (0xC000, 0x04)]
)
def test_a_descriptor_says_how_to_go_on(command, state):
    rig = Rig()
    rig.listen()
    rig.board.memory.write(RECEIVED + 2, command.to_bytes(2, "little"))

    rig.nic.receive(OURS)

    assert rig.load(0, 1) == state
    rig.store(ORDER, 1, 2)
    assert rig.load(0, 1) == 0x10
    rig.store(ORDER, 1, 4)
    assert rig.load(0, 1) == 0


def test_a_frame_that_is_too_long_is_lost():
    rig = Rig()
    rig.listen()

    rig.nic.receive(OURS.ljust(1519, b"\0"))

    assert rig.board.memory.read(RECEIVED, 2) == bytes(2)


def test_a_descriptor_without_room_has_the_frame_wait():
    rig = Rig()
    rig.listen(room=0)

    assert not rig.nic.receive(OURS)
    assert rig.nic.receive(OURS[:5] + b"\0" + OURS[6:])


stores = st.tuples(
    st.sampled_from([REGISTERS, FLASH]),
    st.one_of(st.integers(0, 0x1F), st.integers(0, 0x1FFFF)),
    st.sampled_from([1, 2, 4, 8]),
    st.one_of(st.integers(0, (1 << 64) - 1), st.sampled_from([BLOCK, RECEIVED, BUFFERS, 0x11])),
)
pokes = st.tuples(
    st.sampled_from([BLOCK, RECEIVED, BUFFERS, MEMORY - 32]), st.binary(min_size=1, max_size=48)
)
programs = st.lists(st.one_of(stores, pokes, st.binary(max_size=80)), min_size=10, max_size=80)


@pytest.mark.slow
@settings(max_examples=30)
@given(programs)
def test_no_program_raises(program):
    rig = Rig()
    rig.block(0x8000)
    rig.listen()
    for step in program:
        if isinstance(step, bytes):
            rig.nic.receive(step)
        elif len(step) == 2:
            rig.board.memory.write(*step)
            rig.order(START, BLOCK)
        else:
            base, offset, size, value = step
            rig.board.space.store(base + offset, size, value & (1 << 8 * size) - 1)
            rig.board.space.load(base + offset, size)
    other = Rig()
    other.nic.load(rig.nic.save())
    assert other.nic.save() == rig.nic.save()

"""e1000: saving, removing, interrupts to the nanosecond, and whatever a hostile guest writes.

The rest is compared with QEMU (tests/registers).
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import MAC, OURS, Assembly, LoopingWire

GROUP = bytes.fromhex("01005e000001") + OURS[6:]
REGISTERS, PORTS = 0xE000_0000, 0xC000
SENDS, RECEIVES, BUFFERS = 0x10_0000, 0x10_1000, 0x10_2000
CTRL, STATUS, EECD, EERD, MDIC, RAL, RAH = 0x00, 0x08, 0x10, 0x14, 0x20, 0x5400, 0x5404
ICR, ITR, ICS, IMS, RCTL, TCTL = 0xC0, 0xC4, 0xC8, 0xD0, 0x100, 0x400
RDBAL, RDLEN, RDH, RDT, RDTR, RADV = 0x2800, 0x2808, 0x2810, 0x2818, 0x2820, 0x282C
TDBAL, TDLEN, TDH, TDT, TADV = 0x3800, 0x3808, 0x3810, 0x3818, 0x382C
LINE, SECOND = 11, 1_000_000_000


class Machine(Assembly):
    """A board with one NIC, its registers mapped, its interrupt on line 11."""

    def __init__(self, model="e1000", **options):
        bars = {0x10: REGISTERS, 0x14: PORTS}
        super().__init__(model, bars, slot=2, wire=LoopingWire, options=options)
        self.board.pci.write(1 << 11 | 0x60, 4, 0x0B0B0B0B)

    def load(self, offset, size=4):
        return self.board.space.load(REGISTERS + offset, size)

    def store(self, offset, value, size=4):
        self.board.space.store(REGISTERS + offset, size, value)

    def interrupting(self):
        return LINE in self.board.lines.high()

    def supply(self, control=0x8002):
        """Eight receive buffers, of which seven are free."""
        for number in range(8):
            entry = (BUFFERS + 2048 * number).to_bytes(8, "little") + bytes(8)
            self.board.memory.write(RECEIVES + 16 * number, entry)
        self.store(RDBAL, RECEIVES)
        self.store(RDLEN, 128)
        self.store(RDT, 7)
        self.store(RCTL, control)

    def do(self, operation):
        """One of a program's operations, and what comes of it."""
        match operation:
            case "load", offset, size:
                return self.load(offset, size)
            case "store", offset, value, size:
                self.store(offset, value, size)
            case "poke", address, octets:
                self.board.memory.write(address, octets)
            case "frame", octets:
                self.wire.offer(octets)
            case "elapse", nanoseconds:
                self.elapse(nanoseconds)
            case "link", up:
                self.wire.link_up = up
                self.nic.on_link_change(up)
        return None


PLACES = [
    *(CTRL, STATUS, EECD, EERD, MDIC, ICR, ITR, ICS, IMS, RCTL, TCTL, RAL, RAH, RDTR, RADV, TADV),
    *(RDBAL, RDBAL + 4, RDLEN, RDH, RDT, TDBAL, TDBAL + 4, TDLEN, TDH, TDT, 0x5200, 0x5600, 0x38),
]
values = st.one_of(
    st.integers(0, 0xFFFF_FFFF),
    st.sampled_from(
        [0, 1, 2, 3, 0x80, 0x100, 0x8002, SENDS, RECEIVES, 1 << 30, 0x1FFFF8, 0x0420_1340]
    ),
)
descriptors = st.builds(
    lambda address, low, high: (
        address.to_bytes(8, "little") + low.to_bytes(4, "little") + high.to_bytes(4, "little")
    ),
    st.sampled_from([BUFFERS, 0x1F_FFFC, 0, 0xFFFF_FFFF_FFFF_FFF8, 0x8000_0000]),
    st.builds(
        lambda length, kind: length | kind << 20,
        st.sampled_from([0, 1, 60, 1514, 0xFFFF]),
        st.sampled_from([0x0B0, 0x0A0, 0x2B1, 0x2F1, 0x260, 0x200, 0x4B0, 0x231]),
    ),
    st.integers(0, 0xFFFF_FFFF),
)
operations = st.one_of(
    st.tuples(st.just("load"), st.sampled_from(PLACES), st.sampled_from([1, 2, 4, 8])),
    st.tuples(st.just("load"), st.integers(0, 0x1FFFF), st.just(4)),
    st.tuples(st.just("store"), st.sampled_from(PLACES), values, st.just(4)),
    st.tuples(
        st.just("poke"),
        st.sampled_from([SENDS, RECEIVES]),
        st.lists(descriptors, min_size=1, max_size=8).map(b"".join),
    ),
    st.tuples(st.just("frame"), st.sampled_from([OURS, GROUP, b"\xff" * 1514, OURS * 30, b""])),
    st.tuples(st.just("elapse"), st.integers(0, 2 * SECOND)),
    st.tuples(st.just("link"), st.booleans()),
)
programs = st.lists(operations, max_size=40)


@pytest.mark.slow
@given(programs)
@settings(max_examples=60, deadline=None)
def test_no_program_does_harm(program):
    machine = Machine()
    machine.supply()
    machine.store(TCTL, 2)

    for operation in program:
        machine.do(operation)


@pytest.mark.slow
@given(programs, programs)
@settings(max_examples=20, deadline=None)
def test_a_nic_goes_on_from_what_was_saved(before, after):
    one, other = Machine(), Machine()
    one.supply()
    for operation in before:
        one.do(operation)

    other.clock.advance(one.clock.now())
    other.board.memory.write(0, one.board.memory.octets)
    other.wire.link_up = one.wire.link_up
    other.wire.waiting[:] = one.wire.waiting
    other.nic.load(one.nic.save())
    one.wire.sent.clear()

    assert [one.do(operation) for operation in after] == [other.do(each) for each in after]
    assert one.nic.save() == other.nic.save()
    assert one.wire.sent == other.wire.sent
    assert one.board.memory.octets == other.board.memory.octets


def test_a_removed_nic_leaves_nothing_behind():
    machine = Machine()
    machine.store(IMS, 4)
    machine.store(ICS, 4)
    machine.supply()
    assert machine.interrupting()

    machine.nic.remove()

    assert machine.load(CTRL) == 0
    assert not machine.interrupting()
    assert machine.board.timers.next_deadline() is None


@pytest.mark.parametrize(
    ("stores", "causes", "delay"),
    [
        ((), 0x80, 500),
        (((ITR, 600),), 0x80, 600),
        (((ITR, 100),), 0x80, 500),
        (((RDTR, 1), (RADV, 200)), 0x80, 800),
        (((RADV, 200),), 0x80, 500),
        (((RDTR, 1), (RADV, 200), (ITR, 700)), 0x80, 700),
        (((RDTR, 1), (RADV, 200)), 0x04, 500),
    ],
)
def test_the_next_interrupt_waits_for_the_least_of_the_delays(stores, causes, delay):
    machine = Machine()
    for register, value in stores:
        machine.store(register, value)
    machine.store(IMS, causes)
    machine.store(ICS, causes)
    assert machine.interrupting()
    machine.load(ICR)
    machine.store(ICS, causes)

    machine.elapse(delay * 256 - 1)
    assert not machine.interrupting()
    machine.elapse(1)
    assert machine.interrupting()


def test_a_delay_for_sent_frames_needs_a_descriptor_that_may_wait():
    machine = Machine()
    machine.store(TADV, 1000)
    machine.store(IMS, 1)
    machine.store(TDBAL, SENDS)
    machine.store(TDLEN, 128)
    machine.store(TCTL, 2)
    may_wait = BUFFERS.to_bytes(8, "little") + (0x8B00_003C).to_bytes(4, "little") + bytes(4)
    machine.board.memory.write(SENDS, may_wait * 2)

    machine.store(TDT, 1)
    machine.load(ICR)
    machine.store(TDT, 2)

    machine.elapse(4000 * 256 - 1)
    assert not machine.interrupting()
    machine.elapse(1)
    assert machine.interrupting()
    assert machine.wire.sent == [bytes(60)] * 2


def test_frames_wait_a_second_after_rctl_was_written():
    machine = Machine()
    machine.supply()
    machine.wire.offer(OURS)

    machine.elapse(SECOND - 1)
    assert machine.wire.waiting
    assert not machine.wire.flush()
    machine.elapse(1)
    assert not machine.wire.waiting
    assert machine.load(RDH) == 1


def test_a_negotiation_takes_half_a_second():
    machine = Machine()
    machine.store(MDIC, 0x0420_1340)

    machine.elapse(SECOND // 2 - 1)
    assert not machine.load(STATUS) & 2
    machine.elapse(1)
    assert machine.load(STATUS) & 2
    assert machine.load(ICR) == 4


@pytest.mark.parametrize(
    ("option", "register", "before", "after"),
    [
        ("mitigation", ITR, 0, 0),
        ("extra_mac_registers", 0x5800, 0, 0),
        ("init-vet", 0x38, 0, 0x1234),
    ],
)
def test_switches_take_registers_away(option, register, before, after):
    machine = Machine(**{option: False})

    assert machine.load(register) == before
    machine.store(register, 0x1234)
    assert machine.load(register) == after


def test_people_see_the_address_that_the_guest_sets():
    machine = Machine()

    machine.store(RAL, 0x04030201)
    machine.store(RAH, 0x80000605)

    assert machine.wire.current_mac == bytes(range(1, 7))
    machine.nic.reset()
    assert machine.wire.current_mac == MAC


def test_a_reset_without_a_link_finds_none():
    machine = Machine()
    machine.wire.link_up = False

    machine.nic.reset()

    assert not machine.load(STATUS) & 2


def test_ports_are_there_and_empty():
    machine = Machine("e1000-82545em")

    machine.board.ports.store(PORTS, 4, 0xFFFF_FFFF)

    assert machine.board.ports.load(PORTS, 4) == 0


def test_counters_stay_at_their_highest_value():
    machine = Machine()
    machine.supply(0x8000_8002)
    machine.elapse(SECOND)
    machine.nic._registers[0x40D0 >> 2] = 0xFFFF_FFFF

    machine.wire.offer(OURS)

    assert machine.load(0x40D0) == 0xFFFF_FFFF


def test_a_header_that_was_not_there_whole_is_filled_up_with_an_older_one():
    machine = Machine()
    machine.store(TDBAL, SENDS)
    machine.store(TDLEN, 128)
    machine.store(TCTL, 2)
    machine.board.memory.write(BUFFERS, bytes(range(64)))
    ring = b""
    for header, first, command in ((4, 12, 0x2410_0000), (14, 20, 0x2010_0000)):
        ring += bytes(8) + (0x2400_0000).to_bytes(4, "little") + bytes((0, header, 10, 0))
        for part in (first | command, 4 | 0x2510_0000):
            ring += BUFFERS.to_bytes(8, "little") + part.to_bytes(4, "little") + bytes(4)
    machine.board.memory.write(SENDS, ring)

    machine.store(TDT, 6)

    assert [len(frame) for frame in machine.wire.sent] == [14, 6, 24, 14]
    assert machine.wire.sent[1][:4] == machine.wire.sent[3][:4] == bytes(range(4))


def test_a_word_of_the_eeprom_comes_by_wire_and_at_once():
    machine = Machine()
    for bit in (1, 1, 0, 0, 0, 1, 0, 1, 1):
        for wires in (2 | bit << 2, 3 | bit << 2):
            machine.store(EECD, wires)
    word = 0
    for _ in range(16):
        machine.store(EECD, 2)
        word = word << 1 | machine.load(EECD) >> 3 & 1
        machine.store(EECD, 3)
    machine.store(EERD, 0x0B01)

    assert word == machine.load(EERD) >> 16 == 0x100E


@pytest.mark.parametrize(
    ("control", "frame", "taken"),
    [
        (0x02, OURS, True),
        (0x02, b"\x52" + OURS, False),
        (0x0A, b"\x52" + OURS, True),
        (0x02, GROUP, True),
        (0x02, GROUP[:5] + OURS, False),
        (0x12, GROUP[:5] + OURS, True),
        (0x8002, b"\xff" * 60, True),
        (0x40002, OURS[:12] + b"\x81\0\0\x05" + OURS[12:], True),
        (0x40002, OURS[:12] + b"\x81\0\0\x06" + OURS[12:], False),
        (0x02, OURS.ljust(1523), False),
        (0x06, OURS.ljust(1523), True),
    ],
)
def test_filters_let_in_what_they_are_told_to(control, frame, taken):
    machine = Machine()
    machine.store(CTRL, 1 << 30)
    machine.store(0x5200, 1 << 16)
    machine.store(0x5600, 1 << 5)
    machine.supply(control)
    machine.elapse(SECOND)

    machine.wire.offer(frame)

    assert machine.load(RDH) == taken


def test_a_frame_that_does_not_fit_is_lost():
    machine = Machine()
    machine.supply(0x3_8002)
    machine.elapse(SECOND)
    machine.store(RDT, 2)
    machine.wire.offer(OURS.ljust(600))
    machine.store(RDH, 6)
    machine.wire.offer(OURS.ljust(600))

    assert [machine.load(counter) for counter in (0x40A0, 0x4010)] == [1, 1]
    assert machine.load(RDH) == 1


@pytest.mark.parametrize("transport", [0x0300_0000, 0x0200_0000, 0x0100_0000], ids=str)
def test_segments_have_lengths_and_sums_of_their_own(transport):
    machine = Machine()
    machine.store(CTRL, 1 << 30)
    machine.store(TDBAL, SENDS)
    machine.store(TDLEN, 128)
    machine.store(TCTL, 2)
    context = bytes((14, 24, 33, 0, 34, 50, 0, 0)) + (0x2400_0064 | transport).to_bytes(4, "little")
    data = BUFFERS.to_bytes(8, "little") + (0x6D10_009A).to_bytes(4, "little") + b"\0\3\x05\0"
    machine.board.memory.write(BUFFERS, bytes(range(154)))
    machine.board.memory.write(SENDS, context + bytes((0, 54, 60, 0)) + data)

    machine.store(TDT, 2)

    first, second = machine.wire.sent
    assert [len(first), len(second)] == [118, 98]
    assert first[12:16] == second[12:16] == bytes.fromhex("81000005")
    place = 20 if transport & 0x0200_0000 else 22
    assert int.from_bytes(first[place : place + 2], "big") == 100
    assert int.from_bytes(second[place : place + 2], "big") == 80


def test_a_frame_comes_back_from_the_phy():
    machine = Machine()
    machine.supply()
    machine.elapse(SECOND)
    machine.store(MDIC, 0x0420_5140)
    machine.store(MDIC, 0x2820_0000)
    assert machine.load(MDIC) & 0xFFFF == 0x5140
    machine.store(MDIC, 0x0840_0000)
    assert machine.load(MDIC) & 1 << 30
    machine.store(TDBAL, SENDS)
    machine.store(TDLEN, 128)
    machine.board.memory.write(BUFFERS + 0x4000, b"\xff" * 60)
    entry = (BUFFERS + 0x4000).to_bytes(8, "little") + (0x0900_003C).to_bytes(4, "little")
    machine.board.memory.write(SENDS, entry + bytes(4))
    machine.store(TCTL, 2)

    machine.store(TDT, 1)

    assert machine.wire.sent == []
    assert [machine.load(place) for place in (RDH, 0x4078, 0x40F4, 0x40D8)] == [1, 1, 1, 1]
    assert [machine.load(place) for place in (0x40C8, 0x40CC, 0x40C8)] == [64, 0, 0]

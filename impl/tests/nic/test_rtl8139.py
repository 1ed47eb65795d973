"""rtl8139: saving, removing, the timer to the nanosecond, and whatever a hostile guest writes.

The rest is compared with QEMU (tests/registers).
"""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import MEMORY, OURS, Assembly, LoopingWire

from refnet.nic.rtl8139.eeprom import Eeprom
from refnet.nic.rtl8139.offload import finished
from refnet.wire import checksum

PORTS, REGISTERS = 0xC000, 0xE000_0000
SENDS, RECEIVES, BUFFERS = 0x10_0000, 0x10_1000, 0x10_2000
COMMAND, READ_PLACE, MASK, STATUS = 0x37, 0x38, 0x3C, 0x3E
TIMER, INTERVAL, CLOCK = 0x48, 0x54, 0x5B
TIMED_OUT = 0x4000
TICK = 30
OWN, END, FIRST, LAST, SEGMENT = 1 << 31, 1 << 30, 1 << 29, 1 << 28, 1 << 27


class Machine(Assembly):
    """A board with one NIC, its registers mapped."""

    def __init__(self):
        bars = {0x10: PORTS, 0x14: REGISTERS}
        super().__init__("rtl8139", bars, slot=2, wire=LoopingWire)

    def load(self, offset, size=1):
        return self.board.ports.load(PORTS + offset, size)

    def store(self, offset, value, size=1):
        self.board.ports.store(PORTS + offset, size, value)

    def do(self, operation):
        """One of a program's operations, and what comes of it."""
        match operation:
            case "load", offset, size:
                return self.load(offset, size)
            case "store", offset, size, value:
                self.store(offset, value & (1 << 8 * size) - 1, size)
            case "memory", address, octets:
                self.board.memory.write(address, octets)
            case "frame", octets:
                return self.nic.can_receive() and self.nic.receive(octets)
            case "link", up:
                self.nic.on_link_change(up)
            case "time", nanoseconds:
                self.elapse(nanoseconds)
        return None


offsets = st.one_of(
    st.integers(0, 0xFF),
    st.sampled_from([0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x30, 0x37, 0x38, 0x40, 0x44, 0x50, 0x54]),
    st.sampled_from([0x5B, 0x62, 0xD9, 0xE0, 0xE4, 0xE8]),
)
values = st.one_of(
    st.integers(0, 0xFFFF_FFFF),
    st.sampled_from([0x0C, 0x40, 0x43, 0x8F, 0xC0, 0x60000, SENDS, RECEIVES, BUFFERS, MEMORY - 7]),
)
sizes = st.sampled_from([1, 2, 4])
descriptors = st.builds(
    lambda ring, number, bits, length, tag, address: (
        "memory",
        ring + 16 * number,
        pack("<IIQ", OWN | sum(set(bits)) | length, tag, address),
    ),
    st.sampled_from([SENDS, RECEIVES]),
    st.integers(0, 7),
    st.lists(st.sampled_from([END, FIRST, LAST, 1 << 18, 1 << 17, 1 << 16, 1 << 22])),
    st.one_of(st.just(0), st.integers(0, 0xFFFF)),
    st.integers(0, 0x3FFFF),
    st.one_of(st.integers(0, MEMORY + 100), st.integers(0, (1 << 64) - 1), st.just(SENDS)),
)
operations = st.one_of(
    st.tuples(st.just("load"), offsets, sizes),
    st.tuples(st.just("store"), offsets, sizes, values),
    st.tuples(st.just("store"), offsets, sizes, values),
    st.tuples(st.just("frame"), st.binary(max_size=100)),
    st.just(("frame", OURS)),
    st.just(("frame", b"\xff" * 9000)),
    st.just(("store", 0x37, 1, 0x0C)),
    st.just(("store", 0x44, 4, 0x8F)),
    st.just(("store", 0xD9, 1, 0x40)),
    st.just(("store", 0xD9, 1, 0x40)),
    st.just(("store", 0x40, 4, 0x60000)),
    st.tuples(st.just("store"), st.sampled_from([0x10, 0x14, 0x18, 0x1C]), st.just(4), values),
    st.integers(0, 0x7F).map(lambda wires: ("store", 0x50, 1, 0x80 | wires)),
    st.tuples(st.just("load"), st.sampled_from([0x40, 0x50, 0x60, 0x38, 0x43]), sizes),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("time"), st.integers(0, 10**10)),
    descriptors,
)
programs = st.lists(operations, min_size=40, max_size=120)
C_MODE = [
    ("store", 0x37, 1, 0x10),
    ("store", 0x37, 1, 0x0C),
    ("store", 0x44, 4, 0x8F),
    ("store", 0x30, 4, BUFFERS),
    ("memory", BUFFERS, OURS),
    *(("store", 0x20 + 4 * turn, 4, BUFFERS) for turn in range(4)),
]
PLUS_MODE = [
    ("store", 0x37, 1, 0x0C),
    ("store", 0x44, 4, 0x8F),
    ("store", 0x30, 4, BUFFERS),
    ("store", 0xE0, 2, 0x43),
    ("store", 0x20, 4, SENDS),
    ("store", 0xE4, 4, RECEIVES),
]


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.sampled_from([C_MODE, PLUS_MODE]), programs)
def test_no_guest_does_harm(mode, program):
    machine = Machine()

    for operation in [*mode, *program]:
        machine.do(operation)

    assert len(machine.board.memory.octets) == MEMORY


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.sampled_from([C_MODE, PLUS_MODE]), programs, programs)
def test_a_nic_that_was_loaded_goes_on_as_the_one_that_was_saved(mode, before, after):
    machine, copy = Machine(), Machine()
    for operation in [*mode, *before]:
        machine.do(operation)

    copy.nic.load(machine.nic.save())
    copy.board.memory.octets[:] = machine.board.memory.octets
    copy.clock.advance(machine.clock.now() - copy.clock.now())
    machine.wire.sent.clear()

    assert copy.nic.save() == machine.nic.save()
    assert copy.wire.current_mac == bytes(machine.nic._address)
    assert [machine.do(each) for each in after] == [copy.do(each) for each in after]
    assert copy.nic.save() == machine.nic.save()
    assert copy.wire.sent == machine.wire.sent
    assert copy.board.memory.octets == machine.board.memory.octets
    assert copy.board.lines.high() == machine.board.lines.high()


def test_what_was_saved_is_not_changed_by_what_follows():
    machine = Machine()
    saved = machine.nic.save()

    machine.store(0x00, 0x02)
    machine.store(0x50, 0x88)

    assert machine.nic.save() != saved
    machine.nic.load(saved)
    assert machine.nic.save() == saved


def test_a_nic_that_is_removed_leaves_nothing():
    machine = Machine()
    machine.store(MASK, 0xFFFF, 2)
    machine.store(INTERVAL, 100, 4)
    machine.nic.on_link_change(False)

    machine.nic.remove()

    assert machine.load(COMMAND) == 0xFF
    assert machine.board.space.load(REGISTERS + COMMAND, 1) == 0
    assert machine.board.timers.next_deadline() is None
    assert not machine.board.lines.high()


# -- the timer -------------------------------------------------------------------------------------


def test_the_timer_interrupts_at_its_tick_and_again_a_round_later():
    machine = Machine()
    machine.elapse(1_000_000)
    machine.store(INTERVAL, 100, 4)
    machine.store(TIMER, 0, 4)

    machine.elapse(100 * TICK - 1)
    assert machine.load(STATUS, 2) == 0
    machine.elapse(1)
    assert machine.load(STATUS, 2) == TIMED_OUT
    assert machine.load(TIMER, 4) == 100

    machine.store(STATUS, TIMED_OUT, 2)
    machine.elapse((1 << 32) * TICK - 1)
    assert machine.load(STATUS, 2) == 0
    machine.elapse(1)
    assert machine.load(STATUS, 2) == TIMED_OUT
    assert machine.load(TIMER, 4) == 100


def test_an_interval_that_has_passed_counts_from_the_next_round():
    machine = Machine()
    machine.elapse(1000 * TICK)

    machine.store(INTERVAL, 100, 4)

    assert machine.board.timers.next_deadline() == ((1 << 32) + 100) * TICK


def test_the_same_interval_again_changes_nothing():
    machine = Machine()
    machine.store(INTERVAL, 100, 4)
    machine.clock.advance(200 * TICK)

    machine.store(INTERVAL, 100, 4)

    assert machine.board.timers.next_deadline() == 100 * TICK


def test_a_timer_that_comes_while_the_clock_is_halted_is_lost():
    machine = Machine()
    machine.store(INTERVAL, 100, 4)
    machine.store(CLOCK, ord("H"))

    machine.elapse(100 * TICK)

    machine.store(CLOCK, ord("R"))
    assert machine.load(STATUS, 2) == 0
    assert machine.board.timers.next_deadline() is None


def test_an_interval_of_nought_stops_the_timer():
    machine = Machine()
    machine.store(INTERVAL, 100, 4)

    machine.store(INTERVAL, 0, 4)

    assert machine.board.timers.next_deadline() is None


# -- the EEPROM ------------------------------------------------------------------------------------


def clock_in(chip, bits):
    for bit in bits:
        chip.drive(True, False, bit == "1")
        chip.drive(True, True, bit == "1")


def clock_out(chip):
    word = 0
    for _ in range(16):
        chip.drive(True, False, False)
        chip.drive(True, True, False)
        word = word << 1 | chip.data_out
    return word


@given(st.integers(0, 63), st.integers(0, 0xFFFF), st.integers(0, 5))
def test_the_eeprom_answers_with_the_word_that_was_asked_for(place, word, idle):
    chip = Eeprom()
    chip.words[place] = word
    chip.drive(False, False, False)

    for _ in range(2):
        clock_in(chip, "0" * idle + "110" + f"{place:06b}")
        assert not chip.data_out
        assert clock_out(chip) == word


@settings(max_examples=40)
@given(st.text("01", max_size=200))
def test_nothing_changes_the_eeprom(bits):
    chip = Eeprom(words=list(range(64)))

    clock_in(chip, bits)

    assert chip.words == list(range(64))


# -- offloads --------------------------------------------------------------------------------------


def packet(protocol, body, options=b""):
    header = bytes([0x45 + len(options) // 4, 0])
    header += pack(">HHHBBH", 20 + len(options) + len(body), 0x1234, 0, 64, protocol, 0xAAAA)
    return b"\xff" * 12 + b"\x08\x00" + header + bytes([10, 0, 2, 15, 10, 0, 2, 2]) + options + body


def is_whole(frame):
    """Whether the checksums of an IPv4 packet and of what it carries verify."""
    size = 4 * (frame[14] & 0x0F)
    header, body = frame[14 : 14 + size], frame[14 + size :]
    addresses = (int.from_bytes(header[12:16], "big"), int.from_bytes(header[16:20], "big"))
    pseudo = checksum.pseudo_ipv4(*addresses, header[9], len(body))
    return checksum.internet(header) == 0 and checksum.internet(body, pseudo) == 0


bodies = st.binary(min_size=1, max_size=3000)
ip_options = st.sampled_from([b"", b"\x01" * 4, b"\x01" * 40])


@settings(max_examples=40)
@given(st.sampled_from([6, 17]), bodies, ip_options)
def test_checksums_verify_afterwards(protocol, data, options):
    tcp = pack(">HHIIBBHHH", 1, 2, 3, 4, 0x50, 0x18, 9, 0xBBBB, 0)
    body = tcp + data if protocol == 6 else pack(">HHHH", 1, 2, 8 + len(data), 0xBBBB) + data

    (frame,) = finished(packet(protocol, body, options), 7 << 16)

    assert is_whole(frame)
    assert frame.endswith(data)


@settings(max_examples=40)
@given(bodies, ip_options, st.integers(0, 10), st.integers(20, 1500), st.integers(0, 0xFFFF_FFFF))
def test_segments_carry_all_data_in_order(data, options, words, size, sequence):
    tcp = pack(">HHIIBBHHH", 1, 2, sequence, 4, (5 + words) << 4, 0x19, 9, 0xBBBB, 0)
    start = 14 + 20 + len(options) + 20 + 4 * words

    frames = list(finished(packet(6, tcp + bytes(4 * words) + data, options), SEGMENT | size << 16))

    assert all(is_whole(frame) for frame in frames)
    assert b"".join(frame[start:] for frame in frames) == data
    place = 0
    for number, frame in enumerate(frames):
        assert int.from_bytes(frame[18:20], "big") == 0x1234 + number
        at = start - 20 - 4 * words + 4
        assert int.from_bytes(frame[at : at + 4], "big") == sequence + place & 0xFFFF_FFFF
        place += len(frame) - start


@given(
    st.sampled_from([0x45, 0x46, 0x4F, 0x44, 0x65]),
    st.integers(0, 80),
    st.sampled_from([1, 6, 17]),
    st.integers(0, 15),
    st.integers(0, 60),
    st.integers(0, 0xFFFF_FFFF),
)
def test_what_is_no_packet_goes_out_as_it_is(version, total, protocol, words, length, command):
    octets = bytearray(packet(protocol, bytes(12) + bytes([words << 4]) + bytes(47))[: 14 + length])
    octets[14:15] = bytes([version])
    octets[16:18] = total.to_bytes(2, "big")
    size = 4 * (version & 0x0F)
    fits = version >> 4 == 4 and 20 <= size <= total <= len(octets) - 14

    frames = list(finished(bytes(octets), command))

    assert fits or frames == [bytes(octets)]
    assert command & SEGMENT or [len(each) for each in frames] == [len(octets)]


@pytest.mark.parametrize("lap", [0, 1 << 64])
def test_dma_goes_on_at_the_first_address_after_the_last(lap):
    nic = Machine().nic
    address = lap + (1 << 64) - 2

    nic.write_memory(address, b"abcd")

    assert nic.read_memory(0, 2) == b"cd"
    assert nic.read_memory(address, 4) == b"\0\0cd"

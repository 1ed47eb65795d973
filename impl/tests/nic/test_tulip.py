"""tulip: saving, removing, and whatever a hostile guest writes; the rest is compared with QEMU."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.clock import ManualClock
from refnet.nic import registry
from refnet.nic.boards import Pc
from refnet.nic.model import Setting

MAC = bytes.fromhex("525400123456")
OURS = MAC + bytes.fromhex("52540000000188b5") + bytes(60)
MEMORY = 0x20_0000
RX, TX, BUFFERS = 0x1_0000, 0x1_2000, 0x2_0000
BASE = 0xE000_0000
OWN, WHOLE, ASK, SETUP, END = 1 << 31, 3 << 29, 1 << 31, 1 << 27, 1 << 25
CAUSES = 0x1_FFFF


class Wire:
    """A cable that keeps what is sent."""

    link_up = True
    current_mac = MAC

    def __init__(self):
        self.sent = []
        self.flushes = 0

    def send(self, frame):
        self.sent.append(frame)
        return True

    def flush(self):
        self.flushes += 1
        return True


class Rig:
    """A PC with a tulip in slot 3."""

    def __init__(self):
        self.board = Pc(ManualClock(), MEMORY)
        self.wire = Wire()
        self.nic = registry.make("tulip", Setting(self.board, self.wire, MAC, {}))
        self.board.pci.plug(self.nic, 3 << 3)
        self.nic.write_config(0x14, 4, BASE)
        self.nic.write_config(0x04, 2, 6)

    def get(self, number):
        return self.board.space.load(BASE + 8 * number, 4)

    def set(self, number, value):
        self.board.space.store(BASE + 8 * number, 4, value)

    def describe(self, place, status, control, first, second=0):
        octets = struct.pack("<4I", status, control, first, second)
        self.board.memory.write(place, octets)

    def start(self, mode=0x40):
        for place in range(4):
            self.describe(RX + 16 * place, OWN, 2047, BUFFERS + 0x1000 * place)
        for number, value in ((0, 0), (3, RX), (4, TX), (7, CAUSES), (6, 0x2002 | mode)):
            self.set(number, value)

    def offer(self, place, frame, control=WHOLE):
        self.board.memory.write(BUFFERS + 0x8000, frame)
        self.describe(TX + 16 * place, OWN, control | len(frame), BUFFERS + 0x8000)


def test_a_loaded_chip_goes_on_where_the_saved_one_was():
    first, second = Rig(), Rig()
    first.start()
    first.offer(0, OURS[:20], 1 << 29)
    first.set(1, 1)
    first.nic.receive(OURS)
    first.set(9, 0x4801)
    first.set(9, 0x4807)

    second.board.memory.octets[:] = first.board.memory.octets
    second.nic.load(first.nic.save())

    assert second.nic.save() == first.nic.save()
    for rig in (first, second):
        rig.offer(1, OURS[20:], 1 << 30)
        rig.set(1, 1)
        rig.nic.receive(OURS[:40])
        rig.set(9, 0x2_0000)
        rig.set(9, 0x1_0000)
    assert second.wire.sent == first.wire.sent == [OURS]
    assert second.nic.save() == first.nic.save()
    assert second.board.memory.octets == first.board.memory.octets


def test_a_removed_chip_has_no_registers_and_no_interrupt():
    rig = Rig()
    rig.start()
    rig.nic.receive(OURS)
    assert rig.nic.config[0x06] & 0x08

    rig.nic.remove()

    assert rig.get(7) == 0
    assert not rig.nic.config[0x06] & 0x08
    assert rig.board.lines.high() == frozenset()


def test_a_reset_stops_both_halves():
    rig = Rig()
    rig.start()

    rig.nic.reset()

    rig.offer(0, OURS)
    rig.set(1, 1)
    assert rig.wire.sent == []
    assert rig.nic.receive(OURS) is False


@pytest.mark.parametrize("length", [13, 2045])
def test_a_frame_that_never_fits_waits(length):
    rig = Rig()
    rig.start()

    assert rig.nic.receive(bytes(length)) is False


def test_without_a_descriptor_the_first_frame_waits_and_later_ones_are_lost():
    rig = Rig()
    rig.start()
    rig.describe(RX, 0, 2047, BUFFERS)
    assert rig.nic.receive(OURS) is False
    rig.describe(RX, OWN, 2047, BUFFERS)
    assert rig.nic.receive(OURS) is True
    rig.describe(RX + 16, 0, 2047, BUFFERS)

    assert rig.nic.receive(OURS) is True

    assert rig.get(5) & 0x80


def test_nothing_is_taken_after_a_frame_that_got_only_a_part_of_its_buffers():
    rig = Rig()
    rig.start()
    rig.describe(RX, OWN, 20, BUFFERS)
    rig.describe(RX + 16, 0, 2047, BUFFERS)
    assert rig.nic.receive(OURS) is True

    rig.describe(RX + 16, OWN, 2047, BUFFERS)

    assert rig.nic.receive(OURS) is False


@pytest.mark.parametrize("number", [2, 3, 6])
def test_what_waits_is_offered_again(number):
    rig = Rig()

    rig.set(number, 0x2)

    assert rig.wire.flushes == 1


def test_a_list_that_ends_nowhere_is_left_after_a_while():
    rig = Rig()
    rig.start()
    rig.describe(TX, OWN, WHOLE | END | 2047 | 2047 << 11, BUFFERS)
    rig.set(5, CAUSES)

    rig.set(1, 1)

    assert rig.wire.sent == []
    assert not rig.get(5) & 4


def test_a_word_that_was_written_stays_in_the_serial_rom():
    rig = Rig()
    command = "0100110000", f"0111{5:06b}", f"0101{5:06b}{0x1234:016b}"
    for bits in command:
        rig.set(9, 0x4801)
        for bit in bits:
            rig.set(9, 0x4801 | 4 * int(bit))
            rig.set(9, 0x4803 | 4 * int(bit))
        rig.set(9, 0x4800)

    rig.nic.reset()

    assert rig.nic.save()["_rom"].words[5] == 0x1234


def managed(rig, bits, lines=0):
    """Move bits over the management bus; what comes back."""
    out = ""
    for bit in bits:
        rig.set(9, lines | int(bit) << 17)
        rig.set(9, lines | int(bit) << 17 | 1 << 16)
        out += str(rig.get(9) >> 19 & 1)
    return out


@pytest.mark.parametrize(("phy", "kept"), [(1, 0x4515), (2, 0x0501)])
def test_a_register_of_the_phy_is_written_and_read(phy, kept):
    rig = Rig()
    managed(rig, "1" * 32 + f"0101{phy:05b}{4:05b}10{0x5555:016b}")

    managed(rig, "1" * 32 + f"0110{1:05b}{4:05b}")

    assert int(managed(rig, "0" * 17, 1 << 18)[1:], 2) == kept


@pytest.mark.parametrize(
    ("mode", "wanted"), [(0, b"\x02" * 6), (0x10, MAC), (0x80, b"\x03" * 6), (0x40, MAC)]
)
def test_a_frame_that_is_wanted_comes_back_in_loopback(mode, wanted):
    rig = Rig()
    rig.start(mode | 0x400)
    rig.board.memory.write(0x3_0000, b"\x02" * 192)
    rig.describe(TX, OWN, SETUP | ASK | 192, 0x3_0000)
    frame = wanted + OURS[6:]
    rig.describe(TX + 16, OWN, WHOLE | ASK | len(frame), BUFFERS + 0x8000)
    rig.board.memory.write(BUFFERS + 0x8000, frame)

    rig.set(1, 1)

    assert rig.wire.sent == []
    assert rig.board.memory.read(BUFFERS, len(frame)) == frame
    assert rig.get(5) & 0x41 == 0x41


longs = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([RX, TX, BUFFERS, OWN, 0x2042]))
steps = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 15), longs),
    st.tuples(st.just("get"), st.integers(0, 15)),
    st.tuples(st.just("store"), st.integers(0, 0x7F), st.sampled_from([1, 2, 4])),
    st.tuples(
        st.just("describe"),
        st.sampled_from([RX, RX + 16, TX, TX + 16, MEMORY - 8]),
        st.sampled_from([OWN, OWN, 0, 2**32 - 1]),
        *[st.one_of(longs, st.sampled_from([WHOLE | 60, SETUP | 192, END | 2047]))] * 3,
    ),
    st.tuples(st.just("frame"), st.binary(min_size=0, max_size=80)),
    st.tuples(st.just("start"), longs),
)


@given(st.lists(steps, max_size=40))
def test_nothing_that_a_guest_does_raises(program):
    rig = Rig()
    rig.start()
    for name, *values in program:
        match name:
            case "set":
                rig.set(*values)
            case "get":
                rig.get(*values)
            case "store":
                offset, size = values
                rig.board.space.store(BASE + offset, size, (1 << 8 * size) - 1)
                rig.board.space.load(BASE + offset, size)
            case "describe":
                rig.describe(*values)
            case "frame":
                assert rig.nic.receive(values[0]) in (True, False)
            case "start":
                rig.start(values[0] & 0xFFFF_DFFD)
    saved = rig.nic.save()
    rig.nic.load(saved)
    assert rig.nic.save() == saved

"""pcnet: saving, removing, and whatever a hostile guest writes; the rest is compared with QEMU."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig import MAC, OURS, Assembly, LoopingWire

BLOCK, RX, TX, BUFFERS = 0x1_0000, 0x1_1000, 0x1_2000, 0x2_0000
PORTS = 0xC000
DATA, ADDRESS, BUS_DATA = 0x10, 0x12, 0x16
BAR0, BAR1 = 0x10, 0x14
WHOLE = 0x8300


class Rig(Assembly):
    """A PC with a pcnet in slot 3."""

    def __init__(self):
        super().__init__("pcnet", {BAR0: PORTS, BAR1: 0xE000_0000}, wire=LoopingWire)

    def load(self, offset, size=2):
        return self.board.ports.load(PORTS + offset, size)

    def store(self, offset, size, value):
        self.board.ports.store(PORTS + offset, size, value)

    def csr(self, number, value):
        self.store(ADDRESS, 2, number)
        self.store(DATA, 2, value)

    def start(self, mode=0, flags=0x0115):
        """32-bit descriptors, four of them each way."""
        self.store(ADDRESS, 2, 20)
        self.store(BUS_DATA, 2, 2)
        rings = RX.to_bytes(4, "little") + TX.to_bytes(4, "little")
        head = mode.to_bytes(2, "little") + b"\x20\x20"
        self.board.memory.write(BLOCK, head + MAC + bytes(10) + rings)
        for place in range(4):
            self.describe(RX, place, 0x8000, 2048)
        self.csr(1, BLOCK & 0xFFFF)
        self.csr(2, BLOCK >> 16)
        self.csr(4, flags)
        self.csr(0, 0x43)

    def describe(self, ring, place, status, length):
        buffer = BUFFERS + (0x1_0000 if ring == TX else 0) + 0x1000 * place
        words = buffer.to_bytes(4, "little") + (-length & 0xFFFF).to_bytes(2, "little")
        octets = words + status.to_bytes(2, "little") + bytes(8)
        self.board.memory.write(ring + 16 * place, octets)

    def offer(self, place, frame):
        self.board.memory.write(BUFFERS + 0x1_0000 + 0x1000 * place, frame)
        self.describe(TX, place, WHOLE, len(frame))


def test_a_loaded_chip_goes_on_where_the_saved_one_was():
    first, second = Rig(), Rig()
    first.start()
    first.offer(0, OURS)
    first.csr(0, 0x48)
    first.nic.receive(OURS)
    first.nic.on_link_change(False)

    second.board.memory.octets[:] = first.board.memory.octets
    second.nic.load(first.nic.save())

    assert second.nic.save() == first.nic.save()
    for rig in (first, second):
        rig.wire.sent.clear()
        rig.nic.on_link_change(True)
        rig.offer(1, OURS[:20])
        rig.csr(0, 0x48)
        rig.nic.receive(OURS)
        rig.csr(0, 0x0640)
    assert second.wire.sent == first.wire.sent == [OURS[:20]]
    assert second.nic.save() == first.nic.save()
    assert second.board.memory.octets == first.board.memory.octets


def test_the_timer_polls_every_two_milliseconds():
    rig = Rig()
    rig.start()
    rig.load(DATA)

    rig.offer(0, OURS)
    rig.elapse(1_900_000)
    assert not rig.wire.sent

    rig.elapse(100_000)
    assert rig.wire.sent == [OURS]


def test_a_removed_chip_has_no_registers_and_no_timer():
    rig = Rig()
    rig.start()
    assert rig.board.timers.next_deadline() is not None

    rig.nic.remove()

    assert rig.load(DATA) == 0xFFFF
    assert rig.board.timers.next_deadline() is None
    assert 11 not in rig.board.lines.high()


def test_a_reset_stops_the_chip():
    rig = Rig()
    rig.start()

    rig.nic.reset()

    rig.offer(0, OURS)
    assert rig.load(DATA) == 0x0004
    assert not rig.wire.sent
    assert rig.board.timers.next_deadline() is None


@pytest.mark.parametrize("mode", [0x04, 0x44])
def test_a_frame_in_loopback_is_not_sent(mode):
    rig = Rig()
    rig.start(mode)
    rig.offer(0, OURS)

    rig.csr(0, 0x48)

    assert not rig.wire.sent
    assert rig.board.memory.read(BUFFERS, len(OURS)) == OURS


octets = st.integers(0, 255)
steps = st.one_of(
    st.tuples(
        st.just("store"), st.integers(0, 0x1F), st.sampled_from([1, 2, 4]), st.integers(0, 2**32)
    ),
    st.tuples(st.just("load"), st.integers(0, 0x1F), st.sampled_from([1, 2, 4])),
    st.tuples(st.just("csr"), st.sampled_from([0, 1, 2, 3, 4, 5, 15, 58, 72, 74]), octets),
    st.tuples(st.just("poke"), st.sampled_from([BLOCK, RX, TX, 0]), st.binary(max_size=64)),
    st.tuples(st.just("frame"), st.binary(min_size=0, max_size=80)),
    st.tuples(st.just("wait"), st.integers(0, 5_000_000)),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("start"), st.integers(0, 0xFFFF)),
)


@given(st.lists(steps, max_size=40))
def test_nothing_that_a_guest_does_raises(program):
    rig = Rig()
    for name, *values in program:
        match name:
            case "store":
                rig.store(values[0], values[1], values[2] & (1 << 8 * values[1]) - 1)
            case "load":
                rig.load(*values)
            case "csr":
                rig.csr(*values)
            case "poke":
                rig.board.memory.write(*values)
            case "frame":
                assert rig.nic.receive(values[0]) is True
            case "wait":
                rig.elapse(values[0])
            case "link":
                rig.nic.on_link_change(values[0])
            case "start":
                rig.start(values[0])
    saved = rig.nic.save()
    rig.nic.load(saved)
    assert rig.nic.save() == saved

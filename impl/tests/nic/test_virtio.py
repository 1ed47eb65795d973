"""virtio-net by itself: saving, removing, waiting frames, announcing, and whatever a guest does.

What a driver sees is compared with QEMU in ``tests/registers``.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig import COMMAND, MEMORY, OURS, Assembly, Wire

from refnet.errors import OptionError

TABLES = (0x100000, 0x110000, 0x120000)
BUFFERS = 0x140000
PORTS, TABLE, REGISTERS = 0xC000, 0xE000_0000, 0xE000_4000
BAR0, BAR1, BAR4 = 0x10, 0x14, 0x20
OPTIONS = {
    "plain": {},
    "timer": {"tx": "timer", "x-txtimer": 1000, "ioeventfd": False},
    "single": {"mrg_rxbuf": False, "ioeventfd": False, "use-started": False},
    "iommu": {"iommu_platform": True, "disable-legacy": "on"},
}


class PatientWire(Wire):
    """A cable that keeps what is sent, or has it wait."""

    def __init__(self):
        super().__init__()
        self.full = False
        self.flushed = 0

    def send(self, frame, on_sent=None):
        (self.waiting if self.full else self.sent).append((frame, on_sent))
        return not self.full

    def flush(self):
        self.flushed += 1
        return True

    def purge(self):
        self.drain()

    def drain(self):
        """What waits goes."""
        self.full = False
        waiting, self.waiting = self.waiting, []
        for frame, on_sent in waiting:
            self.sent.append((frame, None))
            on_sent()


class Rig(Assembly):
    """A PC with virtio-net in slot 3."""

    def __init__(self, options=(), model="virtio-net-pci"):
        bars = {BAR0: PORTS, BAR1: TABLE, BAR4: REGISTERS}
        super().__init__(model, bars, wire=PatientWire, options=options)

    def load(self, offset, size=2):
        return self.board.ports.load(PORTS + offset, size)

    def store(self, offset, size, value):
        self.board.ports.store(PORTS + offset, size, value & (1 << 8 * size) - 1)

    def modern(self, offset, size):
        return self.board.space.load(REGISTERS + offset, size)

    def write_modern(self, offset, size, value):
        self.board.space.store(REGISTERS + offset, size, value & (1 << 8 * size) - 1)

    def start(self, features=0):
        """As a legacy driver does."""
        self.store(18, 1, 0)
        self.store(18, 1, 3)
        self.store(4, 4, features)
        for queue, table in enumerate(TABLES):
            self.board.memory.write(table, bytes(0x4000))
            self.store(14, 2, queue)
            self.store(8, 4, table >> 12)
        self.store(18, 1, 7)

    def describe(self, queue, place, address, length, flags=0, following=0):
        fields = ((address, 8), (length, 4), (flags, 2), (following, 2))
        entry = b"".join(value.to_bytes(size, "little") for value, size in fields)
        self.board.memory.write(TABLES[queue] + 16 * place, entry)

    def offer(self, queue, index, *heads):
        """Make heads available; ``index`` is the ring's afterwards."""
        size = (256, 256, 64)[queue]
        ring = TABLES[queue] + 16 * size
        octets = index.to_bytes(2, "little")
        octets += b"".join(head.to_bytes(2, "little") for head in heads)
        self.board.memory.write(ring + 2, octets)
        self.store(16, 2, queue)

    def used(self, queue):
        at = (0x2000, 0x2000, 0x1000)[queue] + TABLES[queue] + 2
        return int.from_bytes(self.board.memory.read(at, 2), "little")


@pytest.fixture
def rig():
    return Rig()


def test_a_frame_that_has_to_wait_is_given_back_when_it_goes(rig):
    rig.start()
    for place in range(3):
        rig.describe(1, place, BUFFERS, 70 + place)
    rig.wire.full = True

    rig.offer(1, 3, 0, 1, 2)

    assert rig.used(1) == 0
    rig.store(16, 2, 1)
    rig.wire.drain()
    assert rig.used(1) == 3
    assert [len(frame) for frame, _ in rig.wire.sent] == [60, 61, 62]


def test_a_burst_that_had_to_wait_goes_on(rig):
    rig = Rig({"x-txburst": 2})
    rig.start()
    for place in range(7):
        rig.describe(1, place, BUFFERS, 70 + place)
    rig.wire.full = True
    rig.offer(1, 7, *range(7))

    rig.wire.drain()

    assert rig.used(1) == 7


def test_a_reset_gives_back_what_waits(rig):
    rig.start()
    rig.describe(1, 0, BUFFERS, 70)
    rig.wire.full = True
    rig.offer(1, 1, 0)

    rig.store(18, 1, 0)

    assert rig.used(1) == 1
    rig.start()
    assert not rig.wire.waiting


def test_a_part_of_a_header_breaks_the_device(rig):
    rig.start()
    rig.describe(1, 0, BUFFERS, 5)

    rig.offer(1, 1, 0)

    assert rig.used(1) == 0
    assert rig.nic.broken


@pytest.mark.parametrize("features", [0, 1 << 15])
def test_a_buffer_without_room_for_the_header_breaks_the_device(rig, features):
    rig.start(features)
    rig.describe(0, 0, BUFFERS, 5, 2)
    rig.describe(0, 1, BUFFERS, 500, 2)
    rig.offer(0, 2, 0, 1)

    assert rig.nic.receive(OURS)

    assert rig.nic.broken
    assert rig.used(0) == 0


def test_a_frame_that_finds_too_few_good_buffers_breaks_the_device(rig):
    rig.start(1 << 15)
    rig.describe(0, 0, BUFFERS, 40, 2)
    rig.describe(0, 1, BUFFERS, 64, 3, 2)
    rig.describe(0, 2, BUFFERS, 64)
    rig.offer(0, 2, 0, 1)

    assert rig.nic.receive(OURS)

    assert rig.nic.broken


def test_a_timer_waits_for_a_link():
    rig = Rig(OPTIONS["timer"])
    rig.start()
    rig.describe(1, 0, BUFFERS, 70)
    rig.offer(1, 1, 0)
    assert rig.board.timers.next_deadline() == 1000

    rig.nic.on_link_change(False)

    assert rig.board.timers.next_deadline() is None
    assert rig.used(1) == 1
    assert not rig.wire.sent


def test_a_timer_is_set_again_when_the_driver_is_ready_again():
    rig = Rig(OPTIONS["timer"])
    rig.start()
    rig.describe(1, 0, BUFFERS, 70)
    rig.offer(1, 1, 0)
    rig.store(18, 1, 3)
    assert rig.board.timers.next_deadline() is None

    rig.store(18, 1, 7)
    rig.store(16, 2, 1)

    assert len(rig.wire.sent) == 1


def test_a_timer_sends():
    rig = Rig(OPTIONS["timer"])
    rig.start()
    rig.describe(1, 0, BUFFERS, 70)
    rig.offer(1, 1, 0)

    rig.elapse(1000)

    assert [len(frame) for frame, _ in rig.wire.sent] == [60]


def test_a_driver_is_asked_to_announce_the_guest(rig):
    rig.start(1 << 17 | 1 << 21)

    rig.nic.announce()

    assert rig.load(20 + 6) == 3
    assert rig.load(19, 1) == 3
    assert rig.nic.announced()
    assert not rig.nic.announced()


def test_a_frame_of_more_than_the_largest_is_lost(rig):
    rig.start()
    rig.describe(1, 0, BUFFERS, 0x8000, 1, 0x1)
    rig.describe(1, 1, BUFFERS, 0x8000, 1, 0x2)
    rig.describe(1, 2, BUFFERS, 0x8000)

    rig.offer(1, 1, 0)

    assert rig.used(1) == 1
    assert not rig.wire.sent


def test_features_are_refused_without_the_iommu():
    rig = Rig(OPTIONS["iommu"])
    rig.write_modern(0x08, 4, 1)
    rig.write_modern(0x0C, 4, 1)

    rig.write_modern(0x14, 1, 0xB)

    assert rig.modern(0x14, 1) == 0
    rig.write_modern(0x0C, 4, 3)
    rig.write_modern(0x14, 1, 0xB)
    assert rig.modern(0x14, 1) == 0xB


def test_an_io_port_takes_notifications():
    rig = Rig({"modern-pio-notify": True})
    rig.nic.write_config(0x18, 4, 0xC100)
    rig.start()
    rig.describe(1, 0, BUFFERS, 70)
    ring = TABLES[1] + 16 * 256
    rig.board.memory.write(ring + 2, b"\1\0")

    rig.board.ports.store(0xC100, 2, 1)

    assert rig.used(1) == 1
    assert rig.board.ports.load(0xC100, 2) == 0


def test_more_vectors_than_there_can_be():
    with pytest.raises(OptionError, match="2049 vectors"):
        Rig({"vectors": 2049})


def test_the_machine_resets_vectors(rig):
    rig.board.space.store(TABLE, 4, 0x1000)
    rig.nic.write_config(0x98 + 3, 1, 0x80)

    rig.nic.reset_config()
    rig.nic.reset()

    assert not rig.nic.msix.enabled
    rig.nic.write_config(BAR1, 4, TABLE)
    rig.nic.write_config(COMMAND, 2, 7)
    assert rig.board.space.load(TABLE, 4) == 0
    assert rig.board.space.load(TABLE + 12, 4) == 1


def test_a_removed_nic_answers_no_more():
    rig = Rig(OPTIONS["timer"])
    rig.start()
    rig.describe(1, 0, BUFFERS, 70)
    rig.offer(1, 1, 0)

    rig.nic.remove()

    assert rig.load(0, 4) == 0xFFFF_FFFF
    assert rig.modern(4, 4) == 0
    assert rig.board.timers.next_deadline() is None
    assert rig.nic.fetch(0, 4) == bytes(4)
    rig.nic.deposit(0, b"\1")
    assert rig.nic.stretch(0, 4) == 0


octets = st.integers(0, 255)
words = st.integers(0, 0xFFFF_FFFF)
addresses = st.one_of(
    st.sampled_from([0, *TABLES, BUFFERS, 0x1FFFF0, 0x9FFF0, REGISTERS, 1 << 63]),
    st.integers(0, MEMORY),
    st.integers(0, (1 << 64) - 1),
)
lengths = st.one_of(st.sampled_from([0, 1, 9, 10, 11, 12, 64, 2048, 65536]), words)
actions = st.one_of(
    st.tuples(st.just("port"), st.integers(0, 31), st.sampled_from([1, 2, 4]), words),
    st.tuples(st.just("modern"), st.integers(0, 0x3F), st.sampled_from([1, 2, 4]), words),
    st.tuples(st.just("modern"), st.integers(0x2FF0, 0x3010), st.sampled_from([1, 2, 4]), words),
    st.tuples(st.just("table"), st.integers(0, 0x50), words),
    st.tuples(st.just("config"), st.integers(4, 255), st.sampled_from([1, 2, 4]), words),
    st.tuples(st.just("status"), octets),
    st.tuples(
        st.just("describe"),
        st.integers(0, 2),
        st.integers(0, 5),
        addresses,
        lengths,
        st.integers(0, 7),
        st.integers(0, 6),
    ),
    st.tuples(st.just("offer"), st.integers(0, 2), st.integers(0, 0xFFFF), st.integers(0, 300)),
    st.tuples(st.just("offer"), st.integers(0, 2), st.integers(0, 9), st.integers(0, 5)),
    st.tuples(st.just("place"), st.integers(0, 3), addresses, addresses, addresses),
    st.tuples(st.just("frame"), st.binary(max_size=300)),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("full"), st.booleans()),
    st.tuples(st.just("time"), st.integers(0, 5000)),
    st.tuples(st.just("start"), words),
)
programs = st.lists(actions, max_size=60)


def carry_out(rig, program):
    """What a program reads and sends."""
    seen = []
    for action, *values in program:
        match action:
            case "port":
                rig.store(*values)
                seen.append(rig.load(values[0], values[1]))
            case "modern":
                rig.write_modern(*values)
                seen.append(rig.modern(values[0], values[1]))
            case "table":
                rig.board.space.store(TABLE + values[0], 4, values[1])
            case "config" if values[0] < COMMAND + 2 or values[0] >= 0x34:
                rig.nic.write_config(*values)
                seen.append(rig.nic.read_config(values[0], values[1]))
            case "status":
                rig.write_modern(0x14, 1, values[0])
            case "describe":
                rig.describe(*values)
            case "offer":
                rig.offer(*values)
            case "place":
                queue, *places = values
                rig.write_modern(0x16, 2, queue)
                for offset, place in zip((0x20, 0x28, 0x30), places, strict=True):
                    rig.write_modern(offset, 4, place & 0xFFFF_FFFF)
                    rig.write_modern(offset + 4, 4, place >> 32)
                rig.write_modern(0x1C, 2, 1)
            case "frame" if values[0] and rig.nic.can_receive():
                seen.append(rig.nic.receive(values[0]))
            case "link":
                rig.nic.on_link_change(values[0])
            case "full":
                rig.wire.full = values[0]
                if not values[0]:
                    rig.wire.drain()
            case "time":
                rig.elapse(values[0])
            case "start":
                rig.start(values[0])
    return seen, [frame for frame, _ in rig.wire.sent], rig.board.lines.high()


@pytest.mark.parametrize("options", OPTIONS)
@given(program=programs)
def test_nothing_that_a_guest_does_raises(options, program):
    carry_out(Rig(OPTIONS[options]), program)


@pytest.mark.parametrize("model", ["virtio-net-pci", "virtio-net-pci-non-transitional"])
@given(before=programs, after=programs)
def test_a_saved_nic_goes_on_where_it_was(model, before, after):
    first = Rig(OPTIONS["timer"], model)
    carry_out(first, before)
    first.wire.drain()
    saved = first.nic.save()
    second = Rig(OPTIONS["timer"], model)
    second.clock.advance(first.clock.now())

    second.nic.load(saved)
    second.board.memory.write(0, bytes(first.board.memory.octets))

    assert second.nic.save() == saved
    first.wire.sent.clear()
    assert carry_out(second, after) == carry_out(first, after)
    assert second.nic.save() == first.nic.save()

"""virtio-net-pci beside QEMU's: both sets of registers, rings, frames, commands, MSI-X.

Programs are built from actions, so that much of what they do is right: a chain of buffers is put
into the table, then into the available ring, then its index is moved on.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import Config, Frame, In, Monitor, Operation, Out, Peek, Poke, compare, needs_qemu
from strategies import BROADCAST, GROUP, OURS, examples, frames_of, longs, octets

pytestmark = [pytest.mark.slow, needs_qemu]

_TABLES = (0x100000, 0x110000, 0x120000)
_SIZES = (256, 256, 64)
_INDIRECT, _BUFFERS, _MESSAGES = 0x140000, 0x200000, 0x1F0000
_END = 32 << 20
_OTHER = b"\2" * 6
_MSIX = 0x98

#: A readable buffer shorter than a header, a writable one without room for it, and a frame of no
#: octets would end QEMU or block the socket behind it: no length is between 1 and 12.
lengths = st.sampled_from([0, 13, 14, 60, 100, 1514, 2048, 2048, 2048, 2048, 4096, 1 << 31])
#: Rings and buffers don't overlap: with lengths that the device has written, QEMU might end, too.
addresses = st.one_of(
    *[st.integers(0, 15).map(lambda n: _BUFFERS + n * 0x10000)] * 6,
    st.sampled_from([_END - 64, _END - 4096, _END, _END + 0x1000, 0xFFFF_FFFF_FFFF_0000]),
)
queues = st.integers(0, 2)
flags = st.sampled_from([0, 0, 2, 2, 2, 1, 3])
buffers = st.tuples(addresses, lengths, flags)
vlans = st.sampled_from([b"", b"\x81\x00\x00\x05", b"\x81\x00\x0f\xff"])
frames = frames_of(
    st.one_of(st.integers(18, 100), st.integers(18, 4000)),
    st.builds(
        lambda mac, vlan: mac + OURS + vlan,
        st.sampled_from([BROADCAST, OURS, GROUP, _OTHER]),
        vlans,
    ),
    st.integers(0x20, 255),
)
commands = st.one_of(
    st.tuples(st.just(0), st.integers(0, 6), st.sampled_from([b"\0", b"\1", b"", b"\5\0"])),
    st.tuples(st.just(1), st.just(1), st.sampled_from([_OTHER, b"\2" * 5, OURS])),
    st.tuples(
        st.just(1),
        st.just(0),
        st.builds(
            lambda ones, others, lie: (
                (ones + lie).to_bytes(4, "little")
                + _OTHER * ones
                + others.to_bytes(4, "little")
                + GROUP * others
            ),
            st.sampled_from([0, 1, 2, 63, 64, 65]),
            st.sampled_from([0, 1, 2, 63, 64, 65]),
            st.sampled_from([0, 0, 0, 1, 0x2AAAAAAB]),
        ),
    ),
    st.tuples(
        st.just(2), st.integers(0, 2), st.sampled_from([b"\5\0", b"\xff\x0f", b"\0\x10", b"\5"])
    ),
    st.tuples(st.integers(3, 6), st.integers(0, 2), st.binary(max_size=10)),
)
actions = st.one_of(
    st.tuples(st.just("offer"), queues, st.lists(buffers, min_size=1, max_size=3), st.booleans()),
    *[st.tuples(st.just("supply"), lengths)] * 2,
    *[st.tuples(st.just("send"), st.lists(st.integers(20, 2000), min_size=1, max_size=3))] * 2,
    *[st.tuples(st.just("frame"), frames)] * 3,
    *[st.tuples(st.just("command"), commands)] * 2,
    *[st.tuples(st.just("kick"), queues)] * 2,
    *[st.tuples(st.just("look"), queues)] * 3,
    st.tuples(st.just("causes")),
    st.tuples(st.just("setting"), st.integers(0, 0x20), st.sampled_from([1, 2, 4])),
    st.tuples(st.just("mac"), st.integers(0, 7), octets),
    st.tuples(st.just("flags"), queues, st.sampled_from([0, 1])),
    st.tuples(st.just("event"), queues, st.integers(0, 20)),
    st.tuples(st.just("index"), st.sampled_from([0, 2]), st.integers(0, 0xFFFF)),
    st.tuples(st.just("index"), st.sampled_from([0, 2]), st.integers(0, 20)),
    st.tuples(st.just("skip"), queues),
    st.tuples(st.just("head"), queues, st.integers(0, 300)),
    st.tuples(st.just("descriptor"), queues, buffers, st.integers(0, 300), st.booleans()),
    st.tuples(st.just("link"), st.sampled_from(["on", "off"])),
    st.tuples(st.just("set up"), st.booleans(), st.integers(0, 0xFFFF_FFFF), st.integers(0, 3)),
    st.tuples(st.just("status"), st.sampled_from([0, 1, 3, 7, 0xB, 0xF, 0x47, 0x8F])),
    st.tuples(st.just("resize"), queues, st.sampled_from([0, 1, 3, 8, 64, 256, 1024, 2000])),
    st.tuples(st.just("place"), queues, st.sampled_from([0, 0x1FFE000, 0x4000000, 0x1FFF800])),
    st.tuples(st.just("master"), st.booleans()),
    st.tuples(st.just("msix"), st.sampled_from([0x00, 0x80, 0x80, 0xC0, 0x40])),
    st.tuples(st.just("entry"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("vector"), st.integers(-1, 3), st.sampled_from([0, 1, 2, 3, 4, 0xFFFF])),
    st.tuples(st.just("pending")),
    st.tuples(st.just("legacy"), st.integers(0, 31), st.sampled_from([1, 2, 4])),
    st.tuples(st.just("common"), st.integers(0, 0x3F), st.sampled_from([1, 2, 4])),
    st.tuples(st.just("select"), st.sampled_from([0, 1, 2, 3, 1023, 1024, 0xFFFF])),
    st.tuples(st.just("window"), st.integers(0, 0x3010), st.sampled_from([0, 1, 2, 3, 4]), longs),
    st.tuples(st.just("feature"), st.integers(0, 2), longs),
    st.tuples(st.just("ring reset"), st.integers(0, 1)),
)


class Program:
    """Operations, and what they have done to the rings so far."""

    def __init__(self, modern):
        self.operations: list[Operation] = []
        self.modern = modern
        self.sizes = list(_SIZES)
        self.index = [0, 0, 0]
        self.next = [0, 0, 0]

    def do(self, *operations):
        self.operations += operations

    def available(self, queue):
        return _TABLES[queue] + 16 * _SIZES[queue]

    def used(self, queue):
        return self.available(queue) + 4 + 2 * _SIZES[queue] + 4095 & -4096

    def put(self, action):
        getattr(self, "_" + action[0].replace(" ", "_"))(*action[1:])

    def _set_up(self, modern, features, ready):
        self.index, self.next = [0, 0, 0], [0, 0, 0]
        self.sizes = list(_SIZES)
        self.do(*(Poke(self.available(queue), bytes(4)) for queue in range(3)))
        self.do(*(Poke(self.used(queue), bytes(4)) for queue in range(3)))
        if modern:
            self.do(Out(0x14, 0, 1, 4), Out(0x14, 3, 1, 4))
            for word, value in enumerate((features, 1)):
                self.do(Out(0x08, word, 4, 4), Out(0x0C, value, 4, 4), In(0x0C, 4, 4))
            self.do(Out(0x14, 0xB, 1, 4), In(0x14, 1, 4))
            for queue in range(3):
                self._place(queue, _TABLES[queue])
            if ready:
                self.do(Out(0x14, 0xF, 1, 4))
        else:
            self.do(Out(18, 0), Out(18, 3), Out(4, features & ~(1 << 30), 4), In(4, 4))
            for queue in range(3):
                self.do(Out(14, queue, 2), In(12, 2), Out(8, _TABLES[queue] >> 12, 4))
            if ready:
                self.do(Out(18, 7))

    def _place(self, queue, address):
        """A modern driver's queue, laid out as a legacy one's."""
        table = address or _TABLES[queue]
        available = table + 16 * _SIZES[queue]
        self.do(Out(0x16, queue, 2, 4), Out(0x18, self.sizes[queue], 2, 4))
        for offset, at in ((0x20, table), (0x28, available), (0x30, self.used(queue))):
            self.do(Out(offset, at, 4, 4))
        self.do(Out(0x1C, 1, 2, 4), In(0x1C, 2, 4), In(0x1E, 2, 4))

    def _chain(self, queue, parts):
        size = self.sizes[queue]
        places = [(self.next[queue] + n) % size for n in range(len(parts))]
        self.next[queue] = (self.next[queue] + len(parts)) % size
        for n, (address, length, flags) in enumerate(parts):
            link = n + 1 < len(parts)
            entry = _entry(address, length, flags | link, places[n + 1] if link else 0)
            self.do(Poke(_TABLES[queue] + 16 * places[n], entry))
        self._ring(queue, places[0])

    def _ring(self, queue, head):
        slot = self.index[queue] % self.sizes[queue]
        self.do(Poke(self.available(queue) + 4 + 2 * slot, head.to_bytes(2, "little")))
        self._index(queue, self.index[queue] + 1)

    def _index(self, queue, index):
        self.index[queue] = index & 0xFFFF
        self.do(Poke(self.available(queue) + 2, self.index[queue].to_bytes(2, "little")))

    def _skip(self, queue):
        """Make available what is not; not more, on the transmit queue, than its socket holds."""
        self._index(queue, self.index[queue] + 3)

    def _offer(self, queue, parts, indirect):
        if indirect:
            table = b"".join(
                _entry(address, length, flags | 1, n + 1)
                for n, (address, length, flags) in enumerate(parts[:-1])
            ) + _entry(*parts[-1], 0)
            at = _INDIRECT + 0x100 * self.next[queue]
            self.do(Poke(at, table))
            parts = [(at, len(table), 4)]
        self._chain(queue, parts)

    def _supply(self, length):
        self._chain(0, [(_BUFFERS + 0x10000 * (self.next[0] % 16), length, 2)])
        self._kick(0)

    def _send(self, lengths):
        at = 0x180000
        parts = []
        for length in lengths:
            self.do(Poke(at, bytes([length & 0xFF]) * length))
            parts.append((at, length, 0))
            at += 0x1000
        self._chain(1, parts)
        self._kick(1)

    def _frame(self, frame):
        self.do(Frame(frame))
        self._look(0)

    def _command(self, command):
        kind, number, data = command
        self.do(Poke(0x190000, bytes([kind, number]) + data), Poke(0x198000, b"\xee"))
        parts = [(0x190000, 2, 0), (0x190002, len(data), 0), (0x198000, 1, 2)]
        self._chain(2, [part for part in parts if part[1]])
        self._kick(2)
        self.do(Peek(0x198000, 1))

    def _kick(self, queue):
        self.do(Out(0x3000 + 4 * queue, queue, 2, 4) if self.modern else Out(16, queue, 2))

    def _look(self, queue):
        self.do(Peek(self.used(queue), 68), Peek(_BUFFERS + 0x10000 * self.index[0] % 16, 40))
        self.do(Peek(self.used(queue) + 4 + 8 * self.sizes[queue], 2))
        if queue == 0:
            self.do(*(Peek(_BUFFERS + 0x10000 * n, 64) for n in range(4)))

    def _causes(self):
        self.do(In(0x1000, 1, 4) if self.modern else In(19), In(0x15, 1, 4))

    def _setting(self, offset, size):
        self.do(In(0x2000 + offset, size, 4))

    def _mac(self, offset, value):
        self.do(Out(0x2000 + offset, value, 1, 4) if self.modern else Out(20 + offset, value))
        self.do(Monitor("info network"))

    def _flags(self, queue, value):
        self.do(Poke(self.available(queue), bytes([value, 0])))

    def _event(self, queue, value):
        at = self.available(queue) + 4 + 2 * self.sizes[queue]
        self.do(Poke(at, value.to_bytes(2, "little")))

    def _head(self, queue, head):
        self._ring(queue, head)

    def _descriptor(self, queue, buffer, following, indirect):
        address, length, flags = buffer
        if indirect:
            address, length, flags = _INDIRECT, length & -4, flags | 4
        self.do(Poke(_TABLES[queue], _entry(address, length, flags, following)))

    def _link(self, state):
        # QEMU answers with what it finds wrong in the rings as the frames that waited come in.
        self.do(Monitor(f"set_link s0 {state}", heeded=False), In(0x14, 1, 4))

    def _status(self, status):
        self.do(Out(0x14, status, 1, 4) if self.modern else Out(18, status), In(0x14, 1, 4))

    def _resize(self, queue, size):
        self.sizes[queue] = size if 0 < size <= _SIZES[queue] else self.sizes[queue]
        self.do(Out(0x16, queue, 2, 4), Out(0x18, size, 2, 4), Out(0x1C, 1, 2, 4), In(0x18, 2, 4))

    def _master(self, on):
        self.do(Config(4, 2, 7 if on else 3), In(0x14, 1, 4))

    def _msix(self, control):
        self.do(Config(_MSIX + 3, 1, control), Peek(_MESSAGES, 16), In(20, 4))

    def _entry(self, vector, masked):
        values = (_MESSAGES + 4 * vector, 0, 0x11223300 + vector, int(masked))
        self.do(*(Out(16 * vector + 4 * n, value, 4, 1) for n, value in enumerate(values)))
        self.do(Peek(_MESSAGES, 16))

    def _vector(self, queue, vector):
        if queue < 0:
            self.do(Out(0x10, vector, 2, 4), In(0x10, 2, 4))
        else:
            self.do(Out(0x16, queue, 2, 4), Out(0x1A, vector, 2, 4), In(0x1A, 2, 4))

    def _pending(self):
        self.do(In(0x800, 4, 1), In(0x804, 4, 1), In(0x1C, 4, 1), Peek(_MESSAGES, 16))
        self.do(Poke(_MESSAGES, bytes(16)))

    def _legacy(self, offset, size):
        self.do(In(offset, size))

    def _common(self, offset, size):
        self.do(In(offset, size, 4))

    def _select(self, queue):
        self.do(Out(14, queue, 2), In(12, 2), In(8, 4), In(0x16, 4, 4), In(0x1C, 4, 4))

    def _window(self, offset, length, value):
        at = 0x84
        self.do(Config(at + 8, 4, offset), Config(at + 12, 4, length), Config(at + 16, 4))
        if offset >= 0x2000 or offset < 0x14:
            self.do(Config(at + 16, 4, value), Config(at + 16, 4), In(0, 4, 4), In(0x0C, 4, 4))

    def _feature(self, word, value):
        self.do(Out(0x08, word, 4, 4), Out(0x0C, value, 4, 4), In(0x0C, 4, 4), In(4, 4))
        self.do(Out(0x00, word, 4, 4), In(0x04, 4, 4))

    def _ring_reset(self, queue):
        self.do(Out(0x16, queue, 2, 4), Out(0x3A, 1, 2, 4), In(0x1C, 2, 4), In(0x20, 4, 4))


def _entry(address, length, flags, following):
    fields = ((address, 8), (length, 4), (flags, 2), (following, 2))
    return b"".join(value.to_bytes(size, "little") for value, size in fields)


def build(modern, features, chosen):
    program = Program(modern)
    program.put(("set up", modern, features, True))
    for _ in range(4):
        program.put(("supply", 2048))
    for action in chosen:
        program.put(action)
    return program.operations


features = st.sampled_from([0xFFFF_FFFF, 0xFFFF_7FFF, 0xDFFF_FFFF, 0xDEFB_7FFF, 0, 0x200F_8020])
programs = st.builds(build, st.booleans(), features, st.lists(actions, min_size=60, max_size=120))


@examples(12)
@given(programs)
def test_virtio(program):
    compare("virtio-net-pci", program, settles=True)

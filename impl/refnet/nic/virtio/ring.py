"""Split virtqueues: descriptors that a driver makes available, and the device gives back used.

Virtio 1.2, section 2.7. A queue is three areas of the guest's memory: a table of descriptors of 16
octets (address, length, flags, next), the available ring (flags, index, heads of chains, and an
event index) and the used ring (flags, index, pairs of head and length, and an event index).

What a driver does wrong is a failure of the device (:meth:`Host.fail`), which is then broken until
it is reset; no walk is longer than a table is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from . import features

LARGEST = 1024
NO_VECTOR = 0xFFFF

_DESCRIPTOR = 16
_NEXT, _WRITE, _INDIRECT = 1, 2, 4
_NO_INTERRUPT = 1
_NO_NOTIFY = 1
_INDEX, _RING = 2, 4
_USED = 8

#: Of memory that is not there, one part of this size can be lent to a chain; a second one can't.
_LENT = 4096


class Descriptor(NamedTuple):
    """One descriptor as it is in memory."""

    address: int
    length: int
    flags: int
    next: int


#: Parts of the guest's memory: address and length.
Parts = list[tuple[int, int]]


@dataclass
class Chain:
    """A chain of descriptors that the device holds.

    Attributes:
        head: its first descriptor; readable and writable: its buffers.
    """

    head: int
    readable: Parts = field(default_factory=list)
    writable: Parts = field(default_factory=list)


@dataclass
class Queue:
    """Where a queue is, and how far the device has got with it.

    Attributes:
        usual: its size after a reset, 0: there is no such queue; size: that of now.
        align: of the used ring, where the address is a legacy driver's.
        descriptors: address of the table; available and used: of the rings.
        mapped: whether the three are there.
        taken: the next index of the available ring; seen: the index that was read there last.
        given: the next index of the used ring; told: the one of the last interrupt, None: unknown.
        wants_kicks: whether the device has not waived notifications.
        held: how many chains the device holds.
        vector: which interrupt belongs to it.
        wanted: what a modern driver has written of it: size, and addresses by their offset.
    """

    number: int
    usual: int = 0
    size: int = 0
    descriptors: int = 0
    available: int = 0
    used: int = 0
    mapped: bool = False
    taken: int = 0
    seen: int = 0
    given: int = 0
    told: int = 0
    told_known: bool = False
    wants_kicks: bool = True
    held: int = 0
    vector: int = NO_VECTOR
    wanted: dict[int, int] = field(default_factory=dict)
    enabled: bool = False

    def reset(self) -> None:
        """As it is before a driver has set it up."""
        self.__init__(self.number, self.usual, self.usual)  # type: ignore[misc]


class Host(Protocol):
    """The device that queues belong to, as they need it."""

    guest_features: int

    def disabled(self) -> bool:
        """Whether no queue may be touched."""

    def fail(self) -> None:
        """The driver has done what it must not."""

    def fetch(self, address: int, length: int) -> bytes:
        """Read the guest's memory."""

    def deposit(self, address: int, octets: bytes) -> None:
        """Write it."""

    def stretch(self, address: int, length: int) -> int:
        """How much of it is there from ``address`` on, ``length`` octets at most."""


class Rings:
    """What a device does with its queues."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def map(self, queue: Queue) -> None:
        """Look for the three areas of a queue: one that runs over the end of memory is wrong."""
        queue.mapped = False
        if not queue.descriptors:
            return
        event = 2 if self._has(features.EVENT_IDX) else 0
        for address, length in (
            (queue.descriptors, _DESCRIPTOR * queue.size),
            (queue.used, _RING + _USED * queue.size + event),
            (queue.available, _RING + 2 * queue.size + event),
        ):
            if 0 < self._host.stretch(address, length) < length:
                self._host.fail()
                return
        queue.mapped = True

    # -- from driver to device -----------------------------------------------------------------

    def empty(self, queue: Queue) -> bool:
        """Whether nothing is available."""
        if self._host.disabled() or not queue.available:
            return True
        return self._idle(queue)

    def pop(self, queue: Queue) -> Chain | None:
        """Take the next chain; None: there is none, or none that is right."""
        if self._host.disabled() or not queue.available or self._idle(queue):
            return None
        if queue.held >= queue.size:
            self._host.fail()
            return None
        head = self._head(queue, queue.taken)
        queue.taken = queue.taken + 1 & 0xFFFF
        if head is None:
            return None
        if self._has(features.EVENT_IDX):
            self._ask(queue, queue.taken)
        if not queue.mapped:
            self._host.fail()
            return None
        table, size = queue.descriptors, queue.size
        first = self._descriptor(table, head)
        if first.flags & _INDIRECT:
            if not self._is_table(first) or not self._is_there(first):
                self._host.fail()
                return None
            table, size = first.address, first.length // _DESCRIPTOR
            first = self._descriptor(table, 0)
        chain = self._collect(head, first, table, size)
        if chain is not None:
            queue.held += 1
        return chain

    def room(self, queue: Queue, wanted: int) -> int:
        """How many octets of writable buffers are available; not counted on beyond ``wanted``.

        Also while the device is disabled: what is wrong then is one more failure.
        """
        if not queue.descriptors or not queue.mapped:
            return 0
        total = read = index = entries = 0
        while True:
            count = self._heads(queue, queue.taken + index)
            if not count:
                return 0 if count is None else total
            head = self._head(queue, queue.taken + index)
            index += 1
            if head is None:
                return 0
            table, size, count = queue.descriptors, queue.size, entries
            each: Descriptor | None = self._descriptor(table, head)
            assert each is not None
            indirect = bool(each.flags & _INDIRECT)
            if indirect:
                if not self._is_table(each) or count >= size or not self._is_there(each):
                    self._host.fail()
                    return 0
                table, size, count = each.address, each.length // _DESCRIPTOR, 0
                each = self._descriptor(table, 0)
            while each is not None:
                count += 1
                if count > size:
                    self._host.fail()
                    return 0
                if each.flags & _WRITE:
                    total = total + each.length & 0xFFFF_FFFF
                else:
                    read = read + each.length & 0xFFFF_FFFF
                if total >= wanted:
                    return total
                if each.flags & _NEXT and each.next >= size:
                    self._host.fail()
                    return 0
                each = self._descriptor(table, each.next) if each.flags & _NEXT else None
            entries = entries + 1 if indirect else count

    def drop_all(self, queue: Queue) -> int:
        """Give every available chain back unread; how many there were."""
        dropped = 0
        if self._host.disabled():
            return 0
        while not self.empty(queue) and queue.held < queue.size and dropped <= 0xFFFF:
            head = self._head(queue, queue.taken)
            if head is None:
                break
            queue.held += 1
            queue.taken = queue.taken + 1 & 0xFFFF
            if self._has(features.EVENT_IDX):
                self._ask(queue, queue.taken)
            self.push(queue, Chain(head), 0)
            dropped += 1
        return dropped

    # -- from device to driver -----------------------------------------------------------------

    def push(self, queue: Queue, chain: Chain, length: int) -> None:
        """Give a chain back, ``length`` octets of which were written."""
        self.fill(queue, chain, length, 0)
        self.publish(queue, 1)

    def fill(self, queue: Queue, chain: Chain, length: int, place: int) -> None:
        """Note a chain as used, the ``place``-th of those to be published together."""
        if self._host.disabled() or not queue.used:
            return
        if queue.mapped:
            slot = (queue.given + place) % queue.size
            entry = chain.head.to_bytes(4, "little") + (length & 0xFFFF_FFFF).to_bytes(4, "little")
            self._host.deposit(queue.used + _RING + _USED * slot, entry)

    def publish(self, queue: Queue, count: int) -> None:
        """Let the driver see so many chains as used."""
        if self._host.disabled():
            queue.held -= count
            return
        if not queue.used:
            return
        before = queue.given
        queue.given = before + count & 0xFFFF
        if queue.mapped:
            self._host.deposit(queue.used + _INDEX, queue.given.to_bytes(2, "little"))
        queue.held -= count
        since = queue.given - queue.told & 0xFFFF
        if (since - 0x10000 if since & 0x8000 else since) < count:
            queue.told_known = False

    def put_back(self, queue: Queue) -> None:
        """The chain taken last was not taken."""
        queue.taken = queue.taken - 1 & 0xFFFF
        queue.held -= 1

    def forget(self, queue: Queue) -> None:
        """The chain taken last is lost."""
        queue.held -= 1

    # -- who is to be told ---------------------------------------------------------------------

    def wants_interrupt(self, queue: Queue) -> bool:
        """Whether the driver is to be told of what was used."""
        if self._has(features.NOTIFY_ON_EMPTY) and not queue.held and self.empty(queue):
            return True
        if not self._has(features.EVENT_IDX):
            return not self._word(queue, queue.available) & _NO_INTERRUPT
        known, before, now = queue.told_known, queue.told, queue.given
        queue.told_known, queue.told = True, now
        event = self._word(queue, queue.available + _RING + 2 * queue.size)
        return not known or now - event - 1 & 0xFFFF < now - before & 0xFFFF

    def want_kicks(self, queue: Queue, wanted: bool) -> None:
        """Ask the driver for notifications of what it makes available, or waive them."""
        queue.wants_kicks = wanted
        if not queue.descriptors:
            return
        if self._has(features.EVENT_IDX):
            self._ask(queue, self._look(queue))
            return
        flags = self._word(queue, queue.used)
        flags = flags & ~_NO_NOTIFY if wanted else flags | _NO_NOTIFY
        if queue.mapped:
            self._host.deposit(queue.used, flags.to_bytes(2, "little"))

    # -- inside --------------------------------------------------------------------------------

    def _has(self, feature: int) -> bool:
        return bool(self._host.guest_features & 1 << feature)

    def _word(self, queue: Queue, address: int) -> int:
        if not queue.mapped:
            return 0
        return int.from_bytes(self._host.fetch(address, 2), "little")

    def _look(self, queue: Queue) -> int:
        """The index of the available ring, as it is now."""
        if not queue.mapped:
            return 0
        queue.seen = self._word(queue, queue.available + _INDEX)
        return queue.seen

    def _idle(self, queue: Queue) -> bool:
        return queue.seen == queue.taken and self._look(queue) == queue.taken

    def _heads(self, queue: Queue, index: int) -> int | None:
        """How many chains are available from an index on; None: more than fit."""
        index &= 0xFFFF
        count = self._look(queue) - index & 0xFFFF
        if count > queue.size:
            self._host.fail()
            return None
        return count

    def _head(self, queue: Queue, index: int) -> int | None:
        head = self._word(queue, queue.available + _RING + 2 * (index % queue.size))
        if head < queue.size:
            return head
        self._host.fail()
        return None

    def _ask(self, queue: Queue, index: int) -> None:
        """Say after which index of the available ring the device wants to be notified."""
        if queue.wants_kicks and queue.mapped:
            place = queue.used + _RING + _USED * queue.size
            self._host.deposit(place, index.to_bytes(2, "little"))

    def _descriptor(self, table: int, number: int) -> Descriptor:
        octets = self._host.fetch(table + _DESCRIPTOR * number, _DESCRIPTOR)
        return Descriptor(
            int.from_bytes(octets[:8], "little"),
            int.from_bytes(octets[8:12], "little"),
            int.from_bytes(octets[12:14], "little"),
            int.from_bytes(octets[14:], "little"),
        )

    def _is_table(self, descriptor: Descriptor) -> bool:
        return bool(descriptor.length) and descriptor.length % _DESCRIPTOR == 0

    def _is_there(self, descriptor: Descriptor) -> bool:
        found = self._host.stretch(descriptor.address, descriptor.length)
        return found in (0, descriptor.length)

    def _collect(self, head: int, first: Descriptor, table: int, size: int) -> Chain | None:
        """All buffers of a chain: those to read first, then those to write."""
        chain = Chain(head)
        lent = False
        each, entries = first, 0
        while True:
            parts = chain.writable if each.flags & _WRITE else chain.readable
            if chain.writable and not each.flags & _WRITE:
                self._host.fail()
                return None
            if not each.length:
                self._host.fail()
                return None
            room = LARGEST - len(chain.readable) - len(chain.writable)
            for address, length, there in self._parts(each):
                if not room or (lent and not there):
                    self._host.fail()
                    return None
                lent = lent or not there
                room -= 1
                parts.append((address, length))
            entries += 1
            if entries > size:
                self._host.fail()
                return None
            if not each.flags & _NEXT:
                return chain
            if each.next >= size:
                self._host.fail()
                return None
            each = self._descriptor(table, each.next)

    def _parts(self, buffer: Descriptor) -> Iterator[tuple[int, int, bool]]:
        """The pieces of a buffer: address, length, and whether there is memory."""
        address, left = buffer.address, buffer.length
        while left:
            here = self._host.stretch(address, left)
            length = here or min(left, _LENT)
            yield address, length, bool(here)
            address += length
            left -= length


def total(parts: Parts) -> int:
    """How many octets there are in ``parts``."""
    return sum(length for _, length in parts)


def within(parts: Parts, skip: int, length: int) -> Iterator[tuple[int, int]]:
    """The parts of ``parts`` without the first ``skip`` octets, ``length`` octets at most."""
    for address, size in parts:
        if skip >= size:
            skip -= size
            continue
        take = min(size - skip, length)
        if take <= 0:
            return
        yield address + skip, take
        length -= take
        skip = 0

"""The walk through one frame's schedule: UHCI Design Guide 1.1, chapter 3.

The frame list has a link for each of 1024 frames. A link leads to a transfer descriptor (TD), of
four words: link, status, token, buffer; or to a queue head (QH), of two: the queue that is next,
and its first TD. A transaction that is done moves its queue on; any other leaves it as it is, for
the next frame. Circles are left when a round had no transaction; no walk has more than 256 steps.
"""

import struct
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from . import device
from .device import Busy, Device, Refusal

#: What a frame may ask of the host at its end: it is wanted, a packet was short.
COMPLETE, SHORT = 1, 2

_STEPS, _QUEUE_HEADS = 256, 128
#: Octets in a frame, and how many frames a queue is remembered that nothing leads to.
_BANDWIDTH, _REMEMBERED = 1280, 32

_END, _IS_QUEUE, _DEPTH_FIRST, _FLAGS = 0x1, 0x2, 0x4, 0xF
_SHORT_DETECT, _ERRORS, _ISOCHRONOUS = 1 << 29, 3 << 27, 1 << 25
_WANTED, _ACTIVE, _STALLED, _NAK, _TIMEOUT = 1 << 24, 1 << 23, 1 << 22, 1 << 19, 1 << 18
_LENGTH = 0x7FF

_TD, _QH, _WORD = struct.Struct("<4I"), struct.Struct("<2I"), struct.Struct("<I")


class Bus(Protocol):
    """Where the schedule is, and the devices that it speaks of."""

    def read_memory(self, address: int, length: int) -> bytes: ...

    def write_memory(self, address: int, octets: bytes | bytearray | memoryview) -> None: ...

    def find(self, address: int) -> Device | None:
        """The device of that address, in a port that is enabled."""


@dataclass(slots=True)
class Queue:
    """Transactions with one endpoint, as remembered from frame to frame.

    Attributes:
        head: the queue head that led to it; frames: how many more it is remembered for.
    """

    head: int
    device: Device
    frames: int = _REMEMBERED


class _Next(Enum):
    """How the walk goes on: with the next TD, past this queue, or not at all."""

    ON = auto()
    PAST = auto()
    NOWHERE = auto()


@dataclass(slots=True)
class _Descriptor:
    link: int
    status: int
    token: int
    buffer: int

    @property
    def kind(self) -> int:
        return self.token & 0xFF

    @property
    def address(self) -> int:
        return self.token >> 8 & 0x7F

    @property
    def endpoint(self) -> int:
        return self.token >> 15 & 0xF

    @property
    def room(self) -> int:
        """How many octets; the number that is written there is one less, modulo 2048."""
        return (self.token >> 21) + 1 & _LENGTH

    @property
    def pipe(self) -> int:
        """What tells endpoints apart: endpoint 0 is one in both directions."""
        return self.token & (0x7FFFF if self.endpoint else 0x7FF00)


class Schedule:
    """The walker, and what it remembers between frames.

    Attributes:
        queues: by pipe.
        causes: what the frames since :meth:`take_causes` ask of the host.
        failed: whether a transaction went wrong.
        confused: whether there was one that makes no sense, at which a controller stops.
    """

    def __init__(self, bus: Bus) -> None:
        self.queues: dict[int, Queue] = {}
        self.causes = 0
        self.failed = self.confused = False
        self._bus = bus
        self._octets = 0

    def forget(self, device: Device | None = None) -> None:
        """Forget the queues of a device; None: all."""
        self.queues = {
            pipe: queue
            for pipe, queue in self.queues.items()
            if device is not None and queue.device is not device
        }

    def run(self, link_at: int) -> None:
        """Walk through the frame whose link is at an address of memory."""
        for queue in self.queues.values():
            queue.frames -= 1
        self._octets = 0
        self._walk(*_WORD.unpack(self._bus.read_memory(link_at, _WORD.size)))
        self.queues = {pipe: queue for pipe, queue in self.queues.items() if queue.frames}

    def _walk(self, link: int) -> None:
        seen: set[int] = set()
        head = next_queue = 0
        done_in_round = False
        for _ in range(_STEPS):
            if link & _END or self._octets >= _BANDWIDTH:
                return
            if link & _IS_QUEUE:
                if link in seen or len(seen) == _QUEUE_HEADS:
                    if not done_in_round:
                        return
                    done_in_round = False
                    seen.clear()
                seen.add(link)
                next_queue, element = _QH.unpack(self._bus.read_memory(link & ~_FLAGS, _QH.size))
                head, link = (0, next_queue) if element & _END else (link, element)
                continue
            descriptor = _Descriptor(*_TD.unpack(self._bus.read_memory(link & ~_FLAGS, _TD.size)))
            before = descriptor.status
            outcome = self._carry_out(descriptor, head)
            if descriptor.status != before:
                self._store((link & ~_FLAGS) + 4, descriptor.status)
            if outcome is _Next.NOWHERE:
                return
            if outcome is _Next.PAST:
                link = next_queue if head else descriptor.link
                continue
            link = descriptor.link
            done_in_round = True
            self._octets += (descriptor.status & _LENGTH) + 1
            if head:
                self._store((head & ~_FLAGS) + 4, link)
                if not link & _DEPTH_FIRST:
                    head, link = 0, next_queue

    def _carry_out(self, descriptor: _Descriptor, head: int) -> _Next:
        """Do what a TD says, and change its status."""
        queue = self.queues.get(descriptor.pipe)
        if queue is not None:
            if queue.head == head and queue.device.address == descriptor.address:
                queue.frames = _REMEMBERED
            else:
                del self.queues[descriptor.pipe]
                queue = None
        if not descriptor.status & _ACTIVE:
            if descriptor.status & _WANTED:
                self.causes |= COMPLETE
            return _Next.PAST
        kinds = (device.IN, device.OUT, device.SETUP)
        if descriptor.kind not in (kinds[:2] if descriptor.endpoint else kinds):
            self.confused = True
            return _Next.NOWHERE
        if queue is None:
            found = self._bus.find(descriptor.address)
            if found is None:
                return self._fail(descriptor, _TIMEOUT)
            queue = self.queues[descriptor.pipe] = Queue(head, found)
        return self._transact(descriptor, queue.device)

    def _transact(self, descriptor: _Descriptor, partner: Device) -> _Next:
        inward = descriptor.kind == device.IN
        room = descriptor.room
        sent = b"" if inward else self._bus.read_memory(descriptor.buffer, room)
        try:
            octets = partner.transact(descriptor.kind, descriptor.endpoint, sent, room)
        except Refusal as refusal:
            if descriptor.status & _ISOCHRONOUS:
                descriptor.status &= ~_ACTIVE
            if isinstance(refusal, Busy):
                descriptor.status |= _NAK
                return _Next.PAST
            return self._fail(descriptor, _STALLED)
        length = len(octets) if inward else room
        descriptor.status &= ~(_LENGTH | _ACTIVE | _NAK)
        descriptor.status |= length - 1 & _LENGTH
        if descriptor.status & _WANTED:
            self.causes |= COMPLETE
        if inward:
            self._bus.write_memory(descriptor.buffer, octets)
            if descriptor.status & _SHORT_DETECT and length < room:
                self.causes |= SHORT
                return _Next.PAST
        return _Next.ON

    def _fail(self, descriptor: _Descriptor, how: int) -> _Next:
        descriptor.status = descriptor.status & ~_ACTIVE | how
        if how == _TIMEOUT:
            descriptor.status &= ~_ERRORS
        self.failed = True
        if descriptor.status & _WANTED:
            self.causes |= COMPLETE
        return _Next.PAST

    def _store(self, address: int, word: int) -> None:
        self._bus.write_memory(address, _WORD.pack(word))

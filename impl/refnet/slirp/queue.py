"""What waits to go to the guest: one queue for low delay and one for bulk (GEN-08, GEN-12).

A packet joins the packets of its flow, its *train*; one without a flow is a train of its own. The
first of a train leaves if its guest's MAC is known. Otherwise it asks for the MAC, and is dropped
when a second has passed without an answer.

Each new packet gives all trains a turn: those of low delay leave first and whole, of those of bulk
one packet each; :meth:`OutputQueue.flush` gives turns until nothing can leave any more. Which of
the two queues a train stands in follows SLiRP: low delay is a matter of the flow's type of service,
and a flow that hogs the line is moved to bulk.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ..clock import SECOND
from .packets import Address

#: How long a packet waits for the guest's MAC, in ns (GEN-08).
PATIENCE = SECOND
#: A flow with this many packets queued since it was last empty ...
GREEDY_QUEUED = 6
#: ... this many of which have left, is moved to bulk (GEN-12).
GREEDY_SENT = 3
#: More than this many packets do not wait; SLiRP has no such limit.
CAPACITY = 1024


@dataclass(slots=True, eq=False)
class Flow:
    """The packets of one conversation, as far as the queue must know them.

    Attributes:
        low_delay: whether its packets go ahead of bulk.
        waiting: how many of its packets are in the queue now.
        since_empty: how many were put there since it was last empty.
    """

    low_delay: bool = False
    waiting: int = 0
    since_empty: int = 0


@dataclass(slots=True, eq=False)
class _Packet:
    octets: bytes
    destination: Address
    deadline: int | None = None


@dataclass(slots=True, eq=False)
class _Train:
    flow: Flow | None
    packets: deque[_Packet] = field(default_factory=deque)


class OutputQueue:
    """Packets on their way to the guest.

    Args:
        emit: sends an IP packet to a MAC.
        lookup: gives the MAC for an address, or None.
        ask: sends a request for the MAC of an address.
    """

    def __init__(
        self,
        emit: Callable[[bytes, bytes], None],
        lookup: Callable[[Address], bytes | None],
        ask: Callable[[Address], None],
    ) -> None:
        self._emit = emit
        self._lookup = lookup
        self._ask = ask
        self._fast: list[_Train] = []
        self._bulk: list[_Train] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, octets: bytes, destination: Address, flow: Flow | None, now: int) -> bool:
        """Take one packet; False if the queue is full and it was dropped."""
        if not self._length and (mac := self._lookup(destination)) is not None:
            self._emit(octets, mac)
            return True
        if self._length >= CAPACITY:
            return False
        train, in_fast = self._train_for(flow)
        train.packets.append(_Packet(octets, destination))
        self._length += 1
        if flow is not None:
            flow.waiting += 1
            flow.since_empty += 1
            sent = flow.since_empty - flow.waiting
            if in_fast and flow.since_empty >= GREEDY_QUEUED and sent >= GREEDY_SENT:
                self._fast.remove(train)
                self._bulk.insert(0, train)
        self._round(now)
        return True

    def flush(self, now: int) -> None:
        """Send whatever can leave, drop what has waited too long."""
        while self._length and self._round(now):
            pass

    def _train_for(self, flow: Flow | None) -> tuple[_Train, bool]:
        """The train that a packet joins, and whether it stands in the fast queue."""
        if flow is not None:
            for train in reversed(self._bulk):
                if train.flow is flow:
                    return train, False
            if flow.low_delay:
                if self._fast and self._fast[-1].flow is flow:
                    return self._fast[-1], True
                self._fast.append(_Train(flow))
                return self._fast[-1], True
        self._bulk.append(_Train(flow))
        return self._bulk[-1], False

    def _round(self, now: int) -> bool:
        """One turn for every train; whether any packet left or was dropped."""
        moved = False
        for trains, whole in ((self._fast, True), (self._bulk, False)):
            for train in list(trains):
                while train.packets and self._advance(train, now):
                    moved = True
                    if not whole:
                        break
                if not train.packets:
                    trains.remove(train)
        return moved

    def _advance(self, train: _Train, now: int) -> bool:
        """Send or drop the first packet of a train; False if it has to wait on."""
        packet = train.packets[0]
        if packet.deadline is None or packet.deadline >= now:
            mac = self._lookup(packet.destination)
            if mac is None:
                if packet.deadline is None:
                    self._ask(packet.destination)
                    packet.deadline = now + PATIENCE
                return False
            self._emit(packet.octets, mac)
        train.packets.popleft()
        self._length -= 1
        if train.flow is not None:
            train.flow.waiting -= 1
            if not train.flow.waiting:
                train.flow.since_empty = 0
        return True

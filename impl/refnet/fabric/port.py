"""Both ends of a virtual cable, and the queues that keep frames in order.

A :class:`Port` stands for a backend or a port of a hub. Two ports are joined by :func:`join`; what
one sends, the other receives, after the filters of both have seen it. A receiver that can't take a
frame now refuses it, and the frame waits in front of that receiver; whoever sent it may ask to be
told when it went, so that a backend stops reading its socket meanwhile (GEN-11, HUB-03).

Nothing moves while the :class:`Fabric` is stopped: frames wait, and go in order when it runs again.
"""

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from .filters.base import Direction, Filter

#: Frames that wait for one receiver; more are dropped, unless their sender waits too (GEN-11).
QUEUE_LIMIT = 10_000

#: Octets of the shortest Ethernet frame, without its FCS.
SHORTEST = 60

Sent: TypeAlias = Callable[[], None]


class Fabric:
    """All ports of one machine, oldest first, and whether frames move between them."""

    def __init__(self) -> None:
        self.running = True
        self.ports: list[Port] = []

    def find(self, name: str) -> "Port | None":
        """The port called ``name``."""
        return next((port for port in self.ports if port.name == name), None)

    def find_netdev(self, name: str) -> "Port | None":
        """The port called ``name`` that is no NIC, which may bear the name of a netdev."""
        return next((port for port in self.ports if port.name == name and port.kind != "nic"), None)

    def stop(self) -> None:
        """Let nothing move from now on."""
        self.running = False

    def resume(self) -> None:
        """Let frames move again, those that waited first."""
        self.running = True
        for port in self.ports:
            if port.peer is not None and port.may_send():
                port.peer.flush()


class Port:
    """One end of a cable. Subclasses say what becomes of a frame that arrives.

    Attributes:
        kind: the netdev type, as ``info network`` names it.
        on_host: whether it leads out of the machine (CLI-07).
        pads: whether a sender should pad frames for it to 60 octets (GEN-01).
    """

    kind = ""
    on_host = True
    pads = False

    def __init__(self, fabric: Fabric, name: str) -> None:
        self.name = name
        self.peer: Port | None = None
        self.link_up = True
        self.filters: list[Filter] = []
        self._fabric = fabric
        self._waiting: deque[tuple[Port, bytes, Sent | None]] = deque()
        self._delivering = False
        self._refusing = False
        fabric.ports.append(self)

    def describe(self) -> str:
        """What ``info network`` says after the type (INF-02..04)."""
        return ""

    def receive(self, frame: bytes) -> bool:
        """Take a frame from the peer. False: not now; it is offered again after :meth:`flush`."""
        raise NotImplementedError

    def can_receive(self) -> bool:
        """Whether :meth:`receive` would take a frame now."""
        return True

    def on_link_change(self) -> None:
        """:attr:`link_up` was changed from outside (``set_link``)."""

    def close(self) -> None:
        """Give back what the port holds of the host."""

    def may_send(self) -> bool:
        """Whether a frame sent now would move at once rather than wait."""
        return self._fabric.running and (self.peer is None or self.peer._accepts())

    def send(self, frame: bytes, on_sent: Sent | None = None) -> bool:
        """Send a frame to the peer. False: it waits, and ``on_sent`` is called once it went.

        Without a peer or with the link down the frame is dropped and counts as sent (HUB-08).
        """
        peer = self.peer
        if peer is None or not self.link_up:
            return True
        for watching in self.filters:
            if watching.sees(Direction.TX) and watching.handle(frame, Direction.TX):
                return True
        for watching in reversed(peer.filters):
            if watching.sees(Direction.RX) and watching.handle(frame, Direction.RX):
                return True
        return self._hand_over(peer, frame, on_sent)

    def loop_back(self, frame: bytes) -> None:
        """Receive a frame of one's own, padded; it is lost where it can't be taken now."""
        if self._fabric.running and not self._delivering and self._accepts():
            self._take(frame if self.peer is None else frame.ljust(SHORTEST, b"\0"))

    def pass_on(self, frame: bytes, direction: Direction, behind: Filter) -> None:
        """Send on what a filter of this port took away, past those of this port that follow it.

        Without a peer the frame is dropped. The filters of the peer do not see it.
        """
        peer = self.peer
        if peer is None:
            return
        place = self.filters.index(behind)
        leaves = direction is Direction.TX
        row = self.filters[place + 1 :] if leaves else self.filters[:place][::-1]
        if any(each.sees(direction) and each.handle(frame, direction) for each in row):
            return
        if leaves:
            self._hand_over(peer, frame)
        else:
            peer._hand_over(self, frame)

    def flush(self) -> bool:
        """Offer what waits for this port again. True if nothing waits any more."""
        self._refusing = False
        done = self.drain()
        if self.peer is not None:
            self.peer.on_peer_ready()
        return done

    def drain(self) -> bool:
        """Take what waits, in order, as far as possible. True if nothing waits any more."""
        if self._delivering:
            return False
        while self._waiting and self._fabric.running:
            waiting = self._waiting.popleft()
            if not self._take(waiting[1]):
                self._waiting.appendleft(waiting)
                return False
            if waiting[2] is not None:
                waiting[2]()
        return not self._waiting

    def on_peer_ready(self) -> None:
        """The peer can take frames again."""

    def forget(self, sender: "Port") -> None:
        """Drop what waits here from ``sender``; its callbacks are called."""
        kept: deque[tuple[Port, bytes, Sent | None]] = deque()
        dropped: list[Sent] = []
        for waiting in self._waiting:
            if waiting[0] is not sender:
                kept.append(waiting)
            elif waiting[2] is not None:
                dropped.append(waiting[2])
        self._waiting = kept
        for on_sent in dropped:
            on_sent()

    def _hand_over(self, peer: "Port", frame: bytes, on_sent: Sent | None = None) -> bool:
        """Give the peer a frame that has passed the filters, or let it wait there (False)."""
        if peer._waiting or peer._delivering or not self.may_send() or not peer._take(frame):
            if on_sent is not None or len(peer._waiting) < QUEUE_LIMIT:
                peer._waiting.append((self, frame, on_sent))
            return False
        peer.drain()
        return True

    def _accepts(self) -> bool:
        return not self._refusing and self.can_receive()

    def _take(self, frame: bytes) -> bool:
        if not self.link_up:
            return True
        if self._refusing:
            return False
        self._delivering = True
        try:
            taken = self.receive(frame)
        finally:
            self._delivering = False
        self._refusing = not taken
        return taken


def join(one: Port, other: Port) -> None:
    """Plug a cable into both ports."""
    one.peer = other
    other.peer = one

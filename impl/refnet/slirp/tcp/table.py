"""All connections of a user-mode network, the rules for new ones, and what the host tells of them.

This is the part of TCP that knows the network: which far ends are on the host, which are forwarded,
what is restricted. What happens within a connection is in the modules beside this one.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...wire import ipv4, tcp
from ...wire.tcp import ACK, FIN, RST, SYN, URG, Segment
from .. import hostio
from ..hostio import Failure, Handle
from ..packets import Address, Packet, Trouble
from ..seam import GuestForward, HostForward, SocketRow, Stack
from ..translation import accepted, outbound
from .arrival import accept_syn, arrive
from .connection import Connection
from .endpoint import Channel, Listener, Stream
from .output import refuse, transmit
from .sequence import MASK
from .state import AFTER_HOST_ENDED, State
from .timers import HANDSHAKE, tick

#: How far initial sequence numbers move on with each connection and each slow tick (TCP-10).
_SEQUENCE_STEP = 64000
#: How far beyond the last one a connection starts that takes the place of another (TCP-34).
_REOPEN_STEP = 128000

_COMMAND = "cmd:"

_Key = tuple[Address, int, Address, int]


class Tcp:
    """The TCP of the user-mode network: :class:`~refnet.slirp.seam.Transport`.

    Args:
        stack: what it is part of; guest forwards are those of ``stack.config``.
        initial_sequence: of the first connection. SLiRP's is 1 (TCP-10).

    Attributes:
        failed: the rules whose listener or device the host did not open, in order.
    """

    def __init__(self, stack: Stack, initial_sequence: int = 1) -> None:
        self.stack = stack
        self.failed: list[HostForward | GuestForward] = []
        self._sequence = initial_sequence & MASK
        self._preset: int | None = None
        self._members: dict[Connection | Listener, None] = {}
        self._connections: dict[_Key, Connection] = {}
        self._streams: dict[Handle, Connection] = {}
        self._listeners: dict[Handle, Listener] = {}
        self._channels: dict[Handle, Channel] = {}
        self._delayed: set[Connection] = set()
        self._guest_forwards: dict[tuple[Address, int], GuestForward | Channel] = {}
        for forward in stack.config.guest_forwards:
            self._add_guest_forward(forward)
        self._handlers: dict[type, Callable[[Any], None]] = {
            hostio.Received: self._on_received,
            hostio.Sent: self._on_sent,
            hostio.Connected: self._on_connected,
            hostio.ConnectFailed: self._on_connect_failed,
            hostio.EndOfStream: self._on_end_of_stream,
            hostio.Broken: self._on_broken,
            hostio.Accepted: self._on_accepted,
            hostio.Listening: self._on_listening,
            hostio.ListenFailed: self._on_listen_failed,
        }

    # -- what the stack asks ---------------------------------------------------------------------

    def receive(self, datagram: Packet) -> None:
        """Take a segment from the guest.

        Raises:
            WireError: it is none (TCP-03).
        """
        source, destination = datagram.source, datagram.destination
        segment = tcp.decode(datagram.payload, source, destination)
        key = (source, segment.source_port, destination, segment.destination_port)
        connection = self._connections.get(key)
        if connection is None:
            if not self._is_listener(key):
                self._open(datagram, segment)
        elif connection.opening is None:
            arrive(self, connection, datagram, segment)
            if connection.ack_delayed:
                self._delayed.add(connection)

    def on_slow_tick(self) -> None:
        for member in reversed(tuple(self._members)):
            if isinstance(member, Connection) and member in self._members:
                tick(self, member)
        self._sequence = (self._sequence + _SEQUENCE_STEP) & MASK

    def on_fast_tick(self) -> None:
        """Send the acknowledgments that were held back (TCP-39)."""
        for member in reversed(tuple(self._members)):
            if member in self._delayed and isinstance(member, Connection) and member.ack_delayed:
                member.ack_delayed = False
                member.ack_now = True
                transmit(self.stack, member)
        self._delayed.clear()

    @property
    def active(self) -> bool:
        return bool(self._members)

    @property
    def wants_fast_tick(self) -> bool:
        return bool(self._delayed) and any(member.ack_delayed for member in self._delayed)

    def on_event(self, event: hostio.Event) -> None:
        """Take what the host tells of a handle; of one that is unknown, nothing."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    # -- forwarding ------------------------------------------------------------------------------

    def listen(self, forward: HostForward) -> Handle:
        """Put a ``hostfwd`` rule into force; if the host refuses, it appears in ``failed``."""
        listener = Listener(self.stack.claim(self), forward)
        self._listeners[listener.handle] = listener
        self._members[listener] = None
        self.stack.perform(
            hostio.Listen(listener.handle, ipv4.TCP, forward.host_address, forward.host_port)
        )
        return listener.handle

    def unlisten(self, forward: HostForward) -> bool:
        """Lift the rule for ``forward``'s host address and port; False: there is none.

        Connections that came through it stay.
        """
        for listener in reversed(tuple(self._listeners.values())):
            bound = (listener.address, listener.port)
            if forward == listener.forward or bound == (forward.host_address, forward.host_port):
                self._forget(listener)
                self.stack.perform(hostio.Close(listener.handle))
                return True
        return False

    def serve(self, forward: GuestForward) -> None:
        """Put the rule of a command into force, in the place of any other (SMB-01)."""
        self._guest_forwards[forward.address, forward.port] = forward

    def rows(self) -> list[SocketRow]:
        """What ``info usernet`` lists, newest first (TCP-36, HFW-12)."""
        return [_row(member) for member in reversed(self._members)]

    def _add_guest_forward(self, forward: GuestForward) -> None:
        """Put a ``guestfwd`` rule into force; behind another for its place, it serves nobody."""
        entry: GuestForward | Channel = forward
        if not forward.device.startswith(_COMMAND):
            entry = Channel(self.stack, self.stack.claim(self), forward)
            self._channels[entry.handle] = entry
            self.stack.perform(hostio.OpenChannel(entry.handle, forward.device))
        self._guest_forwards.setdefault((forward.address, forward.port), entry)

    def _is_listener(self, key: _Key) -> bool:
        """Whether the guest speaks to a listener as if that were a connection: it hears nothing."""
        config = self.stack.config
        return any(
            key[:2] == (each.forward.guest_address, each.forward.guest_port)
            and key[2:] == (accepted(config, each.address), each.port)
            for each in self._listeners.values()
        )

    # -- new connections -------------------------------------------------------------------------

    def _open(self, datagram: Packet, segment: Segment) -> None:
        """A segment for no connection: a SYN opens one, all else is refused (TCP-01, TCP-02)."""
        config = self.stack.config
        forward = self._guest_forwards.get((datagram.destination, segment.destination_port))
        if config.restricted and forward is None:
            refuse(self.stack, datagram, segment, None)
            return
        if segment.flags & (SYN | FIN | RST | URG | ACK) != SYN:
            refuse(self.stack, datagram, segment, None)
            return
        connection = self._add(
            datagram.source, segment.source_port, datagram.destination, segment.destination_port
        )
        if forward is None:
            self._connect(connection, datagram, segment)
            return
        offer = tcp.maximum_segment_size(segment.options)
        if offer is not None:
            connection.agree_segment_size(offer)
        accept_syn(self, connection, segment)

    def _connect(self, c: Connection, datagram: Packet, segment: Segment) -> None:
        """Open the host's connection for a SYN (TCP-08, TCP-09, DNS-02, DNS-03)."""
        address = outbound(self.stack.config, self.stack.profile, c.far, c.far_port)
        if address is None:
            self.stack.send_error(datagram, *Trouble.NO_ROUTE.about(datagram))
            self.close(c)
            return
        c.opening = (datagram, segment)
        c.state = State.SYN_RCVD
        c.start_receiving(segment.sequence)
        c.keep_timer = HANDSHAKE
        self._attach(c, self.stack.claim(self))
        self.stack.perform(hostio.Connect(self._handle(c), address, c.far_port))

    def _on_accepted(self, event: hostio.Accepted) -> None:
        """A client of a ``hostfwd`` rule: offer its connection to the guest (HFW-02)."""
        listener = self._listeners.get(event.handle)
        if listener is None:
            self.stack.perform(hostio.Close(event.connection))
            self.stack.release(event.connection)
            return
        rule = listener.forward
        far = accepted(self.stack.config, event.address)
        c = self._add(rule.guest_address, rule.guest_port, far, event.port)
        c.incoming = (event.local_address or listener.address, event.local_port or listener.port)
        self._attach(c, event.connection)
        c.agree_segment_size()
        c.state = State.SYN_SENT
        c.keep_timer = HANDSHAKE
        c.start_sending(self.next_sequence())
        transmit(self.stack, c)

    def _add(self, near: Address, near_port: int, far: Address, far_port: int) -> Connection:
        key = (near, near_port, far, far_port)
        if key in self._connections:
            self.close(self._connections[key])
        connection = Connection(near, near_port, far, far_port, self.stack.config.mtu)
        self._connections[key] = connection
        self._members[connection] = None
        return connection

    def _attach(self, c: Connection, handle: Handle) -> None:
        c.stream = Stream(self.stack, handle)
        self._streams[handle] = c

    @staticmethod
    def _handle(c: Connection) -> Handle:
        assert c.stream is not None
        return c.stream.handle

    # -- what the procedures of a connection ask -------------------------------------------------

    def next_sequence(self) -> int:
        number, self._preset = self._preset, None
        if number is None:
            number = self._sequence
        self._sequence = (self._sequence + _SEQUENCE_STEP) & MASK
        return number

    def establish(self, c: Connection) -> None:
        forward = self._guest_forwards.get((c.far, c.far_port)) if c.stream is None else None
        if isinstance(forward, Channel):
            forward.join(c)
        elif forward is not None:
            self._attach(c, self.stack.claim(self))
            command = forward.device.removeprefix(_COMMAND)
            self.stack.perform(hostio.Spawn(self._handle(c), command, forward.over_tcp))
        if c.stream is not None:
            c.stream.open = True

    def reopen(self, c: Connection, datagram: Packet, segment: Segment) -> None:
        self._preset = (c.rcv_nxt + _REOPEN_STEP) & MASK
        self.close(c)
        self._open(datagram, segment)
        self._preset = None

    def drop(self, c: Connection) -> None:
        if c.state >= State.SYN_RCVD:
            c.state = State.CLOSED
            transmit(self.stack, c)
        self.close(c)

    def close(self, c: Connection) -> None:
        c.state = State.CLOSED
        self._members.pop(c, None)
        self._connections.pop((c.near, c.near_port, c.far, c.far_port), None)
        self._delayed.discard(c)
        self._detach(c)

    def _detach(self, c: Connection) -> None:
        if c.stream is not None:
            self._streams.pop(c.stream.handle, None)
            c.stream.close()
            c.stream = None

    def _end(self, c: Connection) -> None:
        """The host's side of the stream has ended: so does ours (TCP-22, TCP-23)."""
        c.state = AFTER_HOST_ENDED.get(c.state, c.state)
        transmit(self.stack, c)

    # -- what the host tells ---------------------------------------------------------------------

    def _on_received(self, event: hostio.Received) -> None:
        c = self._connection(event.handle)
        if c is None or c.stream is None:
            return
        c.stream.read(len(event.data))
        if event.urgent:
            c.snd_up = (c.snd_una + len(c.outgoing) + event.urgent) & MASK
        c.outgoing += event.data
        transmit(self.stack, c, forced=bool(event.urgent))
        c.allow_reading()

    def _on_sent(self, event: hostio.Sent) -> None:
        channel = self._channels.get(event.handle)
        if channel is not None:
            for c in channel.took(event.count):
                self._after_sent(c, event.count)
            return
        connection = self._streams.get(event.handle)
        if connection is not None and connection.stream is not None:
            connection.stream.took(event.count)
            self._after_sent(connection, event.count)

    def _after_sent(self, c: Connection, count: int) -> None:
        """Tell the guest of a window that had been small, as its buffer empties."""
        if c in self._members and c.space - count < c.capacity // 2:
            transmit(self.stack, c)

    def _on_connected(self, event: hostio.Connected) -> None:
        c = self._streams.get(event.handle)
        if c is not None and c.opening is not None:
            _, segment = c.opening
            c.opening = None
            accept_syn(self, c, segment)

    def _on_connect_failed(self, event: hostio.ConnectFailed) -> None:
        channel = self._channels.get(event.handle)
        if channel is not None:
            channel.broken = True
            self.failed.append(channel.forward)
            return
        c = self._streams.get(event.handle)
        if c is None:
            return
        if c.opening is None:
            self._detach(c)
            self._end(c)
            return
        datagram, segment = c.opening
        c.opening = None
        if not event.at_once:
            self.drop(c)
            return
        if event.error is Failure.REFUSED:
            refuse(self.stack, datagram, replace(segment, payload=b""), c)
        else:
            near = event.error is Failure.HOST_UNREACHABLE
            trouble = Trouble.NO_HOST if near else Trouble.NO_ROUTE
            self.stack.send_error(datagram, *trouble.about(datagram))
        self.close(c)

    def _on_end_of_stream(self, event: hostio.EndOfStream) -> None:
        c = self._streams.get(event.handle)
        if c is not None and c.stream is not None and not c.stream.ended:
            c.stream.ended = True
            self._end(c)

    def _on_broken(self, event: hostio.Broken) -> None:
        """The stream was reset, or can't be written to: the guest hears RST,ACK (TCP-25)."""
        channel = self._channels.get(event.handle)
        if channel is not None:
            channel.broken = True
            return
        c = self._streams.get(event.handle)
        if c is not None:
            self.drop(c)

    def _on_listening(self, event: hostio.Listening) -> None:
        listener = self._listeners.get(event.handle)
        if listener is not None:
            listener.address, listener.port = event.address, event.port

    def _on_listen_failed(self, event: hostio.ListenFailed) -> None:
        listener = self._listeners.get(event.handle)
        if listener is not None:
            self._forget(listener)
            self.failed.append(listener.forward)

    def _forget(self, listener: Listener) -> None:
        del self._listeners[listener.handle], self._members[listener]
        self.stack.release(listener.handle)

    def _connection(self, handle: Handle) -> Connection | None:
        """Whom octets that came on ``handle`` are for."""
        channel = self._channels.get(handle)
        if channel is None:
            return self._streams.get(handle)
        return channel.members[-1] if channel.members else None


def _row(member: Connection | Listener) -> SocketRow:
    if isinstance(member, Listener):
        rule = member.forward
        return SocketRow(
            "TCP",
            "HOST_FORWARD",
            member.handle,
            member.address,
            member.port,
            rule.guest_address,
            rule.guest_port,
        )
    stream = member.stream
    source, destination = (member.near, member.near_port), (member.far, member.far_port)
    if member.incoming is not None:
        source, destination = member.incoming, source
    return SocketRow(
        "TCP",
        member.state.name,
        stream.handle if stream is not None else None,
        *source,
        *destination,
        stream.unsent if stream is not None else 0,
        len(member.outgoing),
    )

"""UDP: a session for each guest address and port, whoever it speaks with (a cone NAT, UDP-01).

A session owns one endpoint on the host. What the guest sends goes out there, translated
(:mod:`.translation`); what comes in, from whoever, goes to the guest. The session remembers the
last datagram, for errors (ICM-12), and its destination, for the source of replies (UDP-04). A host
forward is a session that is there from the start and never expires (HFW-07).

While more than four packets of a session wait for the guest's MAC, its endpoint is not read
(GEN-13).
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ..clock import MILLISECOND
from ..wire import dhcp, dhcpv6, icmpv4, ipv4, ipv6, tftp, udp
from . import hostio, translation
from .packets import Address, Packet, Trouble, make_packet
from .queue import Flow
from .seam import HostForward, SocketRow, Stack

#: How long a session lives after a datagram in either direction, in ms; the second after an answer
#: from port 53 (UDP-02, DNS-08).
LIFETIME = 240_000
DNS_LIFETIME = 10_000
#: How many packets may wait for the guest while the endpoint is read (GEN-13).
MOST_WAITING = 4
#: How many sessions there may be; stands for the host's limit of descriptors (OUT-02).
MOST_SESSIONS = 1024

TTL = 64
_LOW_DELAY = 0x10
_ANY_LENGTH = 0xFFFF


_Kind = TypeVar("_Kind", contravariant=True)


class Server(Protocol[_Kind]):
    """One of the stack's own servers, for a kind of packets."""

    def receive(self, datagram: _Kind, message: udp.Datagram) -> None:
        """Take a message for the server's port.

        Raises:
            WireError: it is not one that the server can read.
        """


@dataclass(frozen=True, slots=True)
class Servers:
    """The stack's own servers."""

    dhcp: Server[ipv4.Datagram]
    dhcp6: Server[ipv6.Packet]
    tftp: Server[Packet]


@dataclass(slots=True, eq=False)
class Session:
    """One guest address and port.

    Attributes:
        expires: when it ends, in ms, or None: never.
        destination, destination_port: of the last datagram from the guest; for a host forward that
            the guest has sent nothing through, what was bound.
        tos: of what the guest gets.
        last: the guest's last datagram.
        forward: the rule behind it, if it is a host forward.
    """

    handle: hostio.Handle
    guest: Address
    guest_port: int
    expires: int | None
    destination: Address = 0
    destination_port: int = 0
    tos: int = 0
    last: Packet | None = None
    forward: HostForward | None = None
    bound: tuple[int, int] | None = None
    flow: Flow = field(default_factory=Flow)


class Udp:
    """UDP's sessions, and the way to the stack's own servers.

    Args:
        servers: take what is for them.
    """

    def __init__(self, stack: Stack, servers: Servers) -> None:
        self._stack = stack
        self._servers = servers
        self._sessions: dict[hostio.Handle, Session] = {}
        self._by_guest: dict[tuple[Address, int], list[Session]] = {}
        self._paused: list[Session] = []
        self._forwards = 0
        self._none_expires_before = 0

    @property
    def waiting(self) -> bool:
        """Whether any session may expire."""
        return len(self._sessions) > self._forwards

    def receive(self, datagram: Packet) -> None:
        """Take a whole datagram of this protocol.

        Raises:
            WireError: a length or the checksum is wrong (UDP-06, UDP-07), or a server can't read
                what it was sent.
        """
        message = udp.decode(datagram.payload, datagram.source, datagram.destination)
        if isinstance(datagram, ipv6.Packet):
            served = self._serve6(datagram, message)
        else:
            served = self._serve(datagram, message)
        if served:
            return
        if self._stack.config.restricted:
            self._stack.drop("restricted")
        else:
            self._send_on(datagram, message)

    def _serve(self, datagram: ipv4.Datagram, message: udp.Datagram) -> bool:
        """Hand a message to one of the stack's own servers; False: it is for none of them."""
        own = datagram.destination == self._stack.config.host
        anyone = self._stack.profile.serves_any_address
        port = message.destination_port
        if port == dhcp.SERVER_PORT and (own or anyone or datagram.destination == ipv4.BROADCAST):
            self._servers.dhcp.receive(datagram, message)
        elif port == tftp.PORT and (own or anyone):
            self._servers.tftp.receive(datagram, message)
        else:
            return False
        return True

    def _serve6(self, packet: ipv6.Packet, message: udp.Datagram) -> bool:
        """As for IPv4 (IP6-11, TFTP-23)."""
        own = packet.destination == self._stack.config.host6
        port = message.destination_port
        if port == dhcpv6.SERVER_PORT and (own or packet.destination == dhcpv6.SERVERS):
            self._servers.dhcp6.receive(packet, message)
        elif port == tftp.PORT and own:
            self._servers.tftp.receive(packet, message)
        else:
            return False
        return True

    def on_event(self, event: hostio.Event) -> None:
        """Take what the host says about a session's endpoint."""
        session = self._sessions[event.handle]
        match event:
            case hostio.UdpReceived():
                self._on_received(session, event)
            case hostio.UdpFailed():
                self._on_failure(session, event.error)
            case hostio.Listening():
                session.bound = event.address, event.port
                session.destination = translation.accepted(self._stack.config, event.address)
                session.destination_port = event.port
            case hostio.ListenFailed():
                self._remove(session)
                self._stack.release(session.handle)

    def listen(self, forward: HostForward) -> hostio.Handle:
        """Make the session of a host forward (HFW-07); its handle."""
        handle = self._stack.claim(self)
        session = Session(
            handle,
            forward.guest_address,
            forward.guest_port,
            None,
            translation.accepted(self._stack.config, forward.host_address),
            forward.host_port,
            forward=forward,
        )
        self._add(session)
        self._stack.perform(
            hostio.Listen(handle, ipv4.UDP, forward.host_address, forward.host_port)
        )
        return handle

    def unlisten(self, forward: HostForward) -> bool:
        """End the session of a host forward; whether there was one."""
        key = forward.guest_address, forward.guest_port
        for session in reversed(self._by_guest.get(key, ())):
            if session.forward == forward:
                self._close(session)
                return True
        return False

    def resume(self) -> None:
        """Let the host read again where the queue has room again (GEN-13)."""
        for session in list(self._paused):
            if session.flow.waiting <= MOST_WAITING:
                self._paused.remove(session)
                self._stack.perform(hostio.Read(session.handle, _ANY_LENGTH))

    def expire(self) -> None:
        """End the sessions whose time is over."""
        now = self._stack.now // MILLISECOND
        if now < self._none_expires_before:
            return
        for session in list(self._sessions.values()):
            if session.expires is not None and session.expires <= now:
                self._close(session)
        left = (session.expires for session in self._sessions.values())
        self._none_expires_before = min(
            (expires for expires in left if expires is not None), default=now + DNS_LIFETIME
        )

    def rows(self) -> list[SocketRow]:
        """The sessions, newest first (INF-06)."""
        return [self._row(session) for session in reversed(self._sessions.values())]

    def _row(self, session: Session) -> SocketRow:
        if session.forward is not None:
            address, port = session.bound or (
                session.forward.host_address,
                session.forward.host_port,
            )
            return SocketRow(
                "UDP",
                "HOST_FORWARD",
                session.handle,
                address,
                port,
                session.guest,
                session.guest_port,
            )
        assert session.expires is not None
        left = (session.expires - self._stack.now // MILLISECOND) // 1000
        return SocketRow(
            "UDP",
            f"{left} sec",
            session.handle,
            session.guest,
            session.guest_port,
            session.destination,
            session.destination_port,
        )

    def _send_on(self, datagram: Packet, message: udp.Datagram) -> None:
        session = self._session_for(datagram, message)
        if session is None:
            self._stack.drop("too many UDP sessions")
            return
        session.destination = datagram.destination
        session.destination_port = message.destination_port
        session.last = _as_quoted(datagram, message)
        profile = self._stack.profile
        ttl = datagram.ttl - 1 if profile.forwards_ttl else None
        if ttl is not None and ttl <= 0:
            self._stack.send_error(session.last, *Trouble.EXPIRED.about(session.last))
            return
        address = translation.outbound(
            self._stack.config, profile, datagram.destination, message.destination_port
        )
        if address is None:
            self._stack.send_error(session.last, *Trouble.NO_ROUTE.about(session.last))
            return
        self._extend(session, LIFETIME)
        self._stack.perform(
            hostio.SendUdp(session.handle, message.payload, address, message.destination_port, ttl)
        )

    def _session_for(self, datagram: Packet, message: udp.Datagram) -> Session | None:
        """The guest's session, newest first, or a new one; None if there are too many."""
        known = self._by_guest.get((datagram.source, message.source_port))
        if known:
            return known[-1]
        if len(self._sessions) >= MOST_SESSIONS:
            return None
        session = Session(
            self._stack.claim(self),
            datagram.source,
            message.source_port,
            0,
        )
        self._extend(session, LIFETIME)
        if not message.checked:
            session.tos = datagram.tos
            session.flow.low_delay = bool(datagram.tos & _LOW_DELAY)
        self._add(session)
        version = 6 if isinstance(datagram, ipv6.Packet) else 4
        self._stack.perform(hostio.OpenUdp(session.handle, version))
        return session

    def _on_received(self, session: Session, event: hostio.UdpReceived) -> None:
        fast = session.destination_port == translation.DNS_PORT
        self._extend(session, DNS_LIFETIME if fast else LIFETIME)
        source = translation.inbound(
            self._stack.config, self._stack.profile, session.destination, event.address
        )
        payload = udp.encode(
            udp.Datagram(event.port, session.guest_port, event.payload),
            source,
            session.guest,
        )
        self._stack.send(
            make_packet(source, session.guest, ipv4.UDP, payload, TTL, session.tos),
            session.flow,
        )
        if session.flow.waiting > MOST_WAITING and session not in self._paused:
            self._paused.append(session)
            self._stack.perform(hostio.Read(session.handle, 0))

    def _extend(self, session: Session, lifetime: int) -> None:
        """Let a session live for ``lifetime`` ms from now, unless it lives for ever."""
        if session.expires is not None:
            session.expires = self._stack.now // MILLISECOND + lifetime
            self._none_expires_before = min(self._none_expires_before, session.expires)

    def _on_failure(self, session: Session, error: hostio.Failure | hostio.IcmpError) -> None:
        """UDP-10: a failure to send is an unreachable net; what the host's kernel heard from the
        network is handed on, from whom it came (ICM-12), but through a host forward nothing is."""
        heard = isinstance(error, hostio.IcmpError)
        if session.last is None or (heard and session.forward is not None):
            return
        if isinstance(error, hostio.Failure):
            self._stack.send_error(session.last, *Trouble.NO_ROUTE.about(session.last))
        elif self._stack.profile.forwards_errors:
            self._stack.send_error(session.last, error.type, error.code, error.offender)
        else:
            near = error.type == icmpv4.UNREACHABLE and error.code <= icmpv4.UNREACHABLE_HOST
            code = error.code if near else icmpv4.UNREACHABLE_PORT
            self._stack.send_error(session.last, icmpv4.UNREACHABLE, code)

    def _add(self, session: Session) -> None:
        self._sessions[session.handle] = session
        self._forwards += session.forward is not None
        self._by_guest.setdefault((session.guest, session.guest_port), []).append(session)

    def _remove(self, session: Session) -> None:
        del self._sessions[session.handle]
        self._forwards -= session.forward is not None
        if session in self._paused:
            self._paused.remove(session)
        key = session.guest, session.guest_port
        self._by_guest[key].remove(session)
        if not self._by_guest[key]:
            del self._by_guest[key]

    def _close(self, session: Session) -> None:
        self._remove(session)
        self._stack.perform(hostio.Close(session.handle))
        self._stack.release(session.handle)


def _as_quoted(datagram: Packet, message: udp.Datagram) -> Packet:
    """The datagram as errors about it quote it: no options, nothing behind UDP's length."""
    length = udp.HEADER + len(message.payload)
    if isinstance(datagram, ipv4.Datagram) and datagram.options:
        datagram = dataclasses.replace(datagram, options=b"")
    if len(datagram.payload) == length:
        return datagram
    return dataclasses.replace(datagram, payload=datagram.payload[:length])

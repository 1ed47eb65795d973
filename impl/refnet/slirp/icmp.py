"""ICMP: echoes answered here or sent on by the host, and errors about what guests sent.

An echo to the host's or the name server's address is answered at once (ICM-01, ICM-02). Any other
one becomes a ping of the host's own (ICM-05): ``SendPing`` opens a socket for it alone, and the
first reply or error ends it (ICM-06). A host that allows no such sockets is asked for one UDP
datagram to port 7 of the target instead, where an echo server may answer (ICM-07).
"""

import dataclasses
import enum

from ..clock import MILLISECOND
from ..wire import icmpv4, ipv4
from . import hostio, translation
from .hostio import Failure
from .seam import SocketRow, Stack

#: How long a ping waits for its reply, in ms (ICM-06).
LIFETIME = 240_000
#: How many pings wait at a time; like the host's limit of descriptors, which it stands for.
MOST_PINGS = 1024

TTL = 255
ECHO_PORT = 7
_FALLBACK_SOURCE_PORT = 9
_FALLBACK_PAYLOAD = (
    b"This is a pseudo-PING packet used by Slirp to emulate ICMP ECHO-REQUEST packets.\n"
)

#: Octets of the offending datagram that an error quotes at most: 576 - 28 (ICM-10).
LONGEST_QUOTE = 548
#: The ICMP messages that errors may be about (ICM-11): echo, timestamp, information and mask.
_MAY_OFFEND = frozenset((0, 8, 13, 14, 15, 16, 17, 18))

_UNREACHABLE_CODES = {
    Failure.NET_UNREACHABLE: icmpv4.UNREACHABLE_NET,
    Failure.HOST_UNREACHABLE: icmpv4.UNREACHABLE_HOST,
}


def error_about(
    offending: ipv4.Datagram, type: int, code: int, source: int
) -> ipv4.Datagram | None:
    """The error (ICM-10) for a datagram, or None where there must be none (ICM-11)."""
    if offending.offset or not offending.source & 0x0FFFFFFF:
        return None
    if offending.protocol == ipv4.ICMP:
        kind = offending.payload[0] if offending.payload else 0
        if kind not in _MAY_OFFEND:
            return None
    quote = ipv4.encode(offending)[:LONGEST_QUOTE]
    return ipv4.Datagram(
        source,
        offending.source,
        ipv4.ICMP,
        icmpv4.encode(icmpv4.Message(type, code, quote)),
        ttl=TTL,
        tos=offending.tos & 0x1E | 0xC0,
        dont_fragment=offending.dont_fragment,
    )


class _Way(enum.Enum):
    """How an echo left the host; the value is what ``info usernet`` calls it."""

    PING = "ICMP"
    UDP = "UDP"


@dataclasses.dataclass(slots=True)
class _Ping:
    request: ipv4.Datagram
    message: icmpv4.Message
    expires: int
    way: _Way = _Way.PING


class Icmp:
    """What the stack does with ICMP, and the pings that wait for the host."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._pings: dict[hostio.Handle, _Ping] = {}

    @property
    def waiting(self) -> bool:
        """Whether any ping may expire."""
        return bool(self._pings)

    def receive(self, datagram: ipv4.Datagram) -> None:
        """Take a whole datagram of this protocol.

        Raises:
            WireError: too short, or a wrong checksum (ICM-03).
        """
        message = icmpv4.decode(datagram.payload)
        if message.type != icmpv4.ECHO:
            self._stack.drop("ICMP type")
        elif self._is_own(datagram.destination):
            self._reflect(datagram, message)
        elif self._stack.config.restricted:
            self._stack.drop("restricted")
        elif len(self._pings) >= MOST_PINGS:
            self._stack.drop("too many pings")
        else:
            self._send_on(datagram, message)

    def on_event(self, event: hostio.Event) -> None:
        """Take the outcome of a ping."""
        ping = self._pings[event.handle]
        match event:
            case hostio.PingReply():
                self._on_reply(event, ping)
            case hostio.PingUnavailable():
                self._fall_back(event.handle, ping)
            case hostio.PingFailed():
                self._on_ping_failure(event, ping)
            case hostio.UdpReceived():
                self._reflect(ping.request, ping.message)
                self._finish(event.handle)
            case hostio.UdpFailed():
                self._on_udp_failure(event, ping)

    def expire(self) -> None:
        """Forget pings without an answer."""
        now = self._stack.now // MILLISECOND
        while self._pings:
            handle, oldest = next(iter(self._pings.items()))
            if oldest.expires > now:
                break
            self._finish(handle)

    def rows(self) -> list[SocketRow]:
        """The pings under way, newest first; those sent as UDP before the others (INF-06)."""
        rows = []
        for handle, ping in reversed(self._pings.items()):
            left = (ping.expires - self._stack.now // MILLISECOND) // 1000
            udp = ping.way is _Way.UDP
            rows.append(
                SocketRow(
                    ping.way.value,
                    f"{left} sec",
                    handle,
                    ping.request.source,
                    _FALLBACK_SOURCE_PORT if udp else None,
                    ping.request.destination,
                    ECHO_PORT if udp else None,
                )
            )
        return sorted(rows, key=lambda row: row.protocol, reverse=True)

    def _is_own(self, address: int) -> bool:
        config = self._stack.config
        return address == config.host or (
            address == config.nameserver and self._stack.profile.nameserver_answers_echo
        )

    def _reflect(
        self, request: ipv4.Datagram, message: icmpv4.Message, code: int | None = None
    ) -> None:
        """Send the reply to an echo; code, type of service and "don't fragment" are the request's
        (IP4-10, IP4-11), options are not (IP4-04)."""
        reply = dataclasses.replace(
            message, type=icmpv4.ECHO_REPLY, code=message.code if code is None else code
        )
        self._stack.send(
            ipv4.Datagram(
                request.destination,
                request.source,
                ipv4.ICMP,
                icmpv4.encode(reply),
                ttl=TTL,
                tos=request.tos,
                dont_fragment=request.dont_fragment,
            )
        )

    def _send_on(self, request: ipv4.Datagram, message: icmpv4.Message) -> None:
        handle = self._stack.claim(self)
        ping = _Ping(request, message, self._stack.now // MILLISECOND + LIFETIME)
        self._pings[handle] = ping
        if self._stack.profile.has_ping_sockets:
            self._stack.perform(
                hostio.SendPing(
                    handle,
                    request.destination,
                    message.identifier,
                    message.sequence,
                    message.payload,
                    message.code,
                )
            )
        else:
            self._fall_back(handle, ping)

    def _fall_back(self, handle: hostio.Handle, ping: _Ping) -> None:
        """Send the datagram that stands in for an echo (ICM-07)."""
        profile = self._stack.profile
        ping.way = _Way.UDP
        address = translation.outbound(
            self._stack.config, profile, ping.request.destination, ECHO_PORT
        )
        ttl = ping.request.ttl - 1 if profile.forwards_ttl else None
        if address is None:
            self._stack.send_error(ping.request, icmpv4.UNREACHABLE, icmpv4.UNREACHABLE_NET)
        elif ttl is not None and ttl <= 0:
            self._stack.send_error(ping.request, icmpv4.TIME_EXCEEDED, 0)
        else:
            self._stack.perform(hostio.OpenUdp(handle))
            self._stack.perform(hostio.SendUdp(handle, _FALLBACK_PAYLOAD, address, ECHO_PORT, ttl))
            return
        del self._pings[handle]
        self._stack.release(handle)

    def _on_reply(self, event: hostio.PingReply, ping: _Ping) -> None:
        """The reply is as long as the request; a shorter one is filled up from it (ICM-05)."""
        asked = ping.message.payload
        payload = (event.payload + bytes(asked[len(event.payload) :]))[: len(asked)]
        self._reflect(ping.request, dataclasses.replace(ping.message, payload=payload), code=0)
        self._finish(event.handle)

    def _on_ping_failure(self, event: hostio.PingFailed, ping: _Ping) -> None:
        """ICM-09: what never left is a net, what got no answer a host that can't be reached."""
        net = event.sending or event.error is Failure.NET_UNREACHABLE
        code = icmpv4.UNREACHABLE_NET if net else icmpv4.UNREACHABLE_HOST
        self._stack.send_error(ping.request, icmpv4.UNREACHABLE, code)
        self._finish(event.handle)

    def _on_udp_failure(self, event: hostio.UdpFailed, ping: _Ping) -> None:
        error = event.error
        if isinstance(error, hostio.IcmpError) and self._stack.profile.forwards_errors:
            self._stack.send_error(ping.request, error.type, error.code, error.offender)
            return
        code = icmpv4.UNREACHABLE_PORT
        if isinstance(error, Failure):
            code = _UNREACHABLE_CODES.get(error, icmpv4.UNREACHABLE_PORT)
        self._stack.send_error(ping.request, icmpv4.UNREACHABLE, code)
        self._finish(event.handle)

    def _finish(self, handle: hostio.Handle) -> None:
        del self._pings[handle]
        self._stack.perform(hostio.Close(handle))
        self._stack.release(handle)

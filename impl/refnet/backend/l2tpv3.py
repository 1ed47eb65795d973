"""``-netdev l2tpv3``: frames in a session of L2TPv3, over UDP or as an IP protocol (SOCK-18).

There is no control connection: both ends know the session and the cookie (RFC 3931 section 4.1).
"""

import socket
import struct
from typing import Any, NamedTuple

from ..errors import HostError
from .dgram import DgramPort
from .netdevs import Site

#: RFC 3931 section 4.1.2.1: a data message of version 3, in front of the session over UDP.
_DATA_MESSAGE = b"\x00\x03\x00\x00"
#: IANA's number of the protocol.
_PROTOCOL = 115
#: Linux gives raw sockets the header of IPv4 with each packet, which has no options here.
_IPV4_HEADER = 20


class Header(NamedTuple):
    """What stands in front of each frame.

    Attributes:
        udp: whether the session is behind UDP.
        cookie_size: octets of the cookies: 0, 4 or 8.
        counts: whether a counter follows, and goes up with each frame unless it is ``pinned``.
        gap: octets between the header and the frame.
    """

    udp: bool
    sent_session: int
    expected_session: int
    cookie_size: int
    sent_cookie: int
    expected_cookie: int
    counts: bool
    pinned: bool
    gap: int

    def form(self, number: int) -> bytes:
        """The header of the ``number``-th frame; the first is 1."""
        count = b""
        if self.counts:
            count = struct.pack(">I", 0 if self.pinned else number & 0xFFFFFFFF)
        head = _DATA_MESSAGE if self.udp else b""
        return head + self._front(self.sent_session, self.sent_cookie) + count + bytes(self.gap)

    def complaint(self, packet: bytes) -> str | None:
        """What is wrong with a packet's header, its counter excepted; None: nothing."""
        start = len(_DATA_MESSAGE) if self.udp else 0
        expected = self._front(self.expected_session, self.expected_cookie)
        if len(packet) <= len(self.form(0)):
            return ""
        if packet[start + 4 : start + len(expected)] != expected[4:]:
            return "unknown cookie id"
        if packet[start : start + 4] != expected[:4]:
            return "session mismatch"
        return None

    def _front(self, session: int, cookie: int) -> bytes:
        size = self.cookie_size
        return struct.pack(">I", session) + (cookie % (1 << 8 * size)).to_bytes(size, "big")


class L2tpv3Port(DgramPort):
    """A netdev on a session; packets of other sessions are dropped, the first with a complaint.

    Args:
        peer: the address that frames go to.
        skipped: octets in front of the header that the system leaves in what is received.
    """

    def __init__(
        self, site: Site, name: str, sock: socket.socket, peer: Any, header: Header, skipped: int
    ) -> None:
        super().__init__(
            site.fabric,
            name,
            site.loop,
            sock,
            kind="l2tpv3",
            remote=peer,
            info="l2tpv3: connected",
        )
        self.on_host = False
        self._header = header
        self._skipped = skipped
        self._sent = 0
        self._complained = False
        self._report = site.report

    def _wrap(self, frame: bytes) -> bytes:
        return self._header.form(self._sent + 1) + frame

    def _on_sent(self) -> None:
        self._sent += 1

    def _unwrap(self, datagram: bytes) -> bytes:
        packet = datagram[self._skipped :]
        complaint = self._header.complaint(packet)
        if complaint is None:
            return packet[len(self._header.form(0)) :]
        if not self._complained:
            self._complained = True
            for text in (complaint, "l2tpv3 header verification failed"):
                if text:
                    self._report(text)
        return b""


def connect(
    source: tuple[str, str | None], destination: tuple[str, str | None], *, ipv6: bool, udp: bool
) -> tuple[socket.socket, Any]:
    """A socket bound to ``source``, and the address of ``destination``; each is (host, port).

    Raises:
        HostError: with QEMU's text.
    """
    here = _resolve(*source, ipv6, udp, "could not resolve src, errno = ")
    made: socket.socket | None = None
    try:
        made = socket.socket(*here[:3])
        made.setblocking(False)
        made.bind(here[4])
    except OSError as error:
        if made is None:
            raise HostError(f"socket creation failed, errno = {error.errno}") from None
        made.close()
        raise HostError(f"could not bind socket err={error.errno}") from None
    try:
        there = _resolve(*destination, ipv6, udp, "could not resolve dst, error = ")
    except HostError:
        made.close()
        raise
    return made, there[4]


def _resolve(host: str, port: str | None, ipv6: bool, udp: bool, complaint: str) -> Any:
    family = socket.AF_INET6 if ipv6 else socket.AF_INET
    kind, protocol = (socket.SOCK_DGRAM, 0) if udp else (socket.SOCK_RAW, _PROTOCOL)
    try:
        return socket.getaddrinfo(host, port, family, kind, protocol)[0]
    except socket.gaierror as error:
        raise HostError(complaint + str(error.strerror)) from None
    except (UnicodeError, ValueError, OSError) as error:
        raise HostError(complaint + str(error)) from None


def skipped_octets(*, ipv6: bool, udp: bool) -> int:
    """How much of what a socket receives is in front of the session's header."""
    return 0 if ipv6 or udp else _IPV4_HEADER

"""UDP and ping sockets of the host."""

import errno
import os
import socket
import struct
from collections.abc import Callable
from typing import TypeAlias

from ..slirp import hostio
from ..slirp.hostio import Event, Failure, Handle
from ..wire import checksum
from ..wire._types import Buffer
from .addresses import Real, number, read, text_of
from .failures import failure
from .loop import READ, Loop

Emit: TypeAlias = Callable[[Event], None]

_LARGEST = 65535
#: <linux/in.h>, <linux/errqueue.h>
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_ORIGIN_ICMP = 2
_ORIGIN_ICMP6 = 3
_EXTENDED_ERROR = struct.Struct("=IBBBxII")
_ICMP_HEADER = struct.Struct("!BBHHH")
_ECHO_REQUEST, _ECHO_REPLY = 8, 0

#: By version of IP: the options for ICMP errors and for the TTL.
_ERRORS = {4: (socket.IPPROTO_IP, _IP_RECVERR), 6: (socket.IPPROTO_IPV6, _IPV6_RECVERR)}
_TTL = {
    4: (socket.IPPROTO_IP, socket.IP_TTL),
    6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}

#: The kernel's word that no socket of this kind is to be had (ICM-05).
_UNAVAILABLE = (errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)


class UdpEndpoint:
    """A UDP socket: of a session (UDP-13), or bound by a ``hostfwd`` rule (HFW-07).

    Raises:
        OSError: the socket can't be made, or not bound to ``bound``.
        OverflowError: that is no port.
    """

    def __init__(
        self,
        loop: Loop,
        emit: Emit,
        handle: Handle,
        bound: tuple[int, int] | None = None,
        version: int = 4,
    ) -> None:
        self.handle = handle
        self._loop = loop
        self._emit = emit
        self._ttl: int | None = None
        self._watched = False
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        self._ttl_option = _TTL[version]
        self.socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self.socket.setsockopt(*_ERRORS[version], 1)
            if bound is not None:
                self.socket.bind((text_of(bound[0]), bound[1]))
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.allow(_LARGEST)
        except (OSError, OverflowError):
            self.socket.close()
            raise

    @property
    def descriptor(self) -> int:
        return self.socket.fileno()

    def send(self, action: hostio.SendUdp, address: Real) -> None:
        """Send a datagram; an error that waits for an earlier one is told first (UDP-10)."""
        target = (text_of(address), action.port)
        try:
            if action.ttl is not None and action.ttl != self._ttl:
                self.socket.setsockopt(*self._ttl_option, action.ttl)
                self._ttl = action.ttl
            try:
                self.socket.sendto(action.payload, target)
            except OSError:
                if not self._tell_errors():
                    raise
                self.socket.sendto(action.payload, target)
        except (OSError, OverflowError) as error:
            reason = failure(error) if isinstance(error, OSError) else Failure.OTHER
            self._emit(hostio.UdpFailed(self.handle, reason))

    def allow(self, limit: int) -> None:
        """Read when ``limit`` is not zero (GEN-13)."""
        if bool(limit) == self._watched:
            return
        self._watched = bool(limit)
        if self._watched:
            self._loop.register(self.descriptor, READ, self._on_ready)
        else:
            self._loop.unregister(self.descriptor)

    def close(self, reset: bool = False) -> None:
        self.allow(0)
        self.socket.close()

    def _on_ready(self, events: int) -> None:
        if self._tell_errors():
            return
        try:
            payload, (host, port, *_) = self.socket.recvfrom(_LARGEST)
        except BlockingIOError:
            return
        except OSError as error:
            self._emit(hostio.UdpFailed(self.handle, failure(error)))
            return
        self._emit(hostio.UdpReceived(self.handle, payload, read(host), port))

    def _tell_errors(self) -> bool:
        """Report what the kernel has queued of ICMP errors (ICM-12); whether there was any."""
        told = False
        while True:
            try:
                _, messages, _, _ = self.socket.recvmsg(1, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return told
            told = True
            for level, kind, data in messages:
                if (level, kind) in _ERRORS.values():
                    self._tell_error(data)

    def _tell_error(self, data: bytes) -> None:
        _, origin, type_, code, _, _ = _EXTENDED_ERROR.unpack_from(data)
        start = _EXTENDED_ERROR.size
        offender: int | bytes
        if origin == _ORIGIN_ICMP:
            offender = int.from_bytes(data[start + 4 : start + 8], "big")
        elif origin == _ORIGIN_ICMP6:
            offender = data[start + 8 : start + 24]
        else:
            return
        self._emit(hostio.UdpFailed(self.handle, hostio.IcmpError(type_, code, offender)))


class PingEndpoint:
    """One echo request and its reply, by a socket for pings or a raw one (ICM-05).

    Raises:
        OSError: the host has no sockets of either kind for us (see :func:`unavailable`).
    """

    def __init__(self, loop: Loop, emit: Emit, action: hostio.SendPing) -> None:
        self.handle = action.handle
        self._loop = loop
        self._emit = emit
        self._code = action.code
        self._sequence = action.sequence
        self._peer = action.address
        self.socket, self._raw = _ping_socket()
        self._identifier = os.getpid() + self.socket.fileno() & 0xFFFF

    @property
    def descriptor(self) -> int:
        return self.socket.fileno()

    def send(self, payload: Buffer) -> None:
        """Send the echo request; a raw socket wants its checksum as well."""
        fields = [_ECHO_REQUEST, self._code, 0, self._identifier, self._sequence]
        message = _ICMP_HEADER.pack(*fields) + bytes(payload)
        fields[2] = checksum.internet(message)
        message = _ICMP_HEADER.pack(*fields) + bytes(payload)
        try:
            self.socket.sendto(message, (text_of(self._peer), 0))
            self._loop.register(self.descriptor, READ, self._on_ready)
        except OSError as error:
            self._emit(hostio.PingFailed(self.handle, failure(error), sending=True))

    def close(self, reset: bool = False) -> None:
        self._loop.unregister(self.descriptor)
        self.socket.close()

    def _on_ready(self, events: int) -> None:
        try:
            data, (host, _) = self.socket.recvfrom(_LARGEST)
        except BlockingIOError:
            return
        except OSError as error:
            self._emit(hostio.PingFailed(self.handle, failure(error), sending=False))
            return
        payload = self._reply(data, number(host))
        if payload is not None:
            self._emit(hostio.PingReply(self.handle, payload))

    def _reply(self, data: bytes, source: int) -> bytes | None:
        """The reply's payload; None: a raw socket hears everybody's ICMP."""
        if self._raw:
            data = data[(data[0] & 15) * 4 :] if data else data
        if len(data) < _ICMP_HEADER.size:
            return None
        type_, _, _, identifier, sequence = _ICMP_HEADER.unpack_from(data)
        if type_ != _ECHO_REPLY or sequence != self._sequence:
            return None
        if self._raw and (identifier, source) != (self._identifier, self._peer):
            return None
        return data[_ICMP_HEADER.size :]


def _ping_socket() -> tuple[socket.socket, bool]:
    flags = socket.SOCK_NONBLOCK
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM | flags, socket.IPPROTO_ICMP), False
    except OSError as error:
        if not unavailable(error):
            raise
    return socket.socket(socket.AF_INET, socket.SOCK_RAW | flags, socket.IPPROTO_ICMP), True


def unavailable(error: OSError) -> bool:
    """Whether the error means that the host does not let us have such a socket at all."""
    return error.errno in _UNAVAILABLE

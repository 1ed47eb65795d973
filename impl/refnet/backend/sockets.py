"""Making sockets as ``-netdev socket``, ``dgram`` and ``stream`` make them, with QEMU's messages.

Every function raises :class:`HostError` with the text of QEMU when something is wrong, and returns
sockets that do not block.
"""

import contextlib
import os
import re
import socket
import struct
from typing import TypeAlias

from ..errors import HostError

#: What Python's sockets take: (host, port), or a path.
Place: TypeAlias = tuple[str, int] | str | bytes

#: The longest path that a UNIX address holds, its final zero not counted.
_PATH_LIMIT = 107
_NUMBER = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)")


def resolve(host: str, port: str) -> tuple[str, int]:
    """Address and port of what a person wrote; an empty host is any address (SOCK-07)."""
    if not host:
        address = "0.0.0.0"
    elif host[0].isdigit():
        try:
            address = socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            raise HostError(f"host address '{host}' is not a valid IPv4 address") from None
    else:
        try:
            address = socket.gethostbyname(host)
        except (OSError, UnicodeError):
            raise HostError(f"can't resolve host address '{host}'") from None
    number = _NUMBER.match(port)
    if number is None:
        raise HostError(f"port number '{port}' is invalid")
    sign, digits = number.groups()
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10
    try:
        value = int(digits, base)
    except ValueError:
        value = int(digits)
    return address, (-value if sign == "-" else value) & 0xFFFF


def resolve_pair(text: str) -> tuple[str, int]:
    """Address and port of ``[host]:port``."""
    host, colon, port = text.partition(":")
    if not colon:
        raise HostError(f"host address '{text}' doesn't contain ':' separating host from port")
    return resolve(host, port)


def local_interface(text: str) -> str:
    """An address that ``localaddr=`` of a multicast group names."""
    try:
        return socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        raise HostError(f"localaddr '{text}' is not a valid IPv4 address") from None


def is_multicast(address: str) -> bool:
    """Whether an address is that of a group."""
    return 224 <= socket.inet_aton(address)[0] <= 239


def inherit(owner: str, text: str) -> int:
    """A descriptor that was inherited under the number ``text``, set not to block.

    ``owner`` is the netdev, for the message (SOCK-08).
    """
    if not text.isascii() or not text.isdigit():
        raise HostError(f"Invalid file descriptor number '{text}'")
    try:
        fd = int(text)
        os.set_blocking(fd, False)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise HostError(f"{owner}: Can't use file descriptor {text}: {reason}") from None
    return fd


def adopt(fd: int, complaint: str) -> socket.socket:
    """The socket behind a descriptor; ``complaint`` if there is none."""
    try:
        return socket.socket(fileno=fd)
    except OSError as error:
        raise HostError(complaint.format(reason=os.strerror(error.errno or 0))) from None


def udp(local: tuple[str, int]) -> socket.socket:
    """A UDP socket bound to ``local``."""
    return _bound(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), local)


def multicast(group: tuple[str, int], interface: str | None) -> socket.socket:
    """A UDP socket that is a member of ``group``, and hears itself (SOCK-09, SOCK-10)."""
    address = group[0]
    if not is_multicast(address):
        number = int.from_bytes(socket.inet_aton(address), "big")
        raise HostError(
            f"specified mcastaddr {address} (0x{number:08x}) does not contain a multicast address"
        )
    made = _bound(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), group)
    at = socket.inet_aton(interface or "0.0.0.0")
    membership = struct.pack("4s4s", socket.inet_aton(address), at)
    try:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError as error:
        made.close()
        reason = os.strerror(error.errno or 0)
        raise HostError(f"can't add socket to multicast group {address}: {reason}") from None
    made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
    if interface is not None:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, at)
    return made


def check_path(path: str) -> None:
    """Check that a path fits in a UNIX address."""
    if len(os.fsencode(path)) > _PATH_LIMIT:
        raise HostError(f"UNIX socket path '{path}' is too long")


def unix_dgram(path: str) -> socket.socket:
    """A UNIX datagram socket at ``path``; what is there already goes."""
    check_path(path)
    _unlink(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        made.bind(path)
    except OSError as error:
        made.close()
        reason = os.strerror(error.errno or 0)
        raise HostError(f"can't bind unix={path} to socket: {reason}") from None
    made.setblocking(False)
    return made


def listen(place: Place) -> socket.socket:
    """A listening TCP or UNIX socket."""
    if isinstance(place, tuple):
        made = _bound(socket.socket(socket.AF_INET, socket.SOCK_STREAM), place)
    else:
        if not os.fsencode(place).startswith(b"\0"):
            _unlink(place)
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.bind(place)
        except OSError as error:
            made.close()
            reason = os.strerror(error.errno or 0)
            shown = os.fsdecode(place)
            raise HostError(f"Failed to bind socket to {shown}: {reason}") from None
    try:
        made.listen(1)
    except OSError as error:
        made.close()
        raise HostError(f"can't listen on socket: {os.strerror(error.errno or 0)}") from None
    made.setblocking(False)
    return made


def close_listener(listener: socket.socket) -> None:
    """Close a listening socket, and remove its path if it has one."""
    if listener.family == socket.AF_UNIX:
        path = listener.getsockname()
        if path and not os.fsencode(path).startswith(b"\0"):
            with contextlib.suppress(OSError):
                os.unlink(path)
    listener.close()


def connect(place: Place) -> socket.socket:
    """A TCP or UNIX socket whose connection may still be under way."""
    family = socket.AF_INET if isinstance(place, tuple) else socket.AF_UNIX
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)
    try:
        made.connect(place)
    except BlockingIOError:
        pass
    except OSError as error:
        made.close()
        raise HostError(f"can't connect socket: {os.strerror(error.errno or 0)}") from None
    return made


def hurry(stream: socket.socket) -> None:
    """Turn off Nagle's algorithm, where there is one (SOCK-15)."""
    if stream.family == socket.AF_INET:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _bound(made: socket.socket, place: tuple[str, int]) -> socket.socket:
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(place)
    except OSError as error:
        made.close()
        reason = os.strerror(error.errno or 0)
        raise HostError(f"can't bind ip={place[0]} to socket: {reason}") from None
    return made


def _unlink(path: str | bytes) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        shown, reason = os.fsdecode(path), os.strerror(error.errno or 0)
        raise HostError(f"failed to unlink socket {shown}: {reason}") from None

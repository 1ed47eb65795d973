"""The ports of ``-netdev socket``, ``dgram`` and ``stream``, from what their options say.

Each function raises :class:`~refnet.errors.HostError` with QEMU's text when the host refuses.
"""

import os
import socket
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import HostError
from ..fabric.port import Fabric
from . import sockets
from .dgram import DgramPort
from .loop import Loop
from .sockets import Place
from .stream import StreamPort, Words

_FAMILIES = {socket.AF_INET: "inet", socket.AF_UNIX: "unix", socket.AF_INET6: "inet"}


class Site(NamedTuple):
    """Where ports are made: the fabric, the loop, and whom to tell what.

    ``watcher`` hears of connections of ``stream`` netdevs: the other end's address as QMP gives it,
    or None for a connection that was lost.
    """

    fabric: Fabric
    loop: Loop
    watcher: Callable[[StreamPort, dict[str, Any] | None], None]
    report: Callable[[str], None]


def _colon(place: Place) -> str:
    return f"{place[0]}:{place[1]}" if isinstance(place, tuple) else os.fsdecode(place)


def _peer_of(connection: socket.socket) -> tuple[str, int]:
    try:
        name = connection.getpeername()
    except OSError:
        return "", 0
    return name[0], name[1]


# -- dgram ---------------------------------------------------------------------------------------


def dgram_on_fd(site: Site, name: str, number: str, group: tuple[str, int] | None) -> DgramPort:
    """``local.type=fd``; frames go to ``group`` if one is given."""
    fd = sockets.inherit(name, number)
    sock = sockets.adopt(fd, "Unable to query local socket address: {reason}")
    if group is not None:
        return DgramPort(
            site.fabric, name, site.loop, sock, remote=group, info=f"mcast={_colon(group)}"
        )
    info = f"fd={fd} {_FAMILIES.get(sock.family, 'unknown')}"
    return DgramPort(site.fabric, name, site.loop, sock, info=info)


def dgram_inet(site: Site, name: str, local: tuple[str, int], remote: tuple[str, int]) -> DgramPort:
    """UDP from ``local`` to ``remote``; from whom frames come does not matter (SOCK-11)."""
    info = f"udp={_colon(local)}/{_colon(remote)}"
    sock = sockets.udp(local)
    return DgramPort(site.fabric, name, site.loop, sock, remote=remote, info=info)


def dgram_multicast(
    site: Site, name: str, group: tuple[str, int], interface: str | None
) -> DgramPort:
    """UDP to a group, which this port hears too (SOCK-10)."""
    sock = sockets.multicast(group, interface)
    info = f"mcast={_colon(group)}"
    return DgramPort(site.fabric, name, site.loop, sock, remote=group, info=info)


def dgram_unix(site: Site, name: str, local: str, remote: str) -> DgramPort:
    """UNIX datagrams from ``local`` to ``remote``."""
    sockets.check_path(remote)
    sock = sockets.unix_dgram(local)
    return DgramPort(
        site.fabric, name, site.loop, sock, remote=remote, info=f"udp={local}:{remote}"
    )


# -- stream --------------------------------------------------------------------------------------


def _stream_words(connection: socket.socket) -> str:
    if connection.family == socket.AF_INET:
        return f"tcp:{_colon(_peer_of(connection))}"
    path = connection.getpeername() or connection.getsockname()
    return f"unix:{os.fsdecode(path)}"


def _qmp_address(connection: socket.socket) -> dict[str, Any]:
    if connection.family == socket.AF_INET:
        host, port = _peer_of(connection)
        return {"port": str(port), "ipv4": True, "host": host, "type": "inet"}
    path = connection.getpeername() or connection.getsockname()
    return {"path": os.fsdecode(path), "type": "unix"}


_STREAM = Words(refused="connection error", connected=_stream_words)


def stream(site: Site, name: str, place: Place | None, number: str, server: bool) -> StreamPort:
    """``-netdev stream`` at a place, or on the descriptor ``number``.

    QEMU tells nobody what goes wrong here but ``info network``.
    """
    listener = connection = None
    try:
        if place is None:
            sock = sockets.adopt(sockets.inherit(name, number), "not a socket")
            listener, connection = (sock, None) if server else (None, sock)
        elif server:
            listener = sockets.listen(place)
        else:
            connection = sockets.connect(place)
    except HostError:
        pass

    def watcher(port: StreamPort, connection: socket.socket | None) -> None:
        site.watcher(port, None if connection is None else _qmp_address(connection))

    port = StreamPort(
        site.fabric,
        name,
        site.loop,
        listener=listener,
        connection=connection,
        words=_STREAM,
        watcher=watcher,
        report=site.report,
    )
    if listener is None and connection is None:
        port.fail()
    return port


# -- socket --------------------------------------------------------------------------------------


def socket_on_fd(site: Site, name: str, number: str) -> DgramPort | StreamPort:
    """``fd=``: what kind of socket it is decides."""
    fd = sockets.inherit(name, number)
    sock = sockets.adopt(fd, "can't get socket option SO_TYPE")
    if sock.type == socket.SOCK_DGRAM:
        info = f"socket: fd={fd} {_FAMILIES.get(sock.family, 'unknown')}"
        return DgramPort(site.fabric, name, site.loop, sock, kind="socket", info=info)
    if sock.type != socket.SOCK_STREAM:
        kind = int(sock.type)
        sock.close()
        raise HostError(f"socket type={kind} for fd={fd} must be either SOCK_DGRAM or SOCK_STREAM")
    words = Words(connected=lambda connection: f"socket: fd={fd}")
    return _socket_stream(site, name, words, connection=sock)


def socket_listen(site: Site, name: str, text: str) -> StreamPort:
    """``listen=[host]:port``."""
    listener = sockets.listen(sockets.resolve_pair(text))
    words = Words(
        connected=lambda connection: f"socket: connection from {_colon(_peer_of(connection))}"
    )
    return _socket_stream(site, name, words, listener=listener)


def socket_connect(site: Site, name: str, text: str) -> StreamPort:
    """``connect=[host]:port``."""
    place = sockets.resolve_pair(text)
    words = Words(connected=lambda connection: f"socket: connect to {_colon(place)}")
    return _socket_stream(site, name, words, connection=sockets.connect(place))


def socket_multicast(site: Site, name: str, text: str, interface: str | None) -> DgramPort:
    """``mcast=maddr:port``."""
    group = sockets.resolve_pair(text)
    at = sockets.local_interface(interface) if interface is not None else None
    sock = sockets.multicast(group, at)
    info = f"socket: mcast={_colon(group)}"
    return DgramPort(site.fabric, name, site.loop, sock, kind="socket", remote=group, info=info)


def socket_udp(site: Site, name: str, remote: str, local: str) -> DgramPort:
    """``udp=host:port,localaddr=host:port``."""
    here = sockets.resolve_pair(local)
    there = sockets.resolve_pair(remote)
    info = f"socket: udp={_colon(there)}"
    sock = sockets.udp(here)
    return DgramPort(site.fabric, name, site.loop, sock, kind="socket", remote=there, info=info)


def _socket_stream(
    site: Site,
    name: str,
    words: Words,
    listener: socket.socket | None = None,
    connection: socket.socket | None = None,
) -> StreamPort:
    return StreamPort(
        site.fabric,
        name,
        site.loop,
        kind="socket",
        listener=listener,
        connection=connection,
        words=words,
        report=site.report,
    )

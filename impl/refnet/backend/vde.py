"""``-netdev vde``: a port of a VDE switch (VDE-01..06).

A plug connects to the switch's control socket, says which datagram socket is its own and which port
it wants, and is told the socket of that port. From then on a datagram is a frame; the port lives as
long as the control connection.
"""

import contextlib
import errno
import grp
import os
import pwd
import socket
import struct

from ..errors import HostError
from .dgram import DgramPort
from .netdevs import Site

#: Where a switch is that nobody has named, in the order of the search.
DEFAULT_SWITCHES = ("/var/run/vde.ctl", "/tmp/vde.ctl")

_MAGIC = 0xFEEDFACE
_VERSION = 3
_PATH_LIMIT = 108
_REQUEST = f"=IIIH{_PATH_LIMIT}s"
_ADDRESS_SIZE = 2 + _PATH_LIMIT
#: Seconds that a switch may take to answer.
_PATIENCE = 5.0

#: Names of ours in one directory; each is there only while it is told.
_MOST_PLUGS = 1000


class VdePort(DgramPort):
    """A netdev on a port of a switch; what a switch that has ended would get is lost.

    Args:
        path: the switch's directory, as given.
        control: the connection that keeps the port.
        data: the datagram socket, connected to the port.
    """

    def __init__(
        self, site: Site, name: str, path: str, control: socket.socket, data: socket.socket
    ) -> None:
        info = f"sock={path},fd={data.fileno()}"
        super().__init__(site.fabric, name, site.loop, data, kind="vde", info=info)
        self._control = control

    def close(self) -> None:
        super().close()
        self._control.close()


def plug(
    path: str | None, port: int, group: str | None, mode: int
) -> tuple[socket.socket, socket.socket]:
    """Plug into the switch at ``path``; its control connection and the socket for frames.

    Args:
        path: the directory of the switch, or a ``vde://`` URL of it; None: where switches are.
        port: which port; 0: the first that is free.
        group: who may write to our socket; a group that there is not counts for nothing.
        mode: the permissions of both sockets.

    Raises:
        HostError: with QEMU's text (VDE-06).
    """
    try:
        return _plug(_directories(path), port, group, mode)
    except TimeoutError:
        reason = os.strerror(errno.ETIMEDOUT)
    except OSError as error:  # without a number: a path that no address can hold
        reason = os.strerror(error.errno or errno.ENOENT)
    raise HostError(f"Could not open vde: {reason}")


def _directories(path: str | None) -> tuple[str, ...]:
    scheme, separator, rest = (path or "").partition("://")
    if not separator:
        return (path,) if path else DEFAULT_SWITCHES
    if scheme != "vde":
        raise OSError(errno.EPROTONOSUPPORT, "")
    return (rest,) if rest else DEFAULT_SWITCHES


def _plug(
    directories: tuple[str, ...], port: int, group: str | None, mode: int
) -> tuple[socket.socket, socket.socket]:
    with contextlib.ExitStack() as undo:
        control = undo.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        control.settimeout(_PATIENCE)
        directory = _connect(control, directories)
        data = undo.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        own = _bind(data, directory)
        undo.callback(_unlink, own)
        _permit(own, group, mode)
        control.sendall(_request(own, port))
        data.connect(_answer(control))
        with contextlib.suppress(OSError):
            os.chmod(data.getpeername(), mode)
        _unlink(own)
        control.setblocking(False)
        data.setblocking(False)
        undo.pop_all()
    return control, data


def _connect(control: socket.socket, directories: tuple[str, ...]) -> str:
    """Connect to the first switch that is there; its directory."""
    for directory in directories:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            control.connect(os.path.join(directory, "ctl"))
            return os.path.abspath(directory)
    raise FileNotFoundError(errno.ENOENT, "")


def _bind(data: socket.socket, directory: str) -> str:
    """Give our socket a name in the switch's directory that nobody else has; the name."""
    for number in range(_MOST_PLUGS):
        own = os.path.join(directory, f".{os.getpid():05d}-{number:05d}")
        try:
            data.bind(own)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return own
    raise OSError(errno.EADDRINUSE, "")


def _request(own: str, port: int) -> bytes:
    """What a plug asks of the switch (VDE-01); it names itself as QEMU does (VDE-05)."""
    head = struct.pack(_REQUEST, _MAGIC, _VERSION, port << 8, socket.AF_UNIX, os.fsencode(own))
    user = pwd.getpwuid(os.getuid()).pw_name
    return head + f"QEMU user={user} pid={os.getpid()}".encode()


def _answer(control: socket.socket) -> bytes:
    """The path of the socket that the switch gives us."""
    address = b""
    while len(address) < _ADDRESS_SIZE:
        part = control.recv(_ADDRESS_SIZE - len(address))
        if not part:
            raise OSError(errno.EINVAL, "")
        address += part
    return address[2:].partition(b"\0")[0]


def _permit(path: str, group: str | None, mode: int) -> None:
    if group is not None:
        with contextlib.suppress(KeyError, OSError):
            os.chown(path, -1, grp.getgrnam(group).gr_gid)
    os.chmod(path, mode)


def _unlink(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)

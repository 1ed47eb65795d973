"""One frame a datagram: ``-netdev dgram``, and ``socket`` with ``udp=``, ``mcast=`` or such a fd.

A peer that is not there costs the frames that are sent to it and nothing else (SOCK-11).
"""

import socket

from ..fabric.port import Fabric
from .framed import READ_SIZE, FramedPort
from .loop import Loop
from .sockets import Place


class DgramPort(FramedPort):
    """A netdev on a datagram socket, which it owns.

    Args:
        remote: where datagrams go; None if the socket is connected.
    """

    def __init__(
        self,
        fabric: Fabric,
        name: str,
        loop: Loop,
        sock: socket.socket,
        *,
        kind: str = "dgram",
        remote: Place | None = None,
        info: str = "",
    ) -> None:
        super().__init__(fabric, name, loop, sock.fileno())
        self.kind = kind
        self._socket = sock
        self._remote = remote
        self._info = info

    def describe(self) -> str:
        return self._info

    def close(self) -> None:
        self._watch.close()
        self._socket.close()

    def _write(self, frame: bytes) -> None:
        if self._remote is None:
            self._socket.send(self._wrap(frame))
        else:
            self._socket.sendto(self._wrap(frame), self._remote)

    def _read(self) -> bytes:
        return self._unwrap(self._socket.recv(READ_SIZE))

    def _wrap(self, frame: bytes) -> bytes:
        """The datagram that carries a frame."""
        return frame

    def _unwrap(self, datagram: bytes) -> bytes:
        """The frame that a datagram carries; empty: none."""
        return datagram

"""One frame a datagram: ``-netdev dgram``, and ``socket`` with ``udp=``, ``mcast=`` or such a fd.

A peer that is not there costs the frames that are sent to it and nothing else (SOCK-11).
"""

import socket

from ..fabric.port import Fabric, Port
from .loop import WRITE, Loop
from .sockets import Place
from .watch import Watch

#: Frames taken from the socket in one wake-up, so that nobody else starves.
_BATCH = 64
_SIZE = 4096 + 65536


class DgramPort(Port):
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
        super().__init__(fabric, name)
        self.kind = kind
        self._socket = sock
        self._remote = remote
        self._info = info
        self._watch = Watch(loop, sock.fileno(), self._on_ready)
        self._watch.set(reading=True)

    def describe(self) -> str:
        return self._info

    def receive(self, frame: bytes) -> bool:
        try:
            if self._remote is None:
                self._socket.send(self._wrap(frame))
            else:
                self._socket.sendto(self._wrap(frame), self._remote)
        except BlockingIOError:
            self._watch.set(writing=True)
            return False
        except OSError:
            pass
        self._on_sent()
        return True

    def close(self) -> None:
        self._watch.close()
        self._socket.close()

    def _on_ready(self, events: int) -> None:
        if events & WRITE and self._watch.writing:
            self._watch.set(writing=False)
            self.flush()
        if events & ~WRITE:
            self._read()

    def _read(self) -> None:
        for _ in range(_BATCH):
            if not self._watch.reading:
                return
            try:
                frame = self._unwrap(self._socket.recv(_SIZE))
            except BlockingIOError:
                return
            except OSError:
                continue
            if frame and not self.send(frame, self._resume):
                self._watch.set(reading=False)

    def _wrap(self, frame: bytes) -> bytes:
        """The datagram that carries a frame."""
        return frame

    def _on_sent(self) -> None:
        """A frame has left."""

    def _unwrap(self, datagram: bytes) -> bytes:
        """The frame that a datagram carries; empty: none."""
        return datagram

    def _resume(self) -> None:
        self._watch.set(reading=True)

"""Frames on a byte stream: ``-netdev stream``, and ``socket`` with ``listen``, ``connect``, ``fd``.

A listener serves one client at a time; the next one waits in the kernel until the first has left
(SOCK-05). A client connects once and never again (SOCK-06). While nobody is connected the link is
down, and frames for it are dropped (SOCK-14). A peer that breaks the framing loses its connection.
"""

import socket
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ..errors import PeerError
from ..fabric.port import Fabric, Port
from .framing import Framer, prefix
from .loop import READ, WRITE, Loop
from .sockets import close_listener, hurry
from .watch import Watch

_SIZE = 4096 + 65536

#: Told of a connection made (with the other end's address) or lost (None).
Watcher: TypeAlias = Callable[["StreamPort", socket.socket | None], None]


class Words(NamedTuple):
    """What ``info network`` says in each state (INF-03, INF-04); the text may use the address."""

    idle: str = ""
    lost: str = ""
    refused: str = ""
    connected: Callable[[socket.socket], str] = lambda sock: ""


class StreamPort(Port):
    """A netdev on a stream socket, which it owns.

    Give either ``listener``, or ``connection`` which may still be under way. ``report`` is told
    what a peer did wrong.
    """

    def __init__(
        self,
        fabric: Fabric,
        name: str,
        loop: Loop,
        *,
        kind: str = "stream",
        listener: socket.socket | None = None,
        connection: socket.socket | None = None,
        words: Words | None = None,
        watcher: Watcher = lambda port, connection: None,
        report: Callable[[str], None] = lambda text: None,
    ) -> None:
        super().__init__(fabric, name)
        self.kind = kind
        self._loop = loop
        self._listener = listener
        self._connection = connection
        self._words = words or Words()
        self._watcher = watcher
        self._report = report
        self._info = self._words.idle
        self._connecting = False
        self._framer = Framer()
        self._unsent = memoryview(b"")
        self._watch: Watch | None = None
        if connection is not None:
            self._begin(connection)
        else:
            self.link_up = False
        if listener is not None:
            loop.register(listener.fileno(), READ, self._on_client)

    def describe(self) -> str:
        return self._info

    def fail(self) -> None:
        """The connection could not even be begun."""
        self._info = self._words.refused

    def can_receive(self) -> bool:
        return not self._connecting and not self._unsent

    def receive(self, frame: bytes) -> bool:
        if self._connecting or self._unsent:
            return False
        self._unsent = memoryview(prefix(frame))
        self._push()
        return True

    def close(self) -> None:
        if self._connection is not None:
            self._drop()
        if self._listener is not None:
            self._loop.unregister(self._listener.fileno())
            close_listener(self._listener)
            self._listener = None

    def _on_client(self, events: int) -> None:
        if self._listener is None or self._connection is not None:
            return
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        self._loop.modify(self._listener.fileno(), 0)
        self._begin(connection)

    def _begin(self, connection: socket.socket) -> None:
        self._connection = connection
        self._framer = Framer()
        self._unsent = memoryview(b"")
        hurry(connection)
        try:
            connection.getpeername()
        except OSError:
            self._connecting = True
        else:
            self._connecting = False
        self._info = self._words.connected(connection)
        self._watch = Watch(self._loop, connection.fileno(), self._on_ready)
        self._watch.set(reading=not self._connecting, writing=self._connecting)
        self.link_up = True
        if not self._connecting:
            self._watcher(self, connection)

    def _on_ready(self, events: int) -> None:
        if self._connecting:
            self._finish_connecting()
            return
        if events & WRITE:
            self._push()
        if events & ~WRITE:
            self._read()

    def _finish_connecting(self) -> None:
        assert self._connection is not None
        assert self._watch is not None
        if self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._lose(self._words.refused, told=False)
            return
        self._connecting = False
        self._watch.set(reading=True, writing=False)
        self._watcher(self, self._connection)
        self.flush()

    def _read(self) -> None:
        if self._connection is None or self._watch is None or not self._watch.reading:
            return
        try:
            data = self._connection.recv(_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose(self._words.lost)
            return
        try:
            frames = self._framer.feed(data)
        except PeerError as error:
            self._report(str(error))
            self._lose(self._words.lost)
            return
        for frame in frames:
            if not self.send(frame, self._resume):
                self._watch.set(reading=False)

    def _resume(self) -> None:
        if self._watch is not None:
            self._watch.set(reading=True)

    def _push(self) -> None:
        if self._connection is None or self._watch is None or not self._unsent:
            return
        try:
            sent = self._connection.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The peer is gone: reading will tell.
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        waited = self._watch.writing
        self._watch.set(writing=bool(self._unsent))
        if waited and not self._unsent:
            self.flush()

    def _lose(self, info: str, told: bool = True) -> None:
        self._drop()
        self._info = info
        self.link_up = False
        self.flush()
        if told:
            self._watcher(self, None)
        if self._listener is not None:
            self._loop.modify(self._listener.fileno(), READ)

    def _drop(self) -> None:
        assert self._connection is not None
        assert self._watch is not None
        self._watch.close()
        self._connection.close()
        self._connection = self._watch = None
        self._connecting = False
        self._unsent = memoryview(b"")

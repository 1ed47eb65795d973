"""Byte channels of monitors and filters: a socket, listening or connected, or the standard streams.

One peer at a time. What it sends goes to ``on_data``; :meth:`Channel.write` never blocks, and what
a peer does not read is kept up to a limit, then the peer is dropped.
"""

import os
import socket
from collections.abc import Callable

from ..errors import HostError
from . import sockets
from .loop import READ, WRITE, Loop
from .watch import Watch

_SIZE = 4096
#: Octets that wait for a peer that does not read.
_BACKLOG = 16 << 20


def _ignore_data(data: bytes) -> None:
    del data


class Channel:
    """Nobody at the other end, ever; the base of those that have somebody."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Have no user any more: what the peer sends is dropped."""
        self.on_open: Callable[[], None] = lambda: None
        self.on_data: Callable[[bytes], None] = _ignore_data
        self.on_close: Callable[[], None] = lambda: None
        self.hold(False)

    def describe(self) -> str:
        """What it is, as ``info chardev`` tells."""
        return "null"

    def start(self) -> None:
        """Begin, once the callbacks are set."""

    def write(self, data: bytes) -> None:
        """Send ``data``; dropped if nobody is there."""

    def hold(self, held: bool) -> None:
        """Leave what the peer sends where it is, or take it again."""

    def hang_up(self) -> None:
        """Drop the peer."""

    def close(self) -> None:
        """Give everything back."""


class _Pipe(Channel):
    """A channel over two descriptors, which may be the same."""

    def __init__(self, loop: Loop) -> None:
        self._watches: tuple[Watch, Watch] | None = None
        super().__init__()
        self._loop = loop
        self._input = self._output = -1
        self._unsent = bytearray()

    def _attach(self, source: int, sink: int) -> None:
        self._input, self._output = source, sink
        self._unsent.clear()
        reader = Watch(self._loop, source, self._on_ready)
        writer = reader if source == sink else Watch(self._loop, sink, self._on_ready)
        self._watches = reader, writer
        reader.set(reading=not self._held)
        self.on_open()

    def write(self, data: bytes) -> None:
        if self._watches is None:
            return
        self._unsent += data
        self._push()

    def hold(self, held: bool) -> None:
        self._held = held
        if self._watches is not None:
            self._watches[0].set(reading=not held)

    def _push(self) -> None:
        if self._watches is None:
            return
        try:
            sent = os.write(self._output, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(self._unsent)
        del self._unsent[:sent]
        if len(self._unsent) > _BACKLOG:
            self.hang_up()
            return
        self._watches[1].set(writing=bool(self._unsent))

    def _on_ready(self, events: int) -> None:
        if events & WRITE and self._unsent:
            self._push()
        if events & ~WRITE and self._watches is not None and self._watches[0].reading:
            try:
                data = os.read(self._input, _SIZE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self.on_data(data)
            else:
                self.hang_up()

    def _detach(self) -> None:
        if self._watches is not None:
            for watch in self._watches:
                watch.close()
            self._watches = None

    def hang_up(self) -> None:
        self._detach()
        self.on_close()

    def close(self) -> None:
        self._detach()


class StdioChannel(_Pipe):
    """Standard input and output, which are left as they are found."""

    def describe(self) -> str:
        return "stdio"

    def start(self) -> None:
        self._attach(0, 1)

    def _push(self) -> None:
        while self._unsent:
            try:
                del self._unsent[: os.write(1, self._unsent)]
            except OSError:
                self._unsent.clear()


class SocketChannel(_Pipe):
    """A connected socket, or a listener that serves one client after the other.

    Args:
        wait: block at the start until the first client is there, as QEMU does unless told not to.
    """

    def __init__(
        self,
        loop: Loop,
        *,
        listener: socket.socket | None = None,
        connection: socket.socket | None = None,
        wait: bool = False,
    ) -> None:
        super().__init__(loop)
        self._listener = listener
        self._connection = connection
        self._wait = wait

    def describe(self) -> str:
        end = self._connection or self._listener
        if end is None or end.fileno() < 0:
            return "disconnected:"
        if self._connection is None:
            return f"disconnected:{_place(end.family, end.getsockname())},server=on"
        role = ",server=on" if self._listener else ""
        own = f"{_place(end.family, end.getsockname())}{role}"
        if end.family == socket.AF_UNIX:
            return own
        try:
            host, port = end.getpeername()[:2]
        except OSError:
            return f"disconnected:{own}"
        return f"{own} <-> {host}:{port}"

    def start(self) -> None:
        if self._connection is not None:
            self._take(self._connection)
        if self._listener is not None:
            if self._wait:
                self._listener.setblocking(True)
                self._take(self._listener.accept()[0])
                self._listener.setblocking(False)
            self._loop.register(
                self._listener.fileno(), 0 if self._connection else READ, self._on_client
            )

    def close(self) -> None:
        super().close()
        if self._connection is not None:
            self._connection.close()
        if self._listener is not None:
            self._loop.unregister(self._listener.fileno())
            sockets.close_listener(self._listener)

    def _take(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._attach(connection.fileno(), connection.fileno())

    def _on_client(self, events: int) -> None:
        if self._listener is None or self._connection is not None:
            return
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        self._loop.modify(self._listener.fileno(), 0)
        self._take(connection)

    def hang_up(self) -> None:
        super().hang_up()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._listener is not None:
            self._loop.modify(self._listener.fileno(), READ)


def _place(family: int, name: tuple[str, int] | str | bytes) -> str:
    if isinstance(name, tuple):
        return f"tcp:{name[0]}:{name[1]}"
    return f"unix:{name if isinstance(name, str) else name.decode(errors='surrogateescape')}"


def from_fd(loop: Loop, text: str) -> Channel:
    """A channel on a connected socket that was inherited.

    Raises:
        HostError: there is no socket under that number.
    """
    sock = sockets.adopt(int(text), f"File descriptor '{text}' is not a socket")
    return SocketChannel(loop, connection=sock)


def from_place(loop: Loop, place: tuple[str, str] | str, server: bool, wait: bool) -> Channel:
    """A channel on a TCP (host, port) or UNIX (path) socket.

    Raises:
        HostError: it can't be made, or nobody listens.
    """
    at: sockets.Place = sockets.resolve(*place) if isinstance(place, tuple) else place
    if server:
        return SocketChannel(loop, listener=sockets.listen(at), wait=wait)
    shown = ":".join(place) if isinstance(place, tuple) else place
    family = socket.AF_INET if isinstance(at, tuple) else socket.AF_UNIX
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.connect(at)
    except OSError as error:
        connection.close()
        reason = os.strerror(error.errno or 0)
        raise HostError(f"Failed to connect to '{shown}': {reason}") from None
    return SocketChannel(loop, connection=connection)

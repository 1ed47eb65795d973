"""Byte streams of the host: TCP connections, commands and character devices; and TCP listeners."""

import errno
import os
import socket
import subprocess
from collections import deque
from collections.abc import Callable
from itertools import islice, takewhile

from ..slirp import hostio
from ..slirp.hostio import Handle
from ..wire._types import Buffer
from .addresses import Real, number, text_of
from .failures import failure
from .host_datagrams import Emit
from .loop import ERROR, HANGUP, READ, URGENT, WRITE, Loop
from .pipes import Pipe, SocketPipe

_BACKLOG = 1
#: How much is written in one go.
_PIECES = 64
_CONNECTING = (0, errno.EINPROGRESS, errno.EAGAIN, errno.EINTR)


class HostStream:
    """One byte stream, with what waits to be written and how much may be read.

    Raises:
        OSError: the loop can't watch it.
    """

    def __init__(
        self,
        loop: Loop,
        emit: Emit,
        handle: Handle,
        pipe: Pipe,
        child: "subprocess.Popen[bytes] | None" = None,
    ) -> None:
        self.handle = handle
        self._loop = loop
        self._emit = emit
        self._pipe = pipe
        self._child = child
        self._connecting = False
        self._ended = False
        self._shutting = False
        self._closed = False
        self._allowance = 0
        self._waiting: deque[tuple[memoryview, bool]] = deque()
        self._watched: dict[int, int] = {}

    @property
    def descriptor(self) -> int:
        return -1 if self._pipe.reader is None else self._pipe.reader

    def connect(self, sock: socket.socket, address: Real, port: int) -> None:
        """Connect the stream's socket, without waiting."""
        error = sock.connect_ex((text_of(address), port))
        if error in _CONNECTING:
            self._connecting = True
            self._watch()
        else:
            self._emit(hostio.ConnectFailed(self.handle, failure(error), at_once=True))

    def queue(self, data: Buffer, urgent: bool) -> bool:
        """Keep octets to be written; whether :meth:`flush` is to be called soon."""
        self._waiting.append((memoryview(data), urgent))
        return len(self._waiting) == 1

    def flush(self) -> None:
        """Write what was queued, as far as the host takes it now."""
        if not self._connecting and not self._closed:
            self._write(tolerant=True)
            self._watch()

    def allow(self, limit: int) -> None:
        """Read up to ``limit`` octets from now on."""
        self._allowance = limit
        self._watch()

    def shut(self) -> None:
        """End the writing side when all is written."""
        self._shutting = True
        if not self._waiting:
            self._pipe.shut()

    def close(self, reset: bool = False) -> None:
        """Drop the stream; a command that has not ended it by itself is ended."""
        self._closed = True
        for descriptor in self._watched:
            self._loop.unregister(descriptor)
        self._watched.clear()
        self._pipe.close(reset)
        if self._child is not None and not self._ended:
            self._child.terminate()

    def _watch(self) -> None:
        """Tell the loop what to wait for: nothing at all if there is nothing to do.

        (A hang-up is always reported: a descriptor that is only hung up would never let it sleep.)
        """
        wanted: dict[int, int] = {}
        if not self._closed:
            reader, writer = self._pipe.reader, self._pipe.writer
            if reader is not None and self._allowance and not self._ended and not self._connecting:
                wanted[reader] = READ | URGENT
            if writer is not None and (self._waiting or self._connecting):
                wanted[writer] = wanted.get(writer, 0) | WRITE
        if wanted == self._watched:
            return
        for descriptor in self._watched.keys() - wanted.keys():
            self._loop.unregister(descriptor)
        for descriptor, events in wanted.items():
            if descriptor in self._watched:
                self._loop.modify(descriptor, events)
            else:
                self._loop.register(descriptor, events, self._on_ready)
        self._watched = wanted

    def _on_ready(self, events: int) -> None:
        if self._connecting:
            self._finish_connecting()
        else:
            if self._allowance and not self._ended and events & (READ | URGENT | HANGUP | ERROR):
                self._read(bool(events & URGENT))
            if self._waiting and events & (WRITE | HANGUP | ERROR) and not self._closed:
                self._write(tolerant=False)
        self._watch()

    def _finish_connecting(self) -> None:
        assert isinstance(self._pipe, SocketPipe)
        error = self._pipe.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self._connecting = False
        if error:
            self._emit(hostio.ConnectFailed(self.handle, failure(error), at_once=False))
        else:
            self._emit(hostio.Connected(self.handle))

    def _read(self, urgent: bool) -> None:
        """One read. Whatever comes with urgent data counts as urgent, as in SLiRP (TCP-28)."""
        try:
            data = self._pipe.read(self._allowance)
        except BlockingIOError:
            return
        except OSError as error:
            self._emit(hostio.Broken(self.handle, failure(error)))
            self._ended = True
            return
        if data:
            self._allowance -= len(data)
            self._emit(hostio.Received(self.handle, data, len(data) if urgent else 0))
        else:
            self._ended = True
            self._emit(hostio.EndOfStream(self.handle))

    def _write(self, tolerant: bool) -> None:
        """Write what waits. ``tolerant``: leave it to reading to find out that nobody is there."""
        taken = 0
        try:
            while self._waiting:
                pieces, urgent = self._next_pieces()
                count = self._pipe.write(pieces, urgent)
                taken += count
                if self._remove(count, len(pieces)):
                    break
        except BlockingIOError:
            pass
        except OSError as error:
            if not tolerant or self._ended:
                self._waiting.clear()
                self._emit(hostio.Broken(self.handle, failure(error)))
                return
        if self._shutting and not self._waiting:
            self._pipe.shut()
        if taken:
            self._emit(hostio.Sent(self.handle, taken))

    def _next_pieces(self) -> tuple[list[memoryview], bool]:
        """What can be written in one go: urgent octets go alone (TCP-28)."""
        first, urgent = self._waiting[0]
        if urgent:
            return [first], True
        head = islice(self._waiting, _PIECES)
        return [data for data, _ in takewhile(lambda piece: not piece[1], head)], False

    def _remove(self, count: int, pieces: int) -> bool:
        """Forget ``count`` octets of the first ``pieces``; whether some of these are left."""
        for _ in range(pieces):
            data, urgent = self._waiting[0]
            if count < len(data):
                self._waiting[0] = (data[count:], urgent)
                return True
            count -= len(data)
            self._waiting.popleft()
        return False


class HostListener:
    """A listening TCP socket (HFW-06).

    Args:
        accepted: takes each new connection's socket and the client's address and port.

    Raises:
        OSError: the address can't be listened on.
        OverflowError: that is no port.
    """

    def __init__(
        self,
        loop: Loop,
        action: hostio.Listen,
        accepted: Callable[[Handle, socket.socket, tuple[int, int]], None],
    ) -> None:
        self.handle = action.handle
        self._loop = loop
        self._accepted = accepted
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind((text_of(action.address), action.port))
            self.socket.listen(_BACKLOG)
            loop.register(self.descriptor, READ, self._on_ready)
        except (OSError, OverflowError):
            self.socket.close()
            raise

    @property
    def descriptor(self) -> int:
        return self.socket.fileno()

    @property
    def bound(self) -> tuple[int, int]:
        """The address and port really bound."""
        host, port = self.socket.getsockname()
        return number(host), port

    def close(self, reset: bool = False) -> None:
        self._loop.unregister(self.descriptor)
        self.socket.close()

    def _on_ready(self, events: int) -> None:
        try:
            connection, (host, port) = self.socket.accept()
        except OSError:
            return
        self._accepted(self.handle, connection, (number(host), port))


class Child:
    """Waits for a command to end, so that it leaves nothing behind.

    Raises:
        OSError: it can't be waited for; then it is ended here.
    """

    def __init__(
        self, loop: Loop, process: "subprocess.Popen[bytes]", ended: Callable[["Child"], None]
    ) -> None:
        self._loop = loop
        self._process = process
        self._ended = ended
        try:
            self._descriptor = os.pidfd_open(process.pid)
        except OSError:
            process.kill()
            process.wait()
            raise
        loop.register(self._descriptor, READ, self._on_ready)

    def kill(self) -> None:
        """End the command now, and wait for it."""
        self._process.kill()
        self._on_ready(READ)

    def _on_ready(self, events: int) -> None:
        self._process.wait()
        self._loop.unregister(self._descriptor)
        os.close(self._descriptor)
        self._ended(self)

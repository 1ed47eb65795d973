"""What a byte stream of the host is made of: a socket, or descriptors; and how it is opened."""

import contextlib
import errno
import os
import select
import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence
from typing import Protocol

from ..wire._types import Buffer
from . import words

_CONNECT_SECONDS = 10.0
_LOOPBACK = "127.0.0.1"


class Pipe(Protocol):
    """Octets in and out. ``reader`` and ``writer`` are the descriptors to wait for.

    Either is None if there is nothing to wait for, as with a regular file. Both methods raise
    BlockingIOError when nothing can pass now and OSError when nothing will.
    """

    reader: int | None
    writer: int | None

    def read(self, limit: int) -> bytes: ...

    def write(self, pieces: Sequence[Buffer], urgent: bool) -> int: ...

    def shut(self) -> None: ...

    def close(self, reset: bool) -> None: ...


class SocketPipe:
    """A connected, or connecting, stream socket."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.socket = sock
        self.reader: int | None = sock.fileno()
        self.writer: int | None = sock.fileno()
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, limit: int) -> bytes:
        return self.socket.recv(limit)

    def write(self, pieces: Sequence[Buffer], urgent: bool) -> int:
        urgent = urgent and self.socket.family == socket.AF_INET
        return self.socket.sendmsg(pieces, (), socket.MSG_OOB if urgent else 0)

    def shut(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self, reset: bool) -> None:
        if reset and self.socket.family == socket.AF_INET:
            no_linger = struct.pack("ii", 1, 0)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.socket.close()


class FilePipe:
    """One descriptor to read from and one to write to; either may be None.

    Those that epoll does not take, as of regular files, are always ready: they are written to
    without waiting, and not read.
    """

    def __init__(self, read: int | None, write: int | None) -> None:
        self._read = read
        self._write = write
        self.reader = read if _can_wait(read) else None
        self.writer = write if _can_wait(write) else None

    def read(self, limit: int) -> bytes:
        return os.read(self._read, limit) if self._read is not None else b""

    def write(self, pieces: Sequence[Buffer], urgent: bool) -> int:
        if self._write is None:
            return sum(map(len, pieces))
        return os.writev(self._write, pieces)

    def shut(self) -> None:
        """A device stays open for the next connection."""

    def close(self, reset: bool) -> None:
        for descriptor in {self._read, self._write}:
            if descriptor is not None:
                os.close(descriptor)
        self._read = self._write = None


def _can_wait(descriptor: int | None) -> bool:
    """Whether epoll takes a descriptor."""
    if descriptor is None:
        return False
    with select.epoll() as probe:
        try:
            probe.register(descriptor, 0)
        except PermissionError:
            return False
    return True


def spawn(command: str, over_tcp: bool = False) -> tuple[SocketPipe, "subprocess.Popen[bytes]"]:
    """Run a command on one end of a socket pair, or of a TCP connection (GFW-04).

    A script needs no ``#!`` line. The command is in a session of its own: what it sends to its
    process group, as smbd does in the end, does not reach refnet.

    Raises:
        OSError: it can't be run.
        ValueError: a quotation is not closed, or there is no command.
    """
    arguments = words.split(command)
    if not arguments[0]:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    ours, theirs = _tcp_pair() if over_tcp else socket.socketpair()
    try:
        with theirs:
            try:
                child = _run(arguments, theirs.fileno())
            except OSError as error:
                if error.errno != errno.ENOEXEC:
                    raise
                script = shutil.which(arguments[0]) or arguments[0]
                child = _run(["/bin/sh", script, *arguments[1:]], theirs.fileno())
    except BaseException:
        ours.close()
        raise
    return SocketPipe(ours), child


def _tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a TCP connection; nobody else's, if somebody is quicker than we are.

    Raises:
        OSError: the host has no loopback interface that is up.
    """
    with socket.create_server((_LOOPBACK, 0), backlog=1) as listener:
        ours = socket.create_connection(listener.getsockname(), _CONNECT_SECONDS)
        try:
            listener.settimeout(_CONNECT_SECONDS)
            theirs, address = listener.accept()
            while address != ours.getsockname():
                theirs.close()
                theirs, address = listener.accept()
        except BaseException:
            ours.close()
            raise
    theirs.setblocking(True)
    return ours, theirs


def _run(arguments: list[str], end: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(arguments, stdin=end, stdout=end, stderr=end, start_new_session=True)


def open_device(text: str) -> Pipe:
    """Open a character device by QEMU's short name for it (GFW-03; ``-serial`` in QEMU's manual).

    ``tcp:HOST:PORT``, ``unix:PATH``, ``file:PATH`` (what the guest says is written there),
    ``pipe:PATH`` (PATH.in and PATH.out, or PATH), ``null`` and ``/dev/...``. As in QEMU, opening
    waits until the other end has answered.

    Raises:
        OSError: it can't be opened.
        ValueError: there is no such kind of device, or its options are not for a client.
    """
    kind, _, rest = text.partition(":")
    if text == "null":
        return FilePipe(None, None)
    if text.startswith("/dev/"):
        descriptor = os.open(text, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        return FilePipe(descriptor, descriptor)
    if kind == "file" and rest:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_CLOEXEC
        return FilePipe(None, os.open(rest, flags, 0o666))
    if kind == "pipe" and rest:
        return _open_pipe(rest)
    if kind in ("tcp", "unix") and rest:
        return _connect(kind, rest)
    raise ValueError(f"{text!r} is not a character device")


def _open_pipe(path: str) -> FilePipe:
    flags = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        read = os.open(f"{path}.in", flags)
    except FileNotFoundError:
        both = os.open(path, flags)
        return FilePipe(both, both)
    try:
        return FilePipe(read, os.open(f"{path}.out", flags))
    except OSError:
        os.close(read)
        raise


def _connect(kind: str, rest: str) -> SocketPipe:
    target, *options = rest.split(",")
    if any(option.startswith(("server", "telnet", "websocket")) for option in options):
        raise ValueError("only a plain client can be forwarded to")
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(_CONNECT_SECONDS)
            sock.connect(target)
        except OSError:
            sock.close()
            raise
        return SocketPipe(sock)
    host, separator, port = target.rpartition(":")
    if not separator or not port:
        raise ValueError(f"{target!r} is not HOST:PORT")
    host = host.strip("[]")
    number = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][1]
    return SocketPipe(socket.create_connection((host, int(number)), _CONNECT_SECONDS))

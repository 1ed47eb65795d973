"""The file in which a process says its number for as long as it runs (``-pidfile``)."""

import contextlib
import fcntl
import os
import stat
from types import TracebackType
from typing import Self

from ..errors import HostError


class PidFile:
    """A file with the number of this process in it, locked, and removed when it is closed.

    It is the owner's alone to read, and two processes can't have the same one: a lock (fcntl(2))
    tells a process that runs from a file that one left behind. What a symbolic link names is
    removed, not the link.

    Raises:
        HostError: with QEMU's text.
    """

    def __init__(self, path: str) -> None:
        self._path = os.path.realpath(path)
        while True:
            try:
                self._fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise _failure(f"Could not create '{path}'", error) from None
            try:
                self._lock()
                if self._is_in_place():
                    self._write()
                    return
            except BaseException:
                os.close(self._fd)
                raise
            os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the file; a device is left where it is."""
        if stat.S_ISREG(os.fstat(self._fd).st_mode):
            with contextlib.suppress(OSError):
                os.unlink(self._path)
        os.close(self._fd)

    def _lock(self) -> None:
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _failure("Cannot lock pid file", error) from None

    def _is_in_place(self) -> bool:
        """Whether the file that is locked is still there: its last owner may have removed it."""
        try:
            return os.path.samestat(os.fstat(self._fd), os.stat(self._path))
        except FileNotFoundError:
            return False

    def _write(self) -> None:
        try:
            os.ftruncate(self._fd, 0)
            os.write(self._fd, f"{os.getpid()}\n".encode("ascii"))
        except OSError as error:
            raise _failure("Failed to write pid file", error) from None


def _failure(what: str, error: OSError) -> HostError:
    return HostError(f"cannot create PID file: {what}: {os.strerror(error.errno or 0)}")

"""Files of the host that the stack reads: one descriptor a handle (TFTP-24)."""

import errno
import os

from ..slirp.hostio import Event, Failure, FileFailed, FileRead, FileSize, MeasureFile, ReadFile
from .failures import failure

#: Nothing may make the process wait, whatever the name leads to (a FIFO, a terminal).
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class HostFile:
    """The file behind one handle, opened at the first read."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.descriptor: int | None = None

    def read(self, action: ReadFile) -> Event:
        """The octets asked for, or why there are none."""
        if self.descriptor is None:
            try:
                self.descriptor = os.open(action.path, _FLAGS)
            except (OSError, ValueError) as error:
                return FileFailed(self.handle, _reason(error), opened=False)
        try:
            return FileRead(self.handle, os.pread(self.descriptor, action.size, action.offset))
        except (OSError, ValueError, OverflowError) as error:
            return FileFailed(self.handle, _reason(error), opened=True)

    def measure(self, action: MeasureFile) -> Event:
        """The file's size, or why it has none."""
        try:
            return FileSize(self.handle, os.stat(action.path).st_size)
        except (OSError, ValueError) as error:
            return FileFailed(self.handle, _reason(error), opened=False)

    def close(self, reset: bool = False) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def _reason(error: Exception) -> Failure:
    return failure(error if isinstance(error, OSError) else errno.ENOENT)

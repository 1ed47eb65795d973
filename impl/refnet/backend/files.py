"""Files that refnet writes: captures, and the process number."""

import os
from typing import BinaryIO

from ..errors import HostError


def create_capture(path: str) -> BinaryIO:
    """Create or empty a capture file; unbuffered, so that it is complete at any time (FILT-02).

    Raises:
        HostError: with QEMU's text.
    """
    try:
        fd = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o644)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        raise HostError(f"net dump: can't open {path}: {reason}") from None
    return os.fdopen(fd, "wb", buffering=0)


def exists(path: str) -> bool:
    """Whether there is such a file."""
    return os.path.exists(path)

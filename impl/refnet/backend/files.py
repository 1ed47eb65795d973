"""Files of the host: captures, which refnet writes, and those that it looks for."""

import contextlib
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


def close(fd: int) -> None:
    """Give a descriptor back; one that is closed already is none of our business."""
    with contextlib.suppress(OSError):
        os.close(fd)


def why_not_open(path: str) -> str | None:
    """Why a file can't be read and written; None if it can."""
    try:
        close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        return os.strerror(error.errno or 0)
    return None

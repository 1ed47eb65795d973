"""Whether a descriptor is one that could carry frames by itself: vhost-vdpa, vhost-net."""

import fcntl
import os

from ..errors import HostError
from . import files

# <linux/vhost.h>
_VHOST_GET_FEATURES = 0x8008AF00
_VHOST_SET_OWNER = 0xAF01


def check_vdpa(path: str | None, number: int) -> None:
    """Ask the device at ``path``, or else at descriptor ``number``, for its features.

    Raises:
        HostError: with QEMU's text.
    """
    fd = number
    try:
        if path is not None:
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise HostError(f"Could not open '{path}': {_reason(error)}") from None
    try:
        fcntl.ioctl(fd, _VHOST_GET_FEATURES, bytes(8))
    except OSError as error:
        raise HostError(
            f"Fail to query features from vhost-vDPA device: {_reason(error)}"
        ) from None
    finally:
        if path is not None:
            files.close(fd)


def why_not_owned(fd: int) -> str | None:
    """Why a descriptor is not one of vhost-net that has no owner; None if it was one."""
    try:
        fcntl.ioctl(fd, _VHOST_SET_OWNER)
    except OSError as error:
        return f"vhost_set_owner failed: {_reason(error)}"
    return None


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0)

"""Tap devices by their ioctls: opening one, asking and setting what one is (TAP-01, TAP-02)."""

import fcntl
import os
import struct
from typing import NamedTuple

from ..errors import HostError

DEVICE = "/dev/net/tun"

#: The header in front of each frame if the device has one: struct virtio_net_hdr.
HEADER_SIZE = 10

# <linux/if_tun.h>, <linux/if.h>
_TUNGETFEATURES = 0x800454CF
_TUNGETIFF = 0x800454D2
_TUNSETIFF = 0x400454CA
_TUNSETOFFLOAD = 0x400454D0
_TUNSETSNDBUF = 0x400454D4
_TUNSETVNETHDRSZ = 0x400454D8
_IFF_TAP = 0x0002
_IFF_MULTI_QUEUE = 0x0100
_IFF_NO_PI = 0x1000
_IFF_ONE_QUEUE = 0x2000
_IFF_VNET_HDR = 0x4000
_NAME_LIMIT = 15
_REQUEST = "16sH22x"
_UNLIMITED = 0x7FFFFFFF


class Tap(NamedTuple):
    """An open tap device: its descriptor, its name, and whether frames have a header in front."""

    fd: int
    name: str
    has_header: bool


def open_tap(name: str, header: bool | None, many: bool) -> Tap:
    """Open the tap device ``name``, which the kernel makes if it is not there; ``""``: it names it.

    A name is cut to 15 octets. The device is not set up (TAP-11).

    Args:
        header: whether frames have a header in front; None: if the kernel can.
        many: whether it is one of several queues.

    Raises:
        HostError: with QEMU's text (TAP-12).
    """
    try:
        fd = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise HostError(f"could not open {DEVICE}: {_reason(error)}") from None
    try:
        return _attach(fd, os.fsencode(name)[:_NAME_LIMIT], header, many)
    except BaseException:
        os.close(fd)
        raise


def _attach(fd: int, name: bytes, header: bool | None, many: bool) -> Tap:
    features = _features(fd)
    flags = _IFF_TAP | _IFF_NO_PI | features & _IFF_ONE_QUEUE
    if header is not False:
        if header and not features & _IFF_VNET_HDR:
            raise HostError(
                "vnet_hdr=1 requested, but no kernel support for IFF_VNET_HDR available"
            )
        flags |= features & _IFF_VNET_HDR
    if many:
        if not features & _IFF_MULTI_QUEUE:
            raise HostError(
                "multiqueue required, but no kernel support for IFF_MULTI_QUEUE available"
            )
        flags |= _IFF_MULTI_QUEUE
    try:
        answer = fcntl.ioctl(fd, _TUNSETIFF, struct.pack(_REQUEST, name or b"tap%d", flags))
    except OSError as error:
        what = f"{DEVICE} ({os.fsdecode(name)})" if name else DEVICE
        raise HostError(f"could not configure {what}: {_reason(error)}") from None
    return Tap(fd, _name_in(answer), bool(flags & _IFF_VNET_HDR))


def inspect(fd: int) -> Tap:
    """The tap device behind a descriptor that somebody else has opened (TAP-07, TAP-08).

    Raises:
        HostError: there is none.
    """
    try:
        answer = fcntl.ioctl(fd, _TUNGETIFF, bytes(40))
    except OSError as error:
        raise HostError(f"Unable to query TUNGETIFF on FD {fd}: {_reason(error)}") from None
    (flags,) = struct.unpack_from("H", answer, 16)
    return Tap(fd, _name_in(answer), bool(flags & _IFF_VNET_HDR))


def prepare(tap: Tap, send_buffer: int | None) -> None:
    """Let the kernel segment and sum by itself, and the header be as long as QEMU's.

    Args:
        send_buffer: octets that may wait in the kernel; None or 0: as many as come.

    Raises:
        HostError: it refuses a ``send_buffer`` that was asked for.
    """
    if tap.has_header:
        fcntl.ioctl(tap.fd, _TUNSETVNETHDRSZ, struct.pack("i", HEADER_SIZE))
        fcntl.ioctl(tap.fd, _TUNSETOFFLOAD, 0)
    limit = min(send_buffer or _UNLIMITED, _UNLIMITED)
    try:
        fcntl.ioctl(tap.fd, _TUNSETSNDBUF, struct.pack("i", limit))
    except OSError as error:
        if send_buffer is not None:
            raise HostError(f"TUNSETSNDBUF ioctl failed: {_reason(error)}") from None


def _features(fd: int) -> int:
    try:
        (features,) = struct.unpack("I", fcntl.ioctl(fd, _TUNGETFEATURES, bytes(4)))
    except OSError:
        return 0
    return int(features)


def _name_in(answer: bytes) -> str:
    return os.fsdecode(answer[:16].partition(b"\0")[0])


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0)

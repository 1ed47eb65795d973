"""Ethernet II frames, without the frame check sequence (IEEE 802.3 clause 3)."""

from dataclasses import dataclass

from ..errors import WireError
from ._types import Buffer

BROADCAST = b"\xff" * 6
HEADER = 14
MINIMUM = 60

IPV4 = 0x0800
ARP = 0x0806
IPV6 = 0x86DD
NCSI = 0x88F8


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: addresses of six octets, the EtherType, and what it carries."""

    destination: bytes
    source: bytes
    ethertype: int
    payload: Buffer


def decode(data: Buffer) -> Frame:
    """Read a frame; the payload is a view of ``data``.

    Raises:
        WireError: if there are fewer than 14 octets.
    """
    if len(data) < HEADER:
        raise WireError(f"Ethernet: {len(data)} octets, the header has {HEADER}")
    view = memoryview(data)
    return Frame(
        bytes(view[0:6]), bytes(view[6:12]), int.from_bytes(view[12:14], "big"), view[HEADER:]
    )


def encode(frame: Frame) -> bytes:
    """Write a frame, with no padding."""
    return b"".join(
        (frame.destination, frame.source, frame.ethertype.to_bytes(2, "big"), frame.payload)
    )


def pad(frame: bytes, length: int = MINIMUM) -> bytes:
    """Fill a short frame with zeros up to ``length`` octets."""
    return frame.ljust(length, b"\0")


def format_mac(address: Buffer) -> str:
    """``52:55:0a:00:02:02`` for six octets."""
    return bytes(address).hex(":")

"""ARP for IPv4 over Ethernet (RFC 826)."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from ._types import Buffer

REQUEST = 1
REPLY = 2

ETHERNET = 1
NO_ADDRESS = b"\0" * 6

_PACKET = struct.Struct("!HHBBH6sI6sI")
LENGTH = _PACKET.size


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. Hardware addresses have six octets, IPv4 addresses are 32-bit numbers.

    The four fields that say what kinds of addresses follow are kept as they came: the layout is
    that of IPv4 over Ethernet whatever they say (ARP-06).
    """

    operation: int
    sender_mac: bytes
    sender: int
    target_mac: bytes
    target: int
    hardware: int = ETHERNET
    protocol: int = 0x0800
    hardware_length: int = 6
    protocol_length: int = 4


def decode(data: Buffer) -> Packet:
    """Read a packet; octets behind its 28 are padding.

    Raises:
        WireError: fewer than 28 octets (ARP-07).
    """
    if len(data) < LENGTH:
        raise WireError(f"ARP: {len(data)} octets, a packet has {LENGTH}")
    (
        hardware,
        protocol,
        hardware_length,
        protocol_length,
        operation,
        sender_mac,
        sender,
        target_mac,
        target,
    ) = _PACKET.unpack_from(data)
    return Packet(
        operation,
        sender_mac,
        sender,
        target_mac,
        target,
        hardware,
        protocol,
        hardware_length,
        protocol_length,
    )


def encode(packet: Packet) -> bytes:
    """Write a packet: 28 octets."""
    return _PACKET.pack(
        packet.hardware,
        packet.protocol,
        packet.hardware_length,
        packet.protocol_length,
        packet.operation,
        packet.sender_mac,
        packet.sender,
        packet.target_mac,
        packet.target,
    )

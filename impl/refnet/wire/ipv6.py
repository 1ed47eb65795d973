"""IPv6 packets (RFC 8200). Addresses are 16 octets; extension headers are payload."""

import ipaddress
import struct
from dataclasses import dataclass

from ..errors import WireError
from ._types import Buffer

TCP = 6
UDP = 17
ICMP = 58

UNSPECIFIED = bytes(16)
LOOPBACK = bytes(15) + b"\1"
ALL_NODES = b"\xff\2" + bytes(13) + b"\1"

_HEADER = struct.Struct("!IHBB16s16s")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; ``protocol`` is the next header."""

    source: bytes
    destination: bytes
    protocol: int
    payload: Buffer
    hop_limit: int = 255
    traffic_class: int = 0
    flow_label: int = 0

    @property
    def ttl(self) -> int:
        """The hop limit under its name in IPv4."""
        return self.hop_limit

    @property
    def tos(self) -> int:
        """The traffic class under its name in IPv4."""
        return self.traffic_class


def decode(data: Buffer) -> Packet:
    """Read a packet; octets behind its payload length are left out, the payload is a view.

    Raises:
        WireError: version is not 6, or a length does not fit.
    """
    if len(data) < HEADER:
        raise WireError(f"IPv6: {len(data)} octets, the header has {HEADER}")
    view = memoryview(data)
    word, length, protocol, hop_limit, source, destination = _HEADER.unpack_from(view)
    if word >> 28 != 6:
        raise WireError(f"IPv6: version {word >> 28}")
    if HEADER + length > len(data):
        raise WireError(f"IPv6: payload length {length} in {len(data)} octets")
    return Packet(
        source,
        destination,
        protocol,
        view[HEADER : HEADER + length],
        hop_limit,
        word >> 20 & 0xFF,
        word & 0xFFFFF,
    )


def encode(packet: Packet) -> bytes:
    """Write a packet."""
    header = _HEADER.pack(
        6 << 28 | packet.traffic_class << 20 | packet.flow_label,
        len(packet.payload),
        packet.protocol,
        packet.hop_limit,
        packet.source,
        packet.destination,
    )
    return header + packet.payload


def is_multicast(address: bytes) -> bool:
    """Whether an address is one of a group (RFC 4291 section 2.7)."""
    return address[0] == 0xFF


def in_prefix(address: bytes, prefix: bytes, length: int) -> bool:
    """Whether the first ``length`` bits of two addresses are the same."""
    difference = int.from_bytes(address, "big") ^ int.from_bytes(prefix, "big")
    return not difference >> (128 - length)


def solicited_node(address: bytes) -> bytes:
    """The group that whoever has ``address`` listens to (RFC 4291 section 2.7.1)."""
    return b"\xff\2" + bytes(9) + b"\1\xff" + address[-3:]


def parse_address(text: str) -> bytes:
    """The octets of an address.

    Raises:
        ValueError: ``text`` is no IPv6 address.
    """
    try:
        if "%" not in text:
            return ipaddress.IPv6Address(text).packed
    except ipaddress.AddressValueError:
        pass
    raise ValueError(f"{text!r} is not an IPv6 address")


def format_address(address: bytes) -> str:
    """``fec0::2`` for 16 octets (RFC 5952)."""
    return str(ipaddress.IPv6Address(address))

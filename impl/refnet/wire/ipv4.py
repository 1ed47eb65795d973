"""IPv4 datagrams (RFC 791)."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from . import checksum
from ._types import Buffer

ICMP = 1
TCP = 6
UDP = 17

ANY = 0
BROADCAST = 0xFFFFFFFF
LOOPBACK = 0x7F000001

_HEADER = struct.Struct("!BBHHHBBHII")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram or fragment. Addresses are 32-bit numbers, ``offset`` counts octets."""

    source: int
    destination: int
    protocol: int
    payload: Buffer
    ttl: int = 64
    tos: int = 0
    identification: int = 0
    dont_fragment: bool = False
    more_fragments: bool = False
    offset: int = 0
    options: bytes = b""
    reserved: bool = False

    @property
    def is_fragment(self) -> bool:
        return self.more_fragments or self.offset != 0


def decode(data: Buffer) -> Datagram:
    """Read a datagram; octets behind its total length are left out, the payload is a view.

    Raises:
        WireError: version is not 4, a length does not fit, or the header checksum is wrong.
    """
    if len(data) < HEADER:
        raise WireError(f"IPv4: {len(data)} octets, the header has {HEADER}")
    view = memoryview(data)
    first, tos, length, identification, fragment, ttl, protocol, _, source, destination = (
        _HEADER.unpack_from(view)
    )
    if first >> 4 != 4:
        raise WireError(f"IPv4: version {first >> 4}")
    header = (first & 15) * 4
    if header < HEADER or header > len(data):
        raise WireError(f"IPv4: header length {header}")
    if length < header or length > len(data):
        raise WireError(f"IPv4: total length {length} in {len(data)} octets")
    if checksum.internet(view[:header]):
        raise WireError("IPv4: header checksum")
    return Datagram(
        source,
        destination,
        protocol,
        view[header:length],
        ttl,
        tos,
        identification,
        bool(fragment & 0x4000),
        bool(fragment & 0x2000),
        (fragment & 0x1FFF) * 8,
        bytes(view[HEADER:header]),
        bool(fragment & 0x8000),
    )


def encode(datagram: Datagram, identification: int | None = None) -> bytes:
    """Write a datagram with its checksum. Options must be a multiple of four octets.

    ``identification`` takes the place of the datagram's own.
    """
    header = HEADER + len(datagram.options)
    fragment = (
        (0x8000 if datagram.reserved else 0)
        | (0x4000 if datagram.dont_fragment else 0)
        | (0x2000 if datagram.more_fragments else 0)
        | datagram.offset // 8
    )
    octets = bytearray(
        _HEADER.pack(
            0x40 | header // 4,
            datagram.tos,
            header + len(datagram.payload),
            datagram.identification if identification is None else identification,
            fragment,
            datagram.ttl,
            datagram.protocol,
            0,
            datagram.source,
            datagram.destination,
        )
    )
    octets += datagram.options
    octets[10:12] = checksum.internet(octets).to_bytes(2, "big")
    octets += datagram.payload
    return bytes(octets)


def parse_address(text: str) -> int:
    """The number of a dotted quad.

    Raises:
        ValueError: if ``text`` is not four decimal numbers from 0 to 255.
    """
    parts = text.split(".")
    if len(parts) != 4 or not all(p.isascii() and p.isdigit() and int(p) < 256 for p in parts):
        raise ValueError(f"{text!r} is not an IPv4 address")
    return int.from_bytes(bytes(map(int, parts)), "big")


def format_address(address: int) -> str:
    """``10.0.2.15`` for a 32-bit number."""
    return ".".join(map(str, address.to_bytes(4, "big")))

"""UDP datagrams (RFC 768)."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from . import checksum, ipv4
from ._types import Buffer

_HEADER = struct.Struct("!HHHH")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram; ``checked`` is False when it came with no checksum."""

    source_port: int
    destination_port: int
    payload: Buffer
    checked: bool = True


def decode(data: Buffer, source: int | bytes, destination: int | bytes) -> Datagram:
    """Read a datagram; octets behind its length are left out, the payload is a view.

    Raises:
        WireError: a length does not fit or the checksum is wrong; over IPv6, there is none (RFC
            8200 section 8.1).
    """
    if len(data) < HEADER:
        raise WireError(f"UDP: {len(data)} octets, the header has {HEADER}")
    view = memoryview(data)
    source_port, destination_port, length, given = _HEADER.unpack_from(view)
    if length < HEADER or length > len(data):
        raise WireError(f"UDP: length {length} in {len(data)} octets")
    view = view[:length]
    if not given and isinstance(source, bytes):
        raise WireError("UDP: no checksum over IPv6")
    if given and checksum.internet(view, checksum.pseudo(source, destination, ipv4.UDP, length)):
        raise WireError("UDP: checksum")
    return Datagram(source_port, destination_port, view[HEADER:], bool(given))


def encode(datagram: Datagram, source: int | bytes, destination: int | bytes) -> bytes:
    """Write a datagram with its checksum, or with none if ``checked`` is False."""
    length = HEADER + len(datagram.payload)
    octets = bytearray(_HEADER.pack(datagram.source_port, datagram.destination_port, length, 0))
    octets += datagram.payload
    if datagram.checked:
        pseudo = checksum.pseudo(source, destination, ipv4.UDP, length)
        octets[6:8] = (checksum.internet(octets, pseudo) or 0xFFFF).to_bytes(2, "big")
    return bytes(octets)

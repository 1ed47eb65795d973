"""ICMP for IPv6 (RFC 4443): the envelope of echoes, errors and neighbour discovery."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from . import checksum, ipv6
from ._types import Buffer

UNREACHABLE = 1
TOO_BIG = 2
TIME_EXCEEDED = 3
PARAMETER_PROBLEM = 4
ECHO = 128
ECHO_REPLY = 129
ROUTER_SOLICITATION = 133
ROUTER_ADVERTISEMENT = 134
NEIGHBOUR_SOLICITATION = 135
NEIGHBOUR_ADVERTISEMENT = 136
REDIRECT = 137

UNREACHABLE_ROUTE = 0
UNREACHABLE_ADDRESS = 3
UNREACHABLE_PORT = 4

_HEADER = struct.Struct("!BBH")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``body`` is all that follows the checksum."""

    type: int
    code: int
    body: Buffer


def decode(data: Buffer, source: bytes, destination: bytes) -> Message:
    """Read a message that came from ``source`` to ``destination``; the body is a view.

    Raises:
        WireError: fewer than 4 octets, or the checksum is wrong.
    """
    if len(data) < HEADER:
        raise WireError(f"ICMPv6: {len(data)} octets, the header has {HEADER}")
    if checksum.internet(data, checksum.pseudo(source, destination, ipv6.ICMP, len(data))):
        raise WireError("ICMPv6: checksum")
    view = memoryview(data)
    return Message(view[0], view[1], view[HEADER:])


def encode(message: Message, source: bytes, destination: bytes) -> bytes:
    """Write a message with its checksum."""
    octets = bytearray(_HEADER.pack(message.type, message.code, 0))
    octets += message.body
    pseudo = checksum.pseudo(source, destination, ipv6.ICMP, len(octets))
    octets[2:4] = checksum.internet(octets, pseudo).to_bytes(2, "big")
    return bytes(octets)

"""DHCP for IPv6 (RFC 8415): messages between a client and a server."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from ..errors import WireError
from . import ipv6
from ._types import Buffer

CLIENT_PORT = 546
SERVER_PORT = 547
#: All_DHCP_Relay_Agents_and_Servers.
SERVERS = ipv6.parse_address("ff02::1:2")

SOLICIT = 1
REPLY = 7
INFORMATION_REQUEST = 11

_HEADER = 4


class Code(IntEnum):
    """Options; the last two are of RFC 3646 and RFC 5970."""

    CLIENT_IDENTIFIER = 1
    SERVER_IDENTIFIER = 2
    ADDRESS = 5
    REQUESTED = 6
    NAMESERVERS = 23
    BOOTFILE_URL = 59


Option: TypeAlias = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its type, a transaction number of 24 bits, and options in their order."""

    type: int
    transaction: int
    options: tuple[Option, ...] = ()


def decode(data: Buffer) -> Message:
    """Read a message; up to three octets that are too few for an option are left out.

    Raises:
        WireError: fewer than 4 octets, or an option is longer than what is left.
    """
    if len(data) < _HEADER:
        raise WireError(f"DHCPv6: {len(data)} octets, the header has {_HEADER}")
    octets = bytes(data)
    options: list[Option] = []
    position = _HEADER
    while position + 4 <= len(octets):
        code = int.from_bytes(octets[position : position + 2], "big")
        length = int.from_bytes(octets[position + 2 : position + 4], "big")
        position += 4 + length
        if position > len(octets):
            raise WireError(f"DHCPv6: option length {length} in {len(octets)} octets")
        options.append((code, octets[position - length : position]))
    return Message(octets[0], int.from_bytes(octets[1:4], "big"), tuple(options))


def encode(message: Message) -> bytes:
    """Write a message."""
    octets = bytearray((message.type,))
    octets += message.transaction.to_bytes(3, "big")
    for code, value in message.options:
        octets += code.to_bytes(2, "big")
        octets += len(value).to_bytes(2, "big")
        octets += value
    return bytes(octets)


def decode_requested(value: bytes) -> tuple[int, ...]:
    """The codes in an Option Request option (section 21.7).

    Raises:
        WireError: its length is odd.
    """
    if len(value) % 2:
        raise WireError(f"DHCPv6: {len(value)} octets of requested codes")
    return tuple(int.from_bytes(value[at : at + 2], "big") for at in range(0, len(value), 2))

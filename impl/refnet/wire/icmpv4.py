"""ICMP for IPv4 (RFC 792)."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from . import checksum
from ._types import Buffer

ECHO_REPLY = 0
UNREACHABLE = 3
ECHO = 8
TIME_EXCEEDED = 11
TIMESTAMP = 13
INFORMATION = 15
MASK = 17

UNREACHABLE_NET = 0
UNREACHABLE_HOST = 1
UNREACHABLE_PORT = 3

_HEADER = struct.Struct("!BBH4s")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``rest`` is the second word of the header, raw."""

    type: int
    code: int
    payload: Buffer
    rest: bytes = b"\0\0\0\0"

    @property
    def identifier(self) -> int:
        """The identifier of an echo."""
        return int.from_bytes(self.rest[:2], "big")

    @property
    def sequence(self) -> int:
        """The sequence number of an echo."""
        return int.from_bytes(self.rest[2:], "big")


def decode(data: Buffer) -> Message:
    """Read a message; the payload is a view.

    Raises:
        WireError: fewer than 8 octets, or the checksum is wrong.
    """
    if len(data) < HEADER:
        raise WireError(f"ICMP: {len(data)} octets, the header has {HEADER}")
    if checksum.internet(data):
        raise WireError("ICMP: checksum")
    view = memoryview(data)
    kind, code, _, rest = _HEADER.unpack_from(view)
    return Message(kind, code, view[HEADER:], rest)


def encode(message: Message) -> bytes:
    """Write a message with its checksum."""
    octets = bytearray(_HEADER.pack(message.type, message.code, 0, message.rest))
    octets += message.payload
    octets[2:4] = checksum.internet(octets).to_bytes(2, "big")
    return bytes(octets)

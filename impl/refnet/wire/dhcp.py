"""BOOTP messages and DHCP options (RFC 951, RFC 2131, RFC 2132)."""

import enum
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import WireError
from ._types import Buffer

SERVER_PORT = 67
CLIENT_PORT = 68

REQUEST = 1
REPLY = 2

COOKIE = b"\x63\x82\x53\x63"

_HEADER = struct.Struct("!BBBBIHHIIII16s64s128s")
HEADER = _HEADER.size
FILE_LENGTH = 128


class MessageType(enum.IntEnum):
    """Values of option 53 (RFC 2132 section 9.6)."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    DECLINE = 4
    ACK = 5
    NAK = 6
    RELEASE = 7
    INFORM = 8


class Tag(enum.IntEnum):
    """The options that a user network sends or reads, in RFC 2132 and RFC 3397."""

    PAD = 0
    SUBNET_MASK = 1
    ROUTER = 3
    NAMESERVER = 6
    HOST_NAME = 12
    DOMAIN_NAME = 15
    REQUESTED_ADDRESS = 50
    LEASE_TIME = 51
    MESSAGE_TYPE = 53
    SERVER_IDENTIFIER = 54
    MESSAGE = 56
    VENDOR_CLASS = 60
    TFTP_SERVER_NAME = 66
    DOMAIN_SEARCH = 119
    END = 255


Option: TypeAlias = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Addresses are 32-bit numbers; ``vendor`` is all that follows the fixed header.

    ``hardware_address``, ``server_name`` and ``file`` have 16, 64 and 128 octets on the wire;
    shorter ones are filled with zeros, and zeros at the end are left out on reading.
    """

    operation: int
    transaction: int = 0
    hardware_address: bytes = b""
    client: int = 0
    your: int = 0
    server: int = 0
    relay: int = 0
    server_name: bytes = b""
    file: bytes = b""
    vendor: bytes = b""
    hardware: int = 1
    hardware_length: int = 6
    hops: int = 0
    seconds: int = 0
    flags: int = 0

    @property
    def mac(self) -> bytes:
        """The first six octets of the hardware address."""
        return self.hardware_address[:6].ljust(6, b"\0")


def decode(data: Buffer) -> Message:
    """Read a message.

    Raises:
        WireError: fewer than the 236 octets of the fixed header (DHCP-26).
    """
    if len(data) < HEADER:
        raise WireError(f"BOOTP: {len(data)} octets, the header has {HEADER}")
    (
        operation,
        hardware,
        hardware_length,
        hops,
        transaction,
        seconds,
        flags,
        client,
        your,
        server,
        relay,
        address,
        server_name,
        file,
    ) = _HEADER.unpack_from(data)
    return Message(
        operation,
        transaction,
        address.rstrip(b"\0"),
        client,
        your,
        server,
        relay,
        server_name.rstrip(b"\0"),
        file.rstrip(b"\0"),
        bytes(data[HEADER:]),
        hardware,
        hardware_length,
        hops,
        seconds,
        flags,
    )


def encode(message: Message) -> bytes:
    """Write a message; a field that is too long for its place is cut."""
    return (
        _HEADER.pack(
            message.operation,
            message.hardware,
            message.hardware_length,
            message.hops,
            message.transaction,
            message.seconds,
            message.flags,
            message.client,
            message.your,
            message.server,
            message.relay,
            message.hardware_address,
            message.server_name,
            message.file,
        )
        + message.vendor
    )


def decode_options(vendor: Buffer) -> tuple[Option, ...]:
    """The options up to the end mark; none without the cookie.

    Reading stops at an option that does not fit in, and keeps those before it. A repeated option
    is given as often as it stands there.
    """
    view = memoryview(vendor)
    if bytes(view[:4]) != COOKIE:
        return ()
    options: list[Option] = []
    position = 4
    while position < len(view) and view[position] != Tag.END:
        tag = view[position]
        position += 1
        if tag == Tag.PAD:
            continue
        if position == len(view):
            break
        end = position + 1 + view[position]
        if end > len(view):
            break
        options.append((tag, bytes(view[position + 1 : end])))
        position = end
    return tuple(options)


def encode_options(options: Iterable[Option], length: int = 0) -> bytes:
    """The cookie, the options and the end mark, zeros behind them up to ``length`` octets.

    Raises:
        ValueError: an option is longer than 255 octets.
    """
    octets = bytearray(COOKIE)
    for tag, value in options:
        if len(value) > 255:
            raise ValueError(f"DHCP option {tag} has {len(value)} octets")
        octets += bytes((tag, len(value))) + value
    octets.append(Tag.END)
    return bytes(octets.ljust(length, b"\0"))

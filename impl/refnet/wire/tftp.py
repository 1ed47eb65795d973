"""TFTP packets (RFC 1350) with options (RFC 2347)."""

from dataclasses import dataclass
from typing import TypeAlias

from ..errors import WireError
from ._types import Buffer

PORT = 69

READ = 1
WRITE = 2
DATA = 3
ACKNOWLEDGMENT = 4
ERROR = 5
OPTIONS = 6

NOT_FOUND = 1
ACCESS_VIOLATION = 2
ILLEGAL_OPERATION = 4

Option: TypeAlias = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Request:
    """A read (or, with ``operation`` 2, write) request."""

    filename: bytes
    mode: bytes = b"octet"
    options: tuple[Option, ...] = ()
    operation: int = READ


@dataclass(frozen=True, slots=True)
class Data:
    block: int
    payload: Buffer


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    block: int


@dataclass(frozen=True, slots=True)
class Error:
    code: int
    message: bytes


@dataclass(frozen=True, slots=True)
class OptionAcknowledgment:
    options: tuple[Option, ...]


Packet: TypeAlias = Request | Data | Acknowledgment | Error | OptionAcknowledgment


def operation_of(data: Buffer) -> int:
    """The first word of a packet.

    Raises:
        WireError: fewer than two octets.
    """
    if len(data) < 2:
        raise WireError(f"TFTP: {len(data)} octets, the operation has 2")
    return int.from_bytes(data[:2], "big")


def split_strings(data: Buffer) -> list[bytes]:
    """The strings in ``data``, each of which ends with a zero.

    Raises:
        WireError: the last one does not end.
    """
    octets = bytes(data)
    if octets and octets[-1]:
        raise WireError("TFTP: a string has no end")
    return octets.split(b"\0")[:-1]


def decode(data: Buffer) -> Packet:
    """Read a packet.

    Raises:
        WireError: the operation is unknown, a field is missing or a string has no end.
    """
    operation = operation_of(data)
    rest = memoryview(data)[2:]
    if operation in (READ, WRITE):
        strings = split_strings(rest)
        if len(strings) < 2:
            raise WireError("TFTP: request without file name and mode")
        return Request(strings[0], strings[1], _pairs(strings[2:]), operation)
    if operation == OPTIONS:
        return OptionAcknowledgment(_pairs(split_strings(rest)))
    if operation not in (DATA, ACKNOWLEDGMENT, ERROR):
        raise WireError(f"TFTP: operation {operation}")
    if len(rest) < 2:
        raise WireError(f"TFTP: {len(data)} octets in operation {operation}")
    number = int.from_bytes(rest[:2], "big")
    if operation == DATA:
        return Data(number, rest[2:])
    if operation == ACKNOWLEDGMENT:
        return Acknowledgment(number)
    return Error(number, bytes(rest[2:]).split(b"\0")[0])


def encode(packet: Packet) -> bytes:
    """Write a packet; a block number is taken modulo 2**16."""
    match packet:
        case Request():
            strings = [packet.filename, packet.mode, *_flat(packet.options)]
            return _word(packet.operation) + _join(strings)
        case Data():
            return _word(DATA) + _word(packet.block & 0xFFFF) + bytes(packet.payload)
        case Acknowledgment():
            return _word(ACKNOWLEDGMENT) + _word(packet.block & 0xFFFF)
        case Error():
            return _word(ERROR) + _word(packet.code) + packet.message + b"\0"
    return _word(OPTIONS) + _join(_flat(packet.options))


def _word(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _join(strings: list[bytes]) -> bytes:
    return b"".join(string + b"\0" for string in strings)


def _flat(options: tuple[Option, ...]) -> list[bytes]:
    return [string for option in options for string in option]


def _pairs(strings: list[bytes]) -> tuple[Option, ...]:
    if len(strings) % 2:
        raise WireError("TFTP: option without a value")
    return tuple(zip(strings[::2], strings[1::2], strict=True))

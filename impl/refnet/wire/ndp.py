"""Neighbour discovery (RFC 4861): the bodies of five ICMPv6 messages, and their options.

A body is what stands behind the checksum. Options that have no class here are :class:`Other`.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import WireError
from ._types import Buffer

SOURCE_LINK_LAYER = 1
TARGET_LINK_LAYER = 2
_PREFIX = 3
_NAMESERVERS = 25

_UNIT = 8
_PREFIX_OPTION = struct.Struct("!BBBBIII16s")
_NAMESERVERS_OPTION = struct.Struct("!BBHI")
_ADVERTISEMENT = struct.Struct("!BBHII")
_TARGET = struct.Struct("!B3x16s")


@dataclass(frozen=True, slots=True)
class LinkLayer:
    """The MAC of the sender or of the target, by ``type`` (section 4.6.1)."""

    type: int
    address: bytes


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prefix to make addresses of; lifetimes in seconds (section 4.6.2)."""

    prefix: bytes
    length: int
    on_link: bool
    autonomous: bool
    valid: int
    preferred: int


@dataclass(frozen=True, slots=True)
class Nameservers:
    """Recursive nameservers; the lifetime in seconds (RFC 8106 section 5.1)."""

    addresses: tuple[bytes, ...]
    lifetime: int


@dataclass(frozen=True, slots=True)
class Other:
    """Any other option: its type, and its octets behind type and length."""

    type: int
    octets: bytes


Option: TypeAlias = LinkLayer | Prefix | Nameservers | Other
Options: TypeAlias = tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class RouterSolicitation:
    """Section 4.1."""

    options: Options = ()


@dataclass(frozen=True, slots=True)
class RouterAdvertisement:
    """Section 4.2; ``lifetime`` in seconds, ``reachable`` and ``retransmit`` in ms."""

    hop_limit: int
    managed: bool
    other: bool
    lifetime: int
    reachable: int
    retransmit: int
    options: Options = ()


@dataclass(frozen=True, slots=True)
class NeighbourSolicitation:
    """Section 4.3."""

    target: bytes
    options: Options = ()


@dataclass(frozen=True, slots=True)
class NeighbourAdvertisement:
    """Section 4.4."""

    target: bytes
    router: bool
    solicited: bool
    override: bool
    options: Options = ()


def decode_router_solicitation(body: Buffer) -> RouterSolicitation:
    """Read a body.

    Raises:
        WireError: it is too short, or an option does not fit.
    """
    _require(body, 4)
    return RouterSolicitation(_decode_options(memoryview(body)[4:]))


def encode_router_solicitation(message: RouterSolicitation) -> bytes:
    """Write a body."""
    return bytes(4) + _encode_options(message.options)


def decode_router_advertisement(body: Buffer) -> RouterAdvertisement:
    """Read a body.

    Raises:
        WireError: it is too short, or an option does not fit.
    """
    _require(body, _ADVERTISEMENT.size)
    hop_limit, flags, lifetime, reachable, retransmit = _ADVERTISEMENT.unpack_from(body)
    options = _decode_options(memoryview(body)[_ADVERTISEMENT.size :])
    return RouterAdvertisement(
        hop_limit, bool(flags & 0x80), bool(flags & 0x40), lifetime, reachable, retransmit, options
    )


def encode_router_advertisement(message: RouterAdvertisement) -> bytes:
    """Write a body."""
    flags = (0x80 if message.managed else 0) | (0x40 if message.other else 0)
    head = _ADVERTISEMENT.pack(
        message.hop_limit, flags, message.lifetime, message.reachable, message.retransmit
    )
    return head + _encode_options(message.options)


def decode_neighbour_solicitation(body: Buffer) -> NeighbourSolicitation:
    """Read a body.

    Raises:
        WireError: it is too short, or an option does not fit.
    """
    _require(body, _TARGET.size)
    _, target = _TARGET.unpack_from(body)
    return NeighbourSolicitation(target, _decode_options(memoryview(body)[_TARGET.size :]))


def encode_neighbour_solicitation(message: NeighbourSolicitation) -> bytes:
    """Write a body."""
    return _TARGET.pack(0, message.target) + _encode_options(message.options)


def decode_neighbour_advertisement(body: Buffer) -> NeighbourAdvertisement:
    """Read a body.

    Raises:
        WireError: it is too short, or an option does not fit.
    """
    _require(body, _TARGET.size)
    flags, target = _TARGET.unpack_from(body)
    options = _decode_options(memoryview(body)[_TARGET.size :])
    return NeighbourAdvertisement(
        target, bool(flags & 0x80), bool(flags & 0x40), bool(flags & 0x20), options
    )


def encode_neighbour_advertisement(message: NeighbourAdvertisement) -> bytes:
    """Write a body."""
    flags = (
        (0x80 if message.router else 0)
        | (0x40 if message.solicited else 0)
        | (0x20 if message.override else 0)
    )
    return _TARGET.pack(flags, message.target) + _encode_options(message.options)


def _require(body: Buffer, length: int) -> None:
    if len(body) < length:
        raise WireError(f"ND: {len(body)} octets, the message has {length}")


def _decode_options(view: memoryview) -> Options:
    options: list[Option] = []
    while len(view):
        length = view[1] * _UNIT if len(view) > 1 else 0
        if not 0 < length <= len(view):
            raise WireError(f"ND: option length {length} in {len(view)} octets")
        options.append(_decode_option(bytes(view[:length])))
        view = view[length:]
    return tuple(options)


def _decode_option(octets: bytes) -> Option:
    kind = octets[0]
    if kind in (SOURCE_LINK_LAYER, TARGET_LINK_LAYER) and len(octets) == _UNIT:
        return LinkLayer(kind, octets[2:])
    if kind == _PREFIX and len(octets) == _PREFIX_OPTION.size:
        _, _, length, flags, valid, preferred, _, prefix = _PREFIX_OPTION.unpack(octets)
        return Prefix(prefix, length, bool(flags & 0x80), bool(flags & 0x40), valid, preferred)
    if kind == _NAMESERVERS and len(octets) % 16 == _UNIT:
        lifetime = int.from_bytes(octets[4:8], "big")
        addresses = tuple(octets[at : at + 16] for at in range(_UNIT, len(octets), 16))
        return Nameservers(addresses, lifetime)
    return Other(kind, octets[2:])


def _encode_options(options: Iterable[Option]) -> bytes:
    return b"".join(map(_encode_option, options))


def _encode_option(option: Option) -> bytes:
    match option:
        case LinkLayer(kind, address):
            return bytes((kind, 1)) + address
        case Prefix():
            flags = (0x80 if option.on_link else 0) | (0x40 if option.autonomous else 0)
            return _PREFIX_OPTION.pack(
                _PREFIX,
                _PREFIX_OPTION.size // _UNIT,
                option.length,
                flags,
                option.valid,
                option.preferred,
                0,
                option.prefix,
            )
        case Nameservers(addresses, lifetime):
            units = 1 + 2 * len(addresses)
            return _NAMESERVERS_OPTION.pack(_NAMESERVERS, units, 0, lifetime) + b"".join(addresses)
    return bytes((option.type, (2 + len(option.octets)) // _UNIT)) + option.octets

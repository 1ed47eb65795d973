"""Addresses between the stack, which has numbers and octets, and the socket module, which has text.

One of IPv4 is a 32-bit number, one of IPv6 16 octets, or text where a scope belongs to it.
"""

import socket
from typing import TypeAlias

Real: TypeAlias = int | bytes | str


def family_of(address: Real) -> int:
    """``AF_INET`` or ``AF_INET6``."""
    return socket.AF_INET if isinstance(address, int) else socket.AF_INET6


def text_of(address: Real) -> str:
    """How the socket module wants an address."""
    if isinstance(address, str):
        return address
    if isinstance(address, int):
        return socket.inet_ntoa(address.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, address)


def number(address: str) -> int:
    """The 32-bit number of an IPv4 address from the socket module."""
    return int.from_bytes(socket.inet_aton(address), "big")


def read(address: str) -> int | bytes:
    """An address from the socket module; a scope is left out."""
    if ":" not in address:
        return number(address)
    return socket.inet_pton(socket.AF_INET6, address.partition("%")[0])

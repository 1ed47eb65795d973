"""IP packets of either version, for the protocols that don't care which one it is.

What tells the versions apart is the address: a number of 32 bits, or 16 octets.
"""

import enum
from typing import TypeAlias

from ..wire import icmpv4, icmpv6, ipv4, ipv6
from ..wire._types import Buffer

Packet: TypeAlias = ipv4.Datagram | ipv6.Packet
Address: TypeAlias = int | bytes


class Trouble(enum.Enum):
    """Why a packet came to nothing: type and code of the error in IPv4 and in IPv6."""

    EXPIRED = (icmpv4.TIME_EXCEEDED, 0), (icmpv6.TIME_EXCEEDED, 0)
    NO_ROUTE = (
        (icmpv4.UNREACHABLE, icmpv4.UNREACHABLE_NET),
        (icmpv6.UNREACHABLE, icmpv6.UNREACHABLE_ROUTE),
    )
    NO_HOST = (
        (icmpv4.UNREACHABLE, icmpv4.UNREACHABLE_HOST),
        (icmpv6.UNREACHABLE, icmpv6.UNREACHABLE_ADDRESS),
    )

    def about(self, offending: Packet) -> tuple[int, int]:
        """Type and code of the error about a packet."""
        return self.value[isinstance(offending, ipv6.Packet)]


def make_packet(
    source: Address, destination: Address, protocol: int, payload: Buffer, ttl: int, tos: int = 0
) -> Packet:
    """A packet of the version that the addresses are of.

    ``ttl`` and ``tos`` are IPv4's: over IPv6 all that the stack sends has the hop limit 255 and no
    traffic class (IP6-08).
    """
    if isinstance(source, int):
        assert isinstance(destination, int)
        return ipv4.Datagram(source, destination, protocol, payload, ttl, tos)
    assert isinstance(destination, bytes)
    return ipv6.Packet(source, destination, protocol, payload)


def header_length(address: Address) -> int:
    """How long the header of packets with such addresses is, in octets."""
    return ipv4.HEADER if isinstance(address, int) else ipv6.HEADER

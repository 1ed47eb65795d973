"""Which IPv6 addresses are the stack's own, and under which MAC each is seen (IP6-01, IP6-02)."""

from ...wire import ipv6
from ..seam import Config

#: The router's link-local address, whatever the prefix is (IP6-01).
ROUTER = ipv6.parse_address("fe80::2")

_LINK_LOCAL_LENGTH = 64
_MAC_PREFIX = b"\x52\x56"
_MULTICAST_MAC_PREFIX = b"\x33\x33"


def mac_of(address: bytes) -> bytes:
    """The MAC under which the stack shows ``address`` (IP6-02)."""
    return _MAC_PREFIX + address[-4:]


def multicast_mac(group: bytes) -> bytes:
    """The MAC of a group (RFC 2464 section 7)."""
    return _MULTICAST_MAC_PREFIX + group[-4:]


def is_own(config: Config, address: bytes) -> bool:
    """Whether ``address`` is the host's or the name server's (IP6-07).

    Either is reached in the prefix and in the link-local one, by the bits behind it.
    """
    return any(
        ipv6.in_prefix(address, prefix, length) and _same_tail(address, own, length)
        for prefix, length in (
            (config.prefix6, config.prefix6_length),
            (ROUTER, _LINK_LOCAL_LENGTH),
        )
        for own in (config.host6, config.nameserver6)
    )


def _same_tail(address: bytes, other: bytes, length: int) -> bool:
    """Whether all bits but the first ``length`` are the same."""
    difference = int.from_bytes(address, "big") ^ int.from_bytes(other, "big")
    return not difference & ((1 << (128 - length)) - 1)

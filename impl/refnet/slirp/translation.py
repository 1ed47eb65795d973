"""Which host address a guest's destination means, and which one a reply seems to come from."""

from ..wire import ipv4, ipv6
from .hostio import Address, Nameserver
from .profile import Profile
from .seam import Config

DNS_PORT = 53
_LOOPBACK_PREFIX = ipv4.LOOPBACK >> 24


def outbound(
    config: Config, profile: Profile, destination: int | bytes, port: int
) -> Address | None:
    """Where the host has to send what a guest sent to ``destination:port``; None: nowhere.

    The name server's address stands for the host's resolver, on port 53 alone (DNS-01, DNS-03);
    the host's, and 255.255.255.255, for the host's loopback (UDP-03, TCP-08); any other is meant
    literally (IP4-14, IP4-15). Over IPv6, each other address of the prefix and the group of all
    nodes stand for the loopback (IP6-13, IP6-15).
    """
    if isinstance(destination, bytes):
        return _outbound6(config, destination, port)
    if profile.network_is_loopback:
        if not config.contains(destination):
            return destination
        return Nameserver.IPV4 if destination == config.nameserver else ipv4.LOOPBACK
    if destination == config.nameserver:
        return Nameserver.IPV4 if port == DNS_PORT else None
    if destination in (config.host, ipv4.BROADCAST):
        return ipv4.LOOPBACK
    return destination


def _outbound6(config: Config, destination: bytes, port: int) -> Address | None:
    if destination == config.nameserver6:
        return Nameserver.IPV6 if port == DNS_PORT else None
    if config.contains6(destination) or destination == ipv6.ALL_NODES:
        return ipv6.LOOPBACK
    return destination


def inbound(
    config: Config, profile: Profile, destination: int | bytes, peer: int | bytes
) -> int | bytes:
    """The source address of a datagram from ``peer``, shown to a guest that last sent to
    ``destination`` (UDP-04, IP6-13)."""
    if isinstance(destination, bytes):
        own = destination == config.host6 and peer != ipv6.LOOPBACK
        return destination if config.contains6(destination) and not own else peer
    if not config.contains(destination):
        return peer
    if destination == config.broadcast:
        return config.host
    if profile.network_is_loopback or peer == ipv4.LOOPBACK or destination != config.host:
        return destination
    return peer


def accepted(config: Config, peer: int) -> int:
    """The source address of what came in through a host forward (HFW-03)."""
    if peer == ipv4.ANY or peer >> 24 == _LOOPBACK_PREFIX:
        return config.host
    return peer

"""The IPv6 of the user-mode network (IP6): what stands beside ARP, ICMP and DHCP of IPv4.

``layer`` takes packets apart, ``neighbours`` finds guests and is found, ``router`` advertises,
``icmp`` answers echoes and makes errors, ``dhcp`` tells what an advertisement doesn't. UDP, TCP and
TFTP are those of IPv4: they take either kind of packet.
"""

from .layer import Ipv6

__all__ = ["Ipv6"]

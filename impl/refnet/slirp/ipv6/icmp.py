"""ICMPv6: echoes to the stack's own addresses, and errors about what guests sent."""

import dataclasses

from ...wire import icmpv6, ipv6, ndp
from ..seam import Stack
from .addresses import ROUTER, is_own
from .neighbours import Neighbours, message_packet
from .router import Router

#: The hop limit that keeps neighbour discovery on the link (RFC 4861 section 4).
_ON_LINK = 255
_ERROR_HEADER = 8


def error_about(
    stack: Stack, offending: ipv6.Packet, type: int, code: int, source: bytes | None
) -> ipv6.Packet | None:
    """The error for a packet (IP6-09, IP6-10, IP6-14), or None where there must be none.

    It comes from the router unless it has another ``source``, and quotes what fits into the MTU.
    """
    mtu = stack.config.mtu
    if ipv6.is_multicast(offending.source) or offending.source == ipv6.UNSPECIFIED:
        return None
    word = mtu if type == icmpv6.TOO_BIG else 0
    quote = ipv6.encode(offending)[: mtu - ipv6.HEADER - _ERROR_HEADER]
    swaps = stack.profile.swaps_quoted_length and offending.protocol == ipv6.TCP
    if swaps and type == icmpv6.UNREACHABLE:
        quote = quote[:4] + quote[5:3:-1] + quote[6:]
    message = icmpv6.Message(type, code, word.to_bytes(4, "big") + quote)
    return message_packet(source or ROUTER, offending.source, message)


class Icmp6:
    """What the stack does with ICMPv6."""

    def __init__(self, stack: Stack, neighbours: Neighbours, router: Router) -> None:
        self._stack = stack
        self._neighbours = neighbours
        self._router = router

    def receive(self, packet: ipv6.Packet, mac: bytes) -> None:
        """Take a packet of this protocol that came from ``mac``.

        Raises:
            WireError: too short, or a wrong checksum, or a broken option.
        """
        message = icmpv6.decode(packet.payload, packet.source, packet.destination)
        if message.type == icmpv6.ECHO:
            self._on_echo(packet, message)
        elif icmpv6.ROUTER_SOLICITATION <= message.type <= icmpv6.REDIRECT:
            self._on_discovery(packet, message, mac)
        else:
            self._stack.drop("ICMPv6 type")

    def _on_echo(self, packet: ipv6.Packet, message: icmpv6.Message) -> None:
        """Answer for the stack's own addresses; nobody else is pinged (IP6-08)."""
        if not is_own(self._stack.config, packet.destination):
            self._stack.complain("Slirp: external icmpv6 not supported yet")
            return
        reply = dataclasses.replace(message, type=icmpv6.ECHO_REPLY)
        self._stack.send(message_packet(packet.destination, packet.source, reply))

    def _on_discovery(self, packet: ipv6.Packet, message: icmpv6.Message, mac: bytes) -> None:
        if packet.hop_limit != _ON_LINK or message.code:
            self._stack.drop("ND")
            return
        body = bytes(message.body)
        match message.type:
            case icmpv6.ROUTER_SOLICITATION:
                ndp.decode_router_solicitation(body)
                self._neighbours.learn(packet.source, mac)
                self._router.advertise()
            case icmpv6.NEIGHBOUR_SOLICITATION:
                self._neighbours.on_solicitation(packet, body, mac)
            case icmpv6.NEIGHBOUR_ADVERTISEMENT:
                self._neighbours.on_advertisement(packet, body, mac)
            case _:
                self._stack.drop("ND from a router")

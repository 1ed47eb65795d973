"""Neighbour discovery (RFC 4861) as the user network speaks it (IP6-07, IP6-16, IP6-20).

Guests are learned from what they say of their own accord and from their answers, by the sources of
packet and frame; entries never age.
"""

from collections.abc import Callable

from ...wire import ethernet, icmpv6, ipv6, ndp
from ..guests import GuestTable
from ..seam import Stack
from .addresses import is_own, mac_of, multicast_mac

#: What the group of every address begins with.
_SOLICITED_NODES = ipv6.solicited_node(ipv6.UNSPECIFIED)[:13]


class Neighbours:
    """Which guest has which MAC, and the messages that tell.

    Args:
        emit: sends a packet to a MAC at once, past the queue.
    """

    def __init__(self, stack: Stack, emit: Callable[[bytes, bytes], None]) -> None:
        self._stack = stack
        self._emit = emit
        self.table = GuestTable[bytes]()

    def learn(self, address: bytes, mac: bytes) -> None:
        """Note that ``address`` has ``mac``, if it is that of one guest."""
        if not ipv6.is_multicast(address) and address != ipv6.UNSPECIFIED:
            self.table.learn(address, mac)

    def lookup(self, address: bytes) -> bytes | None:
        """The MAC to send to: a group's follows from its address, and all hear what has none."""
        if ipv6.is_multicast(address):
            return multicast_mac(address)
        if address == ipv6.UNSPECIFIED:
            return ethernet.BROADCAST
        return self.table.lookup(address)

    def ask(self, address: bytes) -> None:
        """Solicit ``address`` from its solicited-node group, from the host's (IP6-16)."""
        source = self._stack.config.host6
        option = ndp.LinkLayer(ndp.SOURCE_LINK_LAYER, mac_of(source))
        body = ndp.encode_neighbour_solicitation(ndp.NeighbourSolicitation(address, (option,)))
        group = ipv6.solicited_node(address)
        packet = message_packet(
            source, group, icmpv6.Message(icmpv6.NEIGHBOUR_SOLICITATION, 0, body)
        )
        self._emit(ipv6.encode(packet), multicast_mac(group))

    def on_solicitation(self, packet: ipv6.Packet, body: bytes, mac: bytes) -> None:
        """Answer for the stack's addresses (IP6-07); learn who asked.

        Raises:
            WireError: it is too short, or an option does not fit.
        """
        message = ndp.decode_neighbour_solicitation(body)
        unspecified = packet.source == ipv6.UNSPECIFIED
        if unspecified and packet.destination[:13] != _SOLICITED_NODES:
            self._stack.drop("ND")
        elif is_own(self._stack.config, message.target):
            self.learn(packet.source, mac)
            self._advertise(message.target, ipv6.ALL_NODES if unspecified else packet.source)
        else:
            self._stack.drop("ND target")

    def on_advertisement(self, packet: ipv6.Packet, body: bytes, mac: bytes) -> None:
        """Learn the sender of an advertisement, whatever its target is (IP6-20).

        Raises:
            WireError: it is too short, or an option does not fit.
        """
        message = ndp.decode_neighbour_advertisement(body)
        to_group = ipv6.is_multicast(packet.destination)
        if ipv6.is_multicast(message.target) or (to_group and message.solicited):
            self._stack.drop("ND")
        else:
            self.learn(packet.source, mac)

    def _advertise(self, target: bytes, asker: bytes) -> None:
        """Tell the MAC of ``target`` to who asked: all, where that has no address yet."""
        solicited = not ipv6.is_multicast(asker)
        option = ndp.LinkLayer(ndp.TARGET_LINK_LAYER, mac_of(target))
        message = ndp.NeighbourAdvertisement(target, True, solicited, True, (option,))
        body = ndp.encode_neighbour_advertisement(message)
        self._stack.send(
            message_packet(target, asker, icmpv6.Message(icmpv6.NEIGHBOUR_ADVERTISEMENT, 0, body))
        )


def message_packet(source: bytes, destination: bytes, message: icmpv6.Message) -> ipv6.Packet:
    """The packet that carries a message; all the stack's have the hop limit 255."""
    payload = icmpv6.encode(message, source, destination)
    return ipv6.Packet(source, destination, ipv6.ICMP, payload)

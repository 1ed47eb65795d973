"""IPv6 itself: what comes in is checked and handed to its protocol (IP6-09, IP6-10)."""

from collections.abc import Callable

from ...wire import ethernet, icmpv6, ipv6
from ..seam import Receiver, Stack
from .icmp import Icmp6
from .neighbours import Neighbours
from .router import Router


class Ipv6:
    """The IPv6 side of a stack.

    Args:
        emit: sends a packet to a MAC at once, past the queue.
        udp, tcp: take packets of these protocols.
        seed: where the router's intervals come from.
    """

    def __init__(
        self,
        stack: Stack,
        emit: Callable[[bytes, bytes], None],
        udp: Receiver,
        tcp: Receiver,
        seed: int,
    ) -> None:
        self._stack = stack
        self._udp = udp
        self._tcp = tcp
        self.neighbours = Neighbours(stack, emit)
        self.router = Router(stack, seed)
        self._icmp = Icmp6(stack, self.neighbours, self.router)

    def receive(self, frame: ethernet.Frame) -> None:
        """Take a frame of type IPv6. Extension headers are not understood (IP6-10).

        Raises:
            WireError: the octets are no packet, or no message of its protocol.
        """
        packet = ipv6.decode(frame.payload)
        if ipv6.HEADER + len(packet.payload) > self._stack.config.mtu:
            self._stack.send_error(packet, icmpv6.TOO_BIG, 0)
        elif not packet.hop_limit:
            self._stack.send_error(packet, icmpv6.TIME_EXCEEDED, 0)
        elif packet.protocol == ipv6.TCP:
            self._tcp.receive(packet)
        elif packet.protocol == ipv6.ICMP:
            self._icmp.receive(packet, frame.source)
        elif packet.protocol != ipv6.UDP:
            self._stack.drop("IPv6 next header")
        elif self._stack.config.restricted:
            self._stack.drop("restricted")
        else:
            self._udp.receive(packet)

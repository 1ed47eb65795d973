"""ARP as the user network speaks it: who answers, what is learned, how guests are asked for.

Two kinds of memory (``Profile.resolves_guests``): a table of sixteen guests, or, in 0.6, the one
guest that was heard last.
"""

from collections.abc import Callable

from ..wire import arp, ethernet, ipv4
from .guests import GuestTable
from .profile import Profile
from .seam import Config


def mac_of(address: int, profile: Profile) -> bytes:
    """The MAC under which the stack shows ``address`` (ARP-02, LEG-01)."""
    octets = address.to_bytes(4, "big")
    return profile.mac_prefix + octets[len(profile.mac_prefix) - 2 :]


class Neighbours:
    """Which guest has which MAC, and what is sent to everybody."""

    def __init__(self, config: Config, profile: Profile) -> None:
        self._everyone = frozenset((ipv4.ANY, ipv4.BROADCAST, config.broadcast))
        self._one = not profile.resolves_guests
        self._last = arp.NO_ADDRESS
        self.table = GuestTable[int]()

    def learn(self, address: int, mac: bytes) -> None:
        """Note that ``address`` has ``mac``; those that mean everybody are left out (ARP-11)."""
        if self._one:
            self._last = mac
            return
        if address not in self._everyone:
            self.table.learn(address, mac)

    def lookup(self, address: int) -> bytes | None:
        """The MAC to send to, the broadcast one for addresses that mean everybody (GEN-07)."""
        if self._one:
            return self._last
        if address in self._everyone:
            return ethernet.BROADCAST
        return self.table.lookup(address)


class Arp:
    """The stack's side of ARP.

    Args:
        emit: sends one frame.
    """

    def __init__(self, config: Config, profile: Profile, emit: Callable[[bytes], None]) -> None:
        self._config = config
        self._profile = profile
        self._emit = emit
        self._served = {
            address
            for address in (
                config.host,
                config.nameserver,
                *(forward.address for forward in config.guest_forwards),
            )
            if config.contains(address)
        }
        self.neighbours = Neighbours(config, profile)

    def receive(self, frame: ethernet.Frame) -> None:
        """Take a frame of type ARP.

        Raises:
            WireError: it is too short (ARP-07).
        """
        packet = arp.decode(frame.payload)
        if packet.operation == arp.REQUEST:
            self._on_request(packet, frame.source)
        elif packet.operation == arp.REPLY and self._profile.resolves_guests:
            self.neighbours.learn(packet.sender, packet.sender_mac)

    def serve(self, address: int) -> None:
        """Answer for one more address."""
        self._served.add(address)

    def request(self, address: int) -> None:
        """Ask all guests for ``address`` (ARP-15)."""
        own = mac_of(self._config.host, self._profile)
        packet = arp.Packet(arp.REQUEST, own, self._config.host, arp.NO_ADDRESS, address)
        self._emit(
            ethernet.encode(
                ethernet.Frame(ethernet.BROADCAST, own, ethernet.ARP, arp.encode(packet))
            )
        )

    def _on_request(self, packet: arp.Packet, source: bytes) -> None:
        """Answer for the stack's addresses (ARP-01, ARP-03); learn who asked (ARP-08, ARP-09).

        0.6 learns the source of the frame, and only from what it answers (LEG-02).
        """
        gratuitous = packet.target == packet.sender and self._profile.resolves_guests
        if not gratuitous and packet.target not in self._served:
            return
        resolves = self._profile.resolves_guests
        self.neighbours.learn(packet.sender, packet.sender_mac if resolves else source)
        if gratuitous:
            return
        own = mac_of(packet.target, self._profile)
        reply = arp.Packet(arp.REPLY, own, packet.target, packet.sender_mac, packet.sender)
        frame = ethernet.Frame(source, own, ethernet.ARP, arp.encode(reply))
        self._emit(ethernet.pad(ethernet.encode(frame), self._profile.arp_reply_length))

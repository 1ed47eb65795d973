"""What the stack offers to the protocols in it, and what it asks of them.

``stack.py`` implements :class:`Stack`; ``icmp``, ``udp``, ``dhcp``, ``tftp`` and ``tcp`` are
written against this contract alone, so that none of them knows another.
"""

from dataclasses import dataclass, field
from typing import Protocol

from ..wire.ipv6 import in_prefix, parse_address
from .hostio import Action, Event, Handle
from .packets import Address, Packet
from .profile import Profile
from .queue import Flow


@dataclass(frozen=True, slots=True)
class HostForward:
    """One ``hostfwd`` rule (HFW-01); addresses are 32-bit numbers."""

    protocol: int
    host_address: int
    host_port: int
    guest_address: int
    guest_port: int


@dataclass(frozen=True, slots=True)
class GuestForward:
    """One ``guestfwd`` rule (GFW-01): ``device`` is a character device or ``cmd:...``.

    ``over_tcp``: the command has to find a TCP connection, not just a socket, at its end.
    """

    address: int
    port: int
    device: str
    over_tcp: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one user-mode network, checked and with every default filled in (CLI-16).

    Addresses of IPv4 are 32-bit numbers, those of IPv6 16 octets. Behind ``prefix6_length`` bits
    the prefix need not be zero.
    """

    network: int = 0x0A000200
    netmask: int = 0xFFFFFF00
    host: int = 0x0A000202
    nameserver: int = 0x0A000203
    dhcp_start: int = 0x0A00020F
    ipv4: bool = True
    ipv6: bool = True
    prefix6: bytes = parse_address("fec0::")
    prefix6_length: int = 64
    host6: bytes = parse_address("fec0::2")
    nameserver6: bytes = parse_address("fec0::3")
    restricted: bool = False
    hostname: str | None = None
    domain_name: str | None = None
    dns_search: tuple[str, ...] = ()
    tftp_directory: str | None = None
    tftp_server_name: str | None = None
    bootfile: str | None = None
    host_forwards: tuple[HostForward, ...] = ()
    guest_forwards: tuple[GuestForward, ...] = ()
    mtu: int = 1500

    def contains(self, address: int) -> bool:
        """Whether ``address`` lies in the virtual network."""
        return address & self.netmask == self.network

    def contains6(self, address: bytes) -> bool:
        """Whether ``address`` lies in the virtual network's prefix."""
        return in_prefix(address, self.prefix6, self.prefix6_length)

    @property
    def broadcast(self) -> int:
        """The subnet's broadcast address."""
        return self.network | (~self.netmask & 0xFFFFFFFF)


class Owner(Protocol):
    """Whoever drew a handle gets its events."""

    def on_event(self, event: Event) -> None: ...


class Stack(Protocol):
    """What a protocol may ask of the stack. ``now`` is the time of the call under way, in ns."""

    config: Config
    profile: Profile
    now: int

    def send(self, datagram: Packet, flow: Flow | None = None) -> None:
        """Emit towards the guest: identification (GEN-09), fragments (IP4-09), ARP (GEN-08).

        IPv6 has neither of the first two, and neighbour discovery for ARP (IP6-16).

        ``flow`` is the conversation it belongs to, if any (GEN-12).
        """

    def send_error(
        self, offending: Packet, type: int, code: int, source: Address | None = None
    ) -> None:
        """Emit an ICMP error about ``offending`` (ICM-10, ICM-11; IP6-14) from ``source``."""

    def perform(self, action: Action) -> None:
        """Leave an action for the host."""

    def claim(self, owner: Owner) -> Handle:
        """Draw a handle whose events go to ``owner``."""

    def release(self, handle: Handle) -> None:
        """Forget a handle; events still under way for it are dropped."""

    def warn(self, text: str) -> None:
        """Warn the person who runs refnet (standard error of the process)."""

    def complain(self, text: str) -> None:
        """Tell that person of something that is worse than what there are warnings for."""

    def drop(self, reason: str) -> None:
        """Count something that came from the guest and leads to nothing."""

    def learn(self, address: int, mac: bytes) -> None:
        """Note which guest has ``address`` (ARP-14)."""


class Receiver(Protocol):
    """A protocol on top of IP."""

    def receive(self, datagram: Packet) -> None:
        """Take a whole (reassembled) datagram of this protocol.

        Raises:
            WireError: it is no message of the protocol.
        """


class Transport(Receiver, Protocol):
    """What the stack asks of TCP."""

    def on_slow_tick(self) -> None:
        """Half a second has passed (TCP's timer unit).

        Called while :attr:`active`, and while other protocols keep the timer running (TCP-10).
        """

    def on_fast_tick(self) -> None:
        """Two milliseconds have passed since :attr:`wants_fast_tick` became true (TCP-39)."""

    @property
    def active(self) -> bool:
        """Whether slow ticks are wanted."""

    @property
    def wants_fast_tick(self) -> bool:
        """Whether an acknowledgement waits for the fast timer."""


@dataclass(slots=True)
class SocketRow:
    """One line of ``info usernet`` (INF-06); the monitor formats it."""

    protocol: str
    state: str
    handle: Handle | None
    source: Address | None
    source_port: int | None
    destination: Address | None
    destination_port: int | None
    receive_queue: int = 0
    send_queue: int = 0
    extra: dict[str, str] = field(default_factory=dict)

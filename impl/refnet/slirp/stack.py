"""The user network: frames in, frames and host actions out, no I/O of its own.

:class:`Slirp` owns what its protocols share: time, handles, the way out to the guest. It keeps the
rhythm of libslirp's main loop, which shows on the wire: timers are looked at before the host's news
and after the guest's frames, against flags that were set when the last call ended (TCP-10, TCP-20).
"""

import dataclasses
from collections import Counter
from typing import TypeVar

from ..clock import MILLISECOND
from ..errors import WireError
from ..wire import ethernet, icmpv4, ipv4, ipv6
from . import icmp, ip, ncsi
from .arp import Arp, mac_of
from .dhcp import DhcpServer
from .forwards import HostForwards
from .hostio import Action, Event, Failure, Handle
from .icmp import Icmp
from .ipv6 import Ipv6
from .ipv6.addresses import mac_of as mac_of6
from .ipv6.dhcp import Dhcp6Server
from .ipv6.icmp import error_about as error_about6
from .packets import Address, Packet
from .profile import QEMU_7_2, Profile
from .queue import Flow, OutputQueue
from .seam import Config, GuestForward, HostForward, Owner, SocketRow
from .tcp import Tcp
from .tftp import TftpServer
from .udp import Servers, Udp

#: Periods of the two timers in ms.
SLOW_TICK = 499
FAST_TICK = 2
#: How long SLiRP sleeps at most, in ms.
_LONGEST_SLEEP = 1000

#: Where QEMU's initial sequence numbers begin (TCP-10).
_FIRST_SEQUENCE = 1

_Item = TypeVar("_Item")


class Slirp:
    """One user network.

    Drive it with :meth:`receive`, :meth:`on_event` and :meth:`poll`, and after each take what it
    leaves with :meth:`take_frames`, :meth:`take_actions` and :meth:`take_lines`. Time is given
    in nanoseconds and must not decrease.

    Args:
        config: the network's settings.
        profile: the version of QEMU to be.
        seed: where initial sequence numbers start; None: where QEMU's do (TCP-10).

    Attributes:
        now: the time of the call under way, or of the last one.
        dropped: how many things from the guest led to nothing, by reason.
    """

    def __init__(
        self, config: Config, profile: Profile = QEMU_7_2, seed: int | None = None
    ) -> None:
        self.config = config
        self.profile = profile
        self.seed = seed
        self.now = 0
        self.dropped: Counter[str] = Counter()
        self._frames: list[bytes] = []
        self._actions: list[Action] = []
        self._lines: list[str] = []
        self._owners: dict[Handle, Owner] = {}
        self._next_handle = 1
        self._identification = 0
        self._own_mac = mac_of(config.host, profile)

        self._arp = Arp(config, profile, self._frames.append)
        self._queue = OutputQueue(self._emit, self._lookup, self._ask)
        self._reassembly = ip.Reassembly()
        self._icmp = Icmp(self)
        self._udp = Udp(self, Servers(DhcpServer(self), Dhcp6Server(self), TftpServer(self)))
        self._tcp = Tcp(self, _FIRST_SEQUENCE if seed is None else _scatter(seed))
        self._forwards = HostForwards(self._udp, self._tcp)
        self._ipv6: Ipv6 | None = None
        if config.ipv6 and profile.has_ipv6:
            self._ipv6 = Ipv6(self, self._emit, self._udp, self._tcp, seed or 0)

        self._slow_wanted = False
        self._last_slow = 0
        self._fast_since: int | None = None

        for forward in config.host_forwards:
            self.add_host_forward(forward)
        self._settle()

    @property
    def failed_forwards(self) -> list[tuple[HostForward, Failure]]:
        """Rules that the host can't listen for, and why (HFW-09); they are not in force."""
        return self._forwards.failed

    @property
    def failed_guest_forwards(self) -> list[GuestForward]:
        """Rules whose device the host can't open (GFW-01)."""
        return [rule for rule in self._tcp.failed if isinstance(rule, GuestForward)]

    # -- what drives the stack -------------------------------------------------------------------

    def receive(self, frame: bytes, now: int) -> None:
        """Take one frame from a guest, without FCS. Never fails, whatever the octets are."""
        self.now = now
        try:
            self._dispatch(ethernet.decode(frame))
        except WireError as error:
            self.drop(str(error).partition(":")[0])
        self._run_timers()
        self._settle()

    def on_event(self, event: Event, now: int) -> None:
        """Take what the host has to tell; about a handle that nobody holds, it is dropped."""
        self.now = now
        self._run_timers()
        self._forwards.on_event(event)
        owner = self._owners.get(event.handle)
        if owner is not None:
            owner.on_event(event)
        self._settle()

    def poll(self, now: int) -> None:
        """Do what is due at ``now``."""
        self.now = now
        self._run_timers()
        self._settle()

    def next_deadline(self) -> int | None:
        """When :meth:`poll` is due next, in ns; None: only after another call.

        SLiRP sleeps from its last call on, not from a timer's last run, so with every call the
        timers move (BB; SL slirp_update_timeout). A packet that has waited too long goes when it
        next wakes.
        """
        advertisement = self._ipv6.router.deadline if self._ipv6 is not None else None
        if self._fast_since is not None:
            sleep = FAST_TICK
        elif self._slow_wanted:
            sleep = SLOW_TICK
        elif len(self._queue):
            sleep = _LONGEST_SLEEP
        else:
            return advertisement
        wake = self.now + sleep * MILLISECOND
        return wake if advertisement is None else min(wake, advertisement)

    def take_frames(self) -> list[bytes]:
        """The frames for the guest, in order, unpadded but for ARP replies (GEN-01, GEN-02)."""
        return _drain(self._frames)

    def take_actions(self) -> list[Action]:
        """The actions for the host, in the order in which they are to be carried out."""
        return _drain(self._actions)

    def take_lines(self) -> list[str]:
        """Lines for the person who runs this: ``warning: ...``, or a complaint as it is."""
        return _drain(self._lines)

    # -- what the monitor asks -------------------------------------------------------------------

    def add_host_forward(self, forward: HostForward) -> None:
        """Listen for a rule; see :attr:`failed_forwards` for those that come to nothing."""
        self._forwards.add(forward)

    def remove_host_forward(self, protocol: int, host_address: int, host_port: int) -> bool:
        """Stop listening at an address and port really bound; whether anything did."""
        return self._forwards.remove(protocol, host_address, host_port)

    def serve(self, forward: GuestForward) -> None:
        """Forward to a command from now on, and answer for its address (SMB-01, SMB-05)."""
        self._tcp.serve(forward)
        self._arp.serve(forward.address)

    def rows(self) -> list[SocketRow]:
        """What ``info usernet`` lists, in its order (INF-06), as of :attr:`now`."""
        rows = [*self._tcp.rows(), *self._udp.rows(), *self._icmp.rows()]
        if not self.profile.tells_ipv6_addresses:
            for row in rows:
                if isinstance(row.source, bytes):
                    row.source, row.destination = None, 0
        return rows

    # -- what the protocols ask (seam.Stack) -----------------------------------------------------

    def send(self, datagram: Packet, flow: Flow | None = None) -> None:
        """Number, cut and queue a datagram (GEN-09, IP4-09, GEN-08)."""
        if isinstance(datagram, ipv6.Packet):
            self._put(ipv6.encode(datagram), datagram.destination, flow)
            return
        identification = self._identification
        self._identification = (identification + 1) & 0xFFFF
        for piece in ip.fragments(datagram, self.config.mtu):
            self._put(ipv4.encode(piece, identification), datagram.destination, flow)

    def send_error(
        self, offending: Packet, type: int, code: int, source: Address | None = None
    ) -> None:
        """Send an ICMP error, unless none must be sent (ICM-10, ICM-11, IP6-14)."""
        error: Packet | None
        if isinstance(offending, ipv6.Packet):
            assert not isinstance(source, int)
            error = error_about6(self, offending, type, code, source)
        else:
            assert not isinstance(source, bytes)
            origin = self.config.host if source is None else source
            error = icmp.error_about(offending, type, code, origin)
        if error is not None:
            self.send(error)

    def perform(self, action: Action) -> None:
        self._actions.append(action)

    def claim(self, owner: Owner) -> Handle:
        handle = self._next_handle
        self._next_handle += 1
        self._owners[handle] = owner
        return handle

    def claim_for(self, listener: Handle) -> Handle:
        """Draw a handle for what ``listener`` has accepted; its events go to the same owner."""
        return self.claim(self._owners[listener])

    def release(self, handle: Handle) -> None:
        self._owners.pop(handle, None)

    def warn(self, text: str) -> None:
        self._lines.append(f"warning: {text}")

    def complain(self, text: str) -> None:
        self._lines.append(text)

    def drop(self, reason: str) -> None:
        self.dropped[reason] += 1

    def learn(self, address: int, mac: bytes) -> None:
        self._arp.neighbours.learn(address, mac)

    # -- inside ----------------------------------------------------------------------------------

    def _dispatch(self, frame: ethernet.Frame) -> None:
        """By EtherType (GEN-05); the destination is not looked at (GEN-04)."""
        if frame.ethertype == ethernet.NCSI and self.profile.has_ncsi:
            self._frames.append(ncsi.answer(frame))
        elif frame.ethertype == ethernet.IPV6:
            if self._ipv6 is not None:
                self._ipv6.receive(frame)
            else:
                self.drop("IPv6 is off")
        elif not self.config.ipv4:
            self.drop("IPv4 is off")
        elif frame.ethertype == ethernet.ARP:
            self._arp.receive(frame)
        elif frame.ethertype == ethernet.IPV4:
            self._on_datagram(ipv4.decode(frame.payload))
        else:
            self.drop("EtherType")

    def _on_datagram(self, datagram: ipv4.Datagram) -> None:
        """Check the TTL (IP4-03), reassemble (IP4-06), hand to the protocol (IP4-05)."""
        if datagram.ttl < self.profile.least_ttl:
            self.send_error(datagram, icmpv4.TIME_EXCEEDED, 0)
            return
        whole: ipv4.Datagram | None = datagram
        if datagram.is_fragment:
            whole = self._reassembly.add(datagram)
        elif datagram.reserved:
            self._reassembly.forget(datagram)
            whole = dataclasses.replace(
                datagram, reserved=False, dont_fragment=False, tos=datagram.tos & ~1
            )
        if whole is None:
            return
        if whole.protocol == ipv4.TCP:
            self._tcp.receive(whole)
        elif whole.protocol == ipv4.UDP:
            self._udp.receive(whole)
        elif whole.protocol == ipv4.ICMP:
            self._icmp.receive(whole)
        else:
            self.drop("IP protocol")

    def _put(self, octets: bytes, destination: Address, flow: Flow | None) -> None:
        if not self._queue.put(octets, destination, flow, self.now):
            self.drop("output queue")

    def _lookup(self, address: Address) -> bytes | None:
        """The MAC that the queue sends to."""
        if isinstance(address, int):
            return self._arp.neighbours.lookup(address)
        assert self._ipv6 is not None
        return self._ipv6.neighbours.lookup(address)

    def _ask(self, address: Address) -> None:
        """Ask guests for their MAC."""
        if isinstance(address, int):
            self._arp.request(address)
        else:
            assert self._ipv6 is not None
            self._ipv6.neighbours.ask(address)

    def _emit(self, octets: bytes, mac: bytes) -> None:
        """Send a packet to a guest: one of IPv4 from the host's MAC whatever its source is
        (GEN-03), one of IPv6 from the MAC that belongs to its source (IP6-02)."""
        own, ethertype = self._own_mac, ethernet.IPV4
        if octets[0] >> 4 == 6:
            own, ethertype = mac_of6(octets[8:24]), ethernet.IPV6
        self._frames.append(ethernet.encode(ethernet.Frame(mac, own, ethertype, octets)))

    def _run_timers(self) -> None:
        now = self.now // MILLISECOND
        if self._fast_since is not None and now - self._fast_since >= FAST_TICK:
            self._fast_since = None
            self._tcp.on_fast_tick()
        if self._slow_wanted and now - self._last_slow >= SLOW_TICK:
            self._last_slow = now
            self._reassembly.on_slow_tick()
            self._tcp.on_slow_tick()
        if self._ipv6 is not None:
            self._ipv6.router.on_timer()

    def _settle(self) -> None:
        """Send what can be sent, end what has expired, and see which timers are wanted."""
        self._queue.flush(self.now)
        self._udp.resume()
        self._udp.expire()
        self._icmp.expire()
        self._slow_wanted = (
            self._tcp.active or len(self._reassembly) > 0 or self._udp.waiting or self._icmp.waiting
        )
        if self._fast_since is None and self._tcp.wants_fast_tick:
            self._fast_since = self.now // MILLISECOND


def _drain(items: list[_Item]) -> list[_Item]:
    """All items; the list is empty afterwards, and the same list."""
    taken = items.copy()
    items.clear()
    return taken


def _scatter(seed: int) -> int:
    """32 bits that look like chance and follow from ``seed`` (Fibonacci hashing)."""
    return (seed * 0x9E3779B97F4A7C15 >> 16) & 0xFFFFFFFF

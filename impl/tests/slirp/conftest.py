"""A stack in a test's hands: the test is the guest on one side and the host on the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from refnet.clock import MILLISECOND
from refnet.slirp.hostio import Action, Event, OpenUdp
from refnet.slirp.profile import QEMU_7_2, Profile
from refnet.slirp.seam import Config
from refnet.slirp.stack import Slirp
from refnet.wire import arp, dhcp, ethernet, icmpv4, ipv4, tftp, udp

MAC = b"\x52\x54\x00\x12\x34\x56"
STACK_MAC = b"\x52\x55\x0a\x00\x02\x02"


class Guest:
    """A guest at 10.0.2.15, and the clock and the host of its network."""

    mac = MAC
    stack_mac = STACK_MAC
    address = 0x0A00020F
    host = 0x0A000202
    nameserver = 0x0A000203
    outside = 0xC6336401

    def __init__(self, profile: Profile = QEMU_7_2, known: bool = True, **settings: Any) -> None:
        self.stack = Slirp(Config(**{"ipv6": False} | settings), profile)
        self.now = 0
        if known:
            self.says(self.arp(operation=arp.REPLY))
            assert self.hears() == []

    # -- time, and both sides of the stack -------------------------------------------------------

    def says(self, *frames: bytes) -> None:
        """Send frames."""
        for frame in frames:
            self.stack.receive(frame, self.now)

    def hears(self) -> list[bytes]:
        """The frames that have come since the last question."""
        return self.stack.take_frames()

    def host_is_asked(self) -> list[Action]:
        """What the stack has asked of the host, but for the mere opening of UDP endpoints."""
        return [act for act in self.stack.take_actions() if not isinstance(act, OpenUdp)]

    def host_tells(self, event: Event) -> None:
        self.stack.on_event(event, self.now)

    def waits(self, milliseconds: int) -> None:
        """Let time pass, from deadline to deadline."""
        end = self.now + milliseconds * MILLISECOND
        while (deadline := self.stack.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.stack.poll(self.now)
        self.now = end

    # -- frames, to and fro ----------------------------------------------------------------------

    def frame(self, ethertype: int, payload: bytes) -> bytes:
        return ethernet.encode(ethernet.Frame(self.stack_mac, self.mac, ethertype, payload))

    def arp(self, target: int = 0x0A000202, **fields: Any) -> bytes:
        values = {
            "operation": arp.REQUEST,
            "sender_mac": self.mac,
            "sender": self.address,
            "target_mac": arp.NO_ADDRESS,
        } | fields
        return self.frame(ethernet.ARP, arp.encode(arp.Packet(target=target, **values)))

    def ip(self, destination: int, protocol: int, payload: bytes, **fields: Any) -> bytes:
        source = fields.pop("source", self.address)
        datagram = ipv4.Datagram(source, destination, protocol, payload, **fields)
        return self.frame(ethernet.IPV4, ipv4.encode(datagram))

    def udp(
        self, destination: int, source_port: int, port: int, payload: bytes, **fields: Any
    ) -> bytes:
        source = fields.get("source", self.address)
        checked = fields.pop("checked", True)
        message = udp.Datagram(source_port, port, payload, checked)
        return self.ip(destination, ipv4.UDP, udp.encode(message, source, destination), **fields)

    def echo(self, destination: int, payload: bytes = b"payload", **fields: Any) -> bytes:
        kind = fields.pop("type", icmpv4.ECHO)
        code = fields.pop("code", 0)
        message = icmpv4.Message(kind, code, payload, b"\x12\x34\x00\x01")
        return self.ip(destination, ipv4.ICMP, icmpv4.encode(message), **fields)

    def dhcp(self, type: int | None, asked: int = 0, mac: bytes = MAC, **fields: Any) -> bytes:
        options = [] if type is None else [(dhcp.Tag.MESSAGE_TYPE, bytes((type,)))]
        if asked:
            options.append((dhcp.Tag.REQUESTED_ADDRESS, asked.to_bytes(4, "big")))
        destination = fields.pop("destination", ipv4.BROADCAST)
        values = {"operation": dhcp.REQUEST, "vendor": dhcp.encode_options(options)} | fields
        message = dhcp.encode(dhcp.Message(transaction=7, hardware_address=mac, **values))
        return self.udp(destination, dhcp.CLIENT_PORT, dhcp.SERVER_PORT, message, source=0)

    def tftp(self, packet: tftp.Packet | bytes, port: int = 2000, **fields: Any) -> bytes:
        octets = packet if isinstance(packet, bytes) else tftp.encode(packet)
        destination = fields.pop("destination", self.host)
        return self.udp(destination, port, tftp.PORT, octets, **fields)

    def hears_ip(self) -> list[ipv4.Datagram]:
        """The IPv4 datagrams that have come; anything else fails."""
        datagrams = []
        for octets in self.hears():
            frame = ethernet.decode(octets)
            assert frame.ethertype == ethernet.IPV4
            assert frame.source == self.stack_mac
            datagrams.append(ipv4.decode(frame.payload))
        return datagrams

    def hears_udp(self) -> list[tuple[ipv4.Datagram, udp.Datagram]]:
        return [
            (datagram, udp.decode(datagram.payload, datagram.source, datagram.destination))
            for datagram in self.hears_ip()
        ]

    def hears_icmp(self) -> list[tuple[ipv4.Datagram, icmpv4.Message]]:
        return [(datagram, icmpv4.decode(datagram.payload)) for datagram in self.hears_ip()]

    def hears_arp(self) -> list[arp.Packet]:
        packets = []
        for octets in self.hears():
            frame = ethernet.decode(octets)
            assert frame.ethertype == ethernet.ARP
            packets.append(arp.decode(frame.payload))
        return packets


@pytest.fixture(scope="session")
def make_guest() -> Callable[..., Guest]:
    """Makes a :class:`Guest` on a network of its own; takes the fields of ``Config``."""
    return Guest


@pytest.fixture
def guest() -> Guest:
    """A guest that the stack knows already, on a network with default settings."""
    return Guest()


@pytest.fixture
def stranger() -> Guest:
    """A guest that the stack has not heard of."""
    return Guest(known=False)

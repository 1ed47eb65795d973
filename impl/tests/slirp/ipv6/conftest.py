"""A guest that speaks IPv6 with a stack; the host has a resolver if the test says so."""

import pytest

from refnet.clock import MILLISECOND
from refnet.slirp import hostio
from refnet.slirp.profile import QEMU_7_2
from refnet.slirp.seam import Config
from refnet.slirp.stack import Slirp
from refnet.wire import ethernet, icmpv6, ipv6, ndp, tcp, udp
from refnet.wire.ipv6 import parse_address

MAC = b"\x52\x54\x00\x12\x34\x56"


class Guest6:
    """A guest at fec0::15, and the clock and the host of its network."""

    mac = MAC
    address = parse_address("fec0::15")
    host = parse_address("fec0::2")
    nameserver = parse_address("fec0::3")
    router = parse_address("fe80::2")
    outside = parse_address("2001:db8::9")

    def __init__(self, profile=QEMU_7_2, known=True, resolver=False, seed=None, **settings):
        self.stack = Slirp(Config(**settings), profile, seed)
        self.resolver = resolver
        self.now = 0
        self.asked = []
        if known:
            self.says(self.advertisement())
            assert self.hears() == []

    def says(self, *frames):
        for frame in frames:
            self.stack.receive(frame, self.now)
            self._serve()

    def host_tells(self, event):
        self.stack.on_event(event, self.now)
        self._serve()

    def host_is_asked(self):
        """The actions since the last question, but for the search for a resolver."""
        asked, self.asked = self.asked, []
        return asked

    def hears(self):
        """The packets that have come, each with the MACs it came to and from."""
        heard = []
        for octets in self.stack.take_frames():
            frame = ethernet.decode(octets)
            assert frame.ethertype == ethernet.IPV6
            heard.append((ipv6.decode(frame.payload), frame.destination, frame.source))
        return heard

    def hears_icmp(self):
        """The ICMPv6 messages that have come; all the stack's have the hop limit 255."""
        messages = []
        for packet, _, _ in self.hears():
            assert (packet.protocol, packet.hop_limit) == (ipv6.ICMP, 255)
            messages.append(
                (packet, icmpv6.decode(packet.payload, packet.source, packet.destination))
            )
        return messages

    def waits(self, milliseconds):
        """Let time pass, from deadline to deadline."""
        end = self.now + milliseconds * MILLISECOND
        while (deadline := self.stack.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.stack.poll(self.now)
            self._serve()
        self.now = end

    def _serve(self):
        for action in self.stack.take_actions():
            if isinstance(action, hostio.FindNameserver):
                event = hostio.NameserverFound(action.handle, self.resolver)
                self.stack.on_event(event, self.now)
            else:
                self.asked.append(action)

    # -- frames ------------------------------------------------------------------------------------

    def ip(self, destination, protocol, payload, **fields):
        mac = fields.pop("mac", self.mac)
        packet = ipv6.Packet(
            fields.pop("source", self.address), destination, protocol, payload, **fields
        )
        return ethernet.encode(
            ethernet.Frame(b"\x52\x56\0\0\0\2", mac, ethernet.IPV6, ipv6.encode(packet))
        )

    def icmp(self, destination, kind, body, code=0, **fields):
        source = fields.get("source", self.address)
        message = icmpv6.Message(kind, code, body)
        return self.ip(
            destination, ipv6.ICMP, icmpv6.encode(message, source, destination), **fields
        )

    def echo(self, destination, payload=b"payload", **fields):
        return self.icmp(destination, icmpv6.ECHO, b"\x12\x34\0\1" + payload, **fields)

    def router_solicitation(self, **fields):
        body = ndp.encode_router_solicitation(ndp.RouterSolicitation())
        return self.icmp(parse_address("ff02::2"), icmpv6.ROUTER_SOLICITATION, body, **fields)

    def solicitation(self, target, **fields):
        body = ndp.encode_neighbour_solicitation(ndp.NeighbourSolicitation(target))
        destination = fields.pop("destination", ipv6.solicited_node(target))
        return self.icmp(destination, icmpv6.NEIGHBOUR_SOLICITATION, body, **fields)

    def advertisement(self, target=None, solicited=False, **fields):
        message = ndp.NeighbourAdvertisement(target or self.address, False, solicited, True)
        body = ndp.encode_neighbour_advertisement(message)
        destination = fields.pop("destination", ipv6.ALL_NODES)
        return self.icmp(destination, icmpv6.NEIGHBOUR_ADVERTISEMENT, body, **fields)

    def udp(self, destination, source_port, port, payload, **fields):
        source = fields.get("source", self.address)
        message = udp.Datagram(source_port, port, payload)
        return self.ip(destination, ipv6.UDP, udp.encode(message, source, destination), **fields)

    def tcp(self, destination, port, flags=tcp.SYN, sequence=1000, ack=0, text=b"", **fields):
        options = fields.pop("options", b"")
        segment = tcp.Segment(4000, port, sequence, ack, flags, 65535, text, 0, options)
        octets = tcp.encode(segment, self.address, destination)
        return self.ip(destination, ipv6.TCP, octets, **fields)


@pytest.fixture(scope="session")
def make_guest():
    """Makes a :class:`Guest6`; takes the fields of ``Config``."""
    return Guest6


@pytest.fixture
def guest():
    """A guest that the stack knows already."""
    return Guest6()


@pytest.fixture
def stranger():
    """A guest that the stack has not heard of."""
    return Guest6(known=False)

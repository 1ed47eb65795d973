"""Frames on the virtual wire: lengths, MAC addresses, types (the catalogue's GEN section)."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    BROADCAST_MAC,
    GUEST,
    GUEST_MAC,
    LOOPBACK,
    NAMESERVER,
    NETWORK_BROADCAST,
    REMOTE,
    ROUTER,
    ROUTER_MAC,
    at,
    slirp_mac,
)
from vnetspec.fixtures.checkers import ARP_REPLY, ARP_REQUEST, ECHO_REPLY, UDP_DATAGRAM
from vnetspec.fixtures.frames import arp_request, echo_request, ip, udp
from vnetspec.fixtures.oracle import ICMP, IP, LLC, UDP, Dot1Q, Dot3, Ether, Padding, Raw
from vnetspec.fixtures.requirements import needs, network, requirement

ECHO = bytes(ICMP(type=8, id=0x4242, seq=1) / b"vnetspec")


@requirement("GEN-01")
@needs("icmp")
def test_a_short_packet_is_padded_to_sixty_octets(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.long(60).where(IP, len=36).where(Padding, load=bytes(10)))

    golden.matches(guest.wire)


@requirement("GEN-01", variant="arp")
@needs("fresh", "icmp")
def test_a_request_of_the_stack_is_padded_to_sixty_octets(guest, golden):
    guest.says(echo_request(ROUTER))

    guest.hears_only(ARP_REQUEST.long(60).where(Padding, load=bytes(18)))

    golden.matches(guest.wire)


@requirement("GEN-02")
def test_an_arp_reply_has_sixty_four_octets(guest, golden):
    guest.says(arp_request(ROUTER))

    guest.hears_only(ARP_REPLY.long(64).where(Padding, load=bytes(22)))

    golden.matches(guest.wire)


@requirement("GEN-03")
@needs("icmp", "world")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, LOOPBACK, REMOTE])
def test_packets_come_from_the_routers_mac_whatever_their_source(guest, golden, address):
    guest.announces()
    guest.says(echo_request(address))

    guest.hears_only(ECHO_REPLY.where(Ether, src=ROUTER_MAC).where(IP, src=address))

    golden.matches(guest.wire)


@requirement("GEN-03", variant="host")
@network(host=at(100))
@needs("icmp")
def test_the_routers_mac_follows_the_host_address(guest, golden):
    guest.announces()
    guest.says(echo_request(NAMESERVER))

    guest.hears_only(ECHO_REPLY.where(Ether, src=slirp_mac(at(100))).where(IP, src=NAMESERVER))

    golden.matches(guest.wire)


@requirement("GEN-04")
@pytest.mark.parametrize("mac", ["02:11:22:33:44:55", BROADCAST_MAC, GUEST_MAC])
@needs("icmp")
def test_the_destination_mac_is_not_looked_at(guest, golden, mac):
    guest.announces()
    frame = echo_request(ROUTER)
    frame[Ether].dst = mac

    guest.says(frame)

    guest.hears_only(ECHO_REPLY.where(IP, src=ROUTER))
    golden.matches(guest.wire)


@requirement("GEN-05")
@pytest.mark.parametrize("length", [1, 6, 13])
def test_a_frame_shorter_than_its_header_is_dropped(guest, golden, length):
    guest.says(bytes(arp_request(ROUTER))[:length])

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("GEN-05", variant="header-alone")
@pytest.mark.parametrize("type_", [0x0800, 0x0806], ids=hex)
def test_a_header_alone_is_dropped(guest, golden, type_):
    guest.says(Ether(src=GUEST_MAC, dst=ROUTER_MAC, type=type_))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("GEN-05", variant="type")
@pytest.mark.parametrize("type_", [0x0842, 0x8035, 0x8137, 0x88CC, 0xFFFF], ids=hex)
@needs("icmp")
def test_other_types_are_dropped(guest, golden, type_):
    guest.announces()
    frame = echo_request(ROUTER)
    frame[Ether].type = type_

    guest.says(frame)

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("GEN-05", variant="vlan")
@pytest.mark.parametrize("type_", [0x8100, 0x88A8], ids=hex)
def test_tagged_frames_are_dropped(guest, golden, type_):
    guest.announces()
    question = arp_request(ROUTER)

    guest.says(
        Ether(src=GUEST_MAC, dst=BROADCAST_MAC, type=type_)
        / Dot1Q(vlan=1, type=0x0806)
        / question.payload
    )

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("GEN-05", variant="802.3")
@needs("icmp")
def test_frames_with_a_length_for_a_type_are_dropped(guest, golden):
    guest.announces()
    packet = bytes(echo_request(ROUTER).payload)

    guest.says(Dot3(src=GUEST_MAC, dst=ROUTER_MAC) / LLC() / Raw(packet))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("GEN-07")
@pytest.mark.parametrize("address", ["0.0.0.0", BROADCAST, NETWORK_BROADCAST])
@needs("icmp")
def test_packets_to_broadcast_addresses_need_no_arp(guest, golden, address):
    guest.says(ip(ROUTER, sender=address, proto=1) / Raw(ECHO))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=BROADCAST_MAC).where(IP, dst=address))

    golden.matches(guest.wire)


@requirement("GEN-07", variant="udp")
@needs("udp")
def test_a_datagram_of_the_host_to_the_unspecified_address_is_broadcast(guest, golden, host):
    server = host.udp(7101)
    guest.says(udp(ROUTER, 7101, b"who?", sender="0.0.0.0"))
    server.hears(b"who?")

    server.says(b"you")

    guest.hears_only(
        UDP_DATAGRAM.where(Ether, dst=BROADCAST_MAC)
        .where(IP, src=ROUTER, dst="0.0.0.0")
        .where(UDP, sport=7101, dport=40000)
        .carrying(b"you")
    )
    golden.matches(guest.wire)


@requirement("GEN-04", variant="loopback")
@needs("icmp")
def test_a_packet_is_routed_by_its_address_not_its_mac(guest, golden):
    guest.announces()
    frame = echo_request(NAMESERVER)
    frame[Ether].dst = ROUTER_MAC

    guest.says(frame)

    guest.hears_only(ECHO_REPLY.where(IP, src=NAMESERVER, dst=GUEST))
    golden.matches(guest.wire)

"""IPv4 from the guest: what is accepted, what is dropped (RFC 791, RFC 1122 section 3.2.1)."""

from ipaddress import IPv4Address

import pytest

from vnetspec.fixtures.addresses import (
    GUEST,
    LOOPBACK,
    NAMESERVER,
    REMOTE,
    ROUTER,
    SMB_SERVER,
    at,
    elsewhere,
    guest_address,
)
from vnetspec.fixtures.checkers import (
    ECHO_REPLY,
    NET_UNREACHABLE,
    SYN_ACK,
    TIME_EXCEEDED,
    UDP_DATAGRAM,
    quoting,
)
from vnetspec.fixtures.frames import echo_request, gratuitous_arp, ip, tcp, udp
from vnetspec.fixtures.oracle import IP, TCP, UDP, IPOption, Raw
from vnetspec.fixtures.requirements import needs, requirement

OPTIONS = {
    "no-operation": b"\x01\x01\x01\x00",
    "record-route": b"\x07\x0b\x04" + bytes(8) + b"\x00",
    "timestamp": b"\x44\x0c\x05\x00" + bytes(8),
    "loose-source-route": b"\x83\x07\x04" + IPv4Address(ROUTER).packed + b"\x00",
    "strict-source-route": b"\x89\x07\x04" + IPv4Address(ROUTER).packed + b"\x00",
}


@requirement("IP4-01")
@pytest.mark.parametrize(
    "fields",
    [
        {"version": 0},
        {"version": 5},
        {"version": 6},
        {"ihl": 0},
        {"ihl": 4},
        {"ihl": 15},
        {"chksum": 0xBEEF},
        {"len": 0},
        {"len": 19},
        {"len": 37},
        {"len": 0xFFFF},
    ],
    ids=lambda fields: "-".join(f"{name}-{value}" for name, value in fields.items()),
)
def test_a_malformed_header_is_dropped(guest, golden, fields):
    guest.announces()
    guest.says(echo_request(ROUTER, **fields))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("IP4-01", variant="truncated")
@pytest.mark.parametrize("octets", [1, 19, 20])
def test_a_packet_cut_short_is_dropped(guest, golden, octets):
    guest.announces()
    guest.says(bytes(echo_request(ROUTER))[: 14 + octets])

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("IP4-02")
def test_octets_beyond_the_total_length_are_trimmed(guest, golden):
    guest.announces()
    guest.says(bytes(echo_request(ROUTER)) + b"trailer" * 10)

    guest.hears_only(ECHO_REPLY.where(IP, len=36).carrying(b"vnetspec"))

    golden.matches(guest.wire)


@requirement("IP4-02", variant="host")
def test_the_host_does_not_receive_padding(guest, golden, host):
    server = host.udp(7101)

    guest.says(bytes(udp(ROUTER, 7101, b"x")) + bytes(17))

    server.hears(b"x")
    golden.matches(guest.wire)


@requirement("IP4-03")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, REMOTE])
def test_a_packet_with_no_time_to_live_is_answered_by_an_error(guest, golden, address):
    guest.announces()
    dead = echo_request(address, ttl=0)

    guest.says(dead)

    guest.hears_only(quoting(TIME_EXCEEDED.where(IP, src=ROUTER, dst=GUEST), dead))
    golden.matches(guest.wire)


@requirement("IP4-03", variant="one")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
def test_time_to_live_is_not_counted_down_to_reach_the_stack(guest, golden, address):
    guest.announces()
    guest.says(echo_request(address, ttl=1))

    guest.hears_only(ECHO_REPLY.where(IP, src=address))

    golden.matches(guest.wire)


@requirement("IP4-04")
@pytest.mark.parametrize("option", OPTIONS)
def test_options_are_accepted_and_not_returned(guest, golden, option):
    guest.announces()
    guest.says(echo_request(ROUTER, options=IPOption(OPTIONS[option])))

    guest.hears_only(ECHO_REPLY.where(IP, src=ROUTER, ihl=5, len=36).carrying(b"vnetspec"))

    golden.matches(guest.wire)


@requirement("IP4-04", variant="host")
@pytest.mark.parametrize("option", OPTIONS)
def test_options_do_not_reach_the_host(guest, golden, host, option):
    server = host.udp(7101)

    guest.says(udp(ROUTER, 7101, b"with options", options=IPOption(OPTIONS[option])))

    server.hears(b"with options")
    golden.matches(guest.wire)


@requirement("IP4-05")
@pytest.mark.parametrize("protocol", [0, 2, 41, 47, 50, 132, 136, 253, 255])
def test_other_protocols_are_dropped_in_silence(guest, golden, protocol):
    guest.announces()
    guest.says(ip(ROUTER, proto=protocol) / Raw(bytes(20)))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("IP4-13")
@pytest.mark.parametrize("address", [at(200), elsewhere("192.168.7.7"), "203.0.113.1", NAMESERVER])
def test_any_source_address_is_served(guest, golden, address):
    guest.says(gratuitous_arp(address))

    guest.says(echo_request(ROUTER, sender=address))

    guest.hears_only(ECHO_REPLY.where(IP, src=ROUTER, dst=address))
    golden.matches(guest.wire)


@requirement("IP4-13", variant="router")
def test_the_routers_own_address_is_served_as_source(guest, golden):
    guest.says(gratuitous_arp(ROUTER))

    guest.says(echo_request(NAMESERVER, sender=ROUTER))

    guest.hears_only(ECHO_REPLY.where(IP, src=NAMESERVER, dst=ROUTER))
    golden.matches(guest.wire)


@requirement("IP4-14")
@pytest.mark.parametrize("address", [at(1), SMB_SERVER, GUEST, guest_address(1)])
@pytest.mark.parametrize("packet", [echo_request, udp, tcp], ids=["echo", "udp", "tcp"])
def test_packets_to_other_hosts_of_the_network_go_where_the_host_routes_them(
    guest, golden, packet, address
):
    guest.announces()
    sent = packet(address)

    guest.says(sent)

    guest.hears_only(NET_UNREACHABLE.where(IP, src=ROUTER, dst=GUEST))
    golden.matches(guest.wire)


@requirement("IP4-15")
@needs("world")
def test_the_hosts_loopback_is_within_reach_of_a_ping(guest, golden):
    guest.announces()
    guest.says(echo_request(LOOPBACK))

    guest.hears_only(ECHO_REPLY.where(IP, src=LOOPBACK))

    golden.matches(guest.wire)


@requirement("IP4-15", variant="udp")
def test_the_hosts_loopback_is_within_reach_of_udp(guest, golden, host):
    guest.announces()
    server = host.udp(7101)

    guest.says(udp(LOOPBACK, 7101, b"local?"))
    server.hears(b"local?")
    server.says(b"local")

    guest.hears_only(UDP_DATAGRAM.where(IP, src=LOOPBACK).where(UDP, sport=7101).carrying(b"local"))
    golden.matches(guest.wire)


@requirement("IP4-15", variant="tcp")
def test_the_hosts_loopback_is_within_reach_of_tcp(guest, golden, host):
    guest.announces()
    server = host.tcp(8080)

    guest.says(tcp(LOOPBACK, 8080))

    guest.hears_only(SYN_ACK.where(IP, src=LOOPBACK).where(TCP, sport=8080, dport=40000))
    assert server.accepts().peer[0] == LOOPBACK
    golden.matches(guest.wire)

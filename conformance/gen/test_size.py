"""Packets larger than the network's MTU, and how packets are numbered (GEN)."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER, ROUTER
from vnetspec.fixtures.checkers import (
    DHCP_OFFER,
    ECHO_REPLY,
    FRAGMENT,
    RST_ACK,
    TIME_EXCEEDED,
    UDP_DATAGRAM,
)
from vnetspec.fixtures.frames import discover, echo_request, tcp, udp
from vnetspec.fixtures.oracle import IP
from vnetspec.fixtures.requirements import needs, requirement


@requirement("GEN-06")
@needs("icmp")
def test_a_frame_beyond_the_mtu_is_accepted(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER, data=bytes(range(256)) * 34 + bytes(196)))

    for number in range(6):
        guest.hears(
            FRAGMENT.long(1514).where(IP, src=ROUTER, frag=number * 185, flags="MF", len=1500)
        )
    guest.hears_only(FRAGMENT.long(62).where(IP, frag=6 * 185, flags=0, len=48))

    golden.matches(guest.wire)


@requirement("GEN-06", variant="udp")
@needs("udp")
def test_the_host_receives_a_frame_beyond_the_mtu_whole(guest, golden, host):
    server = host.udp(7101)
    data = bytes(range(256)) * 30

    guest.says(udp(ROUTER, 7101, data))

    server.hears(data)
    golden.matches(guest.wire)


@requirement("GEN-09")
@needs("fresh", "icmp")
def test_packets_are_numbered_from_nought(guest, golden):
    guest.announces()
    for number in range(4):
        guest.says(echo_request(ROUTER, sequence=number))

        guest.hears(ECHO_REPLY.where(IP, id=number))

    golden.matches(guest.wire)


@requirement("GEN-09", variant="protocols")
@needs("dhcp", "fresh", "icmp", "tcp", "udp")
def test_all_protocols_share_one_count(guest, golden, host):
    guest.announces()
    server = host.udp(7101)

    guest.says(discover())
    guest.hears(DHCP_OFFER.where(IP, id=0))
    guest.says(echo_request(NAMESERVER))
    guest.hears(ECHO_REPLY.where(IP, id=1))
    guest.says(udp(ROUTER, 7101))
    server.hears()
    server.says(b"answer")
    guest.hears(UDP_DATAGRAM.where(IP, id=2))
    guest.says(tcp(ROUTER, 7102))
    guest.hears(RST_ACK.where(IP, id=3))
    guest.says(echo_request(ROUTER, ttl=0))
    guest.hears(TIME_EXCEEDED.where(IP, id=4))

    golden.matches(guest.wire)


@requirement("GEN-09", variant="fragments")
@needs("fresh", "icmp")
def test_fragments_of_a_packet_share_a_number(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER, data=bytes(3000)), echo_request(ROUTER))

    guest.hears_each(*[FRAGMENT.where(IP, id=0)] * 3)
    guest.hears_only(ECHO_REPLY.where(IP, id=1))

    golden.matches(guest.wire)


@requirement("GEN-14")
@pytest.mark.parametrize("mtu", [1400, 9000])
def test_the_mtu_is_not_an_option(refuses, transcript, mtu):
    assert refuses(mtu=mtu) == f"-netdev user,id=u0,mtu={mtu}: Invalid parameter 'mtu'"

    transcript.matches()

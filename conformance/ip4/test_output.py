"""IPv4 to the guest: fragmentation and the fields of the header (RFC 791)."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER, ROUTER
from vnetspec.fixtures.checkers import (
    ECHO_REPLY,
    FRAGMENT,
    RST,
    SYN_ACK,
    TIME_EXCEEDED,
    UDP_DATAGRAM,
    payload,
)
from vnetspec.fixtures.conversation import Conversation, session
from vnetspec.fixtures.frames import echo_request, tcp
from vnetspec.fixtures.oracle import IP
from vnetspec.fixtures.requirements import requirement


@requirement("IP4-09")
def test_a_large_datagram_is_sent_in_fragments(guest, golden, host):
    server = session(guest, host)
    data = bytes(range(250)) * 16

    server.says(data)

    heard = guest.hears_each(
        FRAGMENT.long(1514).where(IP, frag=0, flags="MF"),
        FRAGMENT.long(1514).where(IP, frag=0xB9, flags="MF"),
        FRAGMENT.long(1082).where(IP, frag=0x172, flags=0),
    )
    guest.hears_nothing()
    assert b"".join(map(payload, heard))[8:] == data
    golden.matches(guest.wire)


@requirement("IP4-09", variant="exact")
def test_a_packet_of_1500_octets_is_sent_whole(guest, golden, host):
    server = session(guest, host)

    server.says(bytes(1472))

    guest.hears_only(UDP_DATAGRAM.long(1514).where(IP, len=1500, frag=0, flags=0))
    golden.matches(guest.wire)


@requirement("IP4-09", variant="one-more")
def test_a_packet_of_1501_octets_is_sent_in_two(guest, golden, host):
    server = session(guest, host)

    server.says(bytes(1473))

    guest.hears(FRAGMENT.where(IP, len=1500, frag=0, flags="MF"))
    guest.hears_only(FRAGMENT.where(IP, len=21, frag=0xB9, flags=0))
    golden.matches(guest.wire)


@requirement("IP4-09", variant="dont-fragment")
def test_what_must_not_be_fragmented_is_dropped(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER, data=bytes(3000), flags="DF"))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("IP4-10")
def test_dont_fragment_is_copied_to_the_echo(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER, flags="DF"))

    guest.hears_only(ECHO_REPLY.where(IP, flags="DF"))

    golden.matches(guest.wire)


@requirement("IP4-10", variant="evil")
def test_the_reserved_flag_is_not_returned(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER, flags="evil"))

    guest.hears_only(ECHO_REPLY.where(IP, flags=0))

    golden.matches(guest.wire)


@requirement("IP4-11")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
@pytest.mark.parametrize("tos", [0x10, 0x28, 0x03, 0xB8, 0xFF], ids=hex)
def test_the_type_of_service_is_copied_to_the_echo(guest, golden, address, tos):
    guest.announces()
    guest.says(echo_request(address, tos=tos))

    guest.hears_only(ECHO_REPLY.where(IP, tos=tos))

    golden.matches(guest.wire)


@requirement("IP4-12")
def test_icmp_starts_with_a_time_to_live_of_255(guest, golden):
    guest.announces()
    guest.says(echo_request(ROUTER), echo_request(NAMESERVER, ttl=3), echo_request(ROUTER, ttl=0))

    guest.hears_each(ECHO_REPLY.where(IP, ttl=255), ECHO_REPLY.where(IP, ttl=255))
    guest.hears_only(TIME_EXCEEDED.where(IP, ttl=255))

    golden.matches(guest.wire)


@requirement("IP4-12", variant="udp")
def test_udp_starts_with_a_time_to_live_of_64(guest, golden, host):
    server = session(guest, host, ttl=200)

    server.says(b"answer")

    guest.hears_only(UDP_DATAGRAM.where(IP, ttl=64))
    golden.matches(guest.wire)


@requirement("IP4-12", variant="tcp")
def test_tcp_starts_with_a_time_to_live_of_64(guest, golden, host):
    guest.announces()
    server = host.tcp(8080)
    talk = Conversation(guest, ROUTER, 8080)

    talk.says("S")
    guest.hears(SYN_ACK.where(IP, ttl=64))

    talk.says("R")
    server.accepts()
    golden.matches(guest.wire)


@requirement("IP4-12", variant="reset")
def test_a_reset_of_no_connection_starts_with_a_time_to_live_of_255(guest, golden):
    guest.announces()
    guest.says(tcp(ROUTER, 8080, "A", ack=1))

    guest.hears_only(RST.where(IP, ttl=255))

    golden.matches(guest.wire)

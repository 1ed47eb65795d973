"""ICMP errors that the guest is told, and those it must not be told (RFC 792, RFC 1122)."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    GUEST,
    LOOPBACK,
    NETWORK_BROADCAST,
    NOWHERE,
    REMOTE,
    ROUTER,
    SMB_SERVER,
    at,
    guest_address,
)
from vnetspec.fixtures.checkers import (
    NET_UNREACHABLE,
    PORT_UNREACHABLE,
    TIME_EXCEEDED,
    quoting,
)
from vnetspec.fixtures.frames import echo_request, fragments, gratuitous_arp, icmp, ip, udp
from vnetspec.fixtures.oracle import ICMP, IP, IPOption
from vnetspec.fixtures.requirements import needs, requirement


@requirement("ICM-09")
@needs("world")
@pytest.mark.parametrize(
    "address",
    [NOWHERE, SMB_SERVER, at(1), GUEST, NETWORK_BROADCAST, BROADCAST],
)
def test_an_echo_that_cannot_be_sent_brings_net_unreachable(guest, golden, address):
    guest.announces()
    sent = echo_request(address)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER, dst=GUEST), sent))
    golden.matches(guest.wire)


@requirement("ICM-10")
@needs("world")
def test_an_error_quotes_the_whole_packet(guest, golden):
    guest.announces()
    sent = echo_request(NOWHERE, data=bytes(range(56)))

    guest.says(sent)

    guest.hears_only(
        quoting(NET_UNREACHABLE, sent)
        .where(IP, src=ROUTER, dst=GUEST, ttl=255, len=112, ihl=5, flags=0, frag=0)
        .where(ICMP, code=0)
    )
    golden.matches(guest.wire)


@requirement("ICM-10", variant="long")
@needs("world")
@pytest.mark.parametrize("size", [520, 521, 1472])
def test_an_error_quotes_548_octets_at_most(guest, golden, size):
    guest.announces()
    sent = echo_request(NOWHERE, data=(bytes(range(256)) * 6)[:size])

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, len=576), sent))
    golden.matches(guest.wire)


@requirement("ICM-10", variant="tos")
@needs("world")
@pytest.mark.parametrize(("tos", "returned"), [(0, 0xC0), (0x28, 0xC8), (0xB8, 0xD8), (0xFF, 0xDE)])
def test_an_error_has_internetwork_control_precedence(guest, golden, tos, returned):
    guest.announces()
    sent = echo_request(NOWHERE, tos=tos)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, tos=returned), sent))
    golden.matches(guest.wire)


@requirement("ICM-10", variant="header")
@needs("world")
def test_an_error_quotes_the_header_as_it_was_sent(guest, golden):
    guest.announces()
    sent = udp(NOWHERE, 7, id=0xBEEF, flags="DF", ttl=77, tos=0x10)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE, sent))
    golden.matches(guest.wire)


@requirement("ICM-10", variant="options")
def test_an_error_quotes_options(guest, golden):
    guest.announces()
    sent = echo_request(ROUTER, ttl=0, options=IPOption(b"\x01\x01\x01\x00"))

    guest.says(sent)

    guest.hears_only(quoting(TIME_EXCEEDED, sent))
    golden.matches(guest.wire)


@requirement("ICM-11")
def test_no_error_answers_a_later_fragment(guest, golden):
    guest.announces()
    first, later = fragments(echo_request(ROUTER, data=bytes(64), ttl=0), 32)

    guest.says(later)

    guest.hears_nothing()
    guest.says(first)
    guest.hears_only(quoting(TIME_EXCEEDED, first))
    golden.matches(guest.wire)


@requirement("ICM-11", variant="source")
@pytest.mark.parametrize("address", ["0.0.0.0", "16.0.0.0", "224.0.0.0"])
def test_no_error_answers_a_source_with_no_host_in_it(guest, golden, address):
    guest.says(gratuitous_arp(address))

    guest.says(echo_request(ROUTER, sender=address, ttl=0))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("ICM-11", variant="messages")
@pytest.mark.parametrize("type_", [3, 4, 5, 9, 10, 11, 12, 19, 42])
def test_no_error_answers_other_messages(guest, golden, type_):
    guest.announces()
    guest.says(icmp(type_, ttl=0))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("ICM-11", variant="questions")
@pytest.mark.parametrize("type_", [0, 8, 13, 14, 15, 16, 17, 18])
def test_an_error_answers_a_question_or_its_answer(guest, golden, type_):
    guest.announces()
    sent = icmp(type_, ttl=0)

    guest.says(sent)

    guest.hears_only(quoting(TIME_EXCEEDED, sent))
    golden.matches(guest.wire)


@requirement("ICM-12")
@needs("udp", "world")
@pytest.mark.parametrize(
    ("address", "offender"), [(ROUTER, LOOPBACK), (LOOPBACK, LOOPBACK), (REMOTE, REMOTE)]
)
def test_a_closed_port_of_the_host_brings_an_error_from_its_address(
    guest, golden, address, offender
):
    guest.announces()
    sent = udp(address, 9)

    guest.says(sent)

    guest.hears_only(quoting(PORT_UNREACHABLE.where(IP, src=offender, dst=GUEST, ttl=255), sent))
    golden.matches(guest.wire)


@requirement("ICM-14")
@pytest.mark.parametrize("address", [ROUTER, "224.0.0.2", BROADCAST])
def test_a_router_solicitation_is_not_answered(guest, golden, address):
    guest.announces()
    guest.says(ip(address, ttl=1) / ICMP(type=10))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("ICM-14", variant="redirect")
@needs("udp")
@pytest.mark.parametrize("address", [at(1), guest_address(1)])
def test_a_neighbour_reached_through_the_router_brings_no_redirect(guest, golden, address):
    guest.announces()
    guest.says(gratuitous_arp(address, mac="02:00:00:00:00:16"))

    guest.says(udp(address))

    guest.hears_only(NET_UNREACHABLE)
    golden.matches(guest.wire)


@requirement("ICM-14", variant="quench")
@needs("udp")
def test_a_flood_brings_no_source_quench(guest, host):
    guest.announces()
    server = host.udp(7101)

    guest.says(*(udp(ROUTER, 7101, b"datagram %d" % number) for number in range(200)))

    for number in range(200):
        server.hears(b"datagram %d" % number)
    guest.hears_nothing()

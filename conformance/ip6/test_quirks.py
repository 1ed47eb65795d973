"""What QEMU 7.2 does wrong over IPv6, for who needs it as it is."""

from ipaddress import IPv6Address

import pytest

from vnetspec.fixtures.addresses import (
    GUEST6_LOCAL,
    LOOPBACK6,
    NAMESERVER6,
    NOWHERE6,
    REMOTE6,
    ROUTER6,
)
from vnetspec.fixtures.checkers import payload
from vnetspec.fixtures.checkers6 import (
    DHCP6_REPLY,
    NO_ROUTE,
    ROUTER_ADVERTISEMENT,
    dhcp6_options,
)
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import tcp
from vnetspec.fixtures.frames6 import information_request, router_solicitation
from vnetspec.fixtures.oracle import UDP, ICMPv6NDOptRDNSS
from vnetspec.fixtures.requirements import requirement

BOOT_FILE = 59


@requirement("IP6-21")
def test_the_nameserver_is_good_for_milliseconds_taken_as_seconds(guest, host, golden):
    host.namespace.set_nameservers(LOOPBACK6)

    guest.says(router_solicitation())

    guest.hears_only(ROUTER_ADVERTISEMENT.where(ICMPv6NDOptRDNSS, lifetime=1_200_000))
    golden.matches(guest.wire)


@requirement("IP6-21", variant="port")
def test_a_reply_comes_from_a_port_with_swapped_octets(guest, golden):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(23))

    guest.hears_only(DHCP6_REPLY.where(UDP, sport=0x2302))
    golden.matches(guest.wire)


@requirement("IP6-21", variant="null")
def test_no_boot_file_has_a_name(guest, golden):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(BOOT_FILE))

    url = dict(dhcp6_options(guest.hears_only(DHCP6_REPLY)))[BOOT_FILE]
    assert url == f"tftp://[{IPv6Address(ROUTER6).exploded}]/(null)".encode()
    golden.matches(guest.wire)


@requirement("IP6-21", variant="quote")
@pytest.mark.parametrize("address", [NOWHERE6, NAMESERVER6])
def test_the_length_of_a_segment_is_quoted_with_swapped_octets(guest, golden, address):
    guest.announces6()

    guest.says(tcp(address, 7101))

    assert payload(guest.hears_only(NO_ROUTE))[4:6] == b"\x14\0"
    golden.matches(guest.wire)


@requirement("IP6-21", variant="usernet")
@pytest.mark.parametrize(("address", "bound"), [(ROUTER6, LOOPBACK6), (REMOTE6, REMOTE6)])
def test_info_usernet_shows_no_address(guest, host, transcript, address, bound):
    guest.announces6()
    server = host.tcp(8080, bound)
    Conversation(guest, address, 8080).opens()
    server.accepts()

    guest.monitor("info usernet")

    transcript.matches()

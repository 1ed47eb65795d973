"""Which addresses the IPv6 network has, and when it is there."""

import pytest

from vnetspec.fixtures.addresses import (
    NAMESERVER,
    NAMESERVER6,
    NAMESERVER6_LOCAL,
    PREFIX6,
    ROUTER6,
    ROUTER6_LOCAL,
    ROUTER6_MAC,
    at6,
    slirp_mac,
)
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.checkers6 import ECHO6_REPLY, ROUTER_ADVERTISEMENT, is_at
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.frames6 import echo6_request, neighbour_solicitation, router_solicitation
from vnetspec.fixtures.oracle import ARP, Ether, ICMPv6NDOptPrefixInfo, IPv6
from vnetspec.fixtures.requirements import needs, network, requirement


@requirement("IP6-01")
@pytest.mark.parametrize("address", [ROUTER6, ROUTER6_LOCAL, NAMESERVER6])
@needs("icmp")
def test_the_router_and_the_nameserver_have_their_addresses(guest, golden, address):
    guest.announces6()

    guest.says(echo6_request(address))

    guest.hears_only(ECHO6_REPLY.where(IPv6, src=address))
    golden.matches(guest.wire)


@requirement("IP6-01", variant="prefix")
def test_the_prefix_is_advertised(guest, golden):
    guest.says(router_solicitation())

    heard = guest.hears_only(ROUTER_ADVERTISEMENT)

    prefix = heard[ICMPv6NDOptPrefixInfo]
    assert (prefix.prefix, prefix.prefixlen) == (PREFIX6, 64)
    golden.matches(guest.wire)


FAMILIES = {
    "neither": ({}, {4, 6}),
    "both": ({"ipv4": "on", "ipv6": "on"}, {4, 6}),
    "no-ipv6": ({"ipv6": "off"}, {4}),
    "ipv4-alone": ({"ipv4": "on"}, {4}),
    "ipv4": ({"ipv4": "on", "ipv6": "off"}, {4}),
    "no-ipv4": ({"ipv4": "off"}, {6}),
    "ipv6-alone": ({"ipv6": "on"}, {6}),
    "ipv6": ({"ipv4": "off", "ipv6": "on"}, {6}),
}


@requirement("IP6-01", variant="families")
@pytest.mark.parametrize(("options", "families"), FAMILIES.values(), ids=FAMILIES)
def test_a_family_that_is_off_is_silent(launch, golden, options, families):
    guest = launch(**options)

    guest.says(arp_request(NAMESERVER))
    if 4 in families:
        guest.hears(ARP_REPLY.where(ARP, psrc=NAMESERVER))
    guest.says(router_solicitation())
    if 6 in families:
        guest.hears(ROUTER_ADVERTISEMENT)

    guest.hears_nothing(guest.knocks if 4 in families else guest.knocks6)
    golden.matches(guest.wire)


@requirement("IP6-02")
@pytest.mark.parametrize(
    ("options", "address", "mac"),
    [
        ({}, ROUTER6, slirp_mac(ROUTER6)),
        ({}, NAMESERVER6, slirp_mac(NAMESERVER6)),
        ({"ipv6-host": at6("::12:3456:789a")}, at6("::12:3456:789a"), "52:56:34:56:78:9a"),
        ({"ipv6-dns": at6("::ffff:ffff")}, at6("::ffff:ffff"), "52:56:ff:ff:ff:ff"),
    ],
    ids=["router", "nameserver", "host", "dns"],
)
def test_the_mac_ends_as_the_address_does(launch, golden, options, address, mac):
    guest = launch(**options)

    guest.says(neighbour_solicitation(address))

    guest.hears_only(is_at(address, mac))
    golden.matches(guest.wire)


@requirement("IP6-02", variant="link-local")
def test_advertisements_of_the_router_come_from_its_mac(guest, golden):
    guest.says(router_solicitation())

    guest.hears_only(ROUTER_ADVERTISEMENT.where(Ether, src=ROUTER6_MAC))
    golden.matches(guest.wire)


NETWORKS = {
    "net": ({"ipv6-net": "2001:db8:7::"}, "2001:db8:7::", 64),
    "net-length": ({"ipv6-net": "2001:db8:7::/48"}, "2001:db8:7::", 48),
    "prefix": ({"ipv6-prefix": "2001:db8:7::"}, "2001:db8:7::", 64),
    "prefix-length": ({"ipv6-prefix": "2001:db8:7::", "ipv6-prefixlen": 56}, "2001:db8:7::", 56),
    "length": ({"ipv6-prefixlen": 96}, "fec0::", 96),
    "longest": ({"ipv6-prefixlen": 126}, "fec0::", 126),
    "zero": ({"ipv6-prefixlen": 0}, "fec0::", 64),
}


@requirement("IP6-19")
@pytest.mark.parametrize(("options", "prefix", "length"), NETWORKS.values(), ids=NETWORKS)
def test_the_prefix_is_as_asked(launch, golden, options, prefix, length):
    guest = launch(**options)

    guest.says(router_solicitation())
    advertised = guest.hears_only(ROUTER_ADVERTISEMENT)[ICMPv6NDOptPrefixInfo]
    for low, mac in (("2", slirp_mac("::2")), ("3", slirp_mac("::3"))):
        guest.says(neighbour_solicitation(prefix + low))
        guest.hears_only(is_at(prefix + low, mac))

    assert (advertised.prefix, advertised.prefixlen) == (prefix, length)
    golden.matches(guest.wire)


@requirement("IP6-19", variant="host-bits")
def test_host_bits_of_the_prefix_are_kept(launch, golden):
    guest = launch(**{"ipv6-net": "2001:db8:7::10/64"})

    guest.says(router_solicitation())
    guest.hears_only(ROUTER_ADVERTISEMENT)
    guest.says(neighbour_solicitation("2001:db8:7::12"))
    guest.hears_only(is_at("2001:db8:7::12", "52:56:00:00:00:12"))

    golden.matches(guest.wire)


@requirement("IP6-19", variant="addresses")
@network(ipv6_host=at6("::a:1"), ipv6_dns=at6("::b:2"))
def test_the_addresses_are_as_asked(guest, golden):
    for address, mac in (
        (at6("::a:1"), "52:56:00:0a:00:01"),
        (at6("::b:2"), "52:56:00:0b:00:02"),
        ("fe80::a:1", "52:56:00:0a:00:01"),
        ("fe80::b:2", "52:56:00:0b:00:02"),
    ):
        guest.says(neighbour_solicitation(address))
        guest.hears_only(is_at(address, mac))

    for address in (ROUTER6, NAMESERVER6, ROUTER6_LOCAL, NAMESERVER6_LOCAL):
        guest.says(neighbour_solicitation(address))
        guest.hears_nothing()
    golden.matches(guest.wire)

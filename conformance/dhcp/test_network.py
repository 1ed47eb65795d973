"""Which addresses the options of the user network make DHCP hand out."""

import pytest

from vnetspec.fixtures.addresses import GUEST, NAMESERVER, NETMASK, ROUTER, elsewhere
from vnetspec.fixtures.checkers import DHCP_OFFER, dhcp_address
from vnetspec.fixtures.frames import discover
from vnetspec.fixtures.oracle import BOOTP, IP
from vnetspec.fixtures.requirements import network, requirement

MASK, NEXT_HOP, DNS = 1, 3, 6


@requirement("DHCP-28")
@network(net="192.168.76.0/24", dhcpstart="192.168.76.9")
def test_addresses_are_handed_out_from_dhcpstart_on(guest, golden):
    guest.says(discover())

    offer = guest.hears(
        DHCP_OFFER.where(BOOTP, yiaddr="192.168.76.9").where(IP, src="192.168.76.2")
    )

    assert dhcp_address(offer, MASK) == "255.255.255.0"
    assert dhcp_address(offer, NEXT_HOP) == "192.168.76.2"
    golden.matches(guest.wire)


@requirement("DHCP-28", variant="refused")
@pytest.mark.parametrize(
    ("start", "message"),
    [
        (elsewhere("10.0.3.9"), "DHCP doesn't belong to network"),
        (ROUTER, "DHCP must be different from host and DNS"),
        (NAMESERVER, "DHCP must be different from host and DNS"),
        ("ten", "Failed to parse DHCP start address"),
    ],
)
def test_other_starts_are_refused(refuses, transcript, start, message):
    assert refuses(dhcpstart=start).endswith(message)

    transcript.matches()


CLASSES = [
    pytest.param(mask, router, client, marks=network(net=net), id=net)
    for net, mask, router, client in [
        ("11.0.0.0", "255.0.0.0", "11.0.2.2", "11.0.2.15"),
        ("127.0.0.0", "255.0.0.0", "127.0.2.2", "127.0.2.15"),
        ("172.16.9.0", "255.240.0.0", "172.16.2.2", "172.16.2.15"),
        ("172.32.0.0", "255.255.0.0", "172.32.2.2", "172.32.2.15"),
        ("130.1.0.0", "255.255.0.0", "130.1.2.2", "130.1.2.15"),
        ("192.168.5.0", "255.255.0.0", "192.168.2.2", "192.168.2.15"),
        ("198.18.0.0", "255.254.0.0", "198.18.2.2", "198.18.2.15"),
        ("224.1.2.0", "255.255.255.0", "224.1.2.2", "224.1.2.15"),
        ("195.1.2.0", "255.255.255.240", "195.1.2.2", "195.1.2.15"),
    ]
]


@requirement("DHCP-29")
@pytest.mark.parametrize(("mask", "router", "client"), CLASSES)
def test_a_network_without_mask_has_that_of_its_class(guest, golden, mask, router, client):
    guest.says(discover())

    offer = guest.hears(DHCP_OFFER.where(IP, src=router).where(BOOTP, yiaddr=client))

    assert dhcp_address(offer, MASK) == mask
    golden.matches(guest.wire)


@requirement("DHCP-30")
@network(ip="192.168.76.5")
def test_ip_is_an_old_name_of_net(guest, golden):
    guest.says(discover())

    offer = guest.hears(DHCP_OFFER.where(BOOTP, yiaddr="192.168.76.15"))

    assert dhcp_address(offer, MASK) == "255.255.255.0"
    assert dhcp_address(offer, NEXT_HOP) == "192.168.76.2"
    golden.matches(guest.wire)


@requirement("DHCP-31")
def test_the_first_guest_is_configured_as_documented(guest, golden):
    guest.says(discover())

    offer = guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr=GUEST))

    assert dhcp_address(offer, MASK) == NETMASK
    assert dhcp_address(offer, NEXT_HOP) == ROUTER
    assert dhcp_address(offer, DNS) == NAMESERVER
    golden.matches(guest.wire)

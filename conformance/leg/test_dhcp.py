"""DHCP in the profile qemu-0.6."""

import pytest

from vnetspec.fixtures.checkers import DHCP_ACK, DHCP_OFFER, dhcp_options
from vnetspec.fixtures.frames import dhcp, discover, request
from vnetspec.fixtures.oracle import BOOTP
from vnetspec.fixtures.requirements import network, requirement

OLD = network(profile="qemu-0.6")


@requirement("LEG-05")
@OLD
def test_discover_and_request_are_answered(guest):
    guest.says(discover())
    offer = guest.hears_only(DHCP_OFFER.where(BOOTP, siaddr="0.0.0.0", yiaddr="10.0.2.15"))
    assert [code for code, _ in dhcp_options(offer)] == [53, 54, 1, 3, 6, 51]

    guest.says(request())
    ack = guest.hears_only(DHCP_ACK.where(BOOTP, siaddr="0.0.0.0", yiaddr="10.0.2.15"))
    assert [code for code, _ in dhcp_options(ack)] == [53, 54, 1, 3, 6, 51]


@requirement("LEG-05", variant="ignored")
@OLD
@pytest.mark.parametrize(
    "message",
    [request(), dhcp(None), dhcp(None, cookie=False), dhcp(4), dhcp(7), dhcp(8)],
    ids=["unknown-mac", "no-type", "bootp", "decline", "release", "inform"],
)
def test_the_rest_is_ignored(guest, message):
    guest.says(message)

    guest.hears_nothing()


@requirement("LEG-05", variant="no-nak")
@OLD
def test_there_is_no_nak(guest):
    guest.says(discover())
    guest.hears(DHCP_OFFER)

    guest.says(request(address="192.168.1.5"))

    guest.hears_only(DHCP_ACK.where(BOOTP, yiaddr="10.0.2.15"))


@requirement("LEG-06")
@OLD
def test_there_are_sixteen_leases(guest):
    for number in range(16):
        guest.says(discover(mac=f"02:00:00:00:01:{number:02x}"))
        guest.hears(DHCP_OFFER.where(BOOTP, yiaddr=f"10.0.2.{15 + number}"))

    guest.says(discover(mac="02:00:00:00:01:ff"))

    guest.hears_nothing()


@requirement("LEG-07")
@OLD
def test_each_discover_takes_the_next_lease(guest):
    guest.says(discover())
    guest.hears(DHCP_OFFER.where(BOOTP, yiaddr="10.0.2.15"))

    guest.says(discover())

    guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr="10.0.2.16"))

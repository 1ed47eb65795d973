"""Which address a client is given (RFC 2131 section 4.3)."""

from ipaddress import IPv4Address

import pytest

from vnetspec.fixtures.addresses import (
    BEYOND,
    BROADCAST,
    GUEST,
    ROUTER,
    at,
    elsewhere,
    guest_address,
    guest_mac,
)
from vnetspec.fixtures.checkers import DHCP_ACK, DHCP_NAK, DHCP_OFFER, dhcp_options
from vnetspec.fixtures.frames import dhcp, discover, request
from vnetspec.fixtures.oracle import BOOTP, IP
from vnetspec.fixtures.requirements import needs, network, requirement

pytestmark = needs("fresh")

DAY = 86400
OTHER = guest_mac(1)
FOREIGN = [guest_address(-1), BEYOND, ROUTER, elsewhere("192.168.1.5"), "0.0.0.1", BROADCAST]


def offered(address):
    """An offer of ``address``."""
    return DHCP_OFFER.where(BOOTP, yiaddr=address)


def acknowledged(address):
    """The acknowledgement of ``address``."""
    return DHCP_ACK.where(BOOTP, yiaddr=address)


@requirement("DHCP-17")
@pytest.mark.parametrize(
    "first",
    [
        pytest.param(GUEST, id="default"),
        pytest.param(at(100), marks=network(dhcpstart=at(100)), id="dhcpstart"),
    ],
)
def test_there_are_sixteen_addresses(guest, golden, first):
    for number in range(16):
        guest.says(discover(mac=guest_mac(number)))
        guest.hears(offered(str(IPv4Address(first) + number)))

    guest.says(discover(mac=guest_mac(16)), request(mac=guest_mac(16)))
    guest.hears_nothing()
    guest.says(request(address=first, mac=guest_mac(16)))
    guest.hears_only(DHCP_NAK)

    golden.matches(guest.wire)


@requirement("DHCP-18")
def test_a_client_keeps_its_address(guest, golden):
    guest.says(discover())
    guest.hears(offered(GUEST))
    guest.says(discover(mac=OTHER))
    guest.hears(offered(guest_address(1)))

    guest.says(discover(xid=5))

    guest.hears_only(offered(GUEST))
    golden.matches(guest.wire)


@requirement("DHCP-18", variant="wish")
@pytest.mark.parametrize("address", FOREIGN)
def test_a_wish_that_cannot_be_had_is_passed_over(guest, golden, address):
    guest.says(discover(("requested_addr", address)))

    guest.hears_only(offered(GUEST))

    golden.matches(guest.wire)


@requirement("DHCP-18", variant="taken")
def test_a_wish_for_somebody_elses_address_is_passed_over(guest, golden):
    guest.says(discover(mac=OTHER))
    guest.hears(offered(GUEST))

    guest.says(discover(("requested_addr", GUEST)))

    guest.hears_only(offered(guest_address(1)))
    golden.matches(guest.wire)


@requirement("DHCP-19")
@pytest.mark.parametrize("address", [GUEST, guest_address(5), guest_address(15)])
def test_a_wish_for_a_free_address_is_granted(guest, golden, address):
    guest.says(discover(("requested_addr", address)))
    guest.hears_only(offered(address))

    guest.says(discover(("requested_addr", address)))
    guest.hears_only(offered(address))

    golden.matches(guest.wire)


@requirement("DHCP-20")
def test_a_client_may_hold_two_addresses(guest, golden):
    for address in (GUEST, guest_address(1), GUEST):
        guest.says(request(address=address))
        guest.hears_only(acknowledged(address))

    golden.matches(guest.wire)


@requirement("DHCP-20", variant="offer")
def test_the_address_offered_is_acknowledged(guest, golden):
    guest.says(discover(("requested_addr", guest_address(5))))
    guest.hears(offered(guest_address(5)))

    guest.says(request(("server_id", ROUTER), address=guest_address(5)))

    guest.hears_only(acknowledged(guest_address(5)))
    golden.matches(guest.wire)


@requirement("DHCP-21")
@pytest.mark.parametrize("address", FOREIGN)
def test_a_request_for_a_foreign_address_is_refused(guest, golden, address):
    guest.says(request(address=address))

    nak = guest.hears_only(DHCP_NAK.where(BOOTP, yiaddr=BROADCAST, siaddr=ROUTER))

    assert dhcp_options(nak) == [
        (53, b"\x06"),
        (56, b"requested address not available"),
    ]
    golden.matches(guest.wire)


@requirement("DHCP-21", variant="taken")
def test_a_request_for_somebody_elses_address_is_refused(guest, golden):
    guest.says(request(address=GUEST, mac=OTHER))
    guest.hears(acknowledged(GUEST))

    guest.says(request(address=GUEST))

    guest.hears_only(DHCP_NAK.where(BOOTP, yiaddr=BROADCAST))
    golden.matches(guest.wire)


@requirement("DHCP-22")
@pytest.mark.parametrize("to", [ROUTER, BROADCAST], ids=["renew", "rebind"])
def test_a_renewal_asks_for_the_address_in_use(guest, golden, to):
    guest.says(request(ciaddr=guest_address(5), sender=guest_address(5), to=to))

    guest.hears_only(acknowledged(guest_address(5)).where(IP, dst=BROADCAST))

    golden.matches(guest.wire)


@requirement("DHCP-22", variant="refused")
def test_a_renewal_of_a_foreign_address_is_refused(guest, golden):
    guest.says(request(ciaddr=elsewhere("192.168.1.5")))

    guest.hears_only(DHCP_NAK)

    golden.matches(guest.wire)


@requirement("DHCP-22", variant="both")
def test_the_address_asked_for_counts_before_the_one_in_use(guest, golden):
    guest.says(request(address=guest_address(6), ciaddr=guest_address(5)))

    guest.hears_only(acknowledged(guest_address(6)))

    golden.matches(guest.wire)


@requirement("DHCP-23")
def test_a_known_client_need_not_name_its_address(guest, golden):
    guest.says(request(address=guest_address(5)))
    guest.hears(acknowledged(guest_address(5)))
    guest.says(request(mac=OTHER))
    guest.hears(acknowledged(GUEST))

    guest.says(request(mac=OTHER))

    guest.hears_only(acknowledged(GUEST))
    golden.matches(guest.wire)


@requirement("DHCP-23", variant="unknown")
def test_an_unknown_client_need_not_name_an_address(guest, golden):
    guest.says(request())
    guest.hears_only(acknowledged(GUEST))

    guest.says(request(mac=OTHER))
    guest.hears_only(acknowledged(guest_address(1)))

    golden.matches(guest.wire)


@requirement("DHCP-24")
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"kind": None, "cookie": False}, id="no-cookie"),
        pytest.param({"kind": None}, id="no-type"),
        pytest.param({"kind": 0}, id="type-0"),
    ],
)
def test_plain_bootp_is_acknowledged(guest, golden, fields):
    guest.says(dhcp(**fields))

    guest.hears_only(acknowledged(GUEST))

    golden.matches(guest.wire)


@requirement("DHCP-24", variant="cookie")
def test_a_message_type_behind_a_wrong_cookie_does_not_count(guest, golden):
    guest.says(discover(options=b"\x63\x82\x53\x00"))

    guest.hears_only(acknowledged(GUEST))

    golden.matches(guest.wire)


@requirement("DHCP-25")
@pytest.mark.parametrize(
    "option",
    [
        ("server_id", at(99)),
        ("client_id", b"\x01\x02\x00\x00\x00\x00\x99"),
        ("vendor_class_id", b"PXEClient"),
        ("max_dhcp_size", 300),
    ],
    ids=lambda option: option[0],
)
def test_a_client_is_its_hardware_address(guest, golden, option):
    guest.says(request(address=GUEST))
    first = guest.hears(acknowledged(GUEST))

    guest.says(request(option))

    guest.hears_only(acknowledged(GUEST).long(len(first.original)))
    golden.matches(guest.wire)


@requirement("DHCP-27")
def test_leases_do_not_expire(guest):
    guest.says(request(address=GUEST))
    guest.hears(acknowledged(GUEST))

    guest.waits(2 * DAY)

    guest.says(request(address=GUEST, mac=OTHER))
    guest.hears_only(DHCP_NAK)


@requirement("DHCP-27", variant="restart")
def test_the_next_run_starts_without_leases(guest):
    guest.says(request(address=GUEST, mac=OTHER))
    guest.hears(acknowledged(GUEST))

    guest.close()

    guest.says(request(address=GUEST))
    guest.hears_only(acknowledged(GUEST))

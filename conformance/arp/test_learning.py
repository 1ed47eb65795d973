"""What the table of the guests' MACs learns, and what it forgets."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    BROADCAST_MAC,
    GUEST,
    GUEST_MAC,
    NAMESERVER,
    NETWORK_BROADCAST,
    ROUTER,
    at,
)
from vnetspec.fixtures.checkers import ARP_REPLY, ARP_REQUEST, DHCP_ACK, DHCP_OFFER, ECHO_REPLY
from vnetspec.fixtures.frames import (
    arp_reply,
    arp_request,
    discover,
    echo_request,
    gratuitous_arp,
    request,
)
from vnetspec.fixtures.oracle import ARP, IP, Ether
from vnetspec.fixtures.requirements import needs, requirement

pytestmark = needs("fresh")

STRANGER = at(40)


@requirement("ARP-08")
@needs("icmp")
def test_a_gratuitous_request_is_learned_and_not_answered(guest, golden):
    guest.says(gratuitous_arp(GUEST))
    guest.hears_nothing()

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=GUEST_MAC))
    golden.matches(guest.wire)


@requirement("ARP-08", variant="router")
def test_a_gratuitous_request_for_the_routers_address_is_not_answered(guest, golden):
    guest.says(gratuitous_arp(ROUTER))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("ARP-09")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
def test_a_probe_is_answered(guest, golden, address):
    guest.says(arp_request(address, sender="0.0.0.0"))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=address, pdst="0.0.0.0", hwdst=GUEST_MAC))

    golden.matches(guest.wire)


@requirement("ARP-10")
@needs("icmp")
def test_an_unasked_reply_is_learned(guest, golden):
    guest.says(arp_reply(STRANGER, mac="02:00:00:00:00:40"))

    guest.says(echo_request(ROUTER, sender=STRANGER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst="02:00:00:00:00:40"))
    golden.matches(guest.wire)


@requirement("ARP-10", variant="other-operations")
@pytest.mark.parametrize("operation", [0, 3, 4, 8, 0xFFFF])
@needs("icmp")
def test_other_operations_are_ignored(guest, golden, operation):
    guest.says(arp_request(ROUTER, sender=STRANGER, op=operation))
    guest.says(echo_request(ROUTER, sender=STRANGER))

    guest.hears_only(ARP_REQUEST.where(ARP, pdst=STRANGER))

    golden.matches(guest.wire)


@requirement("ARP-11")
@pytest.mark.parametrize("address", ["0.0.0.0", BROADCAST, NETWORK_BROADCAST])
@needs("icmp")
def test_broadcast_addresses_are_not_stored(guest, golden, address):
    guest.says(arp_reply(address, mac="02:00:00:00:00:40"))

    guest.says(echo_request(ROUTER, sender=address))

    guest.hears(ECHO_REPLY.where(Ether, dst=BROADCAST_MAC).where(IP, dst=address))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("ARP-12")
@needs("icmp")
def test_the_seventeenth_entry_replaces_the_first(guest, golden):
    neighbours = [at(40 + number) for number in range(17)]
    guest.says(*(gratuitous_arp(address, mac=mac_of(address)) for address in neighbours))

    guest.says(echo_request(ROUTER, sender=neighbours[1]))
    guest.hears_only(ECHO_REPLY.where(IP, dst=neighbours[1]))
    guest.says(echo_request(ROUTER, sender=neighbours[0]))
    guest.hears(ARP_REQUEST.where(ARP, pdst=neighbours[0]))

    golden.matches(guest.wire)


@requirement("ARP-12", variant="update")
@needs("icmp")
def test_a_known_address_is_updated_in_place(guest, golden):
    guest.says(gratuitous_arp(GUEST), gratuitous_arp(GUEST, mac="02:00:00:00:00:40"))

    guest.says(echo_request(ROUTER))

    guest.hears(ECHO_REPLY.where(Ether, dst="02:00:00:00:00:40"))
    golden.matches(guest.wire)


@requirement("ARP-13")
@needs("icmp")
def test_entries_do_not_age(guest):
    guest.announces()
    guest.waits(7200)

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=GUEST_MAC))


@requirement("ARP-14")
@needs("icmp")
def test_a_lease_is_entered(guest, golden):
    guest.says(discover())
    guest.hears(DHCP_OFFER)

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=GUEST_MAC))
    golden.matches(guest.wire)


@requirement("ARP-14", variant="acknowledgement")
@needs("icmp")
def test_a_lease_that_was_not_offered_first_is_entered(guest, golden):
    guest.says(request(address=GUEST))
    guest.hears(DHCP_ACK)

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=GUEST_MAC))
    golden.matches(guest.wire)


def mac_of(address: str) -> str:
    """A MAC of its own for each guest address."""
    return f"02:00:00:00:00:{int(address.rsplit('.', 1)[1]):02x}"

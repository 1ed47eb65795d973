"""ARP in the profile qemu-0.6."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER, ROUTER, SMB_SERVER, at, guest_address
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement


@requirement("ARP-18")
@network(profile="qemu-0.6")
@pytest.mark.parametrize(
    ("address", "mac"),
    [(ROUTER, "52:54:00:12:35:02"), (NAMESERVER, "52:54:00:12:35:03")],
    ids=["router", "nameserver"],
)
def test_the_addresses_of_the_2004_document(guest, address, mac):
    guest.says(arp_request(address))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=address, hwsrc=mac).long(42))


@requirement("ARP-18", variant="others")
@network(profile="qemu-0.6")
def test_nothing_else_is_answered_in_the_2004_profile(guest):
    guest.says(arp_request(at(1)), arp_request(SMB_SERVER), arp_request(guest_address(5)))

    guest.hears_nothing()

"""What the options of the user network change about ARP."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER, ROUTER, at
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement

SERVER = at(100)


@requirement("ARP-16")
@network(restrict="on", guestfwd=f"tcp:{SERVER}:80-cmd:/bin/cat")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, SERVER])
def test_restrict_changes_nothing(guest, golden, address):
    guest.says(arp_request(address))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=address))

    golden.matches(guest.wire)


@requirement("ARP-17")
@network(
    ipv4="off",
    arguments=[
        "-netdev",
        "user,id=u1,net=10.0.9.0/24",
        "-netdev",
        "hubport,id=h9,hubid=0,netdev=u1",
    ],
)
def test_no_arp_without_ipv4(guest, golden):
    guest.says(arp_request(ROUTER), arp_request(NAMESERVER))

    guest.says(arp_request("10.0.9.3"), note="fence: a second user network, with IPv4")
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.3"))

    golden.matches(guest.wire)

"""Hubs when they were called vlans (LEG-16, LEG-17)."""

import pytest

from vnetspec.cli.listing import PC, listing, nic, started, user, warnings
from vnetspec.fixtures.checkers import ARP_REPLY, ARP_REQUEST
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement


@requirement("LEG-16")
@network(**started(*PC, "-net", "nic,vlan=2", "-net", "user,vlan=2,name=u"))
def test_a_nic_and_a_user_network_share_a_vlan(guest):
    assert listing(guest) == [
        "hub 2",
        f" \\ hub2port1: {user('u')}",
        f" \\ hub2port0: {nic('ne2k_pci.0')}",
    ]


@requirement("LEG-16", variant="nought")
@pytest.mark.parametrize("vlan", ["", ",vlan=0"])
def test_the_vlan_is_nought_unless_it_is_named(launch, vlan):
    guest = launch(user=False, arguments=["-net", f"user,net=10.0.9.0/24{vlan}"])

    guest.says(arp_request("10.0.9.2"))

    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.2"))


@requirement("LEG-16", variant="socket")
@network(user=False, ports=1, arguments=["-net", "socket,vlan=0,listen=127.0.0.1:8010"])
def test_a_socket_joins_a_vlan(guest, host):
    guest.announces()
    peer = host.connects(8010)
    frame = bytes(arp_request("10.0.2.99"))

    peer.says(len(frame).to_bytes(4, "big") + frame)

    guest.hears(ARP_REQUEST.where(ARP, pdst="10.0.2.99"))


@requirement("LEG-17")
@network(**started("-M", "pc", "-S", "-net", "nic,vlan=1", "-net", "user,vlan=2"))
def test_a_vlan_that_leads_nowhere_is_warned_of(guest):
    assert warnings(guest) == [
        "Warning: vlan 2 with no nics",
        "Warning: vlan 1 is not connected to host network",
    ]

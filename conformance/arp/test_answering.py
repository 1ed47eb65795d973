"""Which requests are answered, and how (RFC 826)."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    GUEST,
    GUEST_MAC,
    NAMESERVER,
    NAMESERVER_MAC,
    NETWORK_BROADCAST,
    ROUTER,
    ROUTER_MAC,
    SMB_SERVER,
    at,
    elsewhere,
    guest_address,
    slirp_mac,
)
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP, Ether
from vnetspec.fixtures.requirements import network, requirement

OTHER = at(100)


@requirement("ARP-01")
@pytest.mark.parametrize(
    ("address", "mac"),
    [(ROUTER, ROUTER_MAC), (NAMESERVER, NAMESERVER_MAC)],
    ids=["router", "nameserver"],
)
def test_the_stacks_own_addresses_are_answered(guest, golden, address, mac):
    guest.says(arp_request(address))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=address, hwsrc=mac, pdst=GUEST, hwdst=GUEST_MAC))

    golden.matches(guest.wire)


@requirement("ARP-02")
@network(net="192.168.76.0/24", dns="192.168.76.3")
def test_the_mac_follows_the_network(guest, golden):
    guest.says(arp_request("192.168.76.2", sender="192.168.76.15"))

    guest.hears(ARP_REPLY.where(ARP, hwsrc=slirp_mac("192.168.76.2"), psrc="192.168.76.2"))

    golden.matches(guest.wire)


@requirement("ARP-02", variant="host")
@network(host=OTHER)
def test_the_mac_follows_the_host_address(guest, golden):
    guest.says(arp_request(OTHER))

    guest.hears_only(ARP_REPLY.where(ARP, hwsrc=slirp_mac(OTHER), psrc=OTHER))

    golden.matches(guest.wire)


@requirement("ARP-03")
@network(guestfwd=f"tcp:{OTHER}:80-cmd:/bin/cat")
def test_a_guestfwd_server_is_answered(guest, golden):
    guest.says(arp_request(OTHER))

    guest.hears_only(ARP_REPLY.where(ARP, hwsrc=slirp_mac(OTHER), psrc=OTHER))

    golden.matches(guest.wire)


@requirement("ARP-03", variant="smb")
def test_the_smb_address_is_silent_without_a_server(guest, golden):
    guest.says(arp_request(SMB_SERVER))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("ARP-04")
@pytest.mark.parametrize(
    "address", [at(1), GUEST, NETWORK_BROADCAST, BROADCAST, elsewhere("10.0.3.2"), "192.0.2.1"]
)
def test_other_addresses_are_not_answered(guest, golden, address):
    guest.says(arp_request(address, sender=guest_address(1)))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("ARP-05")
def test_the_reply_keeps_the_two_senders_apart(guest, golden):
    asked = arp_request(ROUTER, hwsrc="02:00:00:00:00:01")

    guest.says(asked)

    reply = guest.hears_only(
        ARP_REPLY.where(ARP, hwdst="02:00:00:00:00:01", hwsrc=ROUTER_MAC, hwtype=1, ptype=0x800)
        .where(ARP, hwlen=6, plen=4, psrc=ROUTER, pdst=GUEST)
        .where(Ether, dst=GUEST_MAC, src=ROUTER_MAC)
    )
    assert reply[ARP].op == 2
    golden.matches(guest.wire)


@requirement("ARP-06")
@pytest.mark.parametrize(
    ("offset", "size", "value"),
    [(14, 2, 9), (16, 2, 0x1234), (18, 1, 3), (19, 1, 7)],
    ids=["hardware-type", "protocol-type", "hardware-length", "protocol-length"],
)
def test_types_and_lengths_of_a_request_are_not_looked_at(guest, golden, offset, size, value):
    octets = bytearray(bytes(arp_request(ROUTER)))
    octets[offset : offset + size] = value.to_bytes(size, "big")

    guest.says(bytes(octets))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=ROUTER, hwtype=1, ptype=0x800, hwlen=6, plen=4))
    golden.matches(guest.wire)


@requirement("ARP-07")
@pytest.mark.parametrize("length", [15, 28, 41])
def test_a_short_request_is_dropped(guest, golden, length):
    guest.says(bytes(arp_request(ROUTER))[:length])

    guest.hears_nothing()

    golden.matches(guest.wire)

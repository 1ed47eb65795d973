"""ARP on the user network (RFC 826 and the catalogue's ARP section)."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    BROADCAST_MAC,
    GUEST,
    GUEST_MAC,
    NAMESERVER,
    NAMESERVER_MAC,
    NETWORK_BROADCAST,
    NO_MAC,
    ROUTER,
    ROUTER_MAC,
    SMB_SERVER,
)
from vnetspec.fixtures.checkers import ARP_REPLY, ARP_REQUEST, DHCP_OFFER, ECHO_REPLY
from vnetspec.fixtures.frames import arp_reply, arp_request, discover, echo_request, gratuitous_arp
from vnetspec.fixtures.oracle import ARP, IP, Ether
from vnetspec.fixtures.requirements import network, requirement


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

    guest.hears(ARP_REPLY.where(ARP, hwsrc="52:55:c0:a8:4c:02", psrc="192.168.76.2"))

    golden.matches(guest.wire)


@requirement("ARP-02", variant="host")
@network(host="10.0.2.100")
def test_the_mac_follows_the_host_address(guest, golden):
    guest.says(arp_request("10.0.2.100"))

    guest.hears_only(ARP_REPLY.where(ARP, hwsrc="52:55:0a:00:02:64", psrc="10.0.2.100"))

    golden.matches(guest.wire)


@requirement("ARP-03")
@network(guestfwd="tcp:10.0.2.100:80-cmd:/bin/cat")
def test_a_guestfwd_server_is_answered(guest, golden):
    guest.says(arp_request("10.0.2.100"))

    guest.hears_only(ARP_REPLY.where(ARP, hwsrc="52:55:0a:00:02:64", psrc="10.0.2.100"))

    golden.matches(guest.wire)


@requirement("ARP-03", variant="smb")
def test_the_smb_address_is_silent_without_a_server(guest, golden):
    guest.says(arp_request(SMB_SERVER))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("ARP-04")
@pytest.mark.parametrize(
    "address", ["10.0.2.1", GUEST, NETWORK_BROADCAST, BROADCAST, "10.0.3.2", "192.0.2.1"]
)
def test_other_addresses_are_not_answered(guest, golden, address):
    guest.says(arp_request(address, sender="10.0.2.16"))

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


@requirement("ARP-08")
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
def test_an_unasked_reply_is_learned(guest, golden):
    guest.says(arp_reply("10.0.2.40", mac="02:00:00:00:00:40"))

    guest.says(echo_request(ROUTER, sender="10.0.2.40"))

    guest.hears_only(ECHO_REPLY.where(Ether, dst="02:00:00:00:00:40"))
    golden.matches(guest.wire)


@requirement("ARP-10", variant="other-operations")
@pytest.mark.parametrize("operation", [0, 3, 4, 8, 0xFFFF])
def test_other_operations_are_ignored(guest, golden, operation):
    guest.says(arp_request(ROUTER, sender="10.0.2.40", op=operation))
    guest.says(echo_request(ROUTER, sender="10.0.2.40"))

    guest.hears_only(ARP_REQUEST.where(ARP, pdst="10.0.2.40"))

    golden.matches(guest.wire)


@requirement("ARP-11")
@pytest.mark.parametrize("address", ["0.0.0.0", BROADCAST, NETWORK_BROADCAST])
def test_broadcast_addresses_are_not_stored(guest, golden, address):
    guest.says(arp_reply(address, mac="02:00:00:00:00:40"))

    guest.says(echo_request(ROUTER, sender=address))

    guest.hears(ECHO_REPLY.where(Ether, dst=BROADCAST_MAC).where(IP, dst=address))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("ARP-12")
def test_the_seventeenth_entry_replaces_the_first(guest, golden):
    neighbours = [f"10.0.2.{40 + number}" for number in range(17)]
    guest.says(*(gratuitous_arp(address, mac=mac_of(address)) for address in neighbours))

    guest.says(echo_request(ROUTER, sender=neighbours[1]))
    guest.hears_only(ECHO_REPLY.where(IP, dst=neighbours[1]))
    guest.says(echo_request(ROUTER, sender=neighbours[0]))
    guest.hears(ARP_REQUEST.where(ARP, pdst=neighbours[0]))

    golden.matches(guest.wire)


@requirement("ARP-12", variant="update")
def test_a_known_address_is_updated_in_place(guest, golden):
    guest.says(gratuitous_arp(GUEST), gratuitous_arp(GUEST, mac="02:00:00:00:00:40"))

    guest.says(echo_request(ROUTER))

    guest.hears(ECHO_REPLY.where(Ether, dst="02:00:00:00:00:40"))
    golden.matches(guest.wire)


@requirement("ARP-13")
def test_entries_do_not_age(guest):
    guest.announces()
    guest.waits(7200)

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=GUEST_MAC))


@requirement("ARP-14")
def test_a_lease_is_entered(guest, golden):
    guest.says(discover())
    guest.hears(DHCP_OFFER)

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=GUEST_MAC))
    golden.matches(guest.wire)


@requirement("ARP-15")
def test_the_stacks_own_request(guest, golden):
    guest.says(echo_request(ROUTER, sender="10.0.2.40"))

    guest.hears(
        ARP_REQUEST.where(Ether, dst=BROADCAST_MAC, src=ROUTER_MAC)
        .where(ARP, hwsrc=ROUTER_MAC, psrc=ROUTER, hwdst=NO_MAC, pdst="10.0.2.40")
        .where(ARP, hwtype=1, ptype=0x800, hwlen=6, plen=4)
    )

    golden.matches(guest.wire)


@requirement("ARP-16")
@network(restrict="on", guestfwd="tcp:10.0.2.100:80-cmd:/bin/cat")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, "10.0.2.100"])
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
    guest.says(arp_request("10.0.2.1"), arp_request(SMB_SERVER), arp_request("10.0.2.20"))

    guest.hears_nothing()


def mac_of(address: str) -> str:
    """A MAC of its own for each guest address."""
    return f"02:00:00:00:00:{int(address.rsplit('.', 1)[1]):02x}"

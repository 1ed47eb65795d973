"""What works under restrict=on."""

from ipaddress import IPv4Address

import pytest

from vnetspec.fixtures.addresses import GUEST, NAMESERVER, NETMASK, ROUTER, at
from vnetspec.fixtures.checkers import (
    ARP_REPLY,
    DHCP_OFFER,
    ECHO_REPLY,
    UDP_DATAGRAM,
    dhcp_option,
    tftp_data,
)
from vnetspec.fixtures.conversation import Conversation, answers
from vnetspec.fixtures.frames import arp_request, discover, echo_request, tftp_read, udp
from vnetspec.fixtures.ncsi import command, response
from vnetspec.fixtures.oracle import ARP, IP, UDP
from vnetspec.fixtures.requirements import network, requirement, tolerates

SERVER = at(100)
CAT = f"tcp:{SERVER}:7-cmd:/bin/cat"

GET_LINK_STATUS = 0x0A
LINK_IS_UP = bytes.fromhex("00000000 00000001 00000000 00000000")


@requirement("RST-01")
@network(restrict="on", guestfwd=CAT)
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, SERVER])
def test_arp_is_answered(guest, golden, address):
    guest.says(arp_request(address))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=address))

    golden.matches(guest.wire)


@requirement("RST-02")
@network(restrict="on")
def test_dhcp_gives_neither_router_nor_nameserver(guest, golden):
    guest.says(discover())

    offer = guest.hears_only(DHCP_OFFER)

    assert dhcp_option(offer, 3) is None
    assert dhcp_option(offer, 6) is None
    assert dhcp_option(offer, 1) == IPv4Address(NETMASK).packed
    golden.matches(guest.wire)


@requirement("RST-03")
@network(restrict="on", tftp="{dir}")
def test_tftp_works(guest, host, golden):
    host.file("boot", b"kernel")
    guest.announces()

    guest.says(tftp_read("boot"))

    guest.hears_only(tftp_data(1, b"kernel"))
    golden.matches(guest.wire)


@requirement("RST-04")
@network(restrict="on")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
def test_echo_to_the_stack_is_answered(guest, golden, address):
    guest.announces()

    guest.says(echo_request(address))

    guest.hears_only(ECHO_REPLY.where(IP, src=address))
    golden.matches(guest.wire)


@requirement("RST-08")
@network(restrict="on", guestfwd=CAT)
def test_guestfwd_works(guest, golden):
    guest.announces()
    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.says("PA", b"hello\n")

    conversation.hears("A", b"")
    conversation.hears("PA", b"hello\n")
    golden.matches(guest.wire)


@requirement("RST-09")
@network(restrict="on", hostfwd="tcp:127.0.0.1:5522-:22")
def test_tcp_through_hostfwd_works(guest, host, golden):
    guest.announces()
    client = host.connects(5522, source=("127.0.0.1", 40022))

    conversation = answers(guest, 22)
    conversation.says("PA", b"SSH-2.0-test\r\n")
    conversation.hears("A", b"")

    client.hears(b"SSH-2.0-test\r\n")
    golden.matches(guest.wire)


@requirement("RST-09", variant="udp")
@network(restrict="on", hostfwd=["udp:127.0.0.1:5353-:7001", "tcp:127.0.0.1:5522-:22"])
def test_udp_through_hostfwd_only_goes_in(guest, host, golden):
    guest.announces()
    client = host.udp(40153)
    client.says(b"question", to=("127.0.0.1", 5353))
    heard = guest.hears(UDP_DATAGRAM.where(IP, dst=GUEST, src=ROUTER).carrying(b"question"))

    guest.says(udp(ROUTER, heard[UDP].sport, b"answer", source_port=7001))

    guest.hears_nothing()
    client.hears_nothing()
    golden.matches(guest.wire)


@requirement("RST-13")
@network(restrict="on")
@tolerates("Source MAC must not be a group address", reason="so responses are (NCSI-01)")
def test_commands_to_the_nic_are_answered(guest, golden):
    guest.says(command(GET_LINK_STATUS))

    guest.hears_only(response(0x80 + GET_LINK_STATUS, LINK_IS_UP))
    golden.matches(guest.wire)

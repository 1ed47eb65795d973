"""Link layer, addresses, ICMP, DNS and forwarding in the profile qemu-0.6."""

import pytest

from vnetspec.fixtures.addresses import (
    LOOPBACK,
    NAMESERVER,
    REMOTE,
    ROUTER,
)
from vnetspec.fixtures.checkers import (
    ARP_REPLY,
    DHCP_OFFER,
    ECHO_REPLY,
    PSEUDO_PING,
    UDP_DATAGRAM,
    dhcp_option,
)
from vnetspec.fixtures.conversation import answers
from vnetspec.fixtures.frames import (
    arp_request,
    discover,
    dns_answer,
    dns_query,
    echo_request,
    udp,
)
from vnetspec.fixtures.oracle import ARP, BOOTP, ICMP, IP, UDP, Ether
from vnetspec.fixtures.requirements import network, requirement

OLD_ROUTER_MAC = "52:54:00:12:35:02"

OLD = network(profile="qemu-0.6")


@requirement("LEG-01")
@OLD
def test_every_ipv4_frame_leaves_from_the_routers_mac(guest, host):
    nameserver = host.nameserver()
    guest.resolves(ROUTER)

    guest.says(udp(NAMESERVER, 53, dns_query()))
    nameserver.hears(dns_query())
    nameserver.says(dns_answer())

    guest.hears_only(UDP_DATAGRAM.where(IP, src=NAMESERVER).where(Ether, src=OLD_ROUTER_MAC))


@requirement("LEG-02")
@OLD
def test_there_is_one_guest(guest):
    guest.resolves(ROUTER)
    guest.says(arp_request(ROUTER, sender="10.0.2.16", mac="02:00:00:00:00:16"))
    guest.hears(ARP_REPLY)

    guest.says(echo_request(ROUTER))

    guest.hears(ECHO_REPLY.where(Ether, dst="02:00:00:00:00:16"))


@requirement("LEG-02", variant="reply")
@OLD
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
def test_the_arp_reply_has_42_octets(guest, address):
    guest.says(arp_request(address))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=address).long(42))


@requirement("LEG-03")
@OLD
def test_the_addresses(guest):
    guest.says(discover())

    offer = guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr="10.0.2.15"))

    assert dhcp_option(offer, 1) == bytes([255, 255, 255, 0])
    assert dhcp_option(offer, 3) == bytes([10, 0, 2, 2])
    assert dhcp_option(offer, 6) == bytes([10, 0, 2, 3])


@requirement("LEG-04")
@OLD
def test_the_router_answers_an_echo(guest):
    guest.resolves(ROUTER)

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(IP, src=ROUTER, ttl=255).carrying(b"vnetspec"))


@requirement("LEG-04", variant="udp")
@OLD
def test_an_echo_to_anyone_else_becomes_udp(guest, host):
    server = host.udp(7, REMOTE)
    guest.resolves(ROUTER)

    guest.says(echo_request(REMOTE, identifier=0x77, sequence=9))
    server.hears(PSEUDO_PING)
    server.says(b"whatever")

    guest.hears_only(
        ECHO_REPLY.where(IP, src=REMOTE).where(ICMP, id=0x77, seq=9).carrying(b"vnetspec")
    )


@requirement("LEG-04", variant="nameserver")
@OLD
def test_an_echo_to_the_nameserver_is_not_answered_by_the_stack(guest, host):
    server = host.udp(7, LOOPBACK)
    guest.resolves(ROUTER)

    guest.says(echo_request(NAMESERVER))

    server.hears(PSEUDO_PING)
    guest.hears_nothing()


@requirement("LEG-13")
@network(profile="qemu-0.6", arguments=["-redir", "tcp:5022::22"])
def test_redir_forwards_tcp(guest, host):
    guest.says(discover())
    guest.hears(DHCP_OFFER)
    client = host.connects(5022, REMOTE)

    conversation = answers(guest, 22)
    conversation.says("PA", b"SSH-1.5-test\r\n")

    client.hears(b"SSH-1.5-test\r\n")


@requirement("LEG-13", variant="udp")
@network(profile="qemu-0.6", arguments=["-redir", "udp:5053:10.0.2.15:7001"])
def test_redir_forwards_udp(guest, host):
    guest.says(discover())
    guest.hears(DHCP_OFFER)
    client = host.udp(40053)

    client.says(b"question", to=(LOOPBACK, 5053))
    heard = guest.hears(UDP_DATAGRAM.where(IP, dst="10.0.2.15").carrying(b"question"))
    guest.says(udp(heard[IP].src, heard[UDP].sport, b"answer", source_port=7001))

    client.hears(b"answer")


@requirement("LEG-14")
@OLD
def test_the_resolver_is_looked_up_once(guest, host):
    first = host.nameserver(LOOPBACK)
    later = host.udp(53, REMOTE)
    guest.resolves(ROUTER)
    host.namespace.set_nameservers(REMOTE)
    guest.waits(60)

    guest.says(udp(NAMESERVER, 53, dns_query()))

    first.hears(dns_query())
    later.hears_nothing()

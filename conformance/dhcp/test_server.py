"""What the DHCP server listens to and how its replies travel (RFC 2131 sections 2 and 4)."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    BROADCAST_MAC,
    GUEST,
    NAMESERVER,
    NETWORK_BROADCAST,
    REMOTE,
    ROUTER,
    ROUTER_MAC,
    at,
    guest_mac,
)
from vnetspec.fixtures.checkers import (
    ARP_REPLY,
    DHCP_ACK,
    DHCP_NAK,
    DHCP_OFFER,
    NET_UNREACHABLE,
    payload,
    quoting,
)
from vnetspec.fixtures.frames import arp_request, dhcp, discover, request, udp
from vnetspec.fixtures.oracle import ARP, BOOTP, IP, UDP, Ether
from vnetspec.fixtures.requirements import needs, network, requirement

DECLINE, RELEASE, INFORM = 4, 7, 8


@requirement("DHCP-01")
@pytest.mark.parametrize("address", [ROUTER, BROADCAST])
def test_the_router_and_the_broadcast_address_are_served(guest, golden, address):
    guest.says(discover(to=address))

    guest.hears_only(DHCP_OFFER)

    golden.matches(guest.wire)


@requirement("DHCP-01", variant="elsewhere")
@pytest.mark.parametrize("address", [NAMESERVER, NETWORK_BROADCAST])
def test_other_addresses_of_the_network_are_not_served(guest, golden, address):
    guest.announces()
    asked = discover(to=address, sender=GUEST)

    guest.says(asked)

    guest.hears_only(quoting(NET_UNREACHABLE, asked))
    golden.matches(guest.wire)


@requirement("DHCP-01", variant="remote")
@needs("udp")
def test_a_server_outside_is_reached_as_any_other(guest, host, golden):
    server = host.udp(67, REMOTE)
    asked = discover(to=REMOTE, sender=GUEST)

    guest.says(asked)

    server.hears(payload(Ether(bytes(asked))))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("DHCP-02")
@pytest.mark.parametrize("op", [0, 2, 3, 255])
def test_only_requests_are_answered(guest, golden, op):
    guest.says(discover(op=op), request(op=op))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("DHCP-03")
def test_discover_and_request_are_answered(guest, golden):
    guest.says(discover())
    guest.hears_only(DHCP_OFFER)

    guest.says(request(address=GUEST))
    guest.hears_only(DHCP_ACK)

    golden.matches(guest.wire)


@requirement("DHCP-03", variant="others")
@pytest.mark.parametrize("kind", [2, DECLINE, 5, 6, INFORM, 9, 255])
def test_other_types_are_ignored(guest, golden, kind):
    guest.says(dhcp(kind), dhcp(kind, ciaddr=GUEST, to=ROUTER, sender=GUEST))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("DHCP-03", variant="release")
@pytest.mark.parametrize("kind", [DECLINE, RELEASE])
def test_no_address_is_freed(guest, golden, kind):
    guest.says(request(address=GUEST))
    guest.hears(DHCP_ACK)

    guest.says(dhcp(kind, ("requested_addr", GUEST), ciaddr=GUEST))
    guest.says(request(address=GUEST, mac=guest_mac(1)))

    guest.hears_only(DHCP_NAK)
    golden.matches(guest.wire)


@requirement("DHCP-04")
@pytest.mark.parametrize(
    "fields",
    [{}, {"flags": "B"}, {"ciaddr": GUEST}, {"giaddr": at(99)}],
    ids=["plain", "flag", "ciaddr", "giaddr"],
)
@pytest.mark.parametrize("kind", [1, 3], ids=["offer", "ack"])
def test_every_reply_is_broadcast(guest, golden, kind, fields):
    guest.says(dhcp(kind, **fields))

    guest.hears_only(broadcast(DHCP_OFFER if kind == 1 else DHCP_ACK))

    golden.matches(guest.wire)


@requirement("DHCP-04", variant="nak")
def test_a_refusal_is_broadcast(guest, golden):
    guest.says(request(ciaddr=at(99)))

    guest.hears_only(broadcast(DHCP_NAK))

    golden.matches(guest.wire)


def broadcast(reply):
    """``reply`` as every reply travels."""
    return (
        reply.where(Ether, dst=BROADCAST_MAC, src=ROUTER_MAC)
        .where(IP, src=ROUTER, dst=BROADCAST, tos=0x10, ttl=64)
        .where(UDP, sport=67, dport=68)
    )


@requirement("DHCP-26")
@pytest.mark.parametrize("length", [1, 100, 235])
def test_a_truncated_header_is_ignored(guest, golden, length):
    guest.says(truncated(discover(), length))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("DHCP-26", variant="whole")
def test_the_fixed_header_alone_is_enough(guest, golden):
    guest.says(truncated(discover(), 236))

    guest.hears_only(DHCP_ACK.where(BOOTP, yiaddr=GUEST))

    golden.matches(guest.wire)


def truncated(message, length):
    """The first ``length`` octets of a DHCP message, in a datagram of their own."""
    octets = payload(Ether(bytes(message)))[:length]
    return udp(BROADCAST, 67, octets, source_port=68, sender="0.0.0.0")


@requirement("DHCP-32")
@network(
    ipv4="off",
    arguments=[
        *("-netdev", "user,id=u1,net=10.0.9.0/24"),
        *("-netdev", "hubport,id=h9,hubid=0,netdev=u1"),
    ],
)
def test_no_dhcp_without_ipv4(guest, golden):
    guest.says(discover())

    guest.hears(DHCP_OFFER.where(IP, src="10.0.9.2"))
    guest.says(arp_request("10.0.9.3"), note="fence: a second user network, with IPv4")
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.3"))
    golden.matches(guest.wire)

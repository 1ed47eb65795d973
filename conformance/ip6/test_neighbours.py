"""Neighbour discovery: what the network answers, asks and remembers."""

import pytest

from vnetspec.fixtures.addresses import (
    ALL_NODES,
    GUEST6,
    GUEST6_LOCAL,
    GUEST_MAC,
    LOOPBACK6,
    NAMESERVER6,
    NAMESERVER6_LOCAL,
    NAMESERVER6_MAC,
    REMOTE6,
    ROUTER6,
    ROUTER6_LOCAL,
    ROUTER6_MAC,
    UNSPECIFIED6,
    at6,
    elsewhere,
    multicast_mac,
    solicited_node,
)
from vnetspec.fixtures.checkers import ANY, UDP_DATAGRAM
from vnetspec.fixtures.checkers6 import (
    ECHO6_REPLY,
    NEIGHBOUR_ADVERTISEMENT,
    NEIGHBOUR_SOLICITATION,
)
from vnetspec.fixtures.frames import ip6, udp
from vnetspec.fixtures.frames6 import (
    echo6_request,
    neighbour_advertisement,
    neighbour_solicitation,
    router_solicitation,
)
from vnetspec.fixtures.oracle import (
    Ether,
    ICMPv6EchoReply,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6ND_Redirect,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptPrefixInfo,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from vnetspec.fixtures.requirements import needs, requirement

MACS = {
    ROUTER6: ROUTER6_MAC,
    ROUTER6_LOCAL: ROUTER6_MAC,
    NAMESERVER6: NAMESERVER6_MAC,
    NAMESERVER6_LOCAL: NAMESERVER6_MAC,
}
OTHER_MAC = "52:54:00:aa:bb:cc"


def advertised(address, **flags):
    return (
        NEIGHBOUR_ADVERTISEMENT.where(ICMPv6ND_NA, tgt=address, **flags)
        .where(ICMPv6NDOptDstLLAddr, lladdr=MACS[address])
        .where(IPv6, src=address, hlim=255)
    )


@requirement("IP6-07")
@pytest.mark.parametrize("address", MACS)
def test_a_solicitation_is_answered(guest, golden, address):
    guest.says(neighbour_solicitation(address))

    guest.hears_only(advertised(address, R=1, S=1, O=1).where(IPv6, dst=GUEST6))
    golden.matches(guest.wire)


@requirement("IP6-07", variant="unicast")
@pytest.mark.parametrize("sender", [GUEST6, GUEST6_LOCAL])
def test_a_unicast_solicitation_is_answered(guest, golden, sender):
    guest.says(neighbour_solicitation(ROUTER6, to=ROUTER6, sender=sender))

    guest.hears_only(advertised(ROUTER6, R=1, S=1, O=1).where(IPv6, dst=sender))
    golden.matches(guest.wire)


@requirement("IP6-07", variant="duplicate")
@pytest.mark.parametrize("address", MACS)
def test_a_test_for_a_duplicate_is_answered_to_all_nodes(guest, golden, address):
    guest.says(neighbour_solicitation(address, sender=UNSPECIFIED6))

    guest.hears_only(advertised(address, R=1, S=0, O=1).where(IPv6, dst=ALL_NODES))
    golden.matches(guest.wire)


@requirement("IP6-07", variant="others")
@pytest.mark.parametrize("sender", [GUEST6, UNSPECIFIED6], ids=["neighbour", "duplicate"])
@pytest.mark.parametrize(
    "address",
    [
        at6("::1"),
        at6("::4"),
        GUEST6,
        elsewhere("fec0:0:0:1::2"),
        at6("::4", "fe80::"),
        LOOPBACK6,
        REMOTE6,
    ],
)
def test_nobody_has_another_address(guest, golden, address, sender):
    guest.says(neighbour_solicitation(address, sender=sender))

    guest.hears_nothing()
    golden.matches(guest.wire)


def damaged():
    frame = neighbour_solicitation(ROUTER6)
    frame[ICMPv6ND_NS].cksum = 0x1234
    return frame


@requirement("IP6-07", variant="ignored")
@pytest.mark.parametrize(
    "frame",
    [
        neighbour_solicitation(ROUTER6, hlim=254),
        neighbour_solicitation(ROUTER6, code=1),
        neighbour_solicitation(ROUTER6, sender=UNSPECIFIED6, to=ROUTER6),
        damaged(),
    ],
    ids=["hop-limit", "code", "duplicate-by-unicast", "checksum"],
)
def test_a_solicitation_that_is_none_is_ignored(guest, golden, frame):
    guest.says(frame)

    guest.hears_nothing()
    golden.matches(guest.wire)


SOLICITED = (
    NEIGHBOUR_SOLICITATION.where(ICMPv6ND_NS, tgt=GUEST6)
    .where(IPv6, dst=solicited_node(GUEST6), hlim=255)
    .where(Ether, dst=multicast_mac(solicited_node(GUEST6)))
    .where(ICMPv6NDOptSrcLLAddr, lladdr=ROUTER6_MAC)
)


@requirement("IP6-16")
@needs("fresh", "icmp")
def test_an_unknown_neighbour_is_asked_for(guest, golden):
    guest.says(echo6_request())
    guest.hears_only(SOLICITED)

    guest.says(neighbour_advertisement(to=ROUTER6, solicited=True))

    guest.hears_only(ECHO6_REPLY.where(IPv6, dst=GUEST6).where(Ether, dst=GUEST_MAC))
    golden.matches(guest.wire)


@requirement("IP6-16", variant="held")
@needs("fresh", "icmp")
def test_packets_wait_for_a_neighbour_in_order(guest, golden):
    for sequence in (1, 2, 3):
        guest.says(echo6_request(sequence=sequence))
        guest.hears(SOLICITED)

    guest.says(neighbour_advertisement(to=ROUTER6, solicited=True))

    for sequence in (1, 2, 3):
        guest.hears(ECHO6_REPLY.where(ICMPv6EchoReply, seq=sequence))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-16", variant="dropped")
@needs("fresh", "icmp")
def test_a_packet_waits_a_second_and_no_longer(guest, golden):
    guest.says(echo6_request())
    guest.hears_only(SOLICITED)
    assert guest.waits(1.1) == []

    guest.says(neighbour_advertisement(to=ROUTER6, solicited=True))

    guest.hears_nothing()
    golden.matches(guest.wire)


def neighbours(count):
    return [(at6(f"::1:{n:x}"), f"52:54:00:00:01:{n:02x}") for n in range(1, count + 1)]


@requirement("IP6-16", variant="full")
@needs("fresh", "icmp")
def test_sixteen_neighbours_are_known(guest, golden):
    known = neighbours(16)
    guest.says(*(neighbour_advertisement(address, mac=mac) for address, mac in known))

    for address, mac in known:
        guest.says(echo6_request(sender=address, mac=mac))
        guest.hears(ECHO6_REPLY.where(IPv6, dst=address).where(Ether, dst=mac))

    golden.matches(guest.wire)


@requirement("IP6-16", variant="oldest")
@needs("fresh", "icmp")
def test_a_seventeenth_takes_the_place_of_the_first(guest, golden):
    known = neighbours(17)
    guest.says(*(neighbour_advertisement(address, mac=mac) for address, mac in known))

    for address, mac in known[1:]:
        guest.says(echo6_request(sender=address, mac=mac))
        guest.hears(ECHO6_REPLY.where(IPv6, dst=address).where(Ether, dst=mac))
    address, mac = known[0]
    guest.says(echo6_request(sender=address, mac=mac))
    guest.hears_only(NEIGHBOUR_SOLICITATION.where(ICMPv6ND_NS, tgt=address))

    golden.matches(guest.wire)


@requirement("IP6-16", variant="learned")
@needs("fresh", "icmp")
@pytest.mark.parametrize("how", ["router-solicitation", "neighbour-solicitation", "duplicate"])
def test_neighbours_are_learned_from_what_they_ask(guest, golden, how):
    asked = {
        "router-solicitation": router_solicitation(GUEST6),
        "neighbour-solicitation": neighbour_solicitation(ROUTER6),
        "duplicate": neighbour_solicitation(ROUTER6, sender=UNSPECIFIED6),
    }[how]
    guest.says(asked)
    guest.hears(ANY)

    guest.says(echo6_request())

    guest.hears_only(SOLICITED if how == "duplicate" else ECHO6_REPLY)
    golden.matches(guest.wire)


@requirement("IP6-17")
@pytest.mark.parametrize(
    "message",
    [
        ICMPv6ND_RA(routerlifetime=9000)
        / ICMPv6NDOptSrcLLAddr(lladdr=GUEST_MAC)
        / ICMPv6NDOptPrefixInfo(prefix="2001:db8:7::", prefixlen=64),
        ICMPv6ND_Redirect(tgt=GUEST6_LOCAL, dst=REMOTE6),
    ],
    ids=["advertisement", "redirect"],
)
@needs("icmp")
def test_a_guest_is_no_router(guest, golden, message):
    guest.announces6()

    guest.says(ip6(ALL_NODES, sender=GUEST6_LOCAL, hlim=255) / message)

    guest.hears_nothing()
    guest.says(echo6_request())
    guest.hears_only(ECHO6_REPLY.where(IPv6, src=ROUTER6).where(Ether, src=ROUTER6_MAC))
    golden.matches(guest.wire)


@requirement("IP6-20")
def test_an_advertisement_teaches_the_source_of_its_frame(guest, host, golden):
    server = host.udp(7101, LOOPBACK6)
    advertisement = neighbour_advertisement(at6("::77"), sender=GUEST6)
    advertisement[Ether].src = OTHER_MAC
    guest.says(advertisement)

    guest.says(udp(ROUTER6, 7101))
    server.hears()
    server.says(b"answer")

    guest.hears_only(UDP_DATAGRAM.where(IPv6, dst=GUEST6).where(Ether, dst=OTHER_MAC))
    golden.matches(guest.wire)


@requirement("IP6-20", variant="target")
@needs("icmp")
def test_an_advertisement_does_not_teach_its_target(guest, golden):
    guest.says(neighbour_advertisement(GUEST6, sender=at6("::77")))

    guest.says(echo6_request())

    guest.hears_only(SOLICITED)
    golden.matches(guest.wire)

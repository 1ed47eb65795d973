"""Router advertisements, asked for and not."""

import pytest

from vnetspec.fixtures.addresses import (
    ALL_NODES,
    GUEST6,
    GUEST6_LOCAL,
    LOOPBACK,
    LOOPBACK6,
    NAMESERVER6,
    REMOTE6,
    ROUTER6_LOCAL,
    ROUTER6_MAC,
    UNSPECIFIED6,
)
from vnetspec.fixtures.checkers6 import ROUTER_ADVERTISEMENT
from vnetspec.fixtures.frames6 import router_solicitation
from vnetspec.fixtures.oracle import (
    Ether,
    ICMPv6ND_RA,
    ICMPv6ND_RS,
    ICMPv6NDOptPrefixInfo,
    ICMPv6NDOptRDNSS,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from vnetspec.fixtures.requirements import requirement

ADVERTISEMENT = ROUTER_ADVERTISEMENT.where(IPv6, src=ROUTER6_LOCAL, dst=ALL_NODES, hlim=255).where(
    Ether, dst="33:33:00:00:00:01"
)

LONGEST_INTERVAL = 600.0
SHORTEST_INTERVAL = 200.0


@requirement("IP6-03")
@pytest.mark.parametrize("sender", [GUEST6_LOCAL, GUEST6, UNSPECIFIED6], ids=str)
def test_a_solicitation_is_answered_to_all_nodes(guest, golden, sender):
    guest.says(router_solicitation(sender))

    guest.hears_only(ADVERTISEMENT)

    golden.matches(guest.wire)


def damaged():
    frame = router_solicitation()
    frame[ICMPv6ND_RS].cksum = 0x1234
    return frame


@requirement("IP6-03", variant="ignored")
@pytest.mark.parametrize(
    "frame",
    [
        router_solicitation(hlim=254),
        router_solicitation(hlim=1),
        router_solicitation(code=1),
        damaged(),
    ],
    ids=["hop-limit-254", "hop-limit-1", "code", "checksum"],
)
def test_a_solicitation_that_is_none_is_ignored(guest, golden, frame):
    guest.says(frame)

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-04")
def test_an_advertisement_says_all_about_the_network(guest, golden):
    guest.says(router_solicitation())

    heard = guest.hears_only(
        ADVERTISEMENT.where(
            ICMPv6ND_RA, chlim=64, M=0, O=0, routerlifetime=1800, reachabletime=0, retranstimer=0
        )
        .where(ICMPv6NDOptSrcLLAddr, lladdr=ROUTER6_MAC)
        .where(ICMPv6NDOptPrefixInfo, L=1, A=1, validlifetime=86400, preferredlifetime=14400)
    )

    assert ICMPv6NDOptRDNSS not in heard
    assert heard[IPv6].plen == 56
    golden.matches(guest.wire)


@requirement("IP6-04", variant="nameserver")
@pytest.mark.parametrize("resolver", [LOOPBACK6, REMOTE6])
def test_an_advertisement_names_the_nameserver(guest, host, golden, resolver):
    host.namespace.set_nameservers(LOOPBACK, resolver)

    guest.says(router_solicitation())

    heard = guest.hears_only(ADVERTISEMENT)
    assert heard[ICMPv6NDOptRDNSS].dns == [NAMESERVER6]
    assert heard[IPv6].plen == 80
    golden.matches(guest.wire, masks=("icmpv6ndoptrdnss.lifetime",))


@requirement("IP6-05")
def test_the_nameserver_is_good_for_twice_the_longest_interval(guest, host):
    host.namespace.set_nameservers(LOOPBACK6)

    guest.says(router_solicitation())

    guest.hears_only(ADVERTISEMENT.where(ICMPv6NDOptRDNSS, lifetime=2 * int(LONGEST_INTERVAL)))


@requirement("IP6-06")
def test_advertisements_come_by_themselves(guest, golden):
    guest.announces()

    for _ in range(4):
        before = guest.clock()
        guest.hears(ADVERTISEMENT, within=LONGEST_INTERVAL)
        assert guest.clock() - before >= SHORTEST_INTERVAL - 1

    golden.matches(guest.wire)


@requirement("IP6-06", variant="start")
def test_there_is_no_advertisement_at_the_start(guest, golden):
    guest.announces()

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-06", variant="asked")
def test_an_answer_does_not_put_the_next_advertisement_off(guest):
    guest.announces()
    guest.says(router_solicitation())
    guest.hears(ADVERTISEMENT)
    guest.waits(SHORTEST_INTERVAL - 10)
    guest.says(router_solicitation())
    guest.hears(ADVERTISEMENT)

    guest.hears(ADVERTISEMENT, within=LONGEST_INTERVAL - SHORTEST_INTERVAL + 10)

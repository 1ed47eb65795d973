"""The router's advertisements (IP6-03..06)."""

import pytest

from refnet.clock import SECOND
from refnet.slirp.ipv6.router import LONGEST_INTERVAL, SHORTEST_INTERVAL
from refnet.slirp.profile import QEMU_0_6, QEMU_7_2, with_quirks
from refnet.wire import icmpv6, ipv6, ndp
from refnet.wire.ipv6 import parse_address

SOURCE = ndp.LinkLayer(ndp.SOURCE_LINK_LAYER, b"\x52\x56\0\0\0\2")


def advertised(guest):
    """The advertisements that have come."""
    heard = []
    for packet, message in guest.hears_icmp():
        assert (packet.source, packet.destination) == (guest.router, ipv6.ALL_NODES)
        assert (message.type, message.code) == (icmpv6.ROUTER_ADVERTISEMENT, 0)
        heard.append(ndp.decode_router_advertisement(message.body))
    return heard


def test_the_network_is_advertised_to_who_asks(stranger):
    stranger.says(stranger.router_solicitation())

    prefix = ndp.Prefix(parse_address("fec0::"), 64, True, True, 86400, 14400)
    assert advertised(stranger) == [
        ndp.RouterAdvertisement(64, False, False, 1800, 0, 0, (SOURCE, prefix))
    ]


def test_the_prefix_is_advertised_as_it_was_given(make_guest):
    guest = make_guest(prefix6=parse_address("2001:db8::5"), prefix6_length=60)
    guest.says(guest.router_solicitation())
    [message] = advertised(guest)
    assert (message.options[1].prefix, message.options[1].length) == (
        parse_address("2001:db8::5"),
        60,
    )


@pytest.mark.parametrize(
    ("profile", "lifetime"), [(QEMU_7_2, 1200), (with_quirks(QEMU_7_2), 1_200_000)]
)
def test_with_a_resolver_the_name_server_is_advertised(make_guest, profile, lifetime):
    guest = make_guest(profile, resolver=True)
    guest.says(guest.router_solicitation())
    [message] = advertised(guest)
    assert message.options[2:] == (ndp.Nameservers((guest.nameserver,), lifetime),)


@pytest.mark.parametrize("fields", [{"hop_limit": 254}, {"code": 1}], ids=str)
def test_who_asks_from_elsewhere_is_ignored(stranger, fields):
    stranger.says(stranger.router_solicitation(**fields))
    assert stranger.hears() == []


def test_a_short_solicitation_is_ignored(stranger):
    stranger.says(stranger.icmp(stranger.router, icmpv6.ROUTER_SOLICITATION, b"\0\0\0"))
    assert stranger.hears() == []


def test_the_network_is_advertised_unasked_now_and_then(guest):
    times = []
    for _ in range(20):
        before = guest.now
        while not advertised(guest):
            guest.waits(1000)
        times.append((guest.now - before) // SECOND)
    assert all(SHORTEST_INTERVAL <= 1000 * time <= LONGEST_INTERVAL + 1000 for time in times)
    assert len(set(times)) > 10


def test_when_follows_from_the_seed(make_guest):
    deadlines = [make_guest(seed=seed).stack.next_deadline() for seed in (1, 1, 2)]
    assert deadlines[0] == deadlines[1] != deadlines[2]


def test_a_late_advertisement_does_not_make_up_for_those_missed(guest):
    guest.now = 10_000 * SECOND
    guest.stack.poll(guest.now)
    guest.says(guest.echo(guest.outside))
    assert len(advertised(guest)) == 1
    assert guest.stack.next_deadline() >= guest.now + SHORTEST_INTERVAL * 1_000_000


@pytest.mark.parametrize("options", [{"ipv6": False}, {"profile": QEMU_0_6}], ids=str)
def test_without_ipv6_there_is_no_router(make_guest, options):
    guest = make_guest(known=False, **options)
    guest.says(guest.router_solicitation(), guest.echo(guest.host))
    guest.waits(1_000_000)
    assert guest.hears() == []
    assert guest.stack.dropped == {"IPv6 is off": 2}


@pytest.mark.parametrize("kind", [icmpv6.ROUTER_ADVERTISEMENT, icmpv6.REDIRECT])
def test_what_only_routers_say_is_ignored(stranger, kind):
    stranger.says(stranger.icmp(ipv6.ALL_NODES, kind, bytes(40)))
    assert stranger.hears() == []
    assert stranger.stack.dropped == {"ND from a router": 1}

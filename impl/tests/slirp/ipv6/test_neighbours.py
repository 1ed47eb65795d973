"""How the stack is found, and how it finds guests (IP6-02, IP6-07, IP6-16, IP6-20)."""

import pytest

from refnet.wire import icmpv6, ipv6, ndp
from refnet.wire.ipv6 import parse_address


def advertised(guest):
    """The advertisements that have come, each with its packet."""
    heard = []
    for packet, message in guest.hears_icmp():
        assert (message.type, message.code) == (icmpv6.NEIGHBOUR_ADVERTISEMENT, 0)
        heard.append((packet, ndp.decode_neighbour_advertisement(message.body)))
    return heard


@pytest.mark.parametrize("text", ["fec0::2", "fec0::3", "fe80::2", "fe80::3"])
def test_the_stack_answers_for_its_addresses(stranger, text):
    target = parse_address(text)
    stranger.says(stranger.solicitation(target))

    [(packet, message)] = advertised(stranger)

    own = ndp.LinkLayer(ndp.TARGET_LINK_LAYER, b"\x52\x56" + target[-4:])
    assert message == ndp.NeighbourAdvertisement(target, True, True, True, (own,))
    assert (packet.source, packet.destination) == (target, stranger.address)


@pytest.mark.parametrize("text", ["fec0::1", "fec0::4", "fe80::4", "fec0:0:0:1::2", "::1"])
def test_it_answers_for_no_other(stranger, text):
    stranger.says(stranger.solicitation(parse_address(text)))
    assert stranger.hears() == []


def test_addresses_are_counted_from_the_prefix_that_was_given(make_guest):
    prefix, host = parse_address("2001:db8::"), parse_address("2001:db8::ff:53")
    guest = make_guest(
        prefix6=prefix, prefix6_length=120, host6=host, nameserver6=parse_address("2001:db8::3")
    )
    local = parse_address("fe80::ff:53")
    targets = [host, parse_address("2001:db8::53"), local, guest.host]

    guest.says(*(guest.solicitation(target) for target in targets))

    assert [message.target for _, message in advertised(guest)] == [targets[1], local]


def test_the_test_for_duplicates_is_answered_to_all(stranger):
    stranger.says(stranger.solicitation(stranger.host, source=ipv6.UNSPECIFIED))

    [(packet, message)] = advertised(stranger)

    assert packet.destination == ipv6.ALL_NODES
    assert (message.solicited, message.router, message.override) == (False, True, True)


@pytest.mark.parametrize(
    "fields",
    [{"hop_limit": 254}, {"code": 1}, {"source": ipv6.UNSPECIFIED, "destination": ipv6.ALL_NODES}],
    ids=str,
)
def test_what_is_not_from_the_link_or_broken_is_ignored(stranger, fields):
    stranger.says(stranger.solicitation(stranger.host, **fields))
    assert stranger.hears() == []


def test_a_broken_option_is_not_forgiven(stranger):
    body = ndp.encode_neighbour_solicitation(ndp.NeighbourSolicitation(stranger.host)) + bytes(8)
    stranger.says(stranger.icmp(stranger.host, icmpv6.NEIGHBOUR_SOLICITATION, body))
    assert stranger.hears() == []


def test_an_unknown_guest_is_solicited_once_and_its_packet_held(stranger):
    stranger.says(stranger.echo(stranger.host))
    stranger.says(stranger.echo(stranger.host, b"second"))

    asked = stranger.hears_icmp()
    stranger.waits(900)
    stranger.says(stranger.advertisement(solicited=True, destination=stranger.host))

    group = ipv6.solicited_node(stranger.address)
    own = ndp.LinkLayer(ndp.SOURCE_LINK_LAYER, b"\x52\x56\0\0\0\2")
    assert [packet.destination for packet, _ in asked] == [group, group]
    for packet, message in asked:
        assert packet.source == stranger.host
        body = ndp.decode_neighbour_solicitation(message.body)
        assert body == ndp.NeighbourSolicitation(stranger.address, (own,))
    answered = stranger.hears_icmp()
    assert [bytes(message.body[4:]) for _, message in answered] == [b"payload", b"second"]


def test_a_solicitation_goes_to_the_mac_of_its_group(stranger):
    stranger.says(stranger.echo(stranger.host))
    [(_, destination, source)] = stranger.hears()
    assert destination == b"\x33\x33\xff\0\0\x15"
    assert source == b"\x52\x56\0\0\0\2"


def test_a_packet_does_not_wait_for_longer_than_a_second(stranger):
    stranger.says(stranger.echo(stranger.host))
    stranger.hears()
    stranger.waits(2500)
    stranger.says(stranger.advertisement())
    assert stranger.hears() == []


@pytest.mark.parametrize(
    "teach",
    [
        lambda guest: guest.advertisement(),
        lambda guest: guest.advertisement(target=guest.outside),
        lambda guest: guest.advertisement(destination=guest.host, solicited=True),
        lambda guest: guest.solicitation(guest.host),
        lambda guest: guest.router_solicitation(),
    ],
)
def test_from_whom_the_stack_learns(stranger, teach):
    stranger.says(teach(stranger))
    stranger.hears()

    stranger.says(stranger.echo(stranger.host))

    [(_, destination, _)] = stranger.hears()
    assert destination == stranger.mac


@pytest.mark.parametrize(
    "teach",
    [
        lambda guest: guest.advertisement(solicited=True),
        lambda guest: guest.advertisement(target=ipv6.ALL_NODES),
        lambda guest: guest.advertisement(hop_limit=64),
        lambda guest: guest.solicitation(guest.outside),
        lambda guest: guest.echo(guest.outside),
    ],
)
def test_from_whom_it_does_not(stranger, teach):
    stranger.says(teach(stranger))
    stranger.says(stranger.echo(stranger.host))
    [(_, message)] = stranger.hears_icmp()
    assert message.type == icmpv6.NEIGHBOUR_SOLICITATION


def test_a_newer_mac_takes_the_place_of_an_older_one(guest):
    guest.says(guest.advertisement(mac=b"\2\2\2\2\2\2"), guest.echo(guest.host))
    [(_, destination, _)] = guest.hears()
    assert destination == b"\2\2\2\2\2\2"


def test_the_seventeenth_guest_takes_the_place_of_the_first(stranger):
    guests = [stranger.address[:-1] + bytes((number,)) for number in range(16, 34)]
    stranger.says(*(stranger.advertisement(source=guest) for guest in guests[:16]))
    stranger.says(stranger.advertisement(source=guests[0]))
    stranger.says(*(stranger.advertisement(source=guest) for guest in guests[16:]))

    stranger.says(*(stranger.echo(stranger.host, source=guest) for guest in guests))

    kinds = [message.type for _, message in stranger.hears_icmp()]
    assert kinds.count(icmpv6.NEIGHBOUR_SOLICITATION) == 2
    assert kinds[:2] == [icmpv6.NEIGHBOUR_SOLICITATION] * 2


def test_all_hear_what_is_sent_to_nobody(stranger):
    stranger.says(stranger.echo(stranger.host, source=ipv6.UNSPECIFIED))
    [(_, destination, _)] = stranger.hears()
    assert destination == b"\xff" * 6

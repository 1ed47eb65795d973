"""Fragments from the guest: their order, overlaps and patience (RFC 791, RFC 815)."""

from itertools import permutations

import pytest

from vnetspec.fixtures.addresses import (
    GUEST,
    GUEST_MAC,
    NAMESERVER,
    ROUTER,
    ROUTER_MAC,
    guest_address,
)
from vnetspec.fixtures.checkers import ARP_REPLY, ECHO_REPLY, FRAGMENT
from vnetspec.fixtures.frames import arp_request, echo_request, fragments, gratuitous_arp, udp
from vnetspec.fixtures.oracle import ARP, ICMP, IP, Ether, Raw
from vnetspec.fixtures.requirements import needs, requirement

pytestmark = needs("fresh")

DATA = bytes(range(64))
ECHO = echo_request(ROUTER, data=DATA)
ANSWER = ECHO_REPLY.where(IP, src=ROUTER, len=92, frag=0, flags=0).carrying(DATA)

#: Orders of four fragments, in three classes: libslirp 4.7 manages the first alone.
ORDERS = [order for order in permutations(range(4)) if order[0] != 3 and order[3] != 0]
FIRST_COMES_LAST = [order for order in permutations(range(4)) if order[0] != 3 and order[3] == 0]
LAST_COMES_FIRST = [order for order in permutations(range(4)) if order[0] == 3]


def name_of(order: tuple[int, ...]) -> str:
    """``1023``."""
    return "".join(map(str, order))


def piece(offset: int, end: int, *, wrong: int = 0, start: int | None = None) -> Ether:
    """Octets ``offset`` to ``end`` of :data:`ECHO` behind its IPv4 header, as a fragment.

    ``wrong`` octets of them, from ``start`` or their own start on, are spoilt.
    """
    whole = bytes(ECHO[IP].payload)
    data = bytearray(whole[offset:end])
    first = (offset if start is None else start) - offset
    data[first : first + wrong] = b"!" * wrong
    more = "MF" if end < len(whole) else 0
    header = IP(src=GUEST, dst=ROUTER, id=0x1234, proto=1, frag=offset // 8, flags=more)
    return Ether(src=GUEST_MAC, dst=ROUTER_MAC) / header / Raw(bytes(data))


@requirement("IP4-06")
def test_fragments_of_other_senders_are_other_packets(guest, golden):
    neighbour = guest_address(1)
    ours = fragments(ECHO, 32)
    theirs = fragments(echo_request(ROUTER, data=DATA[::-1], sender=neighbour), 32)
    guest.announces()
    guest.says(gratuitous_arp(neighbour))

    guest.says(ours[0], theirs[0], ours[1], theirs[1])

    guest.hears(ANSWER.where(IP, dst=GUEST))
    guest.hears_only(ECHO_REPLY.where(IP, dst=neighbour).carrying(DATA[::-1]))
    golden.matches(guest.wire)


@requirement("IP4-06", variant="number")
def test_fragments_of_other_numbers_are_other_packets(guest, golden):
    first = fragments(echo_request(ROUTER, data=DATA, sequence=1, id=1), 32)
    second = fragments(echo_request(ROUTER, data=DATA[::-1], sequence=2, id=2), 32)
    guest.announces()

    guest.says(first[0], second[0], first[1], second[1])

    guest.hears(ECHO_REPLY.where(ICMP, seq=1).carrying(DATA))
    guest.hears_only(ECHO_REPLY.where(ICMP, seq=2).carrying(DATA[::-1]))
    golden.matches(guest.wire)


@requirement("IP4-06", variant="protocol")
def test_fragments_of_other_protocols_are_other_packets(guest, golden, host):
    server = host.udp(7101)
    echo = fragments(ECHO, 32)
    datagram = fragments(udp(ROUTER, 7101, DATA), 32)
    guest.announces()

    guest.says(echo[0], datagram[0], echo[1], datagram[1])

    server.hears(DATA)
    guest.hears_only(ANSWER)
    golden.matches(guest.wire)


@requirement("IP4-06", variant="destination")
def test_fragments_to_other_destinations_are_other_packets(guest, golden):
    there = fragments(echo_request(NAMESERVER, data=DATA[::-1]), 32)
    here = fragments(ECHO, 32)
    guest.announces()

    guest.says(here[0], there[0], here[1], there[1])

    guest.hears(ANSWER)
    guest.hears_only(ECHO_REPLY.where(IP, src=NAMESERVER).carrying(DATA[::-1]))
    golden.matches(guest.wire)


@requirement("IP4-06", variant="preceding")
def test_an_overlap_is_cut_off_what_follows_an_earlier_fragment(guest, golden):
    guest.announces()
    guest.says(piece(0, 24), piece(16, 48, wrong=8), piece(48, 72))

    guest.hears_only(ANSWER)

    golden.matches(guest.wire)


@requirement("IP4-06", variant="succeeding")
def test_an_overlap_is_cut_off_an_earlier_fragment_that_follows(guest, golden):
    guest.announces()
    guest.says(piece(0, 16), piece(32, 48, wrong=8), piece(16, 40), piece(48, 72))

    guest.hears_only(ANSWER)

    golden.matches(guest.wire)


@requirement("IP4-06", variant="covered")
def test_an_earlier_fragment_that_is_covered_wholly_is_dropped(guest, golden):
    guest.announces()
    guest.says(piece(0, 16), piece(24, 32, wrong=8), piece(16, 48), piece(48, 72))

    guest.hears_only(ANSWER)

    golden.matches(guest.wire)


@requirement("IP4-06", variant="duplicate")
@pytest.mark.parametrize("which", [0, 1])
def test_a_second_copy_of_a_fragment_is_ignored(guest, golden, which):
    pieces = [piece(0, 24), piece(24, 48), piece(48, 72)]
    spoilt = [piece(0, 24, wrong=24), piece(24, 48, wrong=24)]
    guest.announces()

    guest.says(*pieces[: which + 1], spoilt[which], *pieces[which + 1 :])

    guest.hears_only(ANSWER)
    golden.matches(guest.wire)


@requirement("IP4-07")
def test_fragments_wait_for_the_rest_for_most_of_half_a_minute(guest, golden):
    first, rest = fragments(ECHO, 32)
    guest.announces()
    guest.says(first)
    assert guest.waits(29) == []

    guest.says(rest)

    guest.hears_only(ANSWER)
    golden.matches(guest.wire)


@requirement("IP4-07", variant="expired")
def test_fragments_are_forgotten_in_silence_after_half_a_minute(guest, golden):
    first, *rest = fragments(ECHO, 32, 24)
    guest.announces()
    guest.says(first)
    assert guest.waits(32) == []

    guest.says(*rest)

    guest.hears_nothing()
    guest.says(echo_request(ROUTER))
    guest.hears_only(ECHO_REPLY.carrying(b"vnetspec"))
    golden.matches(guest.wire)


@requirement("IP4-08")
@pytest.mark.parametrize("order", ORDERS, ids=name_of)
def test_fragments_reassemble_out_of_order(guest, golden, order):
    pieces = fragments(ECHO, 16, 24, 8)
    guest.announces()

    guest.says(*(pieces[number] for number in order))

    guest.hears_only(ANSWER)
    golden.matches(guest.wire)


@requirement("IP4-08", variant="first-fragment-last")
@pytest.mark.parametrize("order", FIRST_COMES_LAST, ids=name_of)
def test_fragments_reassemble_when_the_first_comes_last(guest, order):
    pieces = fragments(ECHO, 16, 24, 8)
    guest.announces()

    guest.says(*(pieces[number] for number in order))
    guest.says(arp_request(NAMESERVER), note="fence, asked at once: nothing else is waited for")

    guest.hears(ANSWER)
    guest.hears(ARP_REPLY.where(ARP, psrc=NAMESERVER))


@requirement("IP4-08", variant="last-fragment-first")
@pytest.mark.parametrize("order", LAST_COMES_FIRST, ids=name_of)
def test_fragments_reassemble_when_the_last_comes_first(guest, order):
    pieces = fragments(ECHO, 16, 24, 8)
    guest.announces()

    guest.says(*(pieces[number] for number in order))

    guest.hears_only(ANSWER)


@requirement("IP4-08", variant="large")
def test_a_packet_of_the_largest_size_reassembles(guest):
    data = bytes(range(256)) * 250
    guest.announces()

    guest.says(*fragments(echo_request(ROUTER, data=data), *[1480] * 43))

    for _ in range(43):
        guest.hears(FRAGMENT.where(IP, flags="MF"))
    guest.hears_only(FRAGMENT.where(IP, flags=0))

"""Fragments in and out (IP4-06 to IP4-09)."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.slirp import ip
from refnet.wire import ipv4

PAYLOAD = bytes(index % 251 for index in range(5000))
WHOLE = ipv4.Datagram(1, 2, ipv4.UDP, PAYLOAD, identification=9, options=b"\1" * 4)


def piece(start: int, end: int, **fields: object) -> ipv4.Datagram:
    values = {"payload": PAYLOAD[start:end], "offset": start, "more_fragments": end < 5000}
    return dataclasses.replace(WHOLE, **(values | fields))


def feed(*pieces: ipv4.Datagram) -> ipv4.Datagram | None:
    reassembly = ip.Reassembly()
    results = [reassembly.add(fragment) for fragment in pieces]
    assert all(result is None for result in results[:-1])
    assert (len(reassembly) == 0) is (results[-1] is not None)
    assert results[-1] is not None or reassembly.octets
    return results[-1]


@given(st.permutations(range(5)))
def test_any_order_will_do(order):
    pieces = [piece(index * 1000, (index + 1) * 1000) for index in range(5)]
    assert feed(*(pieces[index] for index in order)) == WHOLE


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 624), st.integers(1, 200)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_overlaps_and_repeats_of_the_same_octets_do_no_harm(cuts, random):
    pieces = [piece(at * 8, min(5000, (at + size) * 8)) for at, size in cuts]
    pieces += [piece(index * 1000, (index + 1) * 1000) for index in range(5)]
    random.shuffle(pieces)
    reassembly = ip.Reassembly()
    results = [result for result in map(reassembly.add, pieces) if result is not None]
    assert results[0].payload == PAYLOAD
    assert all(result.payload == PAYLOAD for result in results)


def test_an_overlap_is_trimmed_in_favour_of_what_precedes():
    early = piece(0, 16, payload=b"a" * 16)
    late = piece(8, 32, payload=b"b" * 24, more_fragments=False)
    assert feed(early, late).payload == b"a" * 16 + b"b" * 16
    assert feed(late, early).payload == b"a" * 16 + b"b" * 16


def test_what_is_wholly_covered_is_dropped():
    inner = piece(8, 16, payload=b"i" * 8)
    outer = piece(0, 24, payload=b"o" * 24)
    last = piece(24, 32, payload=b"l" * 8, more_fragments=False)
    assert feed(inner, outer, last).payload == b"o" * 24 + b"l" * 8
    assert feed(outer, inner, last).payload == b"o" * 24 + b"l" * 8


def test_the_header_is_the_first_fragments():
    first = piece(0, 8, tos=0xFF, ttl=7, dont_fragment=True, reserved=True)
    last = piece(8, 16, tos=2, ttl=9, options=b"", more_fragments=False)
    whole = feed(last, first)
    assert (whole.tos, whole.ttl, whole.options) == (0xFE, 7, b"\1" * 4)
    assert (whole.dont_fragment, whole.reserved, whole.is_fragment) == (False, False, False)


@pytest.mark.parametrize("field", ["identification", "source", "destination", "protocol"])
def test_fragments_of_different_datagrams_do_not_mix(field):
    first = piece(0, 1000)
    other = dataclasses.replace(piece(1000, 5000), **{field: 77})
    assert feed(first, other) is None


def test_empty_fragments():
    assert ip.Reassembly().add(piece(0, 0)) is None
    empty = piece(16, 16, payload=b"", more_fragments=False)
    assert feed(piece(0, 16), empty).payload == PAYLOAD[:16]
    assert feed(piece(8, 16), empty, piece(0, 8)).payload == PAYLOAD[:16]


def test_more_than_65535_octets_are_forgotten():
    reassembly = ip.Reassembly()
    reassembly.add(piece(0, 1000))
    assert reassembly.add(piece(0, 1000, offset=65000)) is None
    assert (len(reassembly), reassembly.octets) == (0, 0)


def test_after_sixty_ticks_all_is_forgotten():
    reassembly = ip.Reassembly()
    reassembly.add(piece(0, 1000))
    for _ in range(59):
        reassembly.on_slow_tick()
    assert len(reassembly) == 1
    reassembly.on_slow_tick()
    assert (len(reassembly), reassembly.octets) == (0, 0)


def test_a_datagram_can_be_forgotten():
    reassembly = ip.Reassembly()
    reassembly.add(piece(0, 1000))
    reassembly.forget(piece(1000, 2000))
    reassembly.forget(piece(1000, 2000))
    assert len(reassembly) == 0


def test_memory_is_bounded_by_octets():
    reassembly = ip.Reassembly()
    for identification in range(2000):
        reassembly.add(piece(0, 4992, identification=identification))
    assert reassembly.octets <= ip.MOST_OCTETS
    assert 0 < len(reassembly) < 2000


def test_memory_is_bounded_by_fragments(monkeypatch):
    monkeypatch.setattr(ip, "MOST_FRAGMENTS", 10)
    reassembly = ip.Reassembly()
    for identification in range(20):
        reassembly.add(piece(0, 8, identification=identification))
    assert len(reassembly) == 10


def test_a_small_datagram_is_not_cut():
    datagram = ipv4.Datagram(1, 2, 17, bytes(1480), dont_fragment=True)
    assert list(ip.fragments(datagram, 1500)) == [datagram]


def test_a_large_datagram_is_cut_at_1480():
    pieces = list(ip.fragments(ipv4.Datagram(1, 2, 17, PAYLOAD, tos=4), 1500))
    assert [(p.offset, len(p.payload), p.more_fragments, p.tos) for p in pieces] == [
        (0, 1480, True, 4),
        (1480, 1480, True, 4),
        (2960, 1480, True, 4),
        (4440, 560, False, 4),
    ]
    assert feed(*reversed(pieces)).payload == PAYLOAD


def test_what_may_not_be_cut_is_dropped():
    assert list(ip.fragments(ipv4.Datagram(1, 2, 17, PAYLOAD, dont_fragment=True), 1500)) == []


@given(st.integers(0, 9000), st.integers(68, 1500))
def test_pieces_fit_and_make_the_whole(length, mtu):
    pieces = list(ip.fragments(ipv4.Datagram(1, 2, 17, bytes(length)), mtu))
    assert all(len(ipv4.encode(fragment)) <= mtu for fragment in pieces)
    assert sum(len(fragment.payload) for fragment in pieces) == length

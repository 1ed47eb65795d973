"""Data from the guest: what is acknowledged when, and what the host gets."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.conversation import connection
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.requirements import requirement


@requirement("TCP-14")
def test_each_segment_is_acknowledged_at_once(guest, golden, host):
    conversation, stream = connection(guest, host)
    conversation.says("PA", b"first")
    conversation.hears("A", b"")

    for piece in (b"one", b"two", b"three"):
        conversation.says("PA", piece)
        conversation.hears("A", b"", ack=conversation.seq)
        guest.hears_nothing()

    stream.hears(b"firstonetwothree")
    golden.matches(guest.wire)


@requirement("TCP-15")
def test_data_that_comes_again_is_acknowledged_again(guest, golden, host):
    conversation, stream = connection(guest, host)
    sent = conversation.says("PA", b"hello")
    conversation.hears("A", b"", ack=conversation.seq)

    guest.says(sent)

    conversation.hears("A", b"", ack=conversation.seq)
    guest.hears_nothing()
    stream.hears(b"hello")
    stream.hears_nothing()
    golden.matches(guest.wire)


@requirement("TCP-15", variant="overlap")
def test_only_the_new_part_of_an_overlapping_segment_counts(guest, golden, host):
    conversation, stream = connection(guest, host)
    start = conversation.seq
    conversation.says("PA", b"hello")
    conversation.hears("A", b"", ack=start + 5)

    guest.says(conversation.segment("PA", b"llo, world", seq=start + 2))

    conversation.hears("A", b"", ack=start + 12, within=0.002)
    stream.hears(b"hello, world")
    stream.hears_nothing()
    golden.matches(guest.wire)


@requirement("TCP-15", variant="gap")
def test_data_past_a_gap_waits_for_it_to_be_filled(guest, golden, host):
    conversation, stream = connection(guest, host)
    start = conversation.seq

    guest.says(conversation.segment("PA", b"world", seq=start + 7))
    conversation.hears("A", b"", ack=start)
    stream.hears_nothing()
    guest.says(conversation.segment("PA", b"hello, ", seq=start))

    conversation.hears("A", b"", ack=start + 12)
    stream.hears(b"hello, world")
    golden.matches(guest.wire)


@requirement("TCP-15", variant="order")
@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 4, 1, 3, 0), (1, 3, 2, 2, 4, 0)], ids=str)
def test_the_host_gets_everything_in_order(guest, golden, host, order):
    conversation, stream = connection(guest, host)
    start = conversation.seq
    pieces = [bytes([65 + number]) * 100 for number in range(5)]

    for number in order:
        guest.says(conversation.segment("PA", pieces[number], seq=start + 100 * number))
        conversation.hears("A", b"")

    stream.hears(b"".join(pieces))
    conversation.seq += 500
    conversation.says("PA", b"the end")
    conversation.hears("A", b"", ack=start + 507)
    stream.hears(b"the end")
    golden.matches(guest.wire)


@requirement("TCP-16")
@pytest.mark.parametrize("distance", [140000, 1 << 20, 1 << 30])
def test_data_past_the_window_is_acknowledged_and_dropped(guest, golden, host, distance):
    conversation, stream = connection(guest, host)

    guest.says(conversation.segment("PA", b"too far", seq=conversation.seq + distance))
    conversation.hears("A", b"", ack=conversation.seq)

    conversation.says("PA", b"right")
    conversation.hears("A", b"", ack=conversation.seq)
    stream.hears(b"right")
    stream.hears_nothing()
    golden.matches(guest.wire)


@requirement("TCP-28", variant="from-guest")
@pytest.mark.parametrize(("urgent", "octet"), [(1, b"h"), (2, b"e"), (5, b"o")])
def test_urgent_data_of_the_guest_is_urgent_to_the_host(guest, golden, host, urgent, octet):
    conversation, stream = connection(guest, host)

    conversation.says("PAU", b"hello", urgent=urgent)
    conversation.hears("A", b"", within=0.002)

    stream.hears_urgent(octet)
    golden.matches(guest.wire)


@requirement("TCP-38")
@pytest.mark.parametrize("keys", [b"\x1b", b"\x1b[A", b"\x1b[11~"], ids=["escape", "up", "f1"])
def test_an_escape_sequence_is_acknowledged_at_once(guest, golden, host, keys):
    conversation, stream = connection(guest, host)
    conversation.window = 32768

    guest.says(conversation.segment("PA", keys), arp_request(NAMESERVER))

    conversation.hears("A", b"", ack=conversation.seq + len(keys))
    guest.hears(ARP_REPLY)
    stream.hears(keys)
    golden.matches(guest.wire)


@requirement("TCP-39")
@pytest.mark.parametrize("data", [b"hello", b"[A", b"\x1b12345"], ids=["text", "short", "long"])
def test_data_with_a_new_window_is_acknowledged_a_moment_later(guest, golden, host, data):
    conversation, stream = connection(guest, host)
    conversation.window = 32768

    guest.says(conversation.segment("PA", data), arp_request(NAMESERVER))
    guest.hears(ARP_REPLY)

    conversation.hears("A", b"", ack=conversation.seq + len(data), within=0.002)
    stream.hears(data)
    golden.matches(guest.wire)

"""Segments that belong to no connection, or acknowledge what was never sent."""

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import RST, RST_ACK
from vnetspec.fixtures.conversation import connection
from vnetspec.fixtures.frames import tcp
from vnetspec.fixtures.oracle import IP, TCP
from vnetspec.fixtures.requirements import requirement

#: Flags, and how many sequence numbers the answer counts for them: SYN does, FIN does not.
WITHOUT_ACK = [("", 0), ("F", 0), ("P", 0), ("R", 0), ("SF", 1), ("SU", 1), ("SR", 1)]


@requirement("TCP-02")
@pytest.mark.parametrize("flags", ["A", "PA", "FA", "SA", "RA"])
def test_a_stray_acknowledgement_is_reset_in_its_own_sequence(guest, golden, host, flags):
    server = host.tcp(8080)
    guest.announces()

    guest.says(tcp(ROUTER, 8080, flags, seq=5000, ack=7000))

    guest.hears_only(
        RST.where(TCP, sport=8080, dport=40000, seq=7000, ack=0, window=0).where(IP, ttl=255)
    )
    server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("TCP-02", variant="without-ack")
@pytest.mark.parametrize(("flags", "counted"), WITHOUT_ACK)
def test_a_stray_segment_without_ack_is_reset_with_one(guest, golden, host, flags, counted):
    server = host.tcp(8080)
    guest.announces()

    guest.says(tcp(ROUTER, 8080, flags, seq=5000))

    guest.hears_only(
        RST_ACK.where(TCP, sport=8080, seq=0, ack=5000 + counted, window=0).where(IP, ttl=255)
    )
    server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("TCP-02", variant="data")
@pytest.mark.parametrize(("flags", "counted"), [("P", 5), ("F", 5), ("SF", 6)])
def test_the_answer_counts_the_data_of_a_stray_segment(guest, golden, flags, counted):
    guest.announces()

    guest.says(tcp(ROUTER, 8080, flags, b"stray", seq=5000))

    guest.hears_only(RST_ACK.where(TCP, seq=0, ack=5000 + counted))
    golden.matches(guest.wire)


@requirement("TCP-35")
def test_data_that_acknowledges_what_was_never_sent_is_only_acknowledged(guest, golden, host):
    conversation, stream = connection(guest, host)

    guest.says(conversation.segment("PA", b"false", ack=conversation.ack + 100))
    conversation.hears("A", b"", ack=conversation.seq)

    conversation.says("PA", b"right")
    conversation.hears("A", b"")
    stream.hears(b"right")
    golden.matches(guest.wire)

"""How connections end: in order, half-closed, by reset, and what is left of them."""

import pytest

from vnetspec.fixtures.checkers import RST, RST_ACK
from vnetspec.fixtures.conversation import Conversation, connection
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.host import Host
from vnetspec.fixtures.oracle import IP, TCP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import states


def remembered(guest: Guest, host: Host) -> Conversation:
    """The guest's end of a connection in TIME_WAIT: both have finished, the host first."""
    conversation, stream = connection(guest, host)
    stream.finishes()
    conversation.hears("FA", b"")
    conversation.acknowledges()
    conversation.says("FA")
    conversation.hears("A", b"")
    return conversation


@requirement("TCP-22")
def test_a_guest_that_finishes_may_still_be_spoken_to(guest, golden, host):
    conversation, stream = connection(guest, host)

    conversation.says("FA")
    conversation.hears("A", b"", ack=conversation.seq)
    stream.hears_end()

    stream.says(b"late")
    conversation.hears("PA", b"late")
    conversation.acknowledges()
    stream.close()
    conversation.hears("FA", b"")
    conversation.acknowledges()
    guest.hears_nothing()
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("TCP-22", variant="data")
def test_data_with_a_fin_reaches_the_host_before_the_end(guest, golden, host):
    conversation, stream = connection(guest, host)

    conversation.says("FPA", b"last words")

    conversation.hears("A", b"", ack=conversation.seq)
    stream.hears(b"last words")
    stream.hears_end()
    golden.matches(guest.wire)


@requirement("TCP-23")
def test_a_host_that_finishes_may_still_be_spoken_to(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.finishes()
    conversation.hears("FA", b"")
    conversation.acknowledges()
    conversation.says("PA", b"late")
    conversation.hears("A", b"")
    stream.hears(b"late")

    conversation.says("FA")
    conversation.hears("A", b"", ack=conversation.seq)
    stream.hears_end()
    golden.matches(guest.wire)


@requirement("TCP-23", variant="time-wait")
def test_the_connection_is_remembered_for_10_seconds(guest, golden, host):
    conversation = remembered(guest, host)

    assert guest.waits(9) == []
    assert states(guest) == ["TIME_WAIT"]
    assert guest.waits(1.5) == []
    assert states(guest) == []

    conversation.says("A")
    guest.hears_only(RST.where(TCP, seq=conversation.ack))
    golden.matches(guest.wire)


@requirement("TCP-24")
@network(ipv6="off")
def test_a_connection_that_the_guest_never_finishes_is_forgotten_at_last(guest, golden, host):
    conversation, stream = connection(guest, host)
    stream.close()
    conversation.hears("FA", b"")
    conversation.acknowledges()

    assert guest.waits(670) == []
    assert states(guest) == ["FIN_WAIT_2"]
    assert guest.waits(10) == []
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("TCP-25")
def test_a_reset_of_the_host_is_one_to_the_guest(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.resets()

    guest.hears_only(
        RST_ACK.where(TCP, seq=conversation.ack, ack=conversation.seq).where(IP, ttl=64)
    )
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("TCP-25", variant="unread")
def test_a_host_that_closes_with_data_unread_resets(guest, golden, host):
    conversation, stream = connection(guest, host)
    conversation.says("PA", b"hello")
    conversation.hears("A", b"")

    stream.close()

    guest.hears_only(RST_ACK.where(TCP, seq=conversation.ack, ack=conversation.seq))
    golden.matches(guest.wire)


@requirement("TCP-25", variant="guest")
@pytest.mark.parametrize("flags", ["R", "RA"])
def test_a_reset_of_the_guest_ends_the_hosts_connection(guest, golden, host, flags):
    conversation, stream = connection(guest, host)

    conversation.says(flags)

    guest.hears_nothing()
    stream.hears_end()
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("TCP-25", variant="outside")
def test_a_reset_outside_the_window_is_not_believed(guest, golden, host):
    conversation, stream = connection(guest, host)

    guest.says(conversation.segment("R", seq=conversation.seq + 200000))
    guest.hears_nothing()

    conversation.says("PA", b"still here")
    conversation.hears("A", b"")
    stream.hears(b"still here")
    golden.matches(guest.wire)


@requirement("TCP-27")
def test_data_for_a_host_that_is_gone_is_reset(guest, golden, host):
    conversation, stream = connection(guest, host)
    client = stream.peer
    stream.close()
    conversation.hears("FA", b"")
    conversation.acknowledges()

    conversation.says("PA", b"first")
    conversation.hears("A", b"")
    host.forgets(client)
    conversation.says("PA", b"second")
    conversation.hears("A", b"")
    conversation.hears("RA", b"")
    conversation.says("PA", b"third")

    guest.hears_only(RST.where(TCP, seq=conversation.ack).where(IP, ttl=255))
    golden.matches(guest.wire)


@requirement("TCP-34")
def test_a_new_connection_may_follow_one_that_is_remembered(guest, golden, host):
    conversation = remembered(guest, host)
    assert states(guest) == ["TIME_WAIT"]

    conversation.seq += 200000
    conversation.says("S")

    conversation.hears_syn_ack()
    golden.matches(guest.wire)


@requirement("TCP-34", variant="inside")
def test_a_syn_inside_the_old_window_is_reset(guest, golden, host):
    conversation = remembered(guest, host)

    conversation.seq += 4000
    conversation.says("S")

    guest.hears_only(
        RST_ACK.where(TCP, seq=conversation.ack).where(IP, ttl=64),
        RST_ACK.where(TCP, seq=0, ack=conversation.seq).where(IP, ttl=255),
    )
    golden.matches(guest.wire)

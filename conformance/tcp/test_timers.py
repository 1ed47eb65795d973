"""What time brings: retransmission, probes of a closed window, idle connections."""

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import SYN_ACK, Pattern, payload
from vnetspec.fixtures.conversation import Conversation, connection
from vnetspec.fixtures.frames import tcp
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.oracle import TCP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import states

#: Two ticks of SLiRP's clock, of half a second each: how exact its timers are.
TICKS = 1.0


@requirement("TCP-20")
def test_a_syn_ack_is_sent_again_after_6_and_12_seconds(guest, golden, host):
    host.tcp(8080)
    guest.announces()
    guest.says(tcp(ROUTER, 8080))
    guest.hears_only(SYN_ACK)

    for seconds in (6, 12):
        assert passing(guest, SYN_ACK, within=seconds + TICKS) == pytest.approx(seconds, abs=TICKS)

    golden.matches(guest.wire)


@requirement("TCP-20", variant="given-up")
def test_a_handshake_that_is_never_completed_ends_after_75_seconds(guest, golden, host):
    server = host.tcp(8080)
    guest.announces()
    conversation = Conversation(guest, port=8080)
    conversation.says("S")
    conversation.hears_syn_ack()
    stream = server.accepts()
    start = guest.clock()

    for _ in range(6):
        guest.hears(SYN_ACK, within=13)
    conversation.hears("RA", within=13, seq=2, ack=1001)

    assert guest.clock() - start == pytest.approx(75, abs=TICKS)
    stream.hears_end()
    golden.matches(guest.wire)


@requirement("TCP-20", variant="data")
def test_unacknowledged_data_is_sent_again_ever_later(guest, golden, host):
    conversation, stream = connection(guest, host)
    stream.says(b"hello")
    pattern = conversation.pattern("PA", seq=conversation.ack).carrying(b"hello")
    guest.hears_only(pattern)

    for seconds in (1.5, 3, 6, 12, 12):
        assert passing(guest, pattern, within=seconds + TICKS) == pytest.approx(seconds, abs=TICKS)

    conversation.says("A", ack=conversation.ack + 5)
    guest.waits(30)
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TCP-20", variant="smaller")
@network(ipv6="off")
def test_segments_shrink_until_the_connection_is_given_up(guest, golden, host):
    _, stream = connection(guest, host)
    stream.says(bytes(1440))
    heard = guest.waits(700)

    sizes = [len(payload(packet)) for packet in heard]
    assert heard[-1][TCP].flags == "RA"
    assert sizes[0] == 1440
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-2:] == [45, 0]
    stream.hears_end()
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("TCP-21")
def test_a_closed_window_is_probed_with_one_octet(guest, golden, host):
    guest.announces()
    server = host.tcp(8080)
    conversation = Conversation(guest, port=8080)
    conversation.window = 0
    conversation.opens()
    stream = server.accepts()
    stream.says(b"abcdef")
    guest.hears_nothing()
    probe = conversation.pattern("A", seq=conversation.ack).carrying(b"a")

    for seconds in (5, 5, 5, 8, 16, 32, 60, 60):
        assert passing(guest, probe, within=seconds + TICKS) == pytest.approx(seconds, abs=TICKS)

    conversation.window = 65535
    conversation.says("A", ack=conversation.ack + 1)
    conversation.hears("PA", b"bcdef")
    golden.matches(guest.wire)


@requirement("TCP-29")
@network(ipv6="off")
def test_an_idle_connection_lives_on(guest, golden, host):
    conversation, stream = connection(guest, host)

    assert guest.waits(2 * 3600 + 120) == []

    conversation.says("PA", b"still here")
    conversation.hears("A", b"")
    stream.hears(b"still here")
    golden.matches(guest.wire)


def passing(guest: Guest, pattern: Pattern, within: float) -> float:
    """Take the next frame, of ``pattern``; the seconds until it came."""
    start = guest.clock()
    guest.hears(pattern, within=within)
    return guest.clock() - start

"""How connections end (TCP-22..27, 34)."""

import pytest

from refnet.slirp import hostio
from refnet.slirp.hostio import Failure


def test_the_guest_ends_first(world):
    handle = world.established()

    [answer] = world.says("FA", 1001, 2, b"bye")
    assert (answer.flags, answer.acknowledgment) == ("A", 1005)
    send, *_ = world.asks(hostio.Send)
    assert bytes(send.data) == b"bye"
    assert world.state == "CLOSE_WAIT"

    [late] = world.tells(hostio.Received(handle, b"late"))
    assert late.text == b"late"
    [fin] = world.tells(hostio.EndOfStream(handle))
    assert (fin.flags, fin.sequence) == ("FA", 6)
    assert world.state == "LAST_ACK"
    world.asks()
    assert world.says("A", 1005, 7) == []

    assert world.asks()[-1] == hostio.Close(handle)
    assert world.tcp.rows() == []
    assert world.stack.owners == {}


def test_the_stream_is_shut_behind_all_that_was_sent(world):
    handle = world.established()

    world.says("FA", 1001, 2, b"bye")

    assert world.asks() == [hostio.Send(handle, b"bye"), hostio.Shutdown(handle)]


def test_a_second_fin_is_answered_and_nothing_more(world):
    world.established()
    world.says("FA", 1001, 2)
    world.asks()

    [again] = world.says("FA", 1001, 2)
    [beyond] = world.says("FA", 1002, 2, b"more")

    assert (again.acknowledgment, beyond.acknowledgment) == (1002, 1002)
    assert world.asks() == []


def test_the_host_ends_first(world):
    handle = world.established()

    [fin] = world.tells(hostio.EndOfStream(handle))
    assert (fin.flags, fin.sequence) == ("FA", 2)
    assert world.state == "FIN_WAIT_1"
    world.says("A", 1001, 3)
    assert world.state == "FIN_WAIT_2"
    [answer] = world.says("PA", 1001, 3, b"text")
    assert answer.acknowledgment == 1005
    [answer] = world.says("FA", 1005, 3)
    assert answer.acknowledgment == 1006
    assert world.state == "TIME_WAIT"

    assert world.ticks(19) == []
    [again] = world.says("FA", 1005, 3)
    assert again.acknowledgment == 1006
    world.ticks(1)

    assert world.tcp.rows() == []
    assert world.asks(hostio.Close) == [hostio.Close(handle)]


def test_an_acknowledgment_in_time_wait_starts_the_time_anew(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"text"))
    world.tells(hostio.EndOfStream(handle))
    world.says("A", 1001, 7)
    world.says("FA", 1001, 7)
    world.ticks(15)

    assert world.says("A", 1002, 7) == []
    world.ticks(5)

    assert world.tcp.rows() == []


def test_both_end_at_once(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))

    [answer] = world.says("FA", 1001, 2)
    assert (answer.flags, answer.acknowledgment) == ("FA", 1002)
    assert world.state == "CLOSING"
    world.says("A", 1002, 3)

    assert world.state == "TIME_WAIT"


def test_in_closing_only_the_fin_counts(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"text"))
    world.tells(hostio.EndOfStream(handle))
    world.says("FA", 1001, 2)

    world.says("A", 1002, 4)

    assert world.state == "CLOSING"


def test_in_last_ack_only_the_fin_counts(world):
    handle = world.established()
    world.says("FA", 1001, 2)
    world.tells(hostio.Received(handle, b"text"))
    world.tells(hostio.EndOfStream(handle))

    world.says("A", 1002, 4)

    assert world.state == "LAST_ACK"


def test_acknowledgment_and_fin_in_one_segment(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))

    world.says("FA", 1001, 3)

    assert world.state == "TIME_WAIT"


def test_fin_wait_2_ends_after_ten_minutes_of_silence(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))
    world.says("A", 1001, 3)

    world.ticks(1200)
    assert world.state == "FIN_WAIT_2"
    world.ticks(151)

    assert world.tcp.rows() == []


def test_fin_wait_2_of_a_stream_that_is_shut_as_well_has_no_end(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))
    world.says("A", 1001, 3, b"text")

    world.ticks(1300)
    assert world.state == "FIN_WAIT_2"


def test_the_end_of_a_stream_counts_once(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))

    assert world.tells(hostio.EndOfStream(handle)) == []


def test_a_reset_of_the_guest_closes_the_stream(world):
    handle = world.established()

    assert world.says("R", 1001) == []

    assert world.asks() == [hostio.Close(handle)]
    assert world.tcp.rows() == []


@pytest.mark.parametrize("sequence", [1001 + 131_401, 500_000])
def test_a_reset_beyond_the_window_is_ignored(world, sequence):
    world.established()

    assert world.says("R", sequence) == []

    assert world.state == "ESTABLISHED"


def test_a_reset_with_an_old_number_counts_as_in_slirp(world):
    world.established()

    assert world.says("R", 999) == []

    assert world.tcp.rows() == []


def test_a_reset_of_the_host_is_told_in_sequence(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"text"))

    [reset] = world.tells(hostio.Broken(handle, Failure.RESET))

    assert (reset.flags, reset.sequence, reset.acknowledgment) == ("RA", 6, 1001)
    assert (reset.ttl, reset.window) == (64, 65535)
    assert world.tcp.rows() == []


def test_a_stream_that_can_not_be_written_to_ends_the_connection(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))
    world.says("A", 1001, 3, b"nobody")

    [reset] = world.tells(hostio.Broken(handle, Failure.RESET))

    assert (reset.flags, reset.ttl) == ("RA", 64)


def test_text_for_a_stream_that_is_gone_is_refused(world, make_world, make_guest_forward):
    world = make_world(guest_forwards=(make_guest_forward("cmd:false"),))
    to = world.stack.config.guest_forwards[0].address
    world.forwarded("cmd:false", to=to, far=1234)
    [spawn] = world.asks(hostio.Spawn)
    [fin] = world.tells(hostio.ConnectFailed(spawn.handle, Failure.NOT_FOUND, at_once=True))
    assert fin.flags == "FA"

    [reset] = world.says("PA", 1001, 3, b"text", to=to, far=1234)

    assert (reset.flags, reset.ttl) == ("R", 255)
    assert world.tcp.rows() == []


def test_a_syn_beyond_the_window_in_time_wait_opens_a_new_connection(world):
    handle = world.established()
    world.tells(hostio.EndOfStream(handle))
    world.says("FA", 1001, 3)
    world.asks()

    assert world.says("S", 1001 + 200_000) == []

    close, connect = world.asks()
    assert close == hostio.Close(handle)
    assert isinstance(connect, hostio.Connect)
    assert world.state == "SYN_RCVD"


def test_a_new_connection_to_a_command_starts_behind_the_old_one(make_world, make_guest_forward):
    world = make_world(guest_forwards=(make_guest_forward("cmd:cat"),))
    to = world.stack.config.guest_forwards[0].address
    world.forwarded("cmd:cat", to=to, far=1234)
    [spawn] = world.asks(hostio.Spawn)
    world.tells(hostio.EndOfStream(spawn.handle))
    world.says("FA", 1001, 3, to=to, far=1234)

    [answer] = world.says("S", 201_001, to=to, far=1234)

    assert (answer.flags, answer.sequence) == ("SA", 1002 + 128_000)


def test_ticks_only_matter_while_there_is_something(world):
    assert not world.tcp.active
    handle = world.established()
    assert world.tcp.active
    world.says("R", 1001)

    assert not world.tcp.active
    assert handle


def test_the_last_octets_before_an_end_are_sent_when_there_is_room_for_the_host(world):
    handle = world.established()
    for start in range(0, 70_000, 1000):
        world.says("A", 1001 + start, 2, bytes(1000))
    world.says("FA", 71_001, 2)
    assert world.row().receive_queue == 70_000

    world.tells(hostio.Sent(handle, 69_000))
    world.tells(hostio.EndOfStream(handle))
    world.tells(hostio.Sent(handle, 1000))

    assert world.state == "LAST_ACK"

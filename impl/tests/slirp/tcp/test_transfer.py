"""How text passes on an established connection (TCP-12, 14..18, 28, 30, 35, 38, 39)."""

import pytest

from refnet.slirp import hostio
from refnet.wire import tcp

SERVICES = {20: 8, 21: 16, 23: 16, 80: 8, 113: 16, 513: 16, 543: 16, 544: 16, 6667: 8, 6668: 8}


def sent(world):
    return b"".join(bytes(action.data) for action in world.asks(hostio.Send))


def test_text_in_sequence_is_acknowledged_at_once_each_time(world):
    world.established()

    [first] = world.says("A", 1001, 2, b"hello")
    [second] = world.says("PA", 1006, 2, b"world")

    assert (first.flags, first.sequence, first.acknowledgment) == ("A", 2, 1006)
    assert (second.acknowledgment, second.window) == (1011, 65535)
    assert sent(world) == b"helloworld"


def test_text_that_was_received_is_acknowledged_again(world):
    world.established()
    world.says("A", 1001, 2, b"hello")
    sent(world)

    [answer] = world.says("A", 1001, 2, b"hello")
    assert answer.acknowledgment == 1006
    world.says("A", 1003, 2, b"llo world")

    assert sent(world) == b" world"


def test_text_out_of_order_is_answered_at_once_and_kept(world):
    world.established()

    [gap] = world.says("A", 1006, 2, b"world")
    assert gap.acknowledgment == 1001
    assert sent(world) == b""
    [full] = world.says("A", 1001, 2, b"hello")

    assert full.acknowledgment == 1011
    assert sent(world) == b"helloworld"


def test_text_beyond_the_window_is_dropped_and_answered(world):
    world.established()

    [answer] = world.says("A", 1001 + 200_000, 2, b"far")

    assert answer.acknowledgment == 1001
    assert sent(world) == b""


def test_text_is_cut_at_the_end_of_the_window(world):
    handle = world.established()
    for start in range(0, 131_000, 1000):
        world.says("A", 1001 + start, 2, bytes(1000))
    assert world.tcp.rows()[0].receive_queue == 131_000

    assert world.says("FA", 1001 + 131_000, 2, bytes(1000)) == []
    world.tcp.on_fast_tick()

    [answer] = world.hears()
    assert answer.acknowledgment == 1001 + 131_400
    assert answer.window == 0
    assert world.state == "ESTABLISHED"
    [probe] = world.says("A", 1001 + 131_400, 2, b"x")
    assert (probe.acknowledgment, probe.window) == (1001 + 131_400, 0)
    [again] = world.says("A", 1001 + 131_500, 2, b"x")
    assert again.acknowledgment == 1001 + 131_400
    [opened] = world.tells(hostio.Sent(handle, 131_400))
    assert opened.window == 65535


def test_a_window_that_was_never_small_is_not_told_of(world):
    handle = world.established()
    world.says("A", 1001, 2, bytes(1460))

    assert world.tells(hostio.Sent(handle, 1460)) == []


def test_the_stream_is_read_as_far_as_there_is_room(world):
    answer, handle = world.connects()
    assert world.asks(hostio.Read) == []
    world.says("A", 1001, answer.sequence + 1)
    assert world.asks(hostio.Read) == [hostio.Read(handle, 131_040)]

    world.tells(hostio.Received(handle, bytes(70_000)))
    assert world.asks(hostio.Read) == [hostio.Read(handle, 0)]
    world.says("A", 1001, 2 + 1440)
    assert world.asks(hostio.Read) == []
    for count in range(2, 5):
        world.says("A", 1001, 2 + 1440 * count)

    assert world.asks(hostio.Read)[-1].limit == 66_240


def test_slow_start_sends_two_segments_then_one_more_for_each_acknowledgment(world):
    handle = world.established()

    counts = [len(world.tells(hostio.Received(handle, bytes(60_000))))]
    for number in range(1, 5):
        counts.append(len(world.says("A", 1001, 2 + 1440 * number)))

    assert counts == [2, 2, 2, 2, 2]


def test_push_marks_the_segment_that_empties_the_buffer(world):
    handle = world.established()

    heard = world.tells(hostio.Received(handle, bytes(2000)))

    assert [(each.flags, len(each.text)) for each in heard] == [("A", 1440), ("PA", 560)]


def test_a_connection_that_was_idle_starts_slowly_again(world):
    handle = world.established()
    world.tells(hostio.Received(handle, bytes(2880)))
    world.says("A", 1001, 2 + 2880)
    world.ticks(20)

    assert len(world.tells(hostio.Received(handle, bytes(20_000)))) == 1


def test_a_small_window_is_filled(world):
    handle = world.established(window=100)

    heard = world.tells(hostio.Received(handle, bytes(250)))
    heard += world.says("A", 1001, 102, window=100)
    heard += world.says("A", 1001, 202, window=100)

    assert [len(each.text) for each in heard] == [100, 100, 50]


def test_silly_windows_are_left_alone(world):
    handle = world.established(window=1000)
    world.tells(hostio.Received(handle, bytes(5000)))

    assert world.says("A", 1001, 1002, window=10) == []


def test_urgent_octets_of_the_host_are_marked(world):
    handle = world.established()

    [heard] = world.tells(hostio.Received(handle, b"!", urgent=1))

    assert (heard.flags, heard.urgent, heard.text) == ("PAU", 1, b"!")
    [heard] = world.tells(hostio.Received(handle, b"more"))
    assert (heard.flags, heard.urgent) == ("PAU", 0)
    world.says("A", 1001, 7)
    [heard] = world.tells(hostio.Received(handle, b"calm"))
    assert heard.flags == "PA"


def test_an_urgent_octet_goes_into_a_closed_window(world):
    handle = world.established(window=0)

    [heard] = world.tells(hostio.Received(handle, b"!?", urgent=2))

    assert (heard.text, heard.flags) == (b"!", "AU")


def test_urgent_octets_of_the_guest_go_out_of_band(world):
    handle = world.established()

    world.says("AU", 1001, 2, b"abc!de", urgent=4)

    assert world.asks(hostio.Send) == [
        hostio.Send(handle, b"abc!", urgent=True),
        hostio.Send(handle, b"de"),
    ]


def test_an_urgent_octet_may_come_in_a_later_segment(world):
    handle = world.established()

    world.says("AU", 1001, 2, b"abc", urgent=4)
    world.says("A", 1004, 2, b"!")

    assert world.asks(hostio.Send) == [
        hostio.Send(handle, b"abc"),
        hostio.Send(handle, b"!", urgent=True),
    ]


def test_an_urgent_pointer_too_far_is_ignored(world):
    handle = world.established()
    for start in range(0, 70_000, 1000):
        world.says("A", 1001 + start, 2, bytes(1000))
    world.asks()

    world.says("AU", 71_001, 2, b"abc", urgent=65_000)

    assert world.asks(hostio.Send) == [hostio.Send(handle, b"abc")]


def test_an_urgent_pointer_to_text_that_was_received_is_ignored(world):
    handle = world.established()
    world.says("A", 1001, 2, b"abcd")
    world.asks()

    world.says("AU", 1001, 2, b"abcdef", urgent=2)
    world.says("AU", 1007, 2, b"g", urgent=0)
    world.says("AU", 1005, 2, b"efgh", urgent=4)

    assert [action.urgent for action in world.asks(hostio.Send)] == [False, False, True]
    assert handle


@pytest.mark.parametrize(("port", "tos"), [*SERVICES.items(), (7070, 16), (22, 0)])
def test_the_type_of_service_follows_the_far_port(world, port, tos):
    answer, _ = world.connects(far=port)

    assert answer.tos == tos


def test_ftp_is_told_by_either_port(world):
    assert world.connects(near=21, far=9999)[0].tos == 16


@pytest.mark.parametrize("number", [100, -100])
def test_an_acknowledgment_of_what_was_never_sent_is_answered_and_ignored(world, number):
    handle = world.established()
    world.tells(hostio.Received(handle, b"text"))

    heard = world.says("A", 1001, 2 + number, b"data")

    assert [each.acknowledgment for each in heard] == [1001 if number > 0 else 1005] * bool(
        number > 0
    )
    assert world.row().send_queue == 4


def test_two_full_segments_are_acknowledged_without_the_timer(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"outstanding"))

    heard = [world.says("A", 1001 + 1460 * n, 5 + n, bytes(1460)) for n in range(3)]

    assert [[each.acknowledgment for each in some] for some in heard] == [[], [1001 + 2920], []]


def test_a_delayed_acknowledgment_is_sent_by_the_fast_timer(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"outstanding"))

    assert world.says("A", 1001, 5, b"text") == []
    assert world.tcp.wants_fast_tick
    world.tcp.on_fast_tick()

    [answer] = world.hears()
    assert answer.acknowledgment == 1005
    assert not world.tcp.wants_fast_tick


def test_a_delayed_acknowledgment_that_was_sent_is_not_sent_again(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"outstanding"))
    world.says("A", 1001, 5, b"text")

    [answer] = world.tells(hostio.Received(handle, b"more"))

    assert answer.acknowledgment == 1005
    assert not world.tcp.wants_fast_tick
    world.tcp.on_fast_tick()
    assert world.hears() == []


def test_a_key_press_is_not_delayed(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"outstanding"))

    [answer] = world.says("A", 1001, 5, b"\x1b[A")

    assert answer.acknowledgment == 1004


def test_an_older_window_is_not_taken_over(world):
    handle = world.established()
    world.says("A", 1001, 2, b"abc")

    world.says("A", 1000, 2, window=7)

    assert len(world.tells(hostio.Received(handle, bytes(1000)))[0].text) == 1000


def test_a_segment_without_an_acknowledgment_is_dropped(world):
    world.established()

    assert world.says("P", 1001, 2, b"text") == []
    assert world.asks(hostio.Send) == []


def test_a_retransmitted_syn_loses_its_urgent_pointer(world):
    world.established()

    assert world.says("SU", 1000, 2, b"", urgent=1) == []
    world.says("SAU", 1000, 2, b"abc", urgent=3)

    assert [action.urgent for action in world.asks(hostio.Send)] == [True, False]


def test_options_other_than_of_a_syn_are_not_looked_at(world):
    handle = world.established()
    world.says("A", 1001, 2, b"abc", options=tcp.mss_option(100))

    assert len(world.tells(hostio.Received(handle, bytes(1440)))) == 1

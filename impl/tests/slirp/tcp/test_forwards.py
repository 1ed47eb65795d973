"""Connections that the host begins, and those to a command or device (HFW, GFW)."""

import pytest

from refnet.slirp import hostio
from refnet.slirp.hostio import Failure
from refnet.slirp.seam import HostForward
from refnet.wire import ipv4, tcp

GUEST = ipv4.parse_address("10.0.2.15")
ROUTER = ipv4.parse_address("10.0.2.2")
OUTSIDE = ipv4.parse_address("198.51.100.10")
SERVER = ipv4.parse_address("10.0.2.100")
RULE = HostForward(ipv4.TCP, ipv4.LOOPBACK, 5555, GUEST, 22)
ENDS = {"near": 22, "far": 40000}
AT_SERVER = {"to": SERVER, "far": 1234}


def accepted(world, rule=RULE, client=ipv4.LOOPBACK):
    """A client has connected: the listener, the connection's handle, the SYN."""
    listener = world.tcp.listen(rule)
    world.tells(hostio.Listening(listener, rule.host_address, rule.host_port or 5999))
    handle = world.stack.claim(world.tcp)
    [syn] = world.tells(hostio.Accepted(listener, handle, client, 40000, ipv4.LOOPBACK, 5555))
    return listener, handle, syn


def test_a_rule_makes_the_host_listen(world):
    handle = world.tcp.listen(RULE)

    assert world.asks() == [hostio.Listen(handle, ipv4.TCP, ipv4.LOOPBACK, 5555)]
    assert world.tcp.active


@pytest.mark.parametrize(
    ("client", "seen"),
    [
        (ipv4.LOOPBACK, ROUTER),
        (0x7F010203, ROUTER),
        (0, ROUTER),
        (OUTSIDE, OUTSIDE),
    ],
)
def test_a_client_is_offered_to_the_guest(world, client, seen):
    _, _, syn = accepted(world, client=client)

    assert (syn.flags, syn.sequence, syn.window) == ("S", 1, 65535)
    assert (syn.source, syn.source_port, syn.destination_port) == (seen, 40000, 22)
    assert syn.options == tcp.mss_option(1460)


def test_the_guests_segment_size_is_honoured(world):
    _, handle, _ = accepted(world)

    [answer] = world.says("SA", 9000, 2, options=tcp.mss_option(536), **ENDS)
    assert (answer.flags, answer.sequence, answer.acknowledgment) == ("A", 2, 9001)
    [first] = world.tells(hostio.Received(handle, bytes(3000)))
    second = world.says("A", 9001, 2 + 536, **ENDS)

    assert len(first.text) == 536
    assert [len(each.text) for each in second] == [536, 536]


def test_a_guest_that_refuses_closes_the_client(world):
    _, handle, _ = accepted(world)
    world.asks()

    assert world.says("RA", 0, 2, **ENDS) == []

    assert world.asks() == [hostio.Close(handle)]


@pytest.mark.parametrize("flags", ["R", "A", "FA"])
def test_what_does_not_answer_the_syn_is_dropped(world, flags):
    accepted(world)

    assert world.says(flags, 0, 2, **ENDS) == []
    assert world.tcp.rows()[0].state == "SYN_SENT"


@pytest.mark.parametrize("number", [1, 77])
def test_an_answer_to_another_syn_is_refused(world, number):
    accepted(world)

    [reset] = world.says("SA", 9000, number, **ENDS)

    assert (reset.flags, reset.sequence, reset.ttl) == ("R", number, 255)


def test_a_guest_that_is_silent_hears_the_syn_again_until_75_seconds(world):
    _, handle, _ = accepted(world)

    heard = world.ticks(150)

    assert [tick for tick, _ in heard] == [12, 36, 60, 84, 108, 132]
    assert {each.flags for _, each in heard} == {"S"}
    assert world.asks()[-1] == hostio.Close(handle)


def test_both_may_open_at_once(world):
    _, handle, _ = accepted(world)

    [answer] = world.says("S", 9000, **ENDS)
    assert (answer.flags, answer.sequence, answer.acknowledgment) == ("SA", 1, 9001)
    world.says("A", 9001, 2, **ENDS)

    assert world.tcp.rows()[0].state == "ESTABLISHED"
    assert handle


def test_a_fin_that_came_with_the_syn_counts_when_the_handshake_is_complete(world):
    accepted(world)
    world.says("SF", 9000, 0, b"all", **ENDS)

    world.says("A", 9005, 2, **ENDS)

    assert world.tcp.rows()[0].state == "CLOSE_WAIT"
    assert [bytes(each.data) for each in world.asks(hostio.Send)] == [b"all"]


def test_an_acknowledgment_of_a_syn_that_was_retransmitted_is_good(world):
    accepted(world)
    world.ticks(13)

    [answer] = world.says("SA", 9000, 2, **ENDS)

    assert answer.flags == "A"


def test_speaking_to_a_listener_brings_nothing(world):
    world.tcp.listen(RULE)
    world.asks()

    assert world.says("S", 1, near=22, far=5555) == []
    assert world.asks() == []


def test_a_rule_is_lifted_by_its_address_and_port(world):
    handle = world.tcp.listen(RULE)
    world.asks()

    assert not world.tcp.unlisten(HostForward(ipv4.TCP, 0, 5555, GUEST, 22))
    assert world.tcp.unlisten(HostForward(ipv4.TCP, ipv4.LOOPBACK, 5555, 0, 0))
    assert not world.tcp.unlisten(RULE)
    assert world.asks() == [hostio.Close(handle)]
    assert not world.tcp.active


def test_a_rule_with_port_0_is_lifted_by_the_port_it_got_or_as_it_was_given(world):
    rule = HostForward(ipv4.TCP, ipv4.LOOPBACK, 0, GUEST, 22)
    first = world.tcp.listen(rule)
    world.tells(hostio.Listening(first, ipv4.LOOPBACK, 41234))
    second = world.tcp.listen(rule)
    world.tells(hostio.Listening(second, ipv4.LOOPBACK, 41235))

    assert world.tcp.unlisten(HostForward(ipv4.TCP, ipv4.LOOPBACK, 41234, 0, 0))
    assert world.tcp.unlisten(rule)


def test_a_connection_outlives_its_rule_and_a_client_does_not(world):
    listener, _, _ = accepted(world)
    world.tcp.unlisten(RULE)
    world.asks()

    assert len(world.tcp.rows()) == 1
    late = world.stack.claim(world.tcp)
    assert world.tells(hostio.Accepted(listener, late, ipv4.LOOPBACK, 40001)) == []
    assert world.asks() == [hostio.Close(late)]


def test_a_rule_that_the_host_refuses_is_found(world):
    handle = world.tcp.listen(RULE)

    world.tells(hostio.ListenFailed(handle, Failure.ADDRESS_IN_USE))

    assert world.tcp.failed == [RULE]
    assert world.tcp.rows() == []


def test_a_client_from_the_same_port_takes_the_place_of_the_first(world):
    listener, first, _ = accepted(world)
    world.asks()

    second = world.stack.claim(world.tcp)
    [syn] = world.tells(hostio.Accepted(listener, second, ipv4.LOOPBACK, 40000))

    assert syn.sequence == 64001
    assert hostio.Close(first) in world.asks()


def test_rows_are_the_newest_first(world):
    listener, handle, _ = accepted(world)
    world.connects(far=80)

    newest, forwarded, rule = world.tcp.rows()

    assert (newest.state, newest.destination_port, newest.source) == ("SYN_RCVD", 80, GUEST)
    assert (forwarded.state, forwarded.handle) == ("SYN_SENT", handle)
    assert (forwarded.source, forwarded.source_port) == (ipv4.LOOPBACK, 5555)
    assert (forwarded.destination, forwarded.destination_port) == (GUEST, 22)
    assert (rule.state, rule.handle, rule.source_port) == ("HOST_FORWARD", listener, 5555)
    assert (rule.receive_queue, rule.send_queue) == (0, 0)


def test_rows_count_what_waits_on_both_sides(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"meow"))
    world.says("A", 1001, 2, b"woof!")

    assert (world.row().send_queue, world.row().receive_queue) == (4, 5)
    world.tells(hostio.Sent(handle, 5))
    assert world.row().receive_queue == 0


# -- guestfwd ------------------------------------------------------------------------------------


def test_a_command_runs_when_the_handshake_is_complete(make_world, make_guest_forward):
    world = make_world(guest_forwards=(make_guest_forward("cmd:/bin/echo hi"),), restricted=True)

    [syn_ack] = world.says("S", 1000, options=tcp.mss_option(536), **AT_SERVER)
    assert (syn_ack.flags, syn_ack.source) == ("SA", SERVER)
    assert world.asks() == []
    assert world.row().handle is None
    world.says("A", 1001, 2, **AT_SERVER)
    spawn, read = world.asks()
    assert spawn == hostio.Spawn(1, "/bin/echo hi")
    assert read == hostio.Read(1, 131_320)
    world.tells(hostio.Connected(1))

    heard = world.tells(hostio.Received(1, bytes(1000)))
    heard += world.tells(hostio.EndOfStream(1))

    assert [(each.flags, len(each.text)) for each in heard] == [("A", 536), ("PA", 464), ("FA", 0)]


def test_a_command_that_can_not_run_ends_the_connection(make_world, make_guest_forward):
    world = make_world(guest_forwards=(make_guest_forward("cmd:nothing"),))
    world.forwarded("cmd:nothing", **AT_SERVER)

    [fin] = world.tells(hostio.ConnectFailed(1, Failure.NOT_FOUND, at_once=True))

    assert fin.flags == "FA"
    assert world.state == "FIN_WAIT_1"


def test_other_ports_of_the_server_are_literal(make_world, make_guest_forward):
    world = make_world(guest_forwards=(make_guest_forward("cmd:cat"),))

    world.says("S", 1000, to=SERVER, far=1235)

    assert world.asks() == [hostio.Connect(1, SERVER, 1235)]


def device_world(make_world, make_guest_forward, count=1):
    world = make_world(guest_forwards=(make_guest_forward("tcp:127.0.0.1:9"),))
    assert world.asks() == [hostio.OpenChannel(1, "tcp:127.0.0.1:9")]
    world.tells(hostio.Connected(1))
    for number in range(count):
        world.says("S", 1000, near=4000 + number, **AT_SERVER)
        world.says("A", 1001, 2 + 64000 * number, near=4000 + number, **AT_SERVER)
    return world


def test_a_device_is_open_from_the_start_and_read_when_somebody_listens(
    make_world, make_guest_forward
):
    world = device_world(make_world, make_guest_forward, count=0)
    assert world.tells(hostio.Received(1, b"nobody")) == []
    world = device_world(make_world, make_guest_forward)

    assert world.asks() == [hostio.Read(1, 131_040)]
    [heard] = world.tells(hostio.Received(1, b"hello"))
    assert heard.text == b"hello"


def test_connections_share_a_device(make_world, make_guest_forward):
    world = device_world(make_world, make_guest_forward, count=2)
    world.asks()

    world.says("PA", 1001, 2, b"one", near=4000, **AT_SERVER)
    world.says("PA", 1001, 64002, b"two", near=4001, **AT_SERVER)
    assert [bytes(each.data) for each in world.asks(hostio.Send)] == [b"one", b"two"]
    assert [row.receive_queue for row in world.tcp.rows()] == [3, 3]
    world.tells(hostio.Sent(1, 4))
    assert [row.receive_queue for row in world.tcp.rows()] == [2, 0]

    [heard] = world.tells(hostio.Received(1, b"to the newest"))
    assert heard.destination_port == 4001
    world.says("R", 1004, near=4001, **AT_SERVER)
    [heard] = world.tells(hostio.Received(1, b"to the other"))
    assert heard.destination_port == 4000
    world.tells(hostio.Sent(1, 2))
    world.asks()
    world.says("R", 1004, near=4000, **AT_SERVER)
    assert world.asks() == [hostio.Read(1, 0)]


def test_a_device_stays_open_when_the_guest_has_ended(make_world, make_guest_forward):
    world = device_world(make_world, make_guest_forward)
    world.asks()

    world.says("FA", 1001, 2, **AT_SERVER)

    assert world.asks(hostio.Shutdown) == []
    assert world.state == "CLOSE_WAIT"


def test_the_end_of_a_device_is_not_told(make_world, make_guest_forward):
    world = device_world(make_world, make_guest_forward)

    assert world.tells(hostio.EndOfStream(1)) == []
    assert world.tells(hostio.Broken(1, Failure.RESET)) == []
    [answer] = world.says("PA", 1001, 2, b"lost", **AT_SERVER)

    assert answer.acknowledgment == 1005
    assert world.asks(hostio.Send) == []


def test_a_device_that_does_not_open_is_found(make_world, make_guest_forward):
    world = make_world(guest_forwards=(make_guest_forward("tcp:127.0.0.1:9"),))

    world.tells(hostio.ConnectFailed(1, Failure.REFUSED, at_once=True))

    assert world.tcp.failed == [world.stack.config.guest_forwards[0]]


def test_the_first_of_two_rules_for_one_server_counts(make_world, make_guest_forward):
    world = make_world(
        guest_forwards=(make_guest_forward("cmd:first"), make_guest_forward("cmd:second"))
    )

    world.forwarded("", **AT_SERVER)

    assert world.asks()[0] == hostio.Spawn(1, "first")

"""How connections begin and how they are refused (TCP-01..13, 31, 33..37, DNS-02, DNS-03)."""

import pytest

from refnet.errors import WireError
from refnet.slirp import hostio
from refnet.slirp.hostio import Failure, Nameserver
from refnet.slirp.profile import QEMU_0_6
from refnet.wire import ipv4, tcp

MSS_536 = tcp.mss_option(536)
LOOPBACK = ipv4.LOOPBACK


def address(text):
    return ipv4.parse_address(text)


def test_a_syn_is_answered_only_when_the_host_has_connected(world):
    assert world.says("S", 1000) == []
    [connect] = world.asks()
    assert connect == hostio.Connect(1, LOOPBACK, 7000)

    [answer] = world.tells(hostio.Connected(1))

    assert (answer.flags, answer.sequence, answer.acknowledgment) == ("SA", 1, 1001)
    assert (answer.window, answer.ttl, answer.tos) == (65535, 64, 0)
    assert answer.options == tcp.mss_option(1460)
    assert (answer.source, answer.source_port) == (address("10.0.2.2"), 7000)


@pytest.mark.parametrize("flags", ["SP", "SE", "SC", "SPEC"])
def test_push_and_congestion_flags_of_a_syn_do_not_matter(world, flags):
    world.says(flags, 1000)

    assert len(world.asks(hostio.Connect)) == 1


def test_whatever_comes_while_the_host_connects_is_dropped(world):
    world.says("S", 1000)
    world.asks()

    assert world.says("S", 1000) == []
    assert world.says("R", 1001) == []
    assert world.says("FA", 1001, 1) == []
    assert world.asks() == []
    assert world.state == "SYN_RCVD"


@pytest.mark.parametrize(
    ("flags", "text", "expected"),
    [
        ("A", b"", ("R", 777, 0)),
        ("FA", b"", ("R", 777, 0)),
        ("RA", b"xy", ("R", 777, 0)),
        ("SA", b"", ("R", 777, 0)),
        ("F", b"", ("RA", 0, 5000)),
        ("", b"xy", ("RA", 0, 5002)),
        ("R", b"", ("RA", 0, 5000)),
        ("SF", b"", ("RA", 0, 5001)),
        ("SU", b"xy", ("RA", 0, 5003)),
    ],
)
def test_what_belongs_to_no_connection_is_refused(world, flags, text, expected):
    [reset] = world.says(flags, 5000, 777, text)

    assert (reset.flags, reset.sequence, reset.acknowledgment) == expected
    assert (reset.ttl, reset.window, reset.tos) == (255, 0, 0)
    assert world.asks() == []


def test_a_wrong_checksum_is_a_wire_error(world):
    payload = bytearray(tcp.encode(tcp.Segment(1, 2, 3, 4, tcp.SYN, 5), 1, 2))
    payload[16] ^= 1

    with pytest.raises(WireError, match="checksum"):
        world.tcp.receive(ipv4.Datagram(1, 2, ipv4.TCP, payload))


def test_a_refusal_under_way_is_told_in_sequence(world):
    world.says("S", 1000)

    [reset] = world.tells(hostio.ConnectFailed(1, Failure.REFUSED, at_once=False))

    assert (reset.flags, reset.sequence, reset.acknowledgment) == ("RA", 0, 1001)
    assert (reset.ttl, reset.window) == (64, 65535)
    assert world.tcp.rows() == []
    assert world.stack.owners == {}


def test_a_refusal_at_once_is_told_from_outside(world):
    world.says("S", 1000, text=b"early")

    [reset] = world.tells(hostio.ConnectFailed(1, Failure.REFUSED, at_once=True))

    assert (reset.flags, reset.sequence, reset.acknowledgment) == ("RA", 0, 1001)
    assert (reset.ttl, reset.window) == (255, 0)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(Failure.NET_UNREACHABLE, 0), (Failure.OTHER, 0), (Failure.HOST_UNREACHABLE, 1)],
)
def test_a_failure_at_once_is_an_icmp_error_about_the_syn(world, failure, code):
    world.says("S", 1000, to=address("203.0.113.9"))

    assert world.tells(hostio.ConnectFailed(1, failure, at_once=True)) == []

    [(offending, type_, told)] = world.stack.errors
    assert (type_, told) == (3, code)
    assert offending.destination == address("203.0.113.9")
    assert world.tcp.rows() == []


def test_a_connection_that_takes_75_seconds_is_dropped(world):
    world.says("S", 1000)

    heard = world.ticks(151)

    assert [(tick, reset.flags, reset.sequence) for tick, reset in heard] == [(150, "RA", 0)]
    assert isinstance(world.asks()[-1], hostio.Close)
    assert world.tells(hostio.Connected(1)) == []


@pytest.mark.parametrize("near", ["10.0.2.2", "255.255.255.255"])
def test_the_router_and_broadcast_are_the_host_itself(world, near):
    world.says("S", 1000, to=address(near))
    [connect] = world.asks()
    [answer] = world.tells(hostio.Connected(1))

    assert connect.address == LOOPBACK
    assert answer.source == address(near)


@pytest.mark.parametrize("far", ["10.0.2.4", "198.51.100.10", "127.0.0.1"])
def test_other_addresses_are_taken_literally(world, far):
    world.says("S", 1000, to=address(far))

    assert world.asks()[0].address == address(far)


def test_the_nameserver_is_the_hosts_resolver_on_port_53_alone(world):
    dns = address("10.0.2.3")
    world.says("S", 1000, to=dns, far=53)
    assert world.asks()[0] == hostio.Connect(1, Nameserver.IPV4, 53)

    assert world.says("S", 1000, to=dns, far=54) == []
    assert world.asks() == []
    assert world.stack.errors[0][1:] == (3, 0)
    assert len(world.tcp.rows()) == 1


@pytest.mark.parametrize(
    ("far", "expected"),
    [
        ("10.0.2.2", LOOPBACK),
        ("10.0.2.4", LOOPBACK),
        ("10.0.2.3", Nameserver.IPV4),
        ("198.51.100.10", ipv4.parse_address("198.51.100.10")),
    ],
)
def test_in_2004_the_whole_network_was_the_host(world, far, expected):
    world.stack.profile = QEMU_0_6

    world.says("S", 1000, to=address(far))

    assert world.asks()[0].address == expected


def test_initial_sequence_numbers_move_on_with_connections_and_ticks(world):
    first, _ = world.connects(near=1)
    second, _ = world.connects(near=2)
    world.tcp.on_slow_tick()
    third, _ = world.connects(near=3)

    assert [first.sequence, second.sequence, third.sequence] == [1, 64001, 192001]


def test_the_guests_segment_size_counts_only_if_it_is_repeated(world):
    answer, handle = world.connects(options=MSS_536)
    world.says("A", 1001, answer.sequence + 1)
    sizes = [len(each.text) for each in world.tells(hostio.Received(handle, bytes(4000)))]
    assert sizes == [1440, 1440]

    answer, handle = world.connects(near=4001, options=MSS_536)
    assert world.says("S", 1000, near=4001, options=MSS_536) == []
    world.says("A", 1001, answer.sequence + 1, near=4001)
    sizes = [len(each.text) for each in world.tells(hostio.Received(handle, bytes(4000)))]
    assert sizes == [536, 536]


@pytest.mark.parametrize("options", [tcp.mss_option(0), tcp.mss_option(5), b"\x02\x03\x01\x00"])
def test_no_segment_size_is_too_odd(world, options):
    answer, handle = world.connects()
    world.says("S", 1000, options=options)
    world.says("A", 1001, answer.sequence + 1)

    heard = world.tells(hostio.Received(handle, bytes(3000)))

    assert heard
    assert all(len(each.text) >= 32 for each in heard)


def test_a_syn_ack_is_repeated_after_6_and_12_seconds(world):
    world.connects()

    heard = [tick for tick, each in world.ticks(60) if each.flags == "SA"]

    assert heard == [12, 36, 60]


def test_an_acknowledgment_of_something_else_is_refused(world):
    syn_ack, _ = world.connects()

    [reset] = world.says("A", 1001, syn_ack.sequence + 100)

    assert (reset.flags, reset.sequence, reset.ttl) == ("R", syn_ack.sequence + 100, 255)
    assert reset.window == 131400 % 65536
    assert world.state == "SYN_RCVD"


def test_text_of_a_syn_is_kept_until_the_handshake_is_complete(world):
    world.says("S", 1000, text=b"early")
    [syn_ack] = world.tells(hostio.Connected(1))
    assert syn_ack.acknowledgment == 1001
    assert world.asks(hostio.Send) == []

    world.says("A", 1006, 2)

    assert [bytes(each.data) for each in world.asks(hostio.Send)] == [b"early"]
    [answer] = world.says("A", 1001, 2, b"early")
    assert answer.acknowledgment == 1006


def test_the_ttl_and_tos_of_a_syn_do_not_matter(world):
    world.says("S", 1000, ttl=1, tos=0x20)
    [answer] = world.tells(hostio.Connected(1))

    assert answer.tos == 0


@pytest.mark.parametrize("to", ["10.0.2.2", "10.0.2.3", "198.51.100.10"])
def test_restricted_guests_are_refused(make_world, to):
    world = make_world(restricted=True)

    [reset] = world.says("S", 1000, to=address(to), far=53)

    assert (reset.flags, reset.acknowledgment, reset.ttl) == ("RA", 1001, 255)
    assert world.asks() == []
    assert world.tcp.rows() == []


def test_a_new_syn_in_the_window_ends_the_connection_twice(world):
    handle = world.established()

    first, second = world.says("S", 1500)

    assert (first.flags, first.sequence, first.acknowledgment, first.ttl) == ("RA", 2, 1001, 64)
    assert (second.flags, second.sequence, second.acknowledgment, second.ttl) == (
        "RA",
        0,
        1501,
        255,
    )
    assert world.asks() == [hostio.Close(handle)]


def test_the_original_syn_again_is_ignored(world):
    world.established()

    assert world.says("S", 1000) == []
    assert world.state == "ESTABLISHED"


def test_events_of_unknown_handles_are_ignored(world):
    for event in (
        hostio.Received(99, b"x"),
        hostio.Sent(99, 1),
        hostio.Connected(99),
        hostio.ConnectFailed(99, Failure.OTHER, True),
        hostio.EndOfStream(99),
        hostio.Broken(99, Failure.RESET),
        hostio.Listening(99, 1, 2),
        hostio.ListenFailed(99, Failure.OTHER),
        hostio.FileSize(99, 1),
    ):
        assert world.tells(event) == []
    assert not world.tcp.active

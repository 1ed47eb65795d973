"""Who connects to whom, how often, and what becomes of frames meanwhile."""

import json

import pytest

from vnetspec.fixtures.addresses import LOOPBACK, guest_address
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.sock.wires import (
    CONNECTING,
    LISTENING,
    PORT,
    Peer,
    becomes,
    dials,
    filler,
    framed,
    goes_on,
    hears_just,
    link,
    numbered,
    question,
    state,
)

TCP_SERVER = link(f"stream,server=on,addr.type=inet,addr.host={LOOPBACK},addr.port={PORT}")
TCP_CLIENT = link(f"stream,server=off,addr.type=inet,addr.host={LOOPBACK},addr.port={PORT}")
UNIX_SERVER = link("stream,server=on,addr.type=unix,addr.path={dir}/wire")
UNIX_CLIENT = link("stream,server=off,addr.type=unix,addr.path={dir}/wire")

#: The network connects a QMP monitor to the case.
EVENTS = [
    *("-chardev", "socket,id=events,path={dir}/events"),
    *("-mon", "chardev=events,mode=control"),
]


@requirement("SOCK-05")
@network(arguments=LISTENING)
def test_a_second_client_waits_until_the_first_has_left(guest, host, golden):
    first, second = queue(guest, host)
    goes_on(guest)
    first.says(numbered(1))
    hears_just(guest, numbered(1))
    goes_on(guest)

    first.stream.close()

    hears_just(guest, numbered(2))
    asks(guest, second)
    golden.matches(guest.wire)


@requirement("SOCK-05", variant="again")
@network(arguments=LISTENING)
def test_clients_are_served_one_after_the_other(guest, host, golden):
    for number in range(20):
        peer = dials(guest, host)
        peer.says(numbered(number))
        hears_just(guest, numbered(number))
        peer.stream.close()

    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-05", variant="reset")
@network(arguments=LISTENING)
def test_a_reset_is_the_end_of_a_client_too(guest, host):
    dials(guest, host).stream.resets()

    dials(guest, host)
    goes_on(guest)


@requirement("SOCK-05", variant="torn")
@network(arguments=LISTENING)
@pytest.mark.parametrize("octets", [1, 3, 4, 30])
def test_a_frame_that_a_client_leaves_unfinished_is_forgotten(guest, host, golden, octets):
    peer = dials(guest, host)
    peer.stream.says(framed(numbered(1))[:octets])
    peer.stream.close()

    dials(guest, host)

    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-05", variant="info")
@network(arguments=LISTENING)
def test_the_monitor_shows_who_is_connected_to_a_listener(guest, transcript, host):
    assert state(guest) == "socket,"
    peer = dials(guest, host)
    port = peer.stream.port
    assert state(guest) == f"socket,socket: connection from {LOOPBACK}:{port}"

    peer.stream.close()
    goes_on(guest)

    assert state(guest) == "socket,"

    transcript.matches(masks=("port",))


@requirement("SOCK-06")
@network(arguments=CONNECTING)
def test_a_client_carries_frames_both_ways(guest, host, golden):
    server = host.tcp(PORT)
    peer = accepts(guest, server)

    asks(guest, peer)
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-06", variant="left")
@network(arguments=CONNECTING)
def test_a_client_that_was_left_does_not_connect_again(guest, transcript, host):
    server = host.tcp(PORT)
    peer = accepts(guest, server)
    assert state(guest) == f"socket,socket: connect to {LOOPBACK}:{PORT}"

    peer.stream.close()
    goes_on(guest)
    assert state(guest) == "socket,"
    guest.says(question(guest))
    connects_no_more(guest, server)

    transcript.matches()


@requirement("SOCK-06", variant="refused")
@network(arguments=CONNECTING)
def test_a_client_that_is_refused_does_not_connect_again(guest, transcript, host):
    goes_on(guest)
    assert state(guest) == "socket,"
    server = host.tcp(PORT)

    guest.says(question(guest))
    connects_no_more(guest, server)

    transcript.matches()


@requirement("SOCK-12")
@network(arguments=TCP_SERVER)
def test_a_stream_server_serves_one_client_after_the_other(guest, host, golden):
    first, _behind = queue(guest, host)
    asks(guest, first)
    goes_on(guest)

    first.stream.close()

    hears_just(guest, numbered(2))
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-12", variant="unix")
@network(arguments=UNIX_SERVER)
def test_a_stream_server_listens_on_a_path(guest, host, golden):
    peer = dials_path(guest, host)

    asks(guest, peer)
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-12", variant="client")
@network(arguments=TCP_CLIENT)
def test_a_stream_client_connects_once(guest, host):
    server = host.tcp(PORT)
    peer = accepts(guest, server)
    asks(guest, peer)

    peer.stream.close()
    goes_on(guest)
    connects_no_more(guest, server)


@requirement("SOCK-12", variant="client-unix")
@network(arguments=UNIX_CLIENT)
def test_a_stream_client_connects_to_a_path(guest, host):
    server = host.unix("wire")
    peer = accepts(guest, server)

    asks(guest, peer)
    goes_on(guest)


@requirement("SOCK-12", variant="refused")
@network(arguments=TCP_CLIENT)
def test_a_stream_client_that_is_refused_hurts_nobody(guest):
    goes_on(guest)

    becomes(guest, "stream,connection error")
    goes_on(guest)


@requirement("SOCK-12", variant="oversized")
@network(arguments=UNIX_SERVER)
def test_an_oversized_frame_ends_that_client_of_a_stream_alone(guest, host):
    peer = dials_path(guest, host)

    peer.stream.says(b"\xff\xff\xff\xff" + bytes(69632 + 1))

    goes_on(guest)
    dials_path(guest, host)


@requirement("SOCK-12", variant="info")
@network(arguments=TCP_SERVER)
def test_the_monitor_shows_who_is_connected_to_a_stream(guest, transcript, host):
    assert state(guest) == "stream,"
    peer = dials(guest, host)
    assert state(guest) == f"stream,tcp:{LOOPBACK}:{peer.stream.port}"

    peer.stream.close()
    goes_on(guest)

    assert state(guest) == "stream,"

    transcript.matches(masks=("port",))


@requirement("SOCK-12", variant="info-unix")
@network(arguments=UNIX_SERVER)
def test_the_monitor_shows_the_path_of_a_stream(guest, transcript, host):
    dials_path(guest, host)

    assert state(guest) == f"stream,unix:{host.directory}/wire"

    transcript.matches()


@requirement("SOCK-12", variant="events")
@network(arguments=TCP_SERVER + EVENTS)
def test_qmp_tells_of_the_clients_of_a_server(guest, host):
    monitor = qmp(guest, host)
    peer = dials(guest, host)
    address = {"host": LOOPBACK, "port": str(peer.stream.port), "ipv4": True, "type": "inet"}

    peer.stream.close()
    goes_on(guest)

    assert [event(monitor), event(monitor)] == came_and_went(address)


@requirement("SOCK-12", variant="events-unix")
@network(arguments=UNIX_SERVER + EVENTS)
def test_qmp_tells_of_the_clients_of_a_server_on_a_path(guest, host):
    monitor = qmp(guest, host)
    peer = Peer(host.connects_to_path("wire")).introduces_itself(guest)

    peer.stream.close()
    goes_on(guest)

    address = {"path": f"{host.directory}/wire", "type": "unix"}
    assert [event(monitor), event(monitor)] == came_and_went(address)


@requirement("SOCK-14")
@network(arguments=LISTENING)
def test_frames_before_a_client_are_not_kept_for_it(guest, host, golden):
    guest.says(question(guest, guest_address(15)))
    goes_on(guest)
    peer = dials(guest, host)

    guest.says(question(guest, guest_address(16)))

    peer.hears(question(guest, guest_address(16)))
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-14", variant="between")
@network(arguments=LISTENING)
def test_frames_between_clients_are_not_kept_for_the_next(guest, host, golden):
    dials(guest, host).stream.close()
    goes_on(guest)
    guest.says(question(guest, guest_address(15)))
    goes_on(guest)
    peer = dials(guest, host)

    guest.says(question(guest, guest_address(16)))

    peer.hears(question(guest, guest_address(16)))
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-14", variant="flood")
@network(arguments=LISTENING)
def test_a_client_that_floods_leaves_room_for_others(guest, host):
    peer = dials(guest, host)
    flood = [filler(number, 60) for number in range(1000)]

    peer.says(*flood)
    guest.says(question(guest))

    hears_just(guest, *flood)
    peer.hears(question(guest))
    goes_on(guest)


def queue(guest, host):
    """A peer that is served, and one behind it that has spoken."""
    first, second = dials(guest, host), Peer(host.connects(PORT))
    second.says(numbered(2))
    return first, second


def dials_path(guest, host):
    """A peer that has connected to the path, and was served."""
    _ = guest.link
    return Peer(host.connects_to_path("wire")).introduces_itself(guest)


def accepts(guest, server):
    """The netdev that has connected to ``server``, heard by the guest."""
    _ = guest.link
    return Peer(server.accepts()).introduces_itself(guest)


def asks(guest, peer):
    """A question of the guest reaches ``peer``."""
    guest.says(question(guest))
    peer.hears(question(guest))


def connects_no_more(guest, server):
    """Nobody connects to ``server`` for a while, and the network goes on."""
    guest.waits(0.5)
    server.accepts_nothing()
    goes_on(guest)


def qmp(guest, host):
    """The case's end of a QMP monitor that is ready for events."""
    server = host.unix("events")
    _ = guest.link
    monitor = server.accepts()
    assert "QMP" in json.loads(monitor.hears_line())
    monitor.says(b'{"execute": "qmp_capabilities"}\n')
    assert json.loads(monitor.hears_line()) == {"return": {}}
    return monitor


def event(monitor):
    """The next event of a monitor: its name and data."""
    found = json.loads(monitor.hears_line())
    return found["event"], found["data"]


def came_and_went(address):
    """What a monitor tells of a client that was there for a while."""
    return [
        ("NETDEV_STREAM_CONNECTED", {"netdev-id": "w0", "addr": address}),
        ("NETDEV_STREAM_DISCONNECTED", {"netdev-id": "w0"}),
    ]

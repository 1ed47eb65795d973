"""Netdevs on stream sockets (SOCK-02, SOCK-05, SOCK-06, SOCK-12, SOCK-14, SOCK-16)."""

import socket

import pytest

from refnet.backend import netdevs
from refnet.backend.framing import LIMIT, prefix
from refnet.fabric.port import join


@pytest.fixture
def listening(site, guest):
    """A listening netdev and the place where it listens."""
    port = netdevs.socket_listen(site, "l0", "127.0.0.1:0")
    join(port, guest)
    return port, port._listener.getsockname()


def settle(site):
    """Handle what is there, and what loopback is about to bring."""
    site.loop.step(0.05)
    while site.loop.step(0):
        pass


def test_a_listener_serves_one_client_after_the_other(site, guest, listening):
    port, place = listening
    with socket.create_connection(place) as first, socket.create_connection(place) as second:
        second.sendall(prefix(b"second"))
        first.sendall(prefix(b"first"))
        settle(site)
        assert guest.heard == [b"first"]
        name = first.getsockname()
        assert port.describe() == f"socket: connection from {name[0]}:{name[1]}"

        first.close()
        settle(site)
        assert guest.heard == [b"first", b"second"]
    settle(site)
    assert port.describe() == ""


def test_without_a_client_frames_are_dropped(site, guest, listening):
    port, place = listening

    assert guest.send(b"lost")
    with socket.create_connection(place) as client:
        settle(site)
        assert guest.send(b"kept")
        assert client.recv(100) == prefix(b"kept")
    assert port.kind == "socket"


def test_an_oversized_frame_ends_that_connection_only(site, told, guest, listening):
    port, place = listening
    with socket.create_connection(place) as client:
        client.sendall((LIMIT + 1).to_bytes(4, "big") + bytes(LIMIT + 1))
        while port.link_up or not told:
            settle(site)
    assert told == ["serious error: oversized packet received,connection terminated."]
    with socket.create_connection(place) as client:
        client.sendall(prefix(b"again"))
        settle(site)
    assert guest.heard == [b"again"]


def test_a_client_connects_once(site, guest):
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        port = netdevs.socket_connect(site, "c0", f"127.0.0.1:{place[1]}")
        join(port, guest)
        guest.send(b"early")
        settle(site)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == prefix(b"early")
            assert port.describe() == f"socket: connect to 127.0.0.1:{place[1]}"
    settle(site)
    assert port.describe() == ""
    assert guest.send(b"late")


def test_a_refused_client_stays_alone(site, guest):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        number = gone.getsockname()[1]
    port = netdevs.socket_connect(site, "c0", f"127.0.0.1:{number}")
    join(port, guest)

    guest.send(b"x")
    settle(site)

    assert port.describe() == ""
    assert not port.link_up


def test_a_slow_reader_gets_whole_frames_in_order(site, guest):
    ours, its = socket.socketpair()
    its.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    join(netdevs.socket_on_fd(site, "s0", str(its.detach())), guest)
    frames = [bytes([index]) * 1500 for index in range(100)]
    for frame in frames:
        guest.send(frame)

    expected = b"".join(map(prefix, frames))
    got = b""
    ours.setblocking(False)
    with ours:
        while len(got) < len(expected):
            try:
                got += ours.recv(1000)
            except BlockingIOError:
                site.loop.step(0)

    assert got == expected


def test_a_reader_that_goes_away_mid_frame_is_forgotten(site, guest):
    ours, its = socket.socketpair()
    its.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    port = netdevs.socket_on_fd(site, "s0", str(its.detach()))
    join(port, guest)
    for _ in range(100):
        guest.send(bytes(1500))

    ours.close()
    settle(site)

    assert not port.link_up
    assert guest.send(b"x")


def test_a_guest_that_is_not_ready_stops_the_reading(site, guest):
    ours, its = socket.socketpair()
    port = netdevs.socket_on_fd(site, "s0", str(its.detach()))
    join(port, guest)
    guest.ready = False
    with ours:
        for frame in (b"a", b"b", b"c"):
            ours.sendall(prefix(frame))
            settle(site)
        assert not site.loop.step(0)
        guest.ready = True
        guest.flush()
        settle(site)
    assert guest.heard == [b"a", b"b", b"c"]
    settle(site)
    assert port.describe() == ""


def test_stream_tells_of_connections(site, told, guest, tmp_path):
    path = str(tmp_path / "s")
    port = netdevs.stream(site, "s0", path, "", True)
    join(port, guest)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        settle(site)
        assert port.describe() == f"unix:{path}"
    settle(site)

    assert told == [{"path": path, "type": "unix"}, None]
    assert (port.kind, port.describe()) == ("stream", "")


def test_stream_connects_over_tcp(site, told):
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        port = netdevs.stream(site, "s0", place, "", False)
        settle(site)
        assert port.describe() == f"tcp:127.0.0.1:{place[1]}"
    address = {"port": str(place[1]), "ipv4": True, "host": "127.0.0.1", "type": "inet"}
    assert told == [address]


@pytest.mark.parametrize(
    ("place", "number", "server"),
    [
        ("/no/such/dir/s", "", True),
        ("/no/such/dir/s", "", False),
        (("192.0.2.1", 1), "", True),
        (None, "99", False),
        (None, "x", True),
    ],
)
def test_stream_keeps_what_goes_wrong_to_itself(site, told, place, number, server):
    port = netdevs.stream(site, "s0", place, number, server)

    assert port.describe() == "connection error"
    assert not port.link_up
    assert told == []


def test_stream_takes_a_listening_descriptor(site, told):
    with socket.create_server(("127.0.0.1", 0)) as made:
        place, number = made.getsockname(), str(made.detach())
    netdevs.stream(site, "s0", None, number, True)
    with socket.create_connection(place):
        settle(site)

    assert told[0]["type"] == "inet"


def test_a_reset_is_the_end_of_a_connection(site, guest, listening):
    port, place = listening
    client = socket.create_connection(place)
    settle(site)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    settle(site)

    assert not port.link_up
    assert port.describe() == ""


def test_a_client_that_left_before_it_was_accepted_does_no_harm(site, guest, listening):
    port, _ = listening
    port._listener.setblocking(False)

    port._on_client(1)

    assert not port.link_up
    port.close()
    port._on_client(1)


def test_events_of_a_connection_that_is_gone_are_nothing(site, guest):
    ours, its = socket.socketpair()
    port = netdevs.socket_on_fd(site, "s0", str(its.detach()))
    port._on_ready(1)
    assert port.link_up
    ours.close()
    port.close()

    port._on_ready(1 | 4)
    port._resume()


def test_small_frames_do_not_wait_for_acknowledgements(site, listening):
    port, place = listening
    with socket.create_connection(place):
        settle(site)
        assert port._connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("connected", [False, True], ids=["alone", "connected"])
def test_the_path_of_a_listener_goes_with_it(site, tmp_path, connected):
    path = tmp_path / "wire"
    port = netdevs.stream(site, "s0", str(path), "", True)
    with socket.socket(socket.AF_UNIX) as client:
        if connected:
            client.connect(str(path))
            settle(site)
        assert path.is_socket()

        port.close()

    assert not path.exists()

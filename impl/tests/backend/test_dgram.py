"""Netdevs on datagram sockets (SOCK-03, SOCK-09, SOCK-11, SOCK-13)."""

import socket

import pytest

from refnet.backend import netdevs, sockets
from refnet.backend.dgram import DgramPort
from refnet.errors import HostError
from refnet.fabric.port import join


@pytest.fixture
def far():
    """Our end of a pair, whose other end is given to the netdev by number."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    with ours:
        yield ours, str(its.detach())


def settle(site):
    while site.loop.step(0):
        pass


def test_one_datagram_is_one_frame_both_ways(site, far, guest):
    ours, number = far
    port = netdevs.dgram_on_fd(site, "s0", number, None)
    join(port, guest)

    ours.send(b"in")
    settle(site)
    guest.send(b"out")

    assert guest.heard == [b"in"]
    assert ours.recv(100) == b"out"
    assert port.describe() == f"fd={number} unix"


def test_empty_datagrams_are_passed_over(site, far, guest):
    ours, number = far
    join(netdevs.dgram_on_fd(site, "s0", number, None), guest)

    for datagram in (b"", b"a", b"", b"b"):
        ours.send(datagram)
    settle(site)

    assert guest.heard == [b"a", b"b"]


def test_many_datagrams_take_more_than_one_step(site, far, guest, monkeypatch):
    monkeypatch.setattr(DgramPort, "batch", 2)
    ours, number = far
    join(netdevs.dgram_on_fd(site, "s0", number, None), guest)
    for _ in range(3):
        ours.send(b"a")

    site.loop.step(0)
    assert len(guest.heard) == 2
    settle(site)
    assert len(guest.heard) == 3


def test_a_guest_that_is_not_ready_leaves_frames_in_the_kernel(site, far, guest):
    ours, number = far
    join(netdevs.dgram_on_fd(site, "s0", number, None), guest)
    guest.ready = False
    for datagram in (b"a", b"b"):
        ours.send(datagram)

    settle(site)
    guest.ready = True
    guest.flush()
    settle(site)

    assert guest.heard == [b"a", b"b"]


def test_a_full_socket_holds_frames_back_in_order(site, far, guest):
    ours, number = far
    join(netdevs.dgram_on_fd(site, "s0", number, None), guest)
    frames = [b"%06d" % index for index in range(2000)]
    for frame in frames:
        guest.send(frame)

    got = []
    while len(got) < len(frames):
        try:
            got.append(ours.recv(100))
        except BlockingIOError:
            assert site.loop.step(0)

    assert got == frames


def test_a_peer_that_is_gone_costs_frames_only(site, far, guest):
    ours, number = far
    join(netdevs.dgram_on_fd(site, "s0", number, None), guest)
    ours.close()

    assert guest.send(b"lost")
    settle(site)


def test_udp_goes_to_the_remote_and_hears_anyone(site, guest):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as remote,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        remote.bind(("127.0.0.1", 0))
        stranger.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            local = probe.getsockname()
        port = netdevs.dgram_inet(site, "s0", local, remote.getsockname())
        join(port, guest)

        guest.send(b"out")
        stranger.sendto(b"in", local)
        settle(site)

        assert remote.recv(100) == b"out"
        assert guest.heard == [b"in"]
        assert port.describe().startswith("udp=127.0.0.1:")


def test_a_refused_datagram_does_not_end_the_link(site, guest):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = closed.getsockname()
    pair = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    pair.setblocking(False)
    pair.connect(nowhere)
    join(netdevs.dgram_on_fd(site, "s0", str(pair.detach()), None), guest)

    for _ in range(3):
        assert guest.send(b"x")
        settle(site)


def test_unix_datagrams_go_from_path_to_path(site, guest, tmp_path):
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as remote:
        remote.bind(there)
        join(port := netdevs.dgram_unix(site, "s0", here, there), guest)

        guest.send(b"out")
        remote.sendto(b"in", here)
        settle(site)

        assert remote.recv(100) == b"out"
        assert guest.heard == [b"in"]
        assert port.describe() == f"udp={here}:{there}"


def test_a_group_hears_itself(site, guest, station):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    text = f"230.0.0.1:{number}"
    first = netdevs.socket_multicast(site, "m0", text, "127.0.0.1")
    second = netdevs.dgram_multicast(site, "m1", ("230.0.0.1", number), "127.0.0.1")
    join(first, guest)
    other = station("other")
    join(second, other)

    guest.send(b"all")
    site.loop.step(1)
    settle(site)

    assert guest.heard == other.heard == [b"all"]
    assert first.describe() == f"socket: mcast={text}"
    assert second.describe() == f"mcast={text}"


def test_a_group_may_be_reached_through_a_given_socket(site, guest):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        place = there.getsockname()
        join(netdevs.dgram_on_fd(site, "s0", str(sock.detach()), place), guest)

        guest.send(b"x")

        assert there.recv(9) == b"x"


def test_the_old_form_takes_a_datagram_descriptor(site, far):
    port = netdevs.socket_on_fd(site, "s0", far[1])

    assert (port.kind, port.describe()) == ("socket", f"socket: fd={far[1]} unix")


def test_a_descriptor_of_another_kind_is_refused(site):
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, pytest.raises(HostError, match="must be either SOCK_DGRAM or SOCK_STREAM"):
        netdevs.socket_on_fd(site, "s0", str(its.detach()))


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (lambda: sockets.resolve("300.1.1.1", "1"), "'300.1.1.1' is not a valid IPv4 address"),
        (lambda: sockets.resolve("no such host", "1"), "can't resolve host address 'no such host'"),
        (lambda: sockets.resolve("", "x"), "port number 'x' is invalid"),
        (lambda: sockets.resolve_pair("x"), "doesn't contain ':' separating host from port"),
        (lambda: sockets.inherit("s0", "x"), "Invalid file descriptor number 'x'"),
        (lambda: sockets.inherit("s0", "9" * 30), "Can't use file descriptor"),
        (lambda: sockets.local_interface("x"), "localaddr 'x' is not a valid IPv4 address"),
        (lambda: sockets.multicast(("10.0.0.1", 1), None), "(0x0a000001) does not contain a multi"),
        (lambda: sockets.unix_dgram("/no/such/dir"), "can't bind unix=/no/such/dir to socket: No"),
        (lambda: sockets.unix_dgram("/tmp/.."), "failed to unlink socket /tmp/..: "),
        (lambda: sockets.check_path("x" * 108), "is too long"),
        (lambda: sockets.listen("/no/such/dir"), "Failed to bind socket to /no/such/dir: No such"),
        (lambda: sockets.listen(("192.0.2.1", 0)), "can't bind ip=192.0.2.1 to socket: Cannot"),
        (lambda: sockets.connect("/no/such/dir"), "can't connect socket: No such file"),
    ],
)
def test_what_the_host_refuses_is_told_in_qemu_s_words(act, complaint):
    with pytest.raises(HostError) as caught:
        act()

    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("host", "port", "place"),
    [
        ("", "80", ("0.0.0.0", 80)),
        ("127.1", "0x10", ("127.0.0.1", 16)),
        ("localhost", "010", ("127.0.0.1", 8)),
        ("1.2.3.4", "-1", ("1.2.3.4", 65535)),
        ("1.2.3.4", "09", ("1.2.3.4", 9)),
    ],
)
def test_places_are_resolved_as_c_does(host, port, place):
    assert sockets.resolve(host, port) == place

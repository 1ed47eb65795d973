"""UDP and ping sockets (UDP-03..13, ICM-05..07, ICM-12, DNS-07, OUT-02)."""

import errno
import socket
import struct

import pytest

from refnet.backend import host_datagrams
from refnet.slirp.hostio import (
    Close,
    Failure,
    FindNameserver,
    IcmpError,
    Listen,
    ListenFailed,
    Listening,
    Nameserver,
    NameserverFound,
    OpenUdp,
    PingFailed,
    PingReply,
    PingUnavailable,
    Read,
    SendPing,
    SendUdp,
    UdpFailed,
    UdpReceived,
)
from refnet.wire import checksum, ipv4, ipv6

LOOPBACK, LOOPBACK6 = ipv4.LOOPBACK, ipv6.LOOPBACK
#: <linux/in.h>; in the socket module since Python 3.14.
IP_RECVTTL = 12


@pytest.fixture
def server():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(2)
        yield server


def port_of(sock):
    return sock.getsockname()[1]


def closed_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        return port_of(gone)


def test_datagrams_pass_both_ways(bench, server):
    assert bench.does(OpenUdp(1), SendUdp(1, b"question", LOOPBACK, port_of(server))) == []
    text, client = server.recvfrom(100)
    server.sendto(b"answer", client)

    [received] = bench.hears(UdpReceived)

    assert text == b"question"
    assert received == UdpReceived(1, b"answer", LOOPBACK, port_of(server))
    assert bench.notified == 1


@pytest.fixture
def server6():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
        server.bind(("::1", 0))
        server.settimeout(10)
        yield server


def test_datagrams_of_ipv6_pass_both_ways(bench, server6):
    server6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    port = port_of(server6)
    assert bench.does(OpenUdp(1, 6), SendUdp(1, b"question", LOOPBACK6, port, 9)) == []
    text, [(_, _, data)], _, client = server6.recvmsg(100, 100)
    server6.sendto(b"answer", client)

    [received] = bench.hears(UdpReceived)

    assert (text, int.from_bytes(data, "little")) == (b"question", 9)
    assert received == UdpReceived(1, b"answer", LOOPBACK6, port)


def test_an_error_of_ipv6_is_told_with_its_offender(bench):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as gone:
        gone.bind(("::1", 0))
        port = port_of(gone)
    bench.does(OpenUdp(1, 6), SendUdp(1, b"x", LOOPBACK6, port))

    [failed] = bench.hears(UdpFailed)

    assert failed == UdpFailed(1, IcmpError(1, 4, LOOPBACK6))


@pytest.mark.parametrize("address", ["::1", "::1%lo"])
def test_the_nameserver_of_ipv6_is_the_resolvers(bench, resolv_conf, server6, address):
    resolv_conf.write_text(f"nameserver 127.0.0.1\nnameserver {address}\n")
    events = bench.does(
        FindNameserver(2, Nameserver.IPV6),
        OpenUdp(1, 6),
        SendUdp(1, b"question", Nameserver.IPV6, port_of(server6)),
    )
    assert events == [NameserverFound(2, True)]
    assert server6.recv(100) == b"question"


def test_without_a_nameserver_of_ipv6_there_is_none(bench):
    events = bench.does(
        FindNameserver(2, Nameserver.IPV6), OpenUdp(1, 6), SendUdp(1, b"x", Nameserver.IPV6, 53)
    )
    assert events == [NameserverFound(2, False), UdpFailed(1, Failure.NOT_PERMITTED)]


def test_an_empty_datagram_is_one(bench, server):
    bench.does(OpenUdp(1), SendUdp(1, b"", LOOPBACK, port_of(server)))
    text, client = server.recvfrom(100)
    server.sendto(b"", client)

    assert text == b""
    assert bench.hears(UdpReceived)[0].payload == b""


def test_the_ttl_is_set_for_each_datagram(bench, server):
    server.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)

    seen = []
    for ttl in (9, 9, 33):
        bench.does(
            *([OpenUdp(1)] if not seen else []), SendUdp(1, b"x", LOOPBACK, port_of(server), ttl)
        )
        _, [(_, _, data)], _, _ = server.recvmsg(10, 100)
        seen.append(int.from_bytes(data, "little"))

    assert seen == [9, 9, 33]


def test_an_error_of_the_network_is_told_with_its_offender(bench):
    bench.does(OpenUdp(1), SendUdp(1, b"x", LOOPBACK, closed_port()))

    [failed] = bench.hears(UdpFailed)

    assert failed == UdpFailed(1, IcmpError(3, 3, LOOPBACK))


def test_an_error_that_waits_does_not_stop_the_next_datagram(bench, server):
    bench.does(OpenUdp(1), SendUdp(1, b"x", LOOPBACK, closed_port()))

    events = bench.does(SendUdp(1, b"after", LOOPBACK, port_of(server)))

    assert events == [UdpFailed(1, IcmpError(3, 3, LOOPBACK))]
    assert server.recv(100) == b"after"


@pytest.mark.parametrize(
    ("payload", "port", "ttl", "error"),
    [
        (bytes(70_000), 9, None, Failure.OTHER),
        (b"x", 99_999, None, Failure.OTHER),
        (b"x", 9, 999, Failure.OTHER),
    ],
)
def test_what_can_not_be_sent_is_told(bench, payload, port, ttl, error):
    events = bench.does(OpenUdp(1), SendUdp(1, payload, LOOPBACK, port, ttl))

    assert events == [UdpFailed(1, error)]


def test_the_nameserver_is_the_resolvers(bench, resolv_conf):
    resolv_conf.write_text("")

    events = bench.does(OpenUdp(1), SendUdp(1, b"x", Nameserver.IPV4, 53))
    events += bench.does(SendUdp(1, b"x", Nameserver.IPV6, 53))

    assert events == [UdpFailed(1, Failure.NOT_PERMITTED)] * 2


def test_without_a_descriptor_a_session_is_silent(bench, monkeypatch):
    monkeypatch.setattr(socket, "socket", refusing(errno.EMFILE))

    assert bench.does(OpenUdp(1), SendUdp(1, b"x", LOOPBACK, 9)) == []


def refusing(*numbers):
    """A stand-in for ``socket.socket`` that fails with each number in turn."""
    left = list(numbers)

    def make(*arguments):
        raise OSError(left.pop(0), "refused")

    return make


def test_reading_pauses_and_goes_on(bench, server):
    bench.does(OpenUdp(1), SendUdp(1, b"x", LOOPBACK, port_of(server)))
    _, client = server.recvfrom(10)
    bench.does(Read(1, 0))
    server.sendto(b"later", client)

    assert bench.quiet() == []
    bench.does(Read(1, 1), Read(1, 1))

    assert bench.hears(UdpReceived)[0].payload == b"later"


def test_a_rule_for_udp_listens(bench, server):
    [listening] = bench.does(Listen(1, ipv4.UDP, LOOPBACK, 0))
    server.sendto(b"hello", ("127.0.0.1", listening.port))

    [received] = bench.hears(UdpReceived)

    assert isinstance(listening, Listening)
    assert (received.handle, received.port) == (1, port_of(server))
    assert bench.host.descriptor(1) >= 0
    bench.does(Close(1))
    assert bench.host.descriptor(1) == -1


@pytest.mark.parametrize(
    ("address", "port", "error"),
    [(0xCB007101, 0, Failure.OTHER), (LOOPBACK, 99_999, Failure.OTHER)],
)
def test_a_rule_that_can_not_listen_says_so(bench, address, port, error):
    assert bench.does(Listen(1, ipv4.UDP, address, port)) == [ListenFailed(1, error)]


def test_a_socket_that_fails_when_it_is_read_is_told(bench, monkeypatch, server):
    bench.does(OpenUdp(1), SendUdp(1, b"x", LOOPBACK, port_of(server)))
    _, client = server.recvfrom(10)
    endpoint = bench.host._udp[1]

    errors = [OSError(errno.ENETUNREACH, "x"), BlockingIOError()]

    class Broken:
        fileno = endpoint.socket.fileno
        recvmsg = endpoint.socket.recvmsg
        close = endpoint.socket.close

        def recvfrom(self, size):
            raise errors.pop(0)

    monkeypatch.setattr(endpoint, "socket", Broken())
    server.sendto(b"y", client)

    assert bench.hears(UdpFailed) == [UdpFailed(1, Failure.NET_UNREACHABLE)]
    bench.loop.step(0)
    assert bench.events() == []


# -- pings ---------------------------------------------------------------------------------------


class FakePing:
    """An ICMP socket: what is sent is kept, what ``replies`` says is received."""

    def __init__(self):
        self.near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sent = []
        self.replies = []
        self.fileno = self.near.fileno

    def sendto(self, message, target):
        self.sent.append((message, target))

    def answer(self, reply):
        self.replies.append(reply)
        self.far.send(b"x")

    def recvfrom(self, size):
        self.near.recv(1)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply, ("198.51.100.10", 0)

    def close(self):
        self.near.close()
        self.far.close()


TARGET = ipv4.parse_address("198.51.100.10")
PING = SendPing(1, TARGET, 77, 3, b"payload")


@pytest.fixture(params=[False, True], ids=["dgram", "raw"])
def ping(request, monkeypatch):
    fake = FakePing()
    fake.raw = request.param
    monkeypatch.setattr(host_datagrams, "_ping_socket", lambda: (fake, fake.raw))
    return fake


def reply_to(ping, kind=0, sequence=3, identifier=None):
    """The octets of a reply as the socket gives it."""
    message, _ = ping.sent[0]
    own = struct.unpack_from("!H", message, 4)[0] if identifier is None else identifier
    reply = struct.pack("!BBHHH", kind, 0, 0, own, sequence) + message[8:]
    return b"\x45" + bytes(19) + reply if ping.raw else reply


def test_an_echo_is_sent_and_its_reply_told(bench, ping):
    bench.does(PING)
    [(message, target)] = ping.sent
    ping.answer(reply_to(ping))

    assert bench.hears(PingReply) == [PingReply(1, b"payload")]
    assert target == ("198.51.100.10", 0)
    assert message[0] == 8
    assert message[6:] == b"\x00\x03payload"
    assert checksum.internet(message) == 0
    assert bench.host.descriptor(1) == ping.fileno()


def test_what_is_not_the_reply_is_ignored(bench, ping):
    bench.does(PING)

    for octets in (b"", b"\x45", reply_to(ping, kind=8), reply_to(ping, sequence=4)):
        ping.answer(octets)
    ping.answer(BlockingIOError())
    if ping.raw:
        ping.answer(reply_to(ping, identifier=1))

    assert bench.quiet() == []


def test_an_error_instead_of_a_reply_is_told(bench, ping):
    bench.does(PING)
    ping.answer(OSError(errno.EHOSTUNREACH, "x"))

    assert bench.hears(PingFailed) == [PingFailed(1, Failure.HOST_UNREACHABLE, sending=False)]
    bench.does(Close(1))
    assert bench.host.descriptor(1) == -1


def test_an_echo_that_does_not_leave_is_told(bench, ping):
    ping.sendto = refusing(errno.ENETUNREACH)

    assert bench.does(PING) == [PingFailed(1, Failure.NET_UNREACHABLE, sending=True)]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((errno.EACCES, errno.EPERM), PingUnavailable(1)),
        ((errno.EPROTONOSUPPORT, errno.EPERM), PingUnavailable(1)),
        ((errno.EMFILE,), PingFailed(1, Failure.OTHER, sending=True)),
        ((errno.EACCES, errno.EMFILE), PingFailed(1, Failure.OTHER, sending=True)),
    ],
)
def test_without_a_socket_for_pings_a_raw_one_is_tried(bench, monkeypatch, numbers, expected):
    monkeypatch.setattr(socket, "socket", refusing(*numbers))

    assert bench.does(PING) == [expected]


def test_the_kinds_of_socket_are_tried_in_order(monkeypatch):
    tried = []

    def make(family, kind, protocol):
        tried.append(kind & ~socket.SOCK_NONBLOCK)
        if len(tried) == 1:
            raise PermissionError(errno.EACCES, "x")
        return "socket"

    monkeypatch.setattr(socket, "socket", make)

    assert host_datagrams._ping_socket() == ("socket", True)
    assert tried == [socket.SOCK_DGRAM, socket.SOCK_RAW]
    tried.append(None)
    assert host_datagrams._ping_socket() == ("socket", False)

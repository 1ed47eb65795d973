"""TCP connections, listeners, commands and devices of the host (TCP-22..28, HFW-06, GFW-03..05)."""

import errno
import os
import socket
import struct
import subprocess
import sys

import pytest

from refnet.backend.pipes import open_device
from refnet.slirp.hostio import (
    Accepted,
    Broken,
    Close,
    Connect,
    Connected,
    ConnectFailed,
    EndOfStream,
    Failure,
    Listen,
    ListenFailed,
    Listening,
    Nameserver,
    OpenChannel,
    Read,
    Received,
    Send,
    Sent,
    Shutdown,
    Spawn,
)
from refnet.wire import ipv4, ipv6

LOOPBACK = ipv4.LOOPBACK
NO_LINGER = struct.pack("ii", 1, 0)


@pytest.fixture
def listener():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(20)
        yield listener


@pytest.fixture
def peer(bench, listener):
    """The far end of stream 1."""
    bench.does(Connect(1, LOOPBACK, listener.getsockname()[1]))
    assert bench.hears(Connected) == [Connected(1)]
    connection, _ = listener.accept()
    connection.settimeout(20)
    with connection:
        yield connection


def test_a_connection_over_ipv6(bench):
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(("::1", 0))
        listener.listen()
        listener.settimeout(10)
        bench.does(Connect(1, ipv6.LOOPBACK, listener.getsockname()[1]))
        assert bench.hears(Connected) == [Connected(1)]
        connection, _ = listener.accept()
        connection.close()


def text_of(events):
    return b"".join(event.data for event in events if isinstance(event, Received))


# -- connections ---------------------------------------------------------------------------------


def test_a_refused_connection_is_told(bench, listener):
    port = listener.getsockname()[1]
    listener.close()

    events = bench.does(Connect(1, LOOPBACK, port)) or bench.hears(ConnectFailed)

    assert [(event.handle, event.error) for event in events] == [(1, Failure.REFUSED)]


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENETUNREACH, Failure.NET_UNREACHABLE),
        (errno.EHOSTUNREACH, Failure.HOST_UNREACHABLE),
        (errno.EACCES, Failure.NOT_PERMITTED),
        (errno.EADDRNOTAVAIL, Failure.OTHER),
    ],
)
def test_a_connection_that_fails_at_once_is_told(bench, monkeypatch, number, error):
    class Unlucky(socket.socket):
        def connect_ex(self, address):
            return number

    monkeypatch.setattr(socket, "socket", Unlucky)

    assert bench.does(Connect(1, LOOPBACK, 9)) == [ConnectFailed(1, error, at_once=True)]


def test_without_a_descriptor_there_is_no_connection(bench, monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.EMFILE, "x")

    monkeypatch.setattr(socket, "socket", refuse)

    assert bench.does(Connect(1, LOOPBACK, 9)) == [ConnectFailed(1, Failure.OTHER, at_once=True)]


def test_without_a_nameserver_there_is_no_connection_to_it(bench, resolv_conf):
    resolv_conf.write_text("")

    assert bench.does(Connect(1, Nameserver.IPV4, 53)) == [
        ConnectFailed(1, Failure.NOT_PERMITTED, at_once=True)
    ]


def test_octets_pass_both_ways(bench, peer):
    assert bench.does(Send(1, b"question"), Read(1, 100)) == [Sent(1, 8)]
    assert peer.recv(100) == b"question"
    peer.send(b"answer")

    assert bench.hears(Received) == [Received(1, b"answer")]


def test_no_more_is_read_than_was_allowed(bench, peer):
    peer.send(b"0123456789")
    assert bench.quiet() == []

    bench.does(Read(1, 4))
    assert bench.hears(Received) == [Received(1, b"0123")]
    assert bench.quiet() == []
    bench.does(Read(1, 100))

    assert text_of(bench.hears(Received)) == b"456789"


def test_what_the_host_does_not_take_now_is_sent_when_it_does(bench, peer):
    bench.host._streams[1]._pipe.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    data = os.urandom(1 << 20)
    pieces = [data[start : start + 30_000] for start in range(0, len(data), 30_000)]
    events = bench.does(*(Send(1, memoryview(piece)) for piece in pieces), Shutdown(1))
    assert 0 < sum(event.count for event in events) < len(data)
    events += bench.does(Send(1, b"!"))

    got = bytearray()
    while len(got) < len(data) + 1:
        got += peer.recv(1 << 20)
        events += bench.quiet()

    assert got == data + b"!"
    assert sum(event.count for event in events) == len(data) + 1
    assert peer.recv(1) == b""


def test_octets_sent_before_the_connection_is_there_wait_for_it(bench, listener):
    bench.does(Connect(1, LOOPBACK, listener.getsockname()[1]), Send(1, b"early"))

    events = bench.hears(Sent)

    assert events == [Connected(1), Sent(1, 5)]


def test_the_frames_of_one_step_are_written_together(bench, peer):
    writes = []
    stream = bench.host._streams[1]
    write = stream._pipe.write

    def count(pieces, urgent):
        writes.append(len(pieces))
        return write(pieces, urgent)

    stream._pipe.write = count
    pipe, feeder = socket.socketpair()
    feeder.send(b"x")

    def three_frames(events):
        for _ in range(3):
            bench.does(Send(1, b"x"))
        bench.loop.unregister(pipe.fileno())

    bench.loop.register(pipe.fileno(), 1, three_frames)
    bench.hears(Sent)

    assert writes == [3]
    pipe.close()
    feeder.close()


def test_the_end_is_told_and_the_other_direction_goes_on(bench, peer):
    peer.shutdown(socket.SHUT_WR)
    bench.does(Read(1, 100))
    assert bench.hears(EndOfStream) == [EndOfStream(1)]

    assert bench.does(Send(1, b"still"), Shutdown(1)) == [Sent(1, 5)]

    assert peer.recv(100) == b"still"
    assert peer.recv(100) == b""
    assert bench.quiet() == []


def test_a_reset_is_told_when_it_is_read(bench, peer):
    bench.does(Read(1, 100))
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    peer.close()

    assert bench.hears(Broken) == [Broken(1, Failure.RESET)]
    assert bench.quiet() == []


def test_a_stream_that_nobody_reads_is_told_when_it_is_written(bench, peer):
    bench.does(Read(1, 100))
    peer.close()
    assert bench.hears(EndOfStream) == [EndOfStream(1)]

    events = bench.does(Send(1, b"one"))
    events += bench.quiet()
    events += bench.does(Send(1, b"two"), Send(1, b"three"))
    if Broken(1, Failure.RESET) not in events:
        events += bench.hears(Broken)

    assert events == [Sent(1, 3), Broken(1, Failure.RESET)]


def test_a_write_that_fails_leaves_it_to_reading_to_tell(bench, peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    peer.close()

    events = bench.does(Send(1, b"lost"))
    events += bench.does(Read(1, 100))
    if Broken(1, Failure.RESET) not in events:
        events += bench.hears(Broken)

    assert Broken(1, Failure.RESET) in events
    assert not any(isinstance(event, Sent) for event in events)


def test_closing_with_a_reset_is_heard_as_one(bench, peer):
    bench.does(Close(1, reset=True))

    with pytest.raises(ConnectionResetError):
        peer.recv(1)


def test_closing_is_heard_as_an_end_behind_what_was_sent(bench, peer):
    bench.does(Send(1, b"last"), Close(1))

    assert peer.recv(100) == b"last"
    assert peer.recv(100) == b""
    assert bench.does(Send(1, b"x"), Read(1, 1), Shutdown(1), Close(1)) == []


def test_a_stream_closed_by_an_outcome_is_left_alone(bench, peer):
    bench.stack.answers[Received] = [Close(1)]
    bench.does(Read(1, 100), Send(1, bytes(1 << 22)))
    peer.send(b"x")

    assert Received(1, b"x") in bench.hears(Received)
    assert bench.quiet() == []
    assert bench.host.descriptor(1) == -1


# -- urgent data ---------------------------------------------------------------------------------


def test_an_urgent_octet_goes_out_of_band(bench, peer):
    bench.does(Send(1, b"ab"), Send(1, b"c!", urgent=True), Send(1, b"de"))

    assert peer.recv(100) == b"abc"
    assert peer.recv(1, socket.MSG_OOB) == b"!"
    assert peer.recv(100) == b"de"


def test_an_urgent_octet_is_told_as_such(bench, peer):
    bench.does(Read(1, 100))
    peer.send(b"!", socket.MSG_OOB)
    assert bench.hears(Received) == [Received(1, b"!", urgent=1)]
    peer.send(b"calm")

    assert bench.hears(Received) == [Received(1, b"calm")]


# -- listeners -----------------------------------------------------------------------------------


def test_a_client_is_accepted_under_a_handle_of_its_own(bench):
    [listening] = bench.does(Listen(1, ipv4.TCP, LOOPBACK, 0))
    assert isinstance(listening, Listening)
    assert listening.address == LOOPBACK
    with socket.create_connection(("127.0.0.1", listening.port)) as client:
        port = client.getsockname()[1]

        [accepted] = bench.hears(Accepted)
        assert accepted == Accepted(1, 101, LOOPBACK, port, LOOPBACK, listening.port)
        bench.does(Send(101, b"hello"))
        assert client.recv(100) == b"hello"

        bench.does(Close(1))
        bench.does(Read(101, 10))
        client.send(b"on")
        assert text_of(bench.hears(Received)) == b"on"


def test_a_port_that_is_taken_is_told(bench, listener):
    port = listener.getsockname()[1]

    assert bench.does(Listen(1, ipv4.TCP, LOOPBACK, port)) == [
        ListenFailed(1, Failure.ADDRESS_IN_USE)
    ]
    assert bench.does(Listen(2, ipv4.TCP, LOOPBACK, 99_999)) == [ListenFailed(2, Failure.OTHER)]


def test_a_client_that_has_gone_already_does_no_harm(bench):
    [listening] = bench.does(Listen(1, ipv4.TCP, LOOPBACK, 0))
    with socket.create_connection(("127.0.0.1", listening.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)

    assert [type(event) for event in bench.quiet()] in ([Accepted], [])
    bench.host._listeners[1]._on_ready(1)
    assert bench.events() == []


# -- commands ------------------------------------------------------------------------------------


def test_a_command_has_the_stream_for_its_input_and_output(bench):
    assert bench.does(Spawn(1, "sh -c 'cat; echo done >&2'")) == [Connected(1)]
    bench.does(Read(1, 100), Send(1, b"meow\n"), Shutdown(1))

    assert text_of(bench.hears(EndOfStream)) == b"meow\ndone\n"


@pytest.mark.parametrize(("over_tcp", "family"), [(False, "AF_UNIX"), (True, "AF_INET")])
def test_a_command_finds_a_socket_in_a_session_of_its_own(bench, over_tcp, family):
    look = (
        "import os, socket; s = socket.socket(fileno=0); "
        "print(s.family.name, os.getsid(0) == os.getpid(), s.getblocking(), flush=True)"
    )
    bench.does(Spawn(1, f"{sys.executable} -c '{look}'", over_tcp), Read(1, 100))

    assert text_of(bench.hears(EndOfStream)) == f"{family} True True\n".encode()


def test_a_stranger_does_not_get_a_command_s_end(bench, monkeypatch):
    strangers = []

    class Late(socket.socket):
        def connect(self, address):
            if not strangers:
                strangers.append(socket.socket())
                strangers[0].connect(address)
            super().connect(address)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", Late)
        bench.does(Spawn(1, "cat", over_tcp=True), Send(1, b"meow"), Shutdown(1), Read(1, 100))

    assert text_of(bench.hears(EndOfStream)) == b"meow"
    with strangers[0] as stranger:
        stranger.settimeout(10)
        assert stranger.recv(100) == b""


def test_without_a_loopback_there_is_no_connection_for_a_command(bench, monkeypatch):
    def down(listener):
        raise OSError(errno.ENETDOWN, "x")

    monkeypatch.setattr(socket.socket, "accept", down)

    (event,) = bench.does(Spawn(1, "cat", over_tcp=True))
    assert isinstance(event, ConnectFailed)
    assert event.at_once


def test_words_are_split_as_a_shell_does_without_one(bench):
    bench.does(Spawn(1, r"""/bin/echo "two words" $HOME 'a'\ b"""), Read(1, 100))

    assert text_of(bench.hears(EndOfStream)) == b"two words $HOME a b\n"


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (
            "'/no such' x",
            Failure.NOT_FOUND,
            [
                "Slirp: fork_exec: Failed to execute child process “/no such”"
                " (No such file or directory)",
            ],
        ),
        (
            "''",
            Failure.NOT_FOUND,
            ["Slirp: fork_exec: Failed to execute child process “” (No such file or directory)"],
        ),
        (
            "/",
            Failure.NOT_PERMITTED,
            ["Slirp: fork_exec: Failed to execute child process “/” (Permission denied)"],
        ),
        (
            " '",
            Failure.OTHER,
            [
                "Slirp: fork_exec invalid command:  '",
                "error: Text ended before matching quote was found for '. (The text was “ '”)",
            ],
        ),
    ],
)
def test_a_command_that_can_not_run_is_told(bench, command, error, said):
    assert bench.does(Spawn(1, command)) == [ConnectFailed(1, error, at_once=True)]
    assert bench.said == said


def test_a_script_needs_no_line_that_names_its_shell(bench, tmp_path):
    script = tmp_path / "script"
    script.write_text('echo "$1"')
    script.chmod(0o755)

    bench.does(Spawn(1, f"{script} 'a b'"), Read(1, 100))

    assert text_of(bench.hears(EndOfStream)) == b"a b\n"


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("unix:/no/such", "Failed to connect to '/no/such': No such file or directory"),
        ("/dev/nosuch", "Could not open '/dev/nosuch': No such file or directory"),
    ],
)
def test_the_user_hears_why_a_device_can_not_be_opened(bench, device, said):
    bench.does(OpenChannel(1, device))

    assert bench.said == [said]


def test_the_user_hears_of_a_device_at_an_unknown_name(bench, monkeypatch):
    def unknown(*address, **wanted):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    bench.does(OpenChannel(1, "tcp:nobody.invalid:80"))

    assert bench.said == [
        "address resolution failed for nobody.invalid:80: Name or service not known"
    ]


def test_only_what_is_a_connections_own_has_a_descriptor_to_show(bench):
    bench.does(Spawn(1, "cat"), OpenChannel(2, "/dev/null"))

    assert bench.host.descriptor(1) >= 0
    assert [bench.host.descriptor(handle) for handle in (2, 3, None)] == [-1, -1, -1]


def test_a_command_ends_with_its_stream(bench):
    bench.does(Spawn(1, "sleep 1000"))
    child = bench.host._streams[1]._child

    bench.does(Close(1))
    while bench.host._children:
        assert bench.loop.step(20.0)

    assert child.returncode == -15


def test_a_command_that_has_ended_its_stream_is_left_to_finish(bench, tmp_path):
    silent = "import os; os.dup2(os.open('/dev/null', 2), 0); os.dup2(0, 1); os.dup2(0, 2)"
    script = f"{silent}; open({str(tmp_path / 'late')!r}, 'w')"
    bench.does(Spawn(1, f'{sys.executable} -c "{script}"'), Read(1, 10))
    bench.hears(EndOfStream)

    bench.does(Close(1))
    while bench.host._children:
        assert bench.loop.step(20.0)

    assert (tmp_path / "late").exists()


def test_a_command_that_can_not_be_waited_for_is_told(bench, monkeypatch):
    def refuse(pid):
        raise OSError(errno.EMFILE, "x")

    monkeypatch.setattr(os, "pidfd_open", refuse)

    assert bench.does(Spawn(1, "sleep 1000")) == [ConnectFailed(1, Failure.OTHER, at_once=True)]


def test_an_urgent_octet_for_a_command_is_an_octet(bench):
    bench.does(Spawn(1, "cat"), Read(1, 10), Send(1, b"!", urgent=True), Shutdown(1))

    assert text_of(bench.hears(EndOfStream)) == b"!"


def test_the_end_of_the_host_is_the_end_of_its_commands(bench):
    bench.does(Spawn(1, "sleep 1000"))
    child = bench.host._streams[1]._child

    bench.host.close()

    assert isinstance(child, subprocess.Popen)
    assert child.returncode in (-9, -15)
    with pytest.raises(ChildProcessError):
        os.waitpid(child.pid, 0)


# -- devices -------------------------------------------------------------------------------------


def test_a_device_may_be_a_tcp_server(bench, listener):
    port = listener.getsockname()[1]
    assert bench.does(OpenChannel(1, f"tcp:127.0.0.1:{port},nodelay=on")) == [Connected(1)]
    server, _ = listener.accept()
    with server:
        bench.does(Send(1, b"ping"), Read(1, 100))
        assert server.recv(10) == b"ping"
        server.send(b"pong")

        assert text_of(bench.hears(Received)) == b"pong"


def test_a_device_may_be_a_unix_server(bench, tmp_path):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        assert bench.does(OpenChannel(1, f"unix:{path}")) == [Connected(1)]
        server, _ = listener.accept()
        with server:
            bench.does(Send(1, b"ping", urgent=True))
            assert server.recv(10) == b"ping"
            bench.does(Close(1, reset=True))
            assert server.recv(10) == b""


def test_a_device_may_be_a_file_that_is_written(bench, tmp_path):
    path = tmp_path / "log"
    path.write_text("old")

    assert bench.does(OpenChannel(1, f"file:{path}")) == [Connected(1)]
    assert bench.does(Send(1, b"new"), Read(1, 10), Shutdown(1)) == [Sent(1, 3)]

    assert path.read_text() == "new"
    assert bench.host.descriptor(1) == -1
    bench.does(Close(1))


def test_a_device_may_take_all_and_say_nothing(bench):
    assert bench.does(OpenChannel(1, "null"), Send(1, b"gone"), Read(1, 10)) == [
        Connected(1),
        Sent(1, 4),
    ]
    assert open_device("null").read(10) == b""


def test_a_device_may_be_a_pair_of_fifos(bench, tmp_path):
    os.mkfifo(tmp_path / "p.in")
    os.mkfifo(tmp_path / "p.out")
    assert bench.does(OpenChannel(1, f"pipe:{tmp_path / 'p'}")) == [Connected(1)]

    bench.does(Read(1, 10), Send(1, b"out"))
    (tmp_path / "p.in").write_bytes(b"in")

    assert text_of(bench.hears(Received)) == b"in"
    reader = os.open(tmp_path / "p.out", os.O_RDONLY | os.O_NONBLOCK)
    assert os.read(reader, 10) == b"out"
    os.close(reader)
    bench.does(Send(1, bytes(1 << 20)))
    assert bench.quiet() == []
    bench.does(Close(1))


def test_a_device_may_be_one_fifo_or_a_node(bench, tmp_path):
    os.mkfifo(tmp_path / "p")
    assert bench.does(OpenChannel(1, f"pipe:{tmp_path / 'p'}"), Read(1, 9), Send(1, b"x")) == [
        Connected(1),
        Sent(1, 1),
    ]
    assert text_of(bench.hears(Received)) == b"x"
    assert bench.does(OpenChannel(2, "/dev/tty0/none")) != [Connected(2)]


def test_a_device_may_be_a_terminal(bench):
    near, far = os.openpty()
    assert bench.does(OpenChannel(1, os.ttyname(far)), Read(1, 100)) == [Connected(1)]
    os.write(near, b"typed\n")

    assert text_of(bench.hears(Received)) == b"typed\n"
    os.close(near)
    os.close(far)


def test_a_device_that_is_always_ready_is_not_waited_for(bench):
    assert bench.does(OpenChannel(1, "/dev/null"), Read(1, 9), Send(1, b"x")) == [
        Connected(1),
        Sent(1, 1),
    ]
    assert bench.quiet() == []


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("unix:/nonexistent", Failure.NOT_FOUND),
        ("pipe:/nonexistent/p", Failure.NOT_FOUND),
        ("file:/nonexistent/p", Failure.NOT_FOUND),
        ("file:", Failure.OTHER),
        ("tcp:127.0.0.1", Failure.OTHER),
        ("tcp:127.0.0.1:port", Failure.OTHER),
        ("tcp::4000,server=on", Failure.OTHER),
        ("spice:x", Failure.OTHER),
    ],
)
def test_a_device_that_can_not_be_opened_is_told(bench, device, error):
    assert bench.does(OpenChannel(1, device)) == [ConnectFailed(1, error, at_once=True)]


def test_half_a_pair_of_fifos_is_none(bench, tmp_path):
    os.mkfifo(tmp_path / "p.in")

    assert bench.does(OpenChannel(1, f"pipe:{tmp_path / 'p'}")) == [
        ConnectFailed(1, Failure.NOT_FOUND, at_once=True)
    ]


# -- the whole -----------------------------------------------------------------------------------


def test_descriptors_are_known_by_their_handles(bench, peer):
    assert bench.host.descriptor(1) >= 0
    assert bench.host.descriptor(None) == -1
    assert bench.host.descriptor(77) == -1


def test_outcomes_are_carried_on_in_order(bench, listener):
    bench.stack.answers[Connected] = [Send(1, b"at once"), Shutdown(1)]
    bench.does(Connect(1, LOOPBACK, listener.getsockname()[1]))
    bench.hears(Sent)
    peer, _ = listener.accept()

    with peer:
        assert peer.recv(100) == b"at once"
        assert peer.recv(100) == b""


def test_nothing_is_left_open(bench, peer):
    bench.does(Spawn(2, "cat"), Listen(3, ipv4.TCP, LOOPBACK, 0), OpenChannel(4, "null"))
    before = set(os.listdir("/proc/self/fd"))

    bench.host.close()

    assert len(before) - len(os.listdir("/proc/self/fd")) == 4

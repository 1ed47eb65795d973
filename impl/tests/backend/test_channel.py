"""Channels for monitors: sockets and standard streams."""

import os
import socket
import threading

import pytest

from refnet.backend import channel
from refnet.backend.channel import Channel, SocketChannel, StdioChannel
from refnet.backend.loop import Loop
from refnet.clock import ManualClock
from refnet.errors import HostError


@pytest.fixture
def loop():
    loop = Loop(ManualClock())
    yield loop
    loop.close()


def noted(made):
    """``made``, noting on a list what happens to it."""
    notes = []
    made.on_open = lambda: notes.append("open")
    made.on_data = notes.append
    made.on_close = lambda: notes.append("close")
    return made, notes


def settle(loop):
    loop.step(0.05)
    while loop.step(0):
        pass


def test_a_listener_has_one_client_at_a_time(loop, tmp_path):
    path = str(tmp_path / "m")
    made, notes = noted(channel.from_place(loop, path, server=True, wait=False))
    made.start()
    with socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
        first.connect(path)
        second.connect(path)
        first.sendall(b"1")
        second.sendall(b"2")
        settle(loop)
        assert notes == ["open", b"1"]
        made.write(b"hello")
        assert first.recv(9) == b"hello"
        first.close()
        settle(loop)
        assert notes == ["open", b"1", "close", "open", b"2"]
    made.close()
    assert not os.path.exists(path)


def test_a_listener_may_wait_for_its_first_client(loop, tmp_path):
    path = str(tmp_path / "m")
    made, notes = noted(channel.from_place(loop, path, server=True, wait=True))
    client = socket.socket(socket.AF_UNIX)
    thread = threading.Thread(target=client.connect, args=[path])
    thread.start()

    made.start()
    thread.join()

    assert notes == ["open"]
    client.close()
    made.close()


def test_an_inherited_socket_is_a_client_at_once(loop):
    ours, its = socket.socketpair()
    made, notes = noted(channel.from_fd(loop, str(its.detach())))
    made.start()
    with ours:
        ours.sendall(b"x")
        settle(loop)
    settle(loop)

    assert notes == ["open", b"x", "close"]
    made.write(b"nobody")
    made.close()


def test_a_client_that_does_not_read_is_dropped_in_the_end(loop, monkeypatch):
    monkeypatch.setattr(channel, "_BACKLOG", 1 << 20)
    ours, its = socket.socketpair()
    made, notes = noted(SocketChannel(loop, connection=its))
    made.start()
    made.write(bytes(1 << 20))
    assert notes == ["open"]
    made.write(bytes(1 << 20))

    assert notes == ["open", "close"]
    ours.close()
    made.close()


def test_a_slow_client_gets_everything(loop):
    ours, its = socket.socketpair()
    made, _ = noted(SocketChannel(loop, connection=its))
    made.start()
    made.write(bytes(1 << 20))

    got = 0
    ours.setblocking(False)
    with ours:
        while got < 1 << 20:
            try:
                got += len(ours.recv(65536))
            except BlockingIOError:
                loop.step(0)
    made.close()


def test_writing_to_a_client_that_is_gone_does_nothing(loop):
    ours, its = socket.socketpair()
    made, notes = noted(SocketChannel(loop, connection=its))
    made.start()
    ours.close()

    made.write(b"x")
    settle(loop)

    assert notes == ["open", "close"]
    made.close()


def test_a_client_of_a_listener_elsewhere(loop):
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = ("127.0.0.1", str(server.getsockname()[1]))
        made, _ = noted(channel.from_place(loop, place, server=False, wait=False))
        made.start()
        connection, _ = server.accept()
        made.write(b"x")
        with connection:
            assert connection.recv(1) == b"x"
        made.close()


def test_nobody_listening_is_told(loop):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        number = gone.getsockname()[1]

    with pytest.raises(HostError, match=f"Failed to connect to '127.0.0.1:{number}': Connection"):
        channel.from_place(loop, ("127.0.0.1", str(number)), server=False, wait=False)


def test_the_standard_streams_are_a_channel(loop, monkeypatch):
    (source, typed), (shown, sink) = os.pipe(), os.pipe()
    saved = os.dup(0), os.dup(1)
    os.dup2(source, 0)
    os.dup2(sink, 1)
    try:
        made, notes = noted(StdioChannel(loop))
        made.start()
        os.write(typed, b"stop\n")
        settle(loop)
        made.write(b"hello")
        os.close(typed)
        settle(loop)
        made.close()
    finally:
        for old, number in zip(saved, (0, 1), strict=True):
            os.dup2(old, number)
            os.close(old)
        os.close(source)
        os.close(sink)

    # The typing end was also standard input's only writer.
    assert notes == ["open", b"stop\n", "close"]
    assert os.read(shown, 99) == b"hello"
    os.close(shown)


def test_a_standard_output_that_is_closed_swallows(loop, monkeypatch):
    def refuse(fd, data):
        raise OSError(9, "Bad file descriptor")

    made = StdioChannel(loop)
    made._watches = ()
    monkeypatch.setattr(os, "write", refuse)

    made.write(b"x")

    assert not made._unsent


def test_the_null_channel_does_nothing():
    null = Channel()

    null.start()
    null.on_open()
    null.on_data(b"x")
    null.on_close()
    null.write(b"x")
    null.close()

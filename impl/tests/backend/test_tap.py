"""Netdevs on tap devices (TAP-03..05, TAP-09), with a pair of sockets for a device."""

import os
import socket

import pytest

from refnet.backend import tun
from refnet.backend.tap import TapPort
from refnet.fabric.port import join


class Kernel:
    """The kernel's end of a device."""

    def __init__(self):
        self.socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.setblocking(False)
        its.setblocking(False)
        self.fd = its.detach()

    def says(self, *frames):
        for frame in frames:
            self.socket.send(frame)

    def hears(self):
        frames = []
        while True:
            try:
                frames.append(self.socket.recv(70000))
            except BlockingIOError:
                return frames


@pytest.fixture
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.socket.close()


@pytest.fixture
def plug(site, kernel, guest):
    """Makes a port on the device, with the guest at its other end."""

    def make(header=False, down_script=None):
        port = TapPort(site, "t0", tun.Tap(kernel.fd, "tap7", header), "info", down_script)
        join(port, guest)
        return port

    return make


def settle(site):
    while site.loop.step(0):
        pass


def test_frames_pass_both_ways(site, kernel, guest, plug):
    port = plug()

    kernel.says(b"a", b"b" * 1514)
    settle(site)
    guest.send(b"out")

    assert guest.heard == [b"a", b"b" * 1514]
    assert kernel.hears() == [b"out"]
    assert (port.kind, port.describe()) == ("tap", "info")


def test_the_header_is_the_device_s_alone(site, kernel, guest, plug):
    plug(header=True)

    kernel.says(b"\xff" * 10 + b"in")
    settle(site)
    guest.send(b"out")

    assert guest.heard == [b"in"]
    assert kernel.hears() == [bytes(10) + b"out"]


def test_short_frames_are_padded_for_those_who_need_it(site, kernel, guest, plug):
    plug(header=True)
    guest.pads = True

    kernel.says(bytes(10) + b"in")
    settle(site)

    assert guest.heard == [b"in" + bytes(58)]


def test_a_busy_guest_stops_the_reading(site, kernel, guest, plug):
    plug()
    guest.ready = False

    kernel.says(b"a", b"b")
    settle(site)
    assert guest.heard == []
    assert kernel.socket.send(b"c")

    guest.ready = True
    guest.flush()
    settle(site)
    assert guest.heard == [b"a", b"b", b"c"]


def test_frames_wait_for_a_full_device(site, kernel, guest, plug):
    plug()
    sent = 0
    while guest.send(b"%03d" % sent + bytes(1500)):
        sent += 1

    heard = kernel.hears()
    settle(site)
    heard += kernel.hears()

    assert [int(frame[:3]) for frame in heard] == list(range(sent + 1))


def test_a_device_that_is_gone_costs_its_frames_alone(site, kernel, guest, plug):
    plug()
    kernel.socket.close()

    assert guest.send(b"lost")


def test_many_frames_take_more_than_one_step(site, kernel, guest, plug, monkeypatch):
    monkeypatch.setattr(TapPort, "batch", 2)
    plug()
    kernel.says(b"a", b"b", b"c")

    site.loop.step(0)

    assert guest.heard == [b"a", b"b"]


def test_the_down_script_has_the_name_and_the_device(tmp_path, plug, kernel):
    script = tmp_path / "down"
    script.write_text(f"#!/bin/sh\necho $# $1 >{tmp_path}/out\n: <&{kernel.fd}\n")
    script.chmod(0o755)
    port = plug(down_script=str(script))

    port.close()
    port.close()

    assert (tmp_path / "out").read_text() == "1 tap7\n"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(kernel.fd)


def test_a_down_script_that_fails_is_told(plug, told):
    plug(down_script="/no/such").close()

    assert told == ["network script /no/such failed with status 256"]

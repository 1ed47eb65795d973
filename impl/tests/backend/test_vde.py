"""Ports of VDE switches, with a switch of our own and the real one (VDE-01..06)."""

import os
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from refnet.backend import vde
from refnet.errors import HostError
from refnet.fabric.port import join


class Switch:
    """A switch with one port, that answers one plug."""

    def __init__(self, directory, answer=None):
        self.directory = directory
        self.control = socket.socket(socket.AF_UNIX)
        self.control.bind(str(directory / "ctl"))
        self.control.listen()
        self.data = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.data.bind(str(directory / "001.5"))
        self.data.settimeout(5)
        address = struct.pack("=H108s", socket.AF_UNIX, str(directory / "001.5").encode())
        self.answer = address if answer is None else answer
        self.request = self.mode = self.connection = None
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        self.connection, _ = self.control.accept()
        self.request = self.connection.recv(1000)
        self.own = self.request[14:122].partition(b"\0")[0].decode()
        self.mode = os.stat(self.own).st_mode & 0o7777
        self.data.connect(self.own)
        self.connection.send(self.answer)
        if len(self.answer) < 110:
            self.connection.close()

    def close(self):
        self.thread.join()
        for each in (self.control, self.data, self.connection):
            each.close()


@pytest.fixture
def switch(tmp_path):
    made = []

    def make(**options):
        made.append(Switch(tmp_path, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def real_switch(tmp_path):
    """The directory of a real switch."""
    program = shutil.which("vde_switch") or shutil.which("vde_switch", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("vde_switch is not installed: Debian's vde2 has it")
    process = subprocess.Popen(
        [program, "-s", str(tmp_path / "sw")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 10
    while not (tmp_path / "sw" / "ctl").exists():
        assert process.poll() is None
        assert time.monotonic() < end
        os.sched_yield()
    yield tmp_path / "sw"
    process.stdin.close()
    process.terminate()
    process.wait()


def plugged(site, name, directory, port=0):
    return vde.VdePort(site, name, str(directory), *vde.plug(str(directory), port, None, 0o700))


def settle(site):
    while site.loop.step(0):
        pass


def test_a_plug_says_who_it_is_and_what_it_wants(switch):
    there = switch()

    control, data = vde.plug(str(there.directory), 5, "no such group", 0o640)

    there.thread.join()
    assert there.request[:12] == struct.pack("=III", 0xFEEDFACE, 3, 5 << 8)
    assert there.own == f"{there.directory}/.{os.getpid():05d}-00000"
    assert there.request[122:].startswith(b"QEMU user=")
    assert there.request.endswith(b" pid=%d" % os.getpid())
    assert there.mode == 0o640
    assert os.stat(there.directory / "001.5").st_mode & 0o777 == 0o640
    assert not os.path.exists(there.own)
    control.close()
    data.close()


def test_a_datagram_is_a_frame_both_ways(site, guest, switch):
    there = switch()
    port = plugged(site, "v0", there.directory)
    join(port, guest)

    there.data.send(b"in")
    settle(site)
    guest.send(b"out")

    assert guest.heard == [b"in"]
    assert there.data.recv(100) == b"out"
    assert port.describe().startswith(f"sock={there.directory},fd=")
    port.close()
    assert there.connection.recv(1) == b""


def test_a_switch_that_is_gone_costs_the_frames_alone(site, guest, switch):
    there = switch()
    join(plugged(site, "v0", there.directory), guest)
    there.close()

    assert guest.send(b"lost")


@pytest.mark.parametrize("answer", [b"", bytes(50)])
def test_a_switch_that_refuses_is_told(switch, answer):
    there = switch(answer=answer)

    with pytest.raises(HostError, match=r"^Could not open vde: Invalid argument$"):
        vde.plug(str(there.directory), 0, None, 0o700)

    assert not os.path.exists(there.own)


def test_a_name_that_is_taken_is_passed_over(switch):
    there = switch()
    taken = there.directory / f".{os.getpid():05d}-00000"
    taken.touch()

    for each in vde.plug(str(there.directory), 0, None, 0o700):
        each.close()

    assert there.own.endswith("-00001")
    assert taken.exists()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/no/such", "No such file or directory"),
        (__file__, "No such file or directory"),
        ("x" * 200, "No such file or directory"),
        ("tcp://x", "Protocol not supported"),
    ],
)
def test_where_there_is_no_switch_it_is_told(path, reason):
    with pytest.raises(HostError, match=f"^Could not open vde: {reason}$"):
        vde.plug(path, 0, None, 0o700)


def test_without_a_path_switches_are_looked_for(monkeypatch, switch):
    there = switch()
    monkeypatch.setattr(vde, "DEFAULT_SWITCHES", ("/no/such", str(there.directory)))

    for each in vde.plug(None, 0, None, 0o700):
        each.close()


def test_a_real_switch_carries_frames_between_two(site, station, real_switch):
    ends = [station("a"), station("b")]
    for number, end in enumerate(ends):
        path = f"vde://{real_switch}" if number else real_switch
        join(plugged(site, f"v{number}", path, port=number * 3), end)
    frame = b"\xff" * 6 + b"\2" * 6 + b"\x88\xb5" + bytes(50)

    ends[0].send(frame)
    while not ends[1].heard:
        assert site.loop.step(5)

    assert ends[1].heard == [frame]

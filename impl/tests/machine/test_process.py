"""refnet as a process: starting, signals, files; side by side with QEMU where that is installed."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys

import pytest

from refnet import cli
from refnet.errors import OptionError

REFNET = [sys.executable, "-m", "refnet"]
GUESTLESS = ["-M", "none", "-nodefaults", "-nographic", "-monitor", "none", "-serial", "none"]
ARP = bytes.fromhex(
    "ffffffffffff52540012345608060001080006040001525400123456 0a00020f 000000000000 0a000202"
)


class Process:
    """A program with one guest at the end of a socket, and a dump."""

    def __init__(self, program, directory, *argv):
        self.guest, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.guest.settimeout(10)
        self.dump = directory / "dump.pcap"
        command = [
            *program,
            *GUESTLESS,
            *("-netdev", "user,id=u0"),
            *("-netdev", f"dgram,id=s0,local.type=fd,local.str={its.fileno()}"),
            *("-netdev", "hubport,id=h0,hubid=0,netdev=u0"),
            *("-netdev", "hubport,id=h1,hubid=0,netdev=s0"),
            *("-object", f"filter-dump,id=f0,netdev=u0,file={self.dump}"),
            *argv,
        ]
        self.process = subprocess.Popen(
            command,
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        its.close()

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.guest.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def asks(self, frame=ARP):
        self.guest.send(frame)
        return self.guest.recv(65536)

    def ends(self, number=signal.SIGTERM):
        """Send a signal; status and standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_with_the_dump_complete(tmp_path, number):
    with Process(REFNET, tmp_path, "-pidfile", str(tmp_path / "pid")) as it:
        assert len(it.asks()) == 64
        pid = int((tmp_path / "pid").read_text())

        status, errors = it.ends(number)

    assert pid == it.process.pid
    assert status == 0
    assert errors == (
        f"refnet: warning: hub 0 with no nics\nrefnet: terminating on signal {number.value}\n"
    )
    assert it.dump.stat().st_size == 24 + 16 + 42 + 16 + 64


@pytest.mark.slow
def test_no_frame_ends_it(tmp_path):
    with Process(REFNET, tmp_path) as it:
        for length in (1, 13, 14, 15, 41, 42, 60, 1514, 9000, 65535):
            for filler in (b"\0", b"\xff", b"\x45"):
                it.guest.send((ARP[:14] + filler * 65535)[:length])

        answer = b""
        while answer[12:22] != ARP[12:20] + b"\0\2":
            answer = it.asks()

        assert it.ends()[0] == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="QEMU is not installed")
def test_the_dump_is_qemu_s_but_for_the_times(tmp_path):
    short = ARP[:12] + b"\x08\x00" + bytes(4)
    frames = []
    for program in (["qemu-system-x86_64"], REFNET):
        directory = tmp_path / program[0].rpartition("/")[2]
        directory.mkdir()
        with Process(program, directory) as it:
            for frame in (short, ARP, ARP[:12] + b"\x86\xdd", ARP):
                it.guest.send(frame)
            for _ in range(2):
                it.guest.recv(100)
            assert it.ends()[0] == 0
        frames.append(timeless(it.dump.read_bytes()))

    assert frames[0] == frames[1]
    assert len(frames[1]) == 7


def timeless(octets):
    """The header, then the records without their times."""
    parts, offset = [octets[:24]], 24
    while offset < len(octets):
        (kept,) = struct.unpack_from("=I", octets, offset + 8)
        parts.append(octets[offset + 8 : offset + 16 + kept])
        offset += 16 + kept
    return parts


@pytest.mark.slow
def test_quit_at_the_terminal_ends_it():
    done = subprocess.run(
        [*REFNET, "-nodefaults", "-display", "none", "-monitor", "stdio"],
        input="info status\nquit\n",
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith(
        "refnet 0.1.0 monitor - type 'help' for more information\n(qemu) "
    )
    assert "VM status: running\n(qemu) " in done.stdout


@pytest.mark.slow
def test_wrong_options_end_it_with_status_1():
    done = subprocess.run([*REFNET, "-foo"], capture_output=True, text=True, timeout=20)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "refnet: -foo: invalid option\n")


def test_main_answers_and_refuses(capsys):
    assert cli.main(["-version"]) == 0
    assert capsys.readouterr().out.startswith("refnet version ")
    assert cli.main(["-netdev", "user"]) == 1
    assert capsys.readouterr().err == "refnet: -netdev user: Parameter 'id' is missing\n"


@pytest.fixture
def handlers():
    """Puts the signal handlers back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE)
    saved = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, saved, strict=True):
        signal.signal(number, handler)


def test_main_runs_until_it_is_told_to_end(handlers, tmp_path, capsys, monkeypatch):
    path = tmp_path / "pid"
    seen = []

    def run(machine):
        seen.append(path.read_text())
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(cli.Machine, "run", run)

    assert cli.main(["-pidfile", str(path)]) == 0

    assert seen == [f"{os.getpid()}\n"]
    assert not path.exists()
    assert capsys.readouterr().err == "refnet: terminating on signal 15\n"


def test_a_pidfile_that_can_t_be_written_is_told(handlers, capsys):
    assert cli.main(["-pidfile", "/no/such/dir/pid"]) == 1

    told = capsys.readouterr().err
    assert "cannot create PID file: Could not create '/no/such/dir/pid': No such file" in told


def test_wrong_options_leave_no_pidfile(tmp_path):
    assert cli.main(["-pidfile", str(tmp_path / "pid"), "-netdev", "user,id=u,net=x"]) == 1

    assert list(tmp_path.iterdir()) == []


def test_errors_are_one_family():
    assert OptionError.__mro__[1].__name__ == "RefnetError"

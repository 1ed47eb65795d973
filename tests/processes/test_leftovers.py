"""What a program leaves behind: the same scenes on QEMU and on refnet, with the same remains."""

import signal
import stat

import pytest

from vnetspec.fixtures import pcap
from vnetspec.fixtures.kernel_guest import settled

pytestmark = pytest.mark.slow

PROGRAMS = ["qemu", "refnet"]
ENDS = ["SIGTERM", "SIGINT", "quit", "SIGKILL"]
MONITOR = ("-monitor", "unix:{dir}/monitor,server=on,wait=off")
#: One of everything that makes a file.
FILES = (
    *("-pidfile", "{dir}/pid"),
    *("-netdev", "stream,id=s,server=on,addr.type=unix,addr.path={dir}/stream"),
    *("-netdev", "dgram,id=d,local.type=unix,local.path={dir}/dgram"),
    *("-chardev", "socket,id=c,path={dir}/chardev,server=on,wait=off"),
    *("-netdev", "user,id=u"),
    *("-object", "filter-dump,id=f,netdev=u,file={dir}/dump.pcap"),
)
MADE = {"pid", "stream", "dgram", "chardev", "monitor", "dump.pcap", "output"}


@pytest.fixture(params=PROGRAMS)
def program(request, needs):
    needs(request.param)
    return request.param


def ends(running, how):
    """End a program; the status."""
    if how == "quit":
        running.human("quit")
        return running.process.wait(60)
    return running.ends(signal.Signals[how])


def runs(laboratory, running):
    """Wait until its main loop does: the monitor answers."""
    laboratory.waits(running, lambda: (running.directory / "monitor").exists())
    assert "user" in running.human("info network") or running.process.poll() is None


@pytest.mark.parametrize("how", ENDS)
def test_files(laboratory, program, how):
    """All that listens removes its path; a datagram socket's and the dump stay."""
    arguments = [
        word.replace("{dir}/dgram", "{dir}/dgram,remote.type=unix,remote.path={dir}/nobody")
        for word in FILES
    ]
    running = laboratory.starts(program, *MONITOR, *arguments)
    runs(laboratory, running)
    laboratory.waits(running, lambda: {each.name for each in running.directory.iterdir()} == MADE)
    pid = running.directory / "pid"
    assert pid.read_text() == f"{running.process.pid}\n"
    assert stat.S_IMODE(pid.stat().st_mode) == 0o600

    status = ends(running, how)

    left = {each.name for each in running.directory.iterdir()}
    if how == "SIGKILL":
        assert (status, left) == (-signal.SIGKILL, MADE)
    else:
        if program == "qemu":  # At times it ends before the listener of a stream is gone.
            left.discard("stream")
        assert (status, left) == (0, {"dgram", "dump.pcap", "output"})
    assert pcap.read(running.directory / "dump.pcap") == []


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("persists", [False, True], ids=["own", "persistent"])
def test_scripts_and_the_device(laboratory, program, how, persists, tmp_path):
    """A device goes with its program unless it was there before; a killed one runs no script."""
    log = tmp_path / "log"
    for name in ("up", "down"):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\necho {name} $# $1 >>{log}\n")
        script.chmod(0o755)
    if persists:
        laboratory.middle.run("ip", "tuntap", "add", "mode", "tap", "name", "left0", "vnet_hdr")
    running = laboratory.starts(
        program,
        *MONITOR,
        *("-netdev", f"tap,id=t,ifname=left0,script={tmp_path}/up,downscript={tmp_path}/down"),
    )
    runs(laboratory, running)
    assert laboratory.has_device("left0")
    assert log.read_text() == "up 1 left0\n"

    ends(running, how)

    down = "" if how == "SIGKILL" else "down 1 left0\n"
    assert log.read_text() == f"up 1 left0\n{down}"
    settled(lambda: laboratory.has_device("left0") == persists)


def test_a_dump_is_complete_when_its_program_is_killed(laboratory, program):
    keeps = ("-object", "filter-dump,id=f,netdev=n0,file={dir}/dump.pcap")
    station = laboratory.station(program, 1, "user,restrict=on", arguments=keeps)
    flood = "import socket; s = socket.socket(17, 3); s.bind(('tap1', 0))\n"
    flood += "for n in range(500): s.send(bytes(12) + b'\\x88\\xb5' + n.to_bytes(4, 'big') * 20)"
    station.place.run("python3", "-c", flood)
    settled(lambda: station.counters().sent == 500)

    station.running.kill()

    numbers = [frame[14:18] for _, frame in pcap.read(station.running.directory / "dump.pcap")]
    assert numbers == [number.to_bytes(4, "big") for number in range(500)]

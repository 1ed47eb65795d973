"""Two network namespaces: a guest, which is a tap device with real clients, and refnet's host."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from vnetspec.fixtures.addresses import GUEST_MAC

TAP = "tap0"
SECONDS = 60.0

_SEPARATE = ["unshare", "--net", "--mount", "--propagation", "private"]
if os.geteuid() != 0:
    _SEPARATE += ["--user", "--map-root-user"]


def needed(program: str, package: str) -> str:
    """The path of ``program``.

    Raises:
        AssertionError: it is not installed; scripts/install-system-packages does that.
    """
    found = shutil.which(program)
    assert found, f"{program} is missing: install Debian's {package}"
    return found


@dataclass
class Place:
    """A pair of namespaces, held by a process in them."""

    holder: subprocess.Popen[bytes]

    def command(self, *words: str) -> list[str]:
        """``words``, to be run in here."""
        enter = ["nsenter", "--target", str(self.holder.pid), "--net", "--mount"]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        return [*enter, "--wd=.", "--", *words]

    def run(self, *words: str, check: bool = True, stdin: bytes = b"") -> str:
        """What a command in here printed."""
        done = subprocess.run(
            self.command(*words), input=stdin, capture_output=True, timeout=SECONDS, check=False
        )
        output = (done.stdout + done.stderr).decode(errors="replace")
        assert not check or done.returncode == 0, f"{words}: status {done.returncode}\n{output}"
        return output


@dataclass
class World:
    """A guest's kernel on one end, refnet and its host on the other."""

    guest: Place
    host: Place
    refnet: subprocess.Popen[bytes]
    dump: Path

    def lease(self) -> str:
        """Let udhcpc configure the guest; what it said."""
        script = Path(__file__).with_name("udhcpc-script")
        return self.guest.run(
            needed("busybox", "busybox"), "udhcpc", "-i", TAP, "-n", "-q", "-f", "-s", str(script)
        )


@contextmanager
def world(directory: Path, *options: str, arguments: tuple[str, ...] = ()) -> Iterator[World]:
    """Start both sides with ``-netdev user,OPTIONS`` and further ``arguments`` of refnet."""
    needed("ip", "iproute2")
    dump = directory / "dump.pcap"
    resolv = directory / "resolv.conf"
    with ExitStack() as stack:
        host = Place(stack.enter_context(_process(*_SEPARATE, "sleep", "infinity")))
        _settled(lambda: _separated(host.holder.pid))
        host.run("ip", "link", "set", "lo", "up")
        (directory / "host-resolv.conf").write_text("nameserver 127.0.0.1\n")
        _mount_resolv_conf(host, directory / "host-resolv.conf")

        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        bridge = stack.enter_context(
            _process(
                *_SEPARATE, sys.executable, "-m", "vnetspec.fixtures.bridge",
                str(ours.fileno()), TAP, GUEST_MAC,
                pass_fds=(ours.fileno(),), stdout=subprocess.PIPE,
            )
        )  # fmt: skip
        assert bridge.stdout is not None
        assert bridge.stdout.readline() == b"ready\n", "the bridge did not start"
        guest = Place(bridge)
        guest.run("ip", "link", "set", "lo", "up")
        resolv.write_text("")
        _mount_resolv_conf(guest, resolv)

        refnet = stack.enter_context(
            _process(
                *host.command(
                    sys.executable, "-m", "refnet", "-M", "none", "-nodefaults", "-nographic",
                    "-netdev", ",".join(("user", "id=u0", *options)),
                    "-netdev", f"dgram,id=s0,local.type=fd,local.str={theirs.fileno()}",
                    "-netdev", "hubport,id=h0,hubid=0,netdev=u0",
                    "-netdev", "hubport,id=h1,hubid=0,netdev=s0",
                    "-object", f"filter-dump,id=f0,netdev=u0,file={dump},maxlen=128",
                    *arguments,
                ),
                pass_fds=(theirs.fileno(),),
            )
        )  # fmt: skip
        ours.close()
        theirs.close()
        yield World(guest, host, refnet, dump)
        assert refnet.poll() is None, f"refnet ended with status {refnet.returncode}"


@contextmanager
def serving(place: Place, *words: str, ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server in ``place`` for a while, from when ``ready`` says so."""
    with _process(*place.command(*words), stdout=subprocess.DEVNULL) as server:
        _settled(lambda: ready() or server.poll() is not None)
        assert server.poll() is None, f"{words}: status {server.returncode}"
        yield


def listens(place: Place, port: int, protocol: str = "tcp") -> bool:
    """Whether somebody in ``place`` listens on ``port``."""
    state = {"tcp": "0A", "udp": "07"}[protocol]
    rows = place.run("cat", f"/proc/net/{protocol}").splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == state for row in rows)


@contextmanager
def _process(*words: str, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _separated(pid: int) -> bool:
    here, there = Path("/proc/self/ns/net"), Path(f"/proc/{pid}/ns/net")
    comm = Path(f"/proc/{pid}/comm").read_text().strip()
    return here.readlink() != there.readlink() and comm != "unshare"


def _mount_resolv_conf(place: Place, file: Path) -> None:
    place.run("mount", "--bind", str(file), os.path.realpath("/etc/resolv.conf"))


def _settled(condition: Callable[[], bool]) -> None:
    """Look until ``condition`` holds: for what other programs do in their own time."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)

"""A VDE switch with three programs in it, each with a guest of its own."""

import os
import signal
import socket
import subprocess

import pytest

from vnetspec.fixtures import namespace
from vnetspec.fixtures.addresses import BROADCAST_MAC, guest_mac
from vnetspec.fixtures.kernel_guest import settled
from vnetspec.fixtures.targets.contract import Network
from vnetspec.fixtures.targets.process import Qemu, RefnetProcess
from vnetspec.sock.wires import link

pytestmark = pytest.mark.slow

SECONDS = 10.0
PROGRAMS = {"qemu": Qemu, "refnet": RefnetProcess}
TRIOS = ["refnet-refnet-refnet", "refnet-refnet-qemu", "qemu-qemu-refnet"]


class Switch:
    """``vde_switch`` with a management socket."""

    def __init__(self, directory):
        self.plugs = directory / "switch"
        self._management = directory / "management"
        # It ends with its standard input.
        self._process = subprocess.Popen(
            ["vde_switch", "-s", str(self.plugs), "-M", str(self._management)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        settled(lambda: self._management.exists() or self._process.poll() is not None)
        assert self._process.poll() is None, "vde_switch did not start"

    def says(self, command):
        """The lines that the switch answers to a command of its management."""
        with socket.socket(socket.AF_UNIX) as console:
            console.settimeout(SECONDS)
            console.connect(str(self._management))
            self._hears(console)
            console.sendall(command.encode() + b"\n")
            return self._hears(console).splitlines()

    def learned(self):
        """The port of each MAC that the switch has heard."""
        rows = [row.split() for row in self.says("hash/print") if "Addr:" in row]
        return {row[row.index("Addr:") + 1]: int(row[row.index("port:") + 1]) for row in rows}

    def taken(self):
        """How many plugs are in the switch."""
        return sum("endpoint ID" in row for row in self.says("port/allprint"))

    def close(self):
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait()

    @staticmethod
    def _hears(console):
        said = b""
        while not said.endswith(b"vde$ "):
            said += console.recv(1 << 16)
        return said.decode()


@pytest.fixture
def switch(tmp_path, needs):
    needs("vde_switch")
    namespace.enter()
    made = Switch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def plug(tmp_path, switch, needs):
    """Start a program with a plug in the switch; it ends with the test."""
    running = []

    def plug(program):
        needs(program)
        network = Network(user=None, arguments=tuple(link(f"vde,sock={switch.plugs}")))
        running.append(PROGRAMS[program]().open(network, tmp_path))
        return running[-1]

    yield plug
    for process in running:
        process.close()


@pytest.fixture(params=TRIOS)
def trio(request, plug, switch):
    """Three programs in the switch."""
    made = [plug(program) for program in request.param.split("-")]
    assert switch.taken() == 3
    return made


def frame(source, destination, text):
    """A frame in an experimental protocol, from one guest to another (None: to all)."""
    to = BROADCAST_MAC if destination is None else guest_mac(destination)
    octets = bytes.fromhex((to + guest_mac(source)).replace(":", ""))
    return (octets + b"\x88\xb5" + text.encode()).ljust(60, b"\0")


def hears(process, expected):
    """The next frame is ``expected``."""
    assert process.receive(patience=SECONDS) == expected


def introduce(trio):
    """Each says who it is, and the others hear it."""
    for source, process in enumerate(trio):
        said = frame(source, None, "hello")
        process.send(said)
        for other in trio:
            if other is not process:
                hears(other, said)


def test_a_broadcast_reaches_all_others(trio):
    introduce(trio)


def test_a_frame_for_a_known_guest_reaches_it_alone(trio, switch):
    introduce(trio)

    for source, process in enumerate(trio):
        for destination, other in enumerate(trio):
            if other is not process:
                said = frame(source, destination, f"for {destination}")
                process.send(said)
                hears(other, said)

    # What is heard next is this: nothing came between.
    introduce(trio)
    ports = switch.learned()
    assert set(ports) == {guest_mac(number) for number in range(3)}
    assert len(set(ports.values())) == 3


def test_a_frame_for_an_unknown_guest_reaches_all_others(trio):
    introduce(trio)
    said = frame(0, 9, "who is that")

    trio[0].send(said)

    for other in trio[1:]:
        hears(other, said)
    introduce(trio)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
@pytest.mark.parametrize("leaver", [0, 2])
def test_one_that_leaves_takes_nobody_with_it(trio, switch, plug, number, leaver):
    introduce(trio)
    leaving = trio.pop(leaver)

    os.kill(leaving.process_id, number)

    settled(lambda: switch.taken() == 2)
    said = [frame(7, None, "one"), frame(8, None, "other")]
    trio[0].send(said[0])
    hears(trio[1], said[0])
    trio[1].send(said[1])
    hears(trio[0], said[1])
    introduce([*trio, plug("refnet")])
    assert switch.taken() == 3
    assert not [each for each in switch.plugs.iterdir() if each.name.startswith(".")]

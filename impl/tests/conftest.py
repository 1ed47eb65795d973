"""What refnet's own tests share: machines with a guest, and stations on a fabric."""

import socket

import hypothesis
import pytest

from refnet.clock import ManualClock
from refnet.fabric.port import Fabric, Port
from refnet.machine import Machine
from refnet.options import parse

hypothesis.settings.register_profile("thorough", max_examples=5000, deadline=None)

GUEST_MAC = bytes.fromhex("525400123456")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than a quarter of a second")


class Station(Port):
    """Keeps frames; refuses them while not ``ready``."""

    kind = "station"

    def __init__(self, fabric, name):
        super().__init__(fabric, name)
        self.heard = []
        self.ready = True

    def receive(self, frame):
        if self.ready:
            self.heard.append(frame)
        return self.ready


@pytest.fixture
def fabric():
    return Fabric()


@pytest.fixture
def station(fabric):
    return lambda name: Station(fabric, name)


def arp_request(target):
    """A guest's ARP request for 10.0.2.``target``."""
    head = b"\xff" * 6 + GUEST_MAC + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"
    return head + GUEST_MAC + bytes([10, 0, 2, 15]) + bytes(6) + bytes([10, 0, 2, target])


class Bench:
    """A machine on a clock that stands still; ``guest`` is the far end of its netdev s0."""

    def __init__(self, *argv, **options):
        self.guest, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.guest.setblocking(False)
        self.said = []
        self.clock = ManualClock()
        self.fd = its.detach()
        arguments = [
            *("-netdev", "user,id=u0"),
            *("-netdev", f"dgram,id=s0,local.type=fd,local.str={self.fd}"),
            *("-netdev", "hubport,id=h0,hubid=0,netdev=u0"),
            *("-netdev", "hubport,id=h1,hubid=0,netdev=s0"),
            *argv,
        ]
        self.machine = Machine(
            parse(arguments, self.said.append), self.clock, self.said.append, **options
        )

    def settle(self):
        """Let everything happen that is ready."""
        while self.machine.step(0):
            pass

    def hears(self):
        """The frames that have come for the guest."""
        self.settle()
        frames = []
        while True:
            try:
                frames.append(self.guest.recv(65536))
            except BlockingIOError:
                return frames

    def asks(self, target=2):
        """Ask for an address; the frames that come."""
        self.guest.send(arp_request(target))
        return self.hears()

    def close(self):
        self.machine.close()
        self.guest.close()


@pytest.fixture
def bench():
    """Makes a machine with a guest; it is closed afterwards."""
    made = []

    def make(*argv, **options):
        made.append(Bench(*argv, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()

"""Real kernels, whose only way to each other is a row of programs, and what their clients measure.

Each kernel has a tap device on the hub of its program; the program in the middle is called by the
others, or calls them. A hub repeats to all, so what each kernel receives is, to the frame, what the
others have sent.
"""

import json
import subprocess
import time
from itertools import permutations

import pytest

from vnetspec.fixtures.kernel_guest import listens, process, settled
from vnetspec.fixtures.lab import calling, listening

pytestmark = pytest.mark.slow

#: Near end, middle, far end.
ROWS = ["refnet-refnet-refnet", "refnet-qemu-refnet", "qemu-refnet-qemu"]
MEBIBYTE = 1 << 20


@pytest.fixture(params=ROWS)
def row(request, laboratory, needs):
    """Three stations; the middle one calls the others, and all have heard each other."""
    programs = request.param.split("-")
    needs(*programs)
    near = laboratory.station(programs[0], 1, listening(1001))
    far = laboratory.station(programs[2], 3, listening(1003))
    middle = laboratory.station(programs[1], 2, calling(1001), calling(1003))
    for one, other in permutations((near, middle, far), 2):
        one.reaches(other)
    return near, middle, far


class Account:
    """What stations send and receive from a moment on at which no frame is on its way."""

    def __init__(self, *stations):
        self._stations = stations
        self._before = self._count()
        for _ in range(20):
            one, other = stations[:2]
            one.reaches(other)
            if self._balances(2.0):
                return
            self._before = self._count()
        raise AssertionError(f"frames keep coming and going: {self._since()}")

    def balances(self):
        """Each has received what the others have sent, and dropped none; how many were sent."""
        assert self._balances(20.0), f"frames are missing: {self._since()}"
        return sum(each.sent for each in self._since())

    def _balances(self, seconds):
        end = time.monotonic() + seconds
        while not self._is_balanced():
            if time.monotonic() > end:
                return False
        return True

    def _is_balanced(self):
        counted = self._since()
        total = sum(each.sent for each in counted)
        return all(each.sent + each.received == total and not each.dropped for each in counted)

    def _since(self):
        return [now.since(then) for then, now in zip(self._before, self._count(), strict=True)]

    def _count(self):
        return [each.counters() for each in self._stations]


def iperf3(server, client, *options):
    """What iperf3(1) found at the end of a transfer from ``server`` to ``client``."""
    command = server.place.command("iperf3", "-4", "-s", "-1")
    with process(*command, stdout=subprocess.DEVNULL) as serving:
        settled(lambda: listens(server.place, 5201) or serving.poll() is not None)
        words = ["iperf3", "-c", server.address, "--reverse", "--json", *options]
        found = json.loads(client.place.run(*words))
        serving.wait(10)
    return found["end"]


def test_ping_loses_nothing_between_any_two(row):
    account = Account(*row)

    for one, other in permutations(row, 2):
        assert one.pings(other, 50) == 0

    assert account.balances() >= 6 * 2 * 50


@pytest.mark.parametrize("direction", ["there", "back"])
def test_a_tcp_transfer_arrives_whole(row, needs, direction):
    """A sender goes on until it is told that the receiver has enough: that may be more."""
    needs("iperf3")
    near, _, far = row
    ends = (near, far) if direction == "there" else (far, near)
    account = Account(*row)

    found = iperf3(*ends, "-n", str(16 * MEBIBYTE))

    received = found["sum_received"]["bytes"]
    assert found["sum_sent"]["bytes"] >= received >= 16 * MEBIBYTE
    frames = account.balances()
    print(f"{frames} frames, {found['sum_received']['bits_per_second'] / 1e6:.0f} Mbit/s")


@pytest.mark.parametrize("direction", ["there", "back"])
def test_a_udp_transfer_loses_nothing(row, needs, direction):
    """The last datagrams are on their way when the receiver has enough: it does not count them."""
    needs("iperf3")
    near, _, far = row
    ends = (near, far) if direction == "there" else (far, near)
    account = Account(*row)

    found = iperf3(*ends, "--udp", "-b", "5M", "-l", "1400", "-n", "700000")

    assert found["sum_received"]["packets"] >= 500
    assert found["sum_received"]["lost_packets"] == 0
    assert account.balances() > found["sum_sent"]["packets"]

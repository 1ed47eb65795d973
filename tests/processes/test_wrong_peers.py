"""Links that are cut, flooded and fed garbage, next to links that must not notice."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnetspec.fixtures import pcap
from vnetspec.fixtures.kernel_guest import listens, process, settled
from vnetspec.fixtures.lab import calling, listening

pytestmark = pytest.mark.slow

PROGRAMS = ["refnet", "qemu"]
#: Sends a frame a line, in hexadecimal, through an interface.
SAY = """
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as device:
    device.bind((sys.argv[1], 0))
    for line in sys.stdin:
        device.send(bytes.fromhex(line))
"""
#: Connects to a port as often as it is told and sends what it is given each time, until it is cut.
ATTACK = """
import contextlib, socket, sys
octets = sys.stdin.buffer.read()
for _ in range(int(sys.argv[2])):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30) as wire:
        with contextlib.suppress(OSError):
            wire.sendall(octets)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(65536):
                pass
"""
#: Gives whoever connects as much as it takes.
GIVE = """
import socket
to = socket.create_server(("", 7)).accept()[0]
while True:
    to.sendall(bytes(1 << 16))
"""
FILLER = bytes.fromhex("ffffffffffff 5254009999 01 88b5")


@pytest.fixture(params=PROGRAMS)
def middle(request, laboratory, needs):
    """A station that others call: at ports 1001, 1002 and 1003."""
    needs(request.param)
    return laboratory.station(request.param, 9, listening(1001), listening(1002), listening(1003))


@pytest.fixture
def near(middle, laboratory):
    """A station that has called the middle one."""
    made = laboratory.station("refnet", 1, calling(1001))
    made.reaches(middle)
    return made


def attack(laboratory, port, octets, times=1):
    laboratory.middle.run(sys.executable, "-c", ATTACK, str(port), str(times), stdin=octets)


def framed(*frames):
    return b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames)


def fillers(count, length=60):
    return [(FILLER + number.to_bytes(4, "big")).ljust(length, b"\0") for number in range(count)]


def test_a_link_that_is_cut_takes_no_other_with_it(laboratory, near, middle):
    far = laboratory.station("refnet", 2, calling(1002))
    far.reaches(near)
    give = near.place.command(sys.executable, "-c", GIVE)
    take = far.place.command("nc", "-d", near.address, "7")
    with process(*give):
        settled(lambda: listens(near.place, 7))
        before = far.counters()
        with process(*take, stdout=subprocess.DEVNULL), near.pinging(middle) as pings:
            settled(lambda: far.counters().since(before).received_octets > 1 << 20)
            far.running.kill()
            lost = pings.lost()

    assert lost == 0
    again = laboratory.station("refnet", 3, calling(1002))
    again.reaches(near)
    assert again.pings(near, 100) == 0


def test_octets_that_are_no_frames_end_their_sender_alone(laboratory, near, middle):
    with near.pinging(middle) as pings:
        attack(laboratory, 1002, b"\xff" * 200_000, 20)
        lost = pings.lost()

    assert lost == 0
    complaint = "serious error: oversized packet received,connection terminated."
    settled(lambda: sum(complaint in line for line in middle.running.told()) == 20)
    laboratory.station("refnet", 2, calling(1002)).reaches(near)


@pytest.mark.parametrize(
    "octets", [framed(bytes(100))[:50], b"\0\0"], ids=["in-frame", "in-length"]
)
def test_a_frame_that_is_left_unfinished_is_forgotten(laboratory, near, middle, octets):
    before = near.counters()
    with near.pinging(middle) as pings:
        attack(laboratory, 1002, octets, 20)
        lost = pings.lost()

    assert lost == 0
    laboratory.station("refnet", 2, calling(1002)).reaches(near)
    assert near.counters().since(before).dropped == 0


@pytest.mark.parametrize("middle", ["refnet"], indirect=True)
@pytest.mark.parametrize(
    "octets",
    [bytes(1 << 20), framed(*[bytes(size) for size in range(1, 14)])],
    ids=["empty", "runts"],
)
def test_frames_without_a_header_are_dropped(laboratory, near, middle, octets):
    """Empty ones stop a link of QEMU for good (SOCK-03)."""
    with near.pinging(middle) as pings:
        attack(laboratory, 1002, octets)
        lost = pings.lost()

    assert lost == 0
    laboratory.station("refnet", 2, calling(1002)).reaches(near)


def test_a_broadcast_flood_reaches_all_and_passes(laboratory, near, middle):
    """Fewer frames than a queue holds (GEN-11): none is lost."""
    stations = near, middle
    before = [each.counters() for each in stations]

    with near.pinging(middle) as pings:
        attack(laboratory, 1002, framed(*fillers(9000)))
        lost = pings.lost()

    assert lost == 0
    settled(
        lambda: all(
            each.counters().since(then).received >= 9000 + 100
            for each, then in zip(stations, before, strict=True)
        )
    )
    assert near.pings(middle, 100) == 0


def test_a_flood_that_is_too_much_for_one_is_not_for_others(laboratory, near, middle):
    """A hub waits for nobody: what the slow one can't take is lost there, and nowhere else."""
    before = middle.counters()

    attack(laboratory, 1002, framed(*fillers(60_000)))

    settled(lambda: middle.counters().since(before).received >= 60_000)
    near.reaches(middle)
    assert near.pings(middle, 100) == 0


@pytest.fixture
def dumped(laboratory, middle):
    """A station whose program keeps what its hub gives to its tap."""
    keeps = ("-object", "filter-dump,id=f0,netdev=n0,file={dir}/dump.pcap")
    made = laboratory.station("refnet", 2, calling(1002), arguments=keeps)
    made.reaches(middle)
    return made


def test_any_frame_of_a_kernel_arrives_as_it_is(laboratory, near, dumped):
    for station in (near, dumped):
        station.place.run("ip", "link", "set", station.device, "arp", "off")
    file = dumped.running.directory / "dump.pcap"

    @settings(max_examples=20, deadline=None, database=None)
    @given(st.lists(st.binary(min_size=60, max_size=1514), min_size=1, max_size=20))
    def arrives(frames):
        start = len(pcap.read(file))
        text = "".join(f"{frame.hex()}\n" for frame in frames)
        near.place.run(sys.executable, "-c", SAY, near.device, stdin=text.encode())

        def came():
            """What was sent; a kernel says things of its own now and then."""
            return [frame for _, frame in pcap.read(file)[start:] if frame in frames]

        settled(lambda: len(came()) >= len(frames))
        assert came() == frames

    arrives()

"""The second opinion: tshark finds what is wrong, and nothing else."""

import shutil
from pathlib import Path

import pytest

from vnetspec.fixtures import dissector
from vnetspec.fixtures.captures import Shelf
from vnetspec.fixtures.cases import Case
from vnetspec.fixtures.oracle import ARP, DNS, ICMP, IP, TCP, UDP, Ether, Raw
from vnetspec.fixtures.targets.contract import Network
from vnetspec.fixtures.wire import Recorded, Wire

pytestmark = pytest.mark.slow

needs_tshark = pytest.mark.skipif(
    shutil.which("tshark") is None, reason="tshark is not installed: install the package tshark"
)


def inspect(tmp_path, *frames, tolerated=(), direction="network", golden=None):
    """Show tshark one case; ``golden`` are the frames of its golden, if it has one."""
    wire = Wire()
    for frame in frames:
        wire.record(0.0, direction, bytes(frame))
    shelf = Shelf(tmp_path)
    if golden is not None:
        recorded = [Recorded(0.0, direction, 0, bytes(frame)) for frame in golden]
        shelf.store("arp/ARP-01.pcap", recorded, target="qemu", version="1", arguments=[])
        shelf.commit()
    case = Case(
        where="test_it",
        name="test_it",
        file=Path("test.py"),
        line=1,
        identifiers=("ARP-01",),
        requirements=(),
        network=Network(),
        stem="arp/ARP-01",
        golden="arp/ARP-01.pcap" if golden is not None else None,
        tolerated=tolerated,
        wire=wire,
    )
    return dissector.inspect([case], shelf, tmp_path)


def datagram(*layers, **fields):
    packet = Ether() / IP(src="10.0.2.2", dst="10.0.2.15", **fields)
    for layer in layers:
        packet /= layer
    return packet


@needs_tshark
def test_good_frames_have_no_faults(tmp_path):
    dissection = inspect(
        tmp_path,
        Ether() / ARP(op=2),
        datagram(UDP(sport=7001, dport=40000), Raw(b"question")),
        datagram(TCP(sport=8080, flags="RA")),
        datagram(ICMP(type=0), Raw(b"x" * 40)),
    )

    assert dissection.frames == 4
    assert dissection.faults == []


@needs_tshark
@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (datagram(UDP(dport=40000), Raw(b"x"), chksum=0x1234), "ip: Bad checksum"),
        (datagram(UDP(sport=7001, dport=40000, chksum=0x1234), Raw(b"x")), "udp: Bad checksum"),
        (datagram(TCP(sport=8080, dport=40000, chksum=0x1234)), "tcp: Bad checksum"),
        (datagram(ICMP(type=0, chksum=0x1234), Raw(b"x")), "icmp: Bad checksum"),
        (datagram(UDP(sport=53, dport=40000), Raw(bytes(DNS(qdcount=9))[:11])), "Malformed"),
        (datagram(UDP(sport=7001, dport=40000, len=4), Raw(b"x")), "udp: Bad length"),
    ],
)
def test_a_bad_frame_is_named_with_its_case(tmp_path, frame, message):
    good = Ether() / ARP(op=2)

    dissection = inspect(tmp_path, good, good, frame)

    assert dissection.faults
    assert dissection.faults[0].startswith("ARP-01 test_it: frame 3: ")
    assert any(message in fault for fault in dissection.faults)
    assert (tmp_path / dissector.NAME).is_file()


@needs_tshark
def test_goldens_are_looked_at_too_and_equal_frames_once(tmp_path):
    good = Ether() / ARP(op=2)
    bad = datagram(UDP(sport=7001, dport=40000, chksum=0x1234), Raw(b"x"))

    dissection = inspect(tmp_path, good, golden=[good, bad])

    assert dissection.frames == 2
    assert len(dissection.faults) == 1
    assert dissection.faults[0].startswith("golden arp/ARP-01.pcap: frame 2: ")


@needs_tshark
def test_what_a_case_tolerates_is_let_pass(tmp_path):
    bad = datagram(UDP(sport=7001, dport=40000, chksum=0x1234), Raw(b"x"))

    assert inspect(tmp_path, bad, tolerated=(("Bad checksum", "on purpose"),)).faults == []


@needs_tshark
def test_what_the_guest_sends_is_its_own_affair(tmp_path):
    bad = datagram(UDP(sport=7001, dport=40000, chksum=0x1234), Raw(b"x"))

    assert inspect(tmp_path, bad, direction="guest").frames == 0


@pytest.mark.parametrize(("ci", "fault"), [("true", True), ("", False)])
def test_a_missing_tshark_is_unsupported_but_not_in_ci(tmp_path, monkeypatch, ci, fault):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)

    dissection = inspect(tmp_path, Ether() / ARP(op=2))

    assert "install the package tshark" in dissection.unsupported
    assert dissection.harness_fault is fault


def test_a_failing_tshark_is_the_harnesss_fault(tmp_path, monkeypatch):
    program = tmp_path / "tshark"
    program.write_text("#!/bin/sh\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    dissection = inspect(tmp_path, Ether() / ARP(op=2))

    assert dissection.harness_fault
    assert "tshark failed" in dissection.unsupported

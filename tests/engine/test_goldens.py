"""Recording goldens, comparing with them, and what can be wrong with them."""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import vnetspec.captures
from vnetspec.fixtures.captures import Shelf, compare
from vnetspec.fixtures.oracle import IP, UDP, Ether, Raw
from vnetspec.fixtures.wire import Recorded


@pytest.fixture
def recorded(suite):
    """The suite with a golden of ARP-01, recorded from the reference."""
    suite.cases(suite.GOLDEN_CASES)
    assert suite.record().ret == 0
    return suite


@pytest.fixture
def golden(recorded):
    return recorded.captures / "arp" / "ARP-01.pcap"


def sources(suite):
    return tomllib.loads((suite.captures / "SOURCES.toml").read_text())


def test_a_recording_has_its_provenance(recorded, golden):
    source = sources(recorded)["arp/ARP-01.pcap"]

    assert source["target"] == "qemu"
    assert source["version"] == "in-memory 1"
    assert "user,id=u0" in source["arguments"]
    assert source["sha256"] == hashlib.sha256(golden.read_bytes()).hexdigest()
    assert source["directions"] == "><"


def test_the_same_exchange_matches(recorded):
    assert recorded.run().ret == 0


def test_another_exchange_is_a_difference_by_field(recorded):
    result = recorded.run(target="Strange")

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*frame 2: ether.src: 52:56:0a:00:02:02, MUST be 52:55:0a:00:02:02",
            "*frame 2: arp.hwsrc: 52:56:0a:00:02:02, MUST be 52:55:0a:00:02:02",
        ]
    )


def test_a_missing_answer_is_a_difference(recorded):
    result = recorded.run(target="Terse")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the wire has 1 frames, MUST be 2"])


def test_padding_counts_only_for_targets_that_pad(recorded):
    assert recorded.run(target="Unpadded").ret == 0


def test_a_recording_from_one_that_does_not_pad_is_padded(suite):
    suite.cases(suite.GOLDEN_CASES)

    assert suite.record(target="Unpadded").ret == 0

    frames = Shelf(suite.captures).load("arp/ARP-01.pcap")
    assert [len(frame.frame) for frame in frames] == [42, 60]
    assert suite.run().ret == 0
    assert suite.run(target="Unpadded").ret == 0


def test_recording_again_leaves_an_equal_golden_alone(recorded, golden):
    before = golden.stat().st_mtime_ns

    assert recorded.record().ret == 0
    assert golden.stat().st_mtime_ns == before


def test_recording_again_replaces_another_golden(recorded, golden):
    before = golden.read_bytes()

    assert recorded.record(target="Strange").ret == 0
    assert golden.read_bytes() != before


def test_the_best_reference_is_not_replaced_by_another(recorded, golden):
    frames = Shelf(recorded.captures).load("arp/ARP-01.pcap")
    odd = replace(frames[1], frame=frames[1].frame.replace(b"\x52\x55", b"\x52\x57"))
    shelf = Shelf(recorded.captures)
    shelf.store("arp/ARP-01.pcap", [frames[0], odd], target="qemu", version="1", arguments=[])
    shelf.commit()
    before = golden.read_bytes()

    assert recorded.record(target="Unpadded").ret == 1
    assert golden.read_bytes() == before


def test_a_failing_case_records_nothing(suite):
    cases = suite.GOLDEN_CASES
    suite.cases(f"{cases}    assert False\n{cases.replace('guest.wire', '1/0')}")

    assert suite.record().ret == 3
    assert Shelf(suite.captures).names() == []


def test_a_missing_golden_is_an_error(suite):
    suite.cases(suite.GOLDEN_CASES)

    result = suite.run()

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*no golden arp/ARP-01.pcap: record it from a real one*"])


def test_a_golden_that_is_asked_for_and_not_compared_is_an_error(recorded):
    recorded.cases(recorded.GOLDEN_CASES.replace("golden.matches(guest.wire)", "pass"))

    result = recorded.run()

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*asks for a golden but never compares*"])


def test_an_unused_golden_fails_the_run_of_its_area(recorded, golden):
    golden.with_name("ARP-02.pcap").write_bytes(golden.read_bytes())

    result = recorded.run()

    assert result.ret == 1
    result.stdout.fnmatch_lines(["arp/ARP-02.pcap: a golden that no case uses"])
    assert recorded.run("-k", "router").ret == 0


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda octets: octets[:-1], "*ARP-01.pcap: frame 2, at octet 82: cut short"),
        (lambda octets: octets[:90], "*ARP-01.pcap: frame 2, at octet 82: cut short"),
        (lambda octets: b"not a capture at all, but text", "*ARP-01.pcap: neither pcap nor pcapng"),
        (lambda octets: b"", "*ARP-01.pcap: no capture, for it is empty"),
        (lambda octets: octets[:20] + b"\x65" + octets[21:], "*link type 101 is not Ethernet"),
        (lambda octets: octets[:82], "*1 frames, but SOURCES.toml knows the senders of 2"),
    ],
)
def test_an_unreadable_golden_is_one_line(recorded, golden, damage, complaint):
    golden.write_bytes(damage(golden.read_bytes()))

    result = recorded.run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([complaint])


def test_a_golden_without_provenance_is_one_line(recorded):
    (recorded.captures / "SOURCES.toml").unlink()

    result = recorded.run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ARP-01.pcap: SOURCES.toml has no entry for it"])


def test_two_recordings_at_once_keep_each_others_sources(recorded, golden):
    frames = Shelf(recorded.captures).load("arp/ARP-01.pcap")
    shelves = {name: Shelf(recorded.captures) for name in ("arp/ARP-02.pcap", "arp/ARP-03.pcap")}
    for shelf in shelves.values():
        assert list(shelf.sources) == ["arp/ARP-01.pcap"]

    for name, shelf in shelves.items():
        shelf.store(name, frames, target="qemu", version="1", arguments=[])
    for shelf in shelves.values():
        shelf.commit()

    assert list(sources(recorded)) == ["arp/ARP-01.pcap", *shelves]


def test_goldens_are_recorded_in_a_checkout_only(suite):
    suite.cases(suite.GOLDEN_CASES)
    (suite.root / "pyproject.toml").unlink()

    result = suite.record()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*goldens are recorded in a checkout of the suite*"])


# -- comparing ------------------------------------------------------------------------------------


def datagram(port=5000, direction="network", tail=b"", **fields):
    packet = Ether() / IP(src="10.0.2.2", dst="10.0.2.15", **fields) / UDP(sport=port, dport=53)
    return Recorded(0.0, direction, 0, bytes(packet / Raw(b"data")) + tail)


def differences(golden, wire, *masks, pads=True):
    return [str(each) for each in compare([golden], [wire], masks, pads=pads)]


def test_a_masked_field_may_differ_and_its_checksum_with_it():
    assert differences(datagram(5000), datagram(6000), "udp.sport") == []
    assert len(differences(datagram(5000), datagram(6000))) == 2


def test_a_masks_checksum_is_verified_all_the_same():
    wrong = datagram(6000)
    wrong = replace(wrong, frame=wrong.frame[:40] + b"\1\2" + wrong.frame[42:])

    assert differences(datagram(5000), wrong, "udp.sport") == [
        "frame 1: udp.chksum: wrong, MUST be right"
    ]


def test_a_mask_covers_no_other_field():
    assert differences(datagram(5000, ttl=64), datagram(6000, ttl=63), "udp.sport") == [
        "frame 1: ip.ttl: 63, MUST be 64"
    ]


def test_a_mask_that_nothing_needs_leaves_checksums_compared():
    wrong = datagram()
    wrong = replace(wrong, frame=wrong.frame[:40] + b"\1\2" + wrong.frame[42:])

    assert len(differences(datagram(), wrong, "udp.sport")) == 1


def test_masks_are_patterns():
    assert differences(datagram(5000), datagram(6000), "*port") == []


def test_who_sent_a_frame_counts():
    assert "sent by the guest" in differences(datagram(), datagram(direction="guest"))[0]


def test_only_zeros_to_sixty_octets_are_padding():
    padded, other = datagram(tail=bytes(14)), datagram(tail=bytes(13) + b"x")

    assert differences(padded, datagram(), pads=False) == []
    assert differences(padded, datagram(), pads=True) != []
    assert differences(other, datagram(), pads=False) != []


# -- ours -----------------------------------------------------------------------------------------


def test_our_goldens_are_what_their_sources_say():
    shelf = Shelf(Path(vnetspec.captures.__path__[0]))

    assert sorted(shelf.sources) == shelf.names()
    for name, source in shelf.sources.items():
        octets = (shelf.root / name).read_bytes()
        assert hashlib.sha256(octets).hexdigest() == source.sha256, name

"""Capture files: what is written can be read, by us and by Wireshark."""

import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnetspec.fixtures import pcap
from vnetspec.fixtures.analysis.reading import Capture

needs_wireshark = pytest.mark.skipif(
    shutil.which("tshark") is None or shutil.which("capinfos") is None,
    reason="Wireshark's programs are not installed: install the package tshark",
)

MOMENTS = st.integers(0, 2**32 * 1_000_000 - 1).map(lambda microseconds: microseconds / 1_000_000)


@given(st.lists(st.tuples(MOMENTS, st.binary(max_size=80))))
def test_a_classic_capture_is_read_as_written(tmp_path_factory, frames):
    file = tmp_path_factory.mktemp("pcap") / "x.pcap"

    pcap.write(file, frames)

    assert pcap.read(file) == [(pytest.approx(moment), frame) for moment, frame in frames]


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize(("magic", "unit"), [(0xA1B2C3D4, 1e-6), (0xA1B23C4D, 1e-9)])
def test_either_order_and_resolution_is_read(tmp_path, order, magic, unit):
    def octets(*values):
        return b"".join(value.to_bytes(4, order) for value in values)

    version = (2).to_bytes(2, order) + (4).to_bytes(2, order)
    file = tmp_path / "x.pcap"
    file.write_bytes(octets(magic) + version + octets(0, 0, 65535, 1, 7, 5, 3, 3) + b"abc")

    assert pcap.read(file) == [(7 + 5 * unit, b"abc")]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(pcap.CaptureError, match=r"gone\.pcap: No such file"):
        pcap.read(tmp_path / "gone.pcap")


@needs_wireshark
@pytest.mark.slow
def test_wireshark_shows_what_an_artefact_says(suite):
    suite.run(target="Terse")

    file = suite.root / "artifacts" / "in-memory" / "arp" / "ARP-01.pcapng"
    fields = ["frame.interface_name", "frame.packet_flags_direction", "frame.comment"]
    shown = subprocess.run(
        ["tshark", "-n", "-r", file, "-T", "json", *(part for f in fields for part in ("-e", f))],
        capture_output=True,
        check=True,
    )
    (frame,) = [packet["_source"]["layers"] for packet in json.loads(shown.stdout)]
    assert frame["frame.interface_name"] == ["guest0"]
    assert int(frame["frame.packet_flags_direction"][0], 0) == 2
    assert frame["frame.comment"] == [
        "fail: nothing came, MUST be an ARP reply",
        "ARP-01 MUST: The router's address is answered.",
    ]
    about = subprocess.run(["capinfos", file], capture_output=True, check=True, text=True).stdout
    assert "test_the_router_is_answered on in-memory: fail" in about


def test_the_targets_own_dump_is_kept_beside(suite):
    suite.cases(
        """
        from vnetspec.fixtures import pcap
        from vnetspec.fixtures.frames import arp_request
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01", "ARP-02")
        def test_it(guest, network_files):
            guest.says(arp_request("10.0.2.2"))
            guest.listens()
            pcap.write(network_files / "dump.pcap", [(100.5, f.frame) for f in guest.wire.frames])
        """
    )

    assert suite.run().ret == 0

    directory = suite.root / "artifacts" / "in-memory"
    assert len(pcap.read(directory / "arp" / "ARP-01.pcap")) == 2
    assert b"filter-dump saw at the backend" in (directory / "arp" / "ARP-01.pcapng").read_bytes()
    document = json.loads((directory / "results.json").read_text())
    assert document["cases"][0]["artefacts"] == ["arp/ARP-01.pcapng", "arp/ARP-01.pcap"]


def test_cases_of_one_requirement_do_not_overwrite_each_other(suite):
    suite.cases(
        """
        import pytest
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01")
        def test_one(guest): pass
        @requirement("ARP-01")
        def test_other(guest): pass
        @requirement("ARP-02", variant="odd")
        @pytest.mark.parametrize("address", ["10.0.2.2", "a/b:c"])
        def test_more(guest, address): pass
        """
    )

    suite.run()

    found = {file.name for file in (suite.root / "artifacts" / "in-memory" / "arp").iterdir()}
    assert found == {
        "ARP-01.one.pcapng",
        "ARP-01.other.pcapng",
        "ARP-02.odd.10.0.2.2.pcapng",
        "ARP-02.odd.a-b-c.pcapng",
    }


def test_a_comment_that_is_too_long_for_pcapng_is_cut(tmp_path):
    file = tmp_path / "x.pcapng"
    long = "ü" * 70_000

    pcap.write_annotated(
        file, [("guest0", "")], [pcap.Captured(0, bytes(60), comments=(long,))], [long, "\udcff"]
    )

    with Capture(file) as capture:
        (record,) = capture.records()
        assert capture.comments == [record.comments[0], "\\udcff"]
    assert record.comments[0].startswith("ü" * 2048 + "... (70000 characters)")

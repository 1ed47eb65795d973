"""The profile for Wireshark: what tshark makes of it."""

import shutil
import subprocess

import pytest

from vnetspec.fixtures import pcap
from vnetspec.fixtures.cli import main
from vnetspec.fixtures.comments import ELSEWHERE, packet_comments

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")

VERDICTS = {
    "pass": "passes",
    "fail: nothing came": "fails",
    "error: no namespace": "fails",
    "expected: never NAKs": "differs",
    "non-strict: too late": "differs",
    "unsupported: no IPv6": "unsupported",
    ELSEWHERE: "",
}


@pytest.fixture
def profile(tmp_path, monkeypatch):
    monkeypatch.setenv("WIRESHARK_CONFIG_DIR", str(tmp_path))
    assert main(["profile"]) == 0
    return tmp_path / "profiles" / "vnetspec"


@pytest.fixture
def capture(tmp_path):
    """A frame for each verdict, and a fence."""
    comments = [packet_comments(verdict, "ARP-01 MUST: answer") for verdict in VERDICTS]
    comments.append(packet_comments(ELSEWHERE, "ARP-01", ["fence"]))
    file = tmp_path / "made.pcapng"
    frames = [pcap.Captured(n, bytes(60), comments=each) for n, each in enumerate(comments)]
    pcap.write_annotated(file, [("guest0", "")], frames)
    return file


def tshark(capture, *arguments):
    command = ["tshark", "-C", "vnetspec", "-r", capture, *arguments]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "WARNING" not in shown.stderr
    return shown.stdout.splitlines()


@pytest.mark.slow
def test_verdict_and_requirement_are_columns(profile, capture):
    shown = tshark(capture)

    assert len(shown) == len(VERDICTS) + 1
    for line, verdict in zip(shown, VERDICTS, strict=False):
        assert f" {verdict} ARP-01 MUST: answer " in line


@pytest.mark.slow
def test_a_frame_has_the_colour_of_its_verdict(profile, capture):
    fields = ("-T", "fields", "-e", "frame.coloring_rule.name")

    assert tshark(capture, "--color", *fields) == [*VERDICTS.values(), "fence"]


def test_a_profile_can_be_written_elsewhere(tmp_path, capsys):
    assert main(["profile", "--directory", str(tmp_path)]) == 0

    assert str(tmp_path / "vnetspec") in capsys.readouterr().out
    assert {file.name for file in (tmp_path / "vnetspec").iterdir()} == {
        "colorfilters",
        "preferences",
    }


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").touch()

    assert main(["profile", "--directory", str(tmp_path / "file")]) == 2

    said = capsys.readouterr().err
    assert said.startswith("vnetspec: can't write the profile: ")
    assert said.count("\n") == 1

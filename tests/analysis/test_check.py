"""``vnetspec check``: what it says of captures, and writes."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from exchanges import NAMES, SECOND, Step, edit, load, numbered, roles_of
from mutations import MUTATIONS

from vnetspec.fixtures import pcap
from vnetspec.fixtures.analysis import spreading
from vnetspec.fixtures.analysis.checking import check
from vnetspec.fixtures.analysis.passive import tcp
from vnetspec.fixtures.analysis.passive.judge import JUDGED, Judge
from vnetspec.fixtures.analysis.passive.roles import Wanted, find
from vnetspec.fixtures.analysis.reading import Capture
from vnetspec.fixtures.cli import main
from vnetspec.fixtures.report import results
from vnetspec.fixtures.report.gather import gather
from vnetspec.fixtures.verdicts import Status


def stored(file, steps):
    pcap.write(file, [(step.time / SECOND, step.frame) for step in steps])
    return file


def mutated(file, mutation):
    name, change, _ = MUTATIONS[mutation]
    return stored(file, numbered(change(load(name))))


@pytest.fixture
def golden(tmp_path):
    """A capture with nothing wrong in it."""
    return stored(tmp_path / "golden.pcap", load("dhcp/DHCP-03.pcap"))


@pytest.fixture
def wrong(tmp_path):
    """A capture whose OFFER names no server address."""
    return mutated(tmp_path / "wrong.pcap", "DHCP-07")


@pytest.fixture
def said(capsys):
    """Carry out ``check``; returns the status, and what was said on both channels."""

    def run(*arguments):
        status = main(["check", *map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_capture_with_nothing_wrong_is_as_expected(said, golden):
    status, text, _ = said(golden)

    assert status == Status.AS_EXPECTED
    assert "golden.pcap: network 10.0.2.0/24, router 10.0.2.2 at 52:55:0a:00:02:02" in text
    assert "(a lease)" in text
    assert "as expected" in text


def test_a_failure_is_explained_with_rule_source_and_time_line(said, wrong):
    status, text, _ = said(wrong)

    assert status == Status.DEVIATIONS
    assert "DHCP-07 MUST: siaddr is the router's address" in text
    assert "source: " in text
    assert "wrong.pcap, frame 2:" in text
    assert "siaddr 0.0.0.0, MUST be the router's address" in text
    assert "      2   0.000079 < 10.0.2.2 > 255.255.255.255 DHCP OFFER" in text


def test_results_are_those_of_a_target_named_capture(said, wrong, tmp_path):
    said(wrong, "--json", tmp_path / "results.json", "--junit", tmp_path / "junit.xml")

    document = results.read(tmp_path / "results.json")
    assert document["target"] == {"name": "capture", "version": "wrong.pcap"}
    assert document["requirements"].keys() | set(document["unseen"]) == JUDGED.keys()
    assert document["requirements"]["DHCP-07"]["verdict"] == "fail"
    assert document["requirements"]["DHCP-06"]["verdict"] == "pass"
    case = next(each for each in document["cases"] if each["requirements"] == ["DHCP-07"])
    assert (case["kept"], case["broken"], case["frames"]) == (1, 1, [2])
    assert gather([tmp_path / "results.json"]).columns[0].verdict("DHCP-07") == "fail"
    cases = ET.parse(tmp_path / "junit.xml").iter("testcase")
    failed = [each for each in cases if each.find("failure") is not None]
    assert [each.get("name") for each in failed] == ["DHCP-07"]


def test_a_broken_should_fails_only_when_it_is_asked_for(said, tmp_path):
    file = mutated(tmp_path / "tos.pcap", "IP4-11")

    assert said(file)[0] == Status.AS_EXPECTED
    status, text, _ = said(file, "--strict")
    assert status == Status.DEVIATIONS
    assert "non-strict IP4-11" in text


def test_a_known_deviation_is_expected(said, wrong, tmp_path):
    baseline = tmp_path / "baseline.toml"
    baseline.write_text('[DHCP-07]\nreason = "old"\nreference = "the release notes"\n')

    status, text, _ = said(wrong, "--baseline", baseline)

    assert status == Status.AS_EXPECTED
    assert "expected    DHCP-07" in text


def test_a_known_deviation_that_a_capture_does_not_show_is_not_stale(said, golden, tmp_path):
    baseline = tmp_path / "baseline.toml"
    baseline.write_text('[DHCP-07]\nreason = "old"\nreference = "the release notes"\n')

    assert said(golden, "--baseline", baseline)[0] == Status.AS_EXPECTED


def test_the_capture_is_written_with_what_was_found_at_its_frames(said, wrong, tmp_path):
    said(wrong, "--write", tmp_path / "said.pcapng")

    with Capture(wrong) as before, Capture(tmp_path / "said.pcapng") as after:
        frames = list(before)
        records = list(after.records())
    assert [(each.time, each.frame, each.length) for each in records] == frames
    verdict, about, *notes = records[1].comments
    assert verdict == "fail: siaddr 0.0.0.0, MUST be the router's address"
    assert {"DHCP-06", "DHCP-07"} <= set(about.split(", "))
    assert f"DHCP-07: {verdict}" in notes
    assert any(each.startswith("DHCP-06: pass: ") for each in notes)
    assert not records[0].comments


def test_a_capture_is_not_written_over_itself(said, wrong):
    status, _, error = said(wrong, "--write", wrong)

    assert status == Status.USAGE
    assert error == f"vnetspec: --write: {wrong} is the capture itself\n"


@pytest.mark.slow
def test_a_folder_is_one_result_a_file_and_a_total(said, golden, wrong, tmp_path):
    status, text, _ = said(tmp_path, "--json", tmp_path / "results.json")

    assert status == Status.DEVIATIONS
    document = results.read(tmp_path / "results.json")
    assert document["target"]["version"] == "2 captures"
    cases = {each["where"]: each["verdict"] for each in document["cases"]}
    assert cases["golden.pcap::DHCP-07"] == "pass"
    assert cases["wrong.pcap::DHCP-07"] == "fail"
    assert document["requirements"]["DHCP-07"]["verdict"] == "fail"
    assert "fail DHCP-07 in wrong.pcap" in text


@pytest.mark.slow
def test_the_findings_do_not_depend_on_the_way_they_are_spread(golden, wrong):
    alone = [check(file).findings for file in (golden, wrong)]

    spread = [outcome.value for outcome in spreading.spread(check, [golden, wrong], processes=2)]

    assert [each.findings.kept for each in spread] == [each.kept for each in alone]
    assert [each.findings.broken for each in spread] == [each.broken for each in alone]


@pytest.mark.slow
def test_a_file_that_is_no_capture_does_not_hide_the_others(said, wrong, tmp_path):
    (tmp_path / "text.pcap").write_text("no capture, although its name is one of a capture")

    status, text, _ = said(tmp_path)

    assert status == Status.USAGE
    assert "fail DHCP-07" in text
    assert "text.pcap: neither pcap nor pcapng" in text


def test_a_capture_of_something_else_is_no_success(said, tmp_path):
    frame = bytes.fromhex("ffffffffffff 020000000001 88cc 0000")
    file = stored(tmp_path / "lldp.pcap", [Step(0, frame, guest=True)])

    status, _, error = said(file)

    assert status == Status.USAGE
    assert error.startswith("vnetspec: lldp.pcap: nothing of a user network in 1 frames")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "check needs a capture, or --list"),
        (["missing.pcap"], "missing.pcap: No such file or directory"),
        (["x.pcap", "--guest", "1"], "1 is no MAC such as 52:54:00:12:34:56"),
        (["x.pcap", "--network", "10.0.2.1/24"], "10.0.2.1/24 is no network such as 10.0.2.0/24"),
        (["x.pcap", "--router", "here"], "here is no IPv4 address"),
        (["x.pcap", "y.pcap", "--write", "z"], "--write needs one capture, in a file"),
        (["x.pcap", "--baseline", "none.toml"], "none.toml"),
    ],
)
def test_wrong_usage_is_one_line(said, arguments, message):
    status, text, error = said(*arguments)

    assert status == Status.USAGE
    assert not text
    assert message in error
    assert error.count("\n") == 1


def test_a_faulty_frame_fails_the_capture(said, tmp_path):
    steps = load("tcp/TCP-11.pcap")
    steps = edit("syn-ack", {})(steps)
    at = next(i for i, step in enumerate(steps) if not step.guest and step.frame[23:24] == b"\6")
    frame = steps[at].frame[:50] + b"\x12\x34" + steps[at].frame[52:]
    steps[at] = Step(steps[at].time, frame, guest=False)

    status, text, _ = said(stored(tmp_path / "sum.pcap", steps))

    assert status == Status.DEVIATIONS
    assert f"sum.pcap: frame {at + 1}: a wrong TCP checksum" in text


def test_what_is_judged_can_be_listed(said):
    status, text, _ = said("--list")

    assert status == Status.AS_EXPECTED
    lines = text.splitlines()
    assert {line.split()[0] for line in lines[:-1]} - {"not"} == JUDGED.keys()
    assert any(line.startswith("not judged, for it is about the registers") for line in lines)


@pytest.mark.slow
def test_a_capture_may_come_through_a_pipe(wrong):
    code = "import sys; from vnetspec.fixtures.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "check", "-"]

    done = subprocess.run(command, input=wrong.read_bytes(), capture_output=True, timeout=60)

    assert done.returncode == Status.DEVIATIONS
    assert b"siaddr 0.0.0.0, MUST be the router's address" in done.stdout


# -- who is who -----------------------------------------------------------------------------------


def test_the_network_is_that_of_the_leases(said, tmp_path):
    name = next(each for each in NAMES if each.startswith("seed/SEED-20"))
    steps = load(name)

    checked = check(stored(tmp_path / "plan.pcap", steps))

    assert str(checked.roles).startswith("network 192.168.76.0/24, router 192.168.76.2")
    assert not checked.findings.broken


def test_the_network_may_be_said(tmp_path):
    steps = load("arp/ARP-02.pcap")
    file = stored(tmp_path / "plan.pcap", steps)
    known = roles_of("arp/ARP-02.pcap", steps)

    assert find((step.frame for step in steps), Wanted()).router == known.router
    assert check(file).findings.kept["ARP-01"] == 1


def test_only_the_guest_that_is_asked_for_is_judged(said, wrong):
    assert said(wrong, "--guest", "52:54:00:12:34:56")[0] == Status.DEVIATIONS

    status, _, error = said(wrong, "--guest", "52:54:00:aa:bb:cc")

    assert status == Status.USAGE
    assert "nothing of a user network" in error


def test_each_tap_point_is_judged_by_itself(tmp_path):
    steps = load("icm/ICM-01.8.pcap")
    file = tmp_path / "two.pcapng"
    with pcap.AnnotatedFile(file, [("a", ""), ("b", "")]) as written:
        for step in steps:
            for interface in (0, 1):
                written.add(step.time, step.frame, interface=interface)

    checked = check(file)

    assert checked.frames == 2 * len(steps)
    assert not checked.findings.broken


# -- memory ---------------------------------------------------------------------------------------


def test_connections_that_are_many_give_way(monkeypatch):
    monkeypatch.setattr(tcp, "_TABLE", 64)
    syn, answer = load("tcp/TCP-11.pcap")[1:3]
    one = Judge(roles_of("tcp/TCP-11.pcap", [syn, answer]))
    for port in range(1024, 2048):
        octets = port.to_bytes(2, "big")
        frame = syn.frame[:34] + octets + syn.frame[36:]
        one.run([(port, (syn.time + port, frame, len(frame)))], told=False)

    assert len(one.tcp.inbound) <= 64
    assert len(one.tcp.outbound) <= 64


@pytest.mark.slow
def test_a_run_s_own_captures_break_no_rule(tmp_path, said):
    """The embedded reference's, of all areas whose wire is the user network's."""
    code = "import sys; from vnetspec.fixtures.cli import main; sys.exit(main(sys.argv[1:]))"
    areas = ("arp", "dhcp", "icm", "tcp", "tftp")
    command = [sys.executable, "-c", code, "run", *areas, "-q", f"--artifacts={tmp_path}"]
    subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=Path.home())
    for file in (tmp_path / "refnet" / "arp").glob("ARP-18*"):
        # The profile of 2004 has other MACs.
        file.unlink()

    status, text, _ = said(tmp_path / "refnet")

    assert status == Status.AS_EXPECTED, text

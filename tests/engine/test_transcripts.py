"""Text goldens: what is taken down, what is masked, and what a difference looks like."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from vnetspec.fixtures.captures import Shelf
from vnetspec.fixtures.targets.contract import Network, Refused
from vnetspec.fixtures.transcript import Transcript, differences

CASES = """
from vnetspec.fixtures.requirements import requirement

@requirement("ARP-01")
def test_it_speaks(guest, transcript):
    guest.monitor("info network")
    transcript.matches()

@requirement("ARP-02")
def test_it_refuses(refuses, transcript):
    assert refuses(arguments=["-x", "{dir}/a b"]) == "{dir}/a b: no such option"
    transcript.matches()
"""

COMMAND = (
    "$ -M none -nodefaults -nographic -monitor none -serial none -netdev user,id=u0"
    " -netdev dgram,id=s0,local.type=fd,local.str=FD0 -netdev hubport,id=h0,hubid=0,netdev=u0"
    " -netdev hubport,id=h1,hubid=0,netdev=s0"
    " -object filter-dump,id=f0,netdev=u0,file={dir}/dump.pcap"
)


@pytest.fixture
def recorded(suite):
    """The suite with two text goldens, recorded from the reference."""
    suite.cases(CASES)
    assert suite.record(target="Speaker").ret == 0
    return suite


@pytest.fixture
def golden(recorded):
    return recorded.captures / "arp" / "ARP-01.txt"


def test_what_is_said_can_be_read(golden):
    assert golden.read_text().splitlines() == [
        COMMAND,
        "warning: mind the gap",
        "(qemu) info network",
        "fd=<fd> in {dir}",
        "second",
        "[standard error]",
        "info network was asked",
    ]


def test_a_refusal_has_its_status(golden):
    assert golden.with_name("ARP-02.txt").read_text().splitlines() == [
        f"{COMMAND} -x '{{dir}}/a b'",
        "{dir}/a b: no such option",
        "[status 3]",
    ]


def test_a_text_golden_has_its_provenance(recorded, golden):
    source = tomllib.loads((recorded.captures / "SOURCES.toml").read_text())["arp/ARP-01.txt"]

    assert (source["target"], source["version"]) == ("qemu", "in-memory 1")
    assert source["sha256"] == hashlib.sha256(golden.read_bytes()).hexdigest()
    assert "directions" not in source


def test_the_same_words_match_whatever_the_descriptor_is(recorded):
    assert recorded.run(target="OtherDescriptor").ret == 0


def test_other_words_are_a_unified_diff(recorded):
    result = recorded.run(target="Stutterer")

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*against the golden arp/ARP-01.txt:",
            "*--- golden",
            "*+++ said",
            "*@@ -3,5 +3,5 @@",
            "*-second",
            "*+second second",
        ]
    )


def test_a_line_that_is_not_said_is_a_difference(recorded):
    result = recorded.run(target="Taciturn")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["*-second"])


def test_recording_again_leaves_an_equal_golden_alone(recorded, golden):
    before = golden.stat().st_mtime_ns

    assert recorded.record(target="OtherDescriptor").ret == 0
    assert golden.stat().st_mtime_ns == before


def test_recording_again_replaces_another_golden(recorded, golden):
    before = golden.read_text()

    assert recorded.record(target="Stutterer").ret == 0
    assert golden.read_text() == before.replace("second", "second second")


def test_text_is_recorded_from_references_alone(suite):
    suite.cases(CASES)

    assert suite.record(target="Taciturn").ret == pytest.ExitCode.USAGE_ERROR
    assert Shelf(suite.captures).names() == []


def test_a_failing_case_records_nothing(suite):
    suite.cases(f"{CASES}    assert False\n{CASES.replace('transcript.matches()', '1/0')}")

    assert suite.record(target="Speaker").ret == 3
    assert Shelf(suite.captures).names() == []


def test_a_missing_golden_is_an_error(suite):
    suite.cases(CASES)

    result = suite.run(target="Speaker")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*no golden arp/ARP-01.txt: record it from a real one*"])


def test_a_golden_that_is_asked_for_and_not_compared_is_an_error(recorded):
    recorded.cases(CASES.replace("transcript.matches()", "pass"))

    result = recorded.run(target="Speaker")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*asks for a text golden but never compares*"])


def test_silence_is_nothing_to_compare(suite):
    suite.cases(CASES.replace('guest.monitor("info network")', "pass"))

    result = suite.run(target="Speaker")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*nothing was said that a text golden could be compared with*"])


def test_a_target_without_words_is_unsupported(recorded):
    result = recorded.run(target="Responder")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["2 cases: 2 unsupported"])


def test_an_unused_golden_fails_the_run_of_its_area(recorded, golden):
    golden.with_name("ARP-09.txt").write_text("nothing\n")

    result = recorded.run(target="Speaker")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["arp/ARP-09.txt: a golden that no case uses"])


def test_a_golden_that_is_no_text_is_one_line(recorded, golden):
    golden.write_bytes(b"\xff\xfe")

    result = recorded.run(target="Speaker")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ARP-01.txt: 'utf-8' codec can't decode*"])


def test_a_golden_without_provenance_is_one_line(recorded):
    (recorded.captures / "SOURCES.toml").unlink()

    result = recorded.run(target="Speaker")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ARP-0?.txt: SOURCES.toml has no entry for it"])


# -- masks ----------------------------------------------------------------------------------------


def answered(answer, *masks):
    """What stands in a golden for an answer."""
    transcript = Transcript()
    transcript.asked("info", answer, "")
    return transcript.text(masks).removeprefix("(qemu) info\n")


@pytest.mark.parametrize("number", ["7", "12", "123"])
def test_a_descriptor_in_a_table_keeps_its_column(number):
    row = "  TCP[ESTABLISHED]  {} 10.0.2.15 40000 10.0.2.2 80 0 4\n"

    assert answered(row.format(number.rjust(4))) == row.format("<fd>")


@pytest.mark.parametrize(
    ("answer", "masked"),
    [
        ("fd=12,x", "fd=<fd>,x"),
        ("fds=12:13,x", "fds=<fds>,x"),
        ("of FD 12: bad", "of FD <fd>: bad"),
    ],
)
def test_a_descriptor_is_masked_wherever_it_is_named(answer, masked):
    assert answered(f"{answer}\n") == f"{masked}\n"


def test_a_name_that_was_made_up_is_masked():
    assert answered("#net123: index=0,type=user\n") == "#net<number>: index=0,type=user\n"


def test_a_port_is_masked_where_a_case_asks_for_it():
    answer = "w0: socket: connection from 127.0.0.1:40123\n"

    assert answered(answer) == answer
    assert answered(answer, "port") == "w0: socket: connection from 127.0.0.1:<port>\n"


def test_what_a_script_says_by_itself_is_left_out_where_a_case_asks_for_it():
    answer = "W: /etc/qemu-ifup: no bridge\nwarning: netdev t has no peer\n"

    assert answered(answer) == answer
    assert answered(answer, "script") == "warning: netdev t has no peer\n"


@pytest.mark.parametrize("answer", ["mcast=230.0.0.9:4001\n", "fdset=3\n", "index=0\n", "12 34\n"])
def test_nothing_else_is_masked(answer):
    assert answered(answer, "port") == answer


def test_the_scratch_directory_has_a_name():
    transcript = Transcript()
    network = Network(arguments=("-netdev", "tap,script=/tmp/case/script"))
    transcript.refused(network, Path("/tmp/case"), Refused("/tmp/case/script failed"))

    assert transcript.lines[0].endswith(" -netdev tap,script={dir}/script")
    assert transcript.lines[1:] == ["{dir}/script failed", "[status 1]"]


def test_a_difference_is_told_with_what_surrounds_it():
    found = [str(each) for each in differences("a\nb\nc\n", "a\nx\nc\n")]

    assert found == ["--- golden", "+++ said", "@@ -1,3 +1,3 @@", " a", "-b", "+x", " c"]

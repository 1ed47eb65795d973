"""Cases made of captures: what is written runs, and says again what the guest said."""

import subprocess
import sys
from pathlib import Path

import pytest

import vnetspec.captures
from vnetspec.fixtures import checkers, checkers6, frames, frames6, pcap
from vnetspec.fixtures.captures import Shelf
from vnetspec.fixtures.cli import main
from vnetspec.fixtures.phrases import heard, spoken

SHELF = Shelf(Path(vnetspec.captures.__path__[0]))
WORDS = vars(frames) | vars(frames6)
PATTERNS = vars(checkers) | vars(checkers6)
OFFER = SHELF.root / "dhcp" / "DHCP-17.default.pcap"


def goldens(*areas):
    return [
        name for name in SHELF.names() if name.endswith(".pcap") and name.partition("/")[0] in areas
    ]


@pytest.mark.slow
@pytest.mark.parametrize("area", ["arp", "dhcp", "dns", "icm", "tftp"])
def test_the_words_for_a_frame_make_that_frame(area):
    for name in goldens(area):
        for recorded in SHELF.load(name):
            if recorded.direction == "guest":
                phrase = spoken(recorded.frame)
                assert bytes(eval(phrase.text, dict(WORDS))) == recorded.frame, phrase.text


def test_what_a_case_would_name_is_named():
    asked = frames.arp_request("10.0.2.2")

    assert spoken(bytes(asked)).text == 'arp_request(address="10.0.2.2")'
    assert spoken(bytes(frames.discover())).text == "discover()"
    assert spoken(bytes(frames.tcp(port=22, flags="SA", ack=7))).text == (
        'tcp(port=22, flags="SA", ack=7)'
    )
    assert spoken(b"\1\2\3").text == 'bytes.fromhex("010203")'


def test_the_pattern_that_says_most_is_named():
    assert heard(bytes(frames.arp_reply())).text == "ARP_REPLY"
    assert heard(bytes(frames.tcp(flags="SA"))).text == "SYN_ACK"
    assert heard(bytes(frames.udp())).text == "UDP_DATAGRAM"
    assert heard(bytes(60)).text == "ANY"


@pytest.fixture
def create(tmp_path, capsys):
    """Make a case in a suite of its own; the status and what was said."""
    suite, captures = tmp_path / "suite", tmp_path / "captures"
    suite.mkdir()
    captures.mkdir()

    def create(capture, *arguments):
        command = ["create-case", str(capture), f"--suite={suite}", f"--captures={captures}"]
        status = main([*command, *arguments])
        told = capsys.readouterr()
        return status, told.out + told.err

    create.suite, create.captures = suite, captures
    return create


RULE = ("--rule", "A DISCOVER is answered.", "--source", "RFC 2131")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arp/ARP-15.pcap", "dhcp/DHCP-17.default.pcap"])
def test_a_made_case_passes_where_its_capture_is_true(create, tmp_path, name):
    status, said = create(SHELF.root / name, "--id", "MINE-01", *RULE, "--name", "it is as it was")

    assert status == 0, said
    command = [sys.executable, "-m", "vnetspec", "run", f"--suite={create.suite}"]
    command += [f"--captures={create.captures}", f"--artifacts={tmp_path / 'artifacts'}"]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "1 cases: 1 pass" in judged.stdout


def test_a_second_case_of_a_requirement_needs_no_rule(create):
    assert create(OFFER, "--id", "MINE-01", *RULE, "--name", "one")[0] == 0

    assert create(OFFER, "--id", "MINE-01", "--name", "two", "--variant", "two")[0] == 0

    assert (create.captures / "mine" / "MINE-01.two.pcap").is_file()
    assert (create.suite / "mine" / "requirements.toml").read_text().count("[MINE-01]") == 1
    assert 'variant="two"' in (create.suite / "mine" / "test_two.py").read_text()


def test_options_of_the_network_stand_at_the_case(create):
    options = ("--option", "restrict=on", "--option", "dnssearch=a", "--option", "dnssearch=b")

    create(OFFER, "--id", "MINE-01", *RULE, *options)

    made = (create.suite / "mine" / "test_dhcp_17.py").read_text()
    assert '@network(restrict="on", dnssearch=["a", "b"])' in made
    assert "from vnetspec.fixtures.requirements import network, requirement" in made


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--id", "mine"), "--id: mine is no ID"),
        (("--id", "MINE-01"), "MINE-01 is a new requirement: say --rule and --source"),
        (("--id", "MINE-01", *RULE, "--option", "on"), "on is not KEY=VALUE"),
        (("--id", "MINE-01", *RULE, "--guest", "02:00:00:00:00:09"), "no frame from 02:00:00:00"),
        (("--id", "MINE-01", *RULE, "--guest", "02:00"), "02:00 is no MAC"),
    ],
)
def test_what_is_wrong_is_said(create, arguments, said):
    status, told = create(OFFER, *arguments)

    assert status == 2
    assert said in told
    assert told.count("\n") == 1
    assert not list(create.captures.iterdir())


def test_an_empty_capture_makes_no_case(create, tmp_path):
    pcap.write(tmp_path / "empty.pcap", [])

    status, said = create(tmp_path / "empty.pcap", "--id", "MINE-01", *RULE)

    assert status == 2
    assert "there is no frame of a guest in it" in said


def test_nothing_is_overwritten(create):
    assert create(OFFER, "--id", "MINE-01", *RULE)[0] == 0

    status, said = create(OFFER, "--id", "MINE-01")

    assert status == 2
    assert "is there already" in said

"""The command line, as its user meets it."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from vnetspec.fixtures.cli import main


@pytest.fixture
def vnetspec(suite, monkeypatch, capsys):
    """Runs a command on the suite of ``conftest.py``: status, standard output, standard error."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))

    def command(name, *arguments):
        own = [] if name == "targets" else ["--suite=suite", f"--captures={suite.captures}"]
        status = main([name, *own, *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.mark.slow
def test_a_run_shows_areas_failures_and_totals(vnetspec, suite):
    status, said, _ = vnetspec("run", "--target=in_memory:Terse", "--junit=j.xml")

    assert status == 1
    assert "vnetspec 0" in said
    assert "on in-memory: in-memory 1" in said
    assert "ARP-01 MUST: The router's address is answered." in said
    assert "nothing came, MUST be an ARP reply" in said
    assert "3 requirements: 1 excluded, 1 pass, 1 fail" in said
    assert "2 cases: 1 pass, 1 fail" in said
    assert "\x1b" not in said

    suites = ET.parse(suite.root / "j.xml").getroot()
    (area,) = suites.findall("testsuite[@name='arp']")
    assert (area.get("tests"), area.get("failures"), area.get("errors")) == ("2", "1", "0")
    failed = area.find("testcase[@name='test_the_router_is_answered']")
    properties = {each.get("name"): each.get("value") for each in failed.iter("property")}
    assert properties == {
        "requirement": "ARP-01",
        "level": "MUST",
        "verdict": "fail",
        "attachment": "arp/ARP-01.pcapng",
    }
    assert "nothing came" in failed.find("failure").get("message")


@pytest.mark.slow
def test_a_run_of_one_requirement_is_quiet_if_asked(vnetspec, suite):
    status, said, _ = vnetspec("run", "ARP-02", "-q", "--target=in_memory:Terse")

    assert status == 0
    assert said.splitlines()[:-1] == ["1 requirements: 1 pass", "1 cases: 1 pass"]
    file = suite.root / "artifacts" / "in-memory" / "results.json"
    assert list(json.loads(file.read_text())["requirements"]) == ["ARP-02"]


@pytest.mark.parametrize(
    ("arguments", "cases", "left_out"),
    [([], 1, True), (["--slow"], 2, False), (["ARP-02"], 1, False), (["arp"], 1, True)],
    ids=["all", "slow", "named", "area"],
)
def test_slow_cases_run_when_they_are_asked_for(vnetspec, suite, arguments, cases, left_out):
    module = suite.area / "test_answering.py"
    slow = '@pytest.mark.slow\n@requirement("ARP-02")'
    quick = module.read_text().replace('@requirement("ARP-02")', slow)
    module.write_text(f"import pytest\n{quick}")

    _, said, _ = vnetspec("run", "--target=in_memory:Responder", *arguments)

    assert f"{cases} cases: {cases} pass" in said
    assert ("1 slow cases left out (--slow runs them)" in said) == left_out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--level=SHOULD"], "1 cases: 1 pass"),
        (["--shard=2/2"], "1 cases: 1 pass"),
        (["--profile=qemu-7.2", "-n2"], "2 cases: 2 pass"),
    ],
)
def test_a_run_takes_what_is_asked_for(vnetspec, arguments, found):
    status, said, _ = vnetspec("run", "--target=in_memory:Responder", *arguments)

    assert status == 0
    assert found in said


@pytest.mark.slow
def test_results_are_data(vnetspec, suite):
    vnetspec("run", "arp", "--target=in_memory:Responder", "--artifacts=else/where")

    document = json.loads((suite.root / "else/where/in-memory/results.json").read_text())
    assert document["schema"] == 2
    assert document["target"] == {"name": "in-memory", "version": "in-memory 1"}
    entry = document["requirements"]["ARP-02"]
    assert entry["level"] == "SHOULD"
    assert entry["verdict"] == "pass"
    assert entry["cases"] == ["arp/test_answering.py::test_the_nameserver_is_answered"]
    assert document["requirements"]["ARP-03"]["excluded"] == "there is nothing to see"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "--target=nobody"], "no target 'nobody': there are "),
        (["run", "--target=in_memory:Absent"], "install the package in-memory"),
        (["run", "--target=in_memory:Responder", "--baseline=none.toml"], "none.toml: "),
    ],
)
def test_wrong_usage_found_by_the_run_is_one_line(vnetspec, arguments, complaint):
    status, said, complained = vnetspec(*arguments)

    assert status == 2
    assert said == ""
    assert complained.count("\n") == 1
    assert complaint in complained


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "ARP-99"], "no requirement ARP-99: vnetspec list arp shows them"),
        (["run", "NOPE-01"], "no requirement or area 'NOPE-01': areas are arp"),
        (["run", "nowhere"], "no requirement or area 'nowhere': areas are arp"),
        (["run", "ARP-03"], "nothing to run: ARP-03 is excluded: there is nothing to see"),
        (["run", "--patience=soon"], "argument --patience: soon is no number of seconds"),
        (["run", "--patience=-1"], "argument --patience"),
        (["run", "--patience=nan"], "argument --patience"),
        (["run", "--what"], "unrecognized arguments: --what"),
        (["run", "--junit=no/such/j.xml"], "--junit: there is no directory"),
        (["run", "-n0"], "argument -n: 0 is no number of processes: 1 to 256, or auto"),
        (["run", "--shard=3/2"], "argument --shard: 3/2 is no shard: K/N, with K from 1 to N"),
        (["run", "--level=MAYBE"], "argument --level: invalid choice: 'MAYBE'"),
        (["run", "ARP-01", "--level=MAY"], "no requirement is of level MAY"),
        (["list", "--profile=new"], "no requirement is of profile new: profiles are qemu-7.2"),
        (["show", "ARP-99"], "no requirement ARP-99"),
        (["list", "nowhere"], "no requirement or area 'nowhere'"),
        (["trace", "--captures=none"], "argument --captures: no directory none"),
        (["record", "--target=refnet"], "recorded from qemu or libslirp, not from refnet"),
    ],
)
def test_wrong_usage_is_one_line(vnetspec, arguments, complaint):
    status, said, complained = vnetspec(*arguments)

    assert status == 2
    assert said == ""
    assert complained.startswith("vnetspec: ")
    assert complained.count("\n") == 1
    assert complaint in complained


@pytest.mark.slow
def test_a_target_that_is_not_installed_names_its_package(vnetspec, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert vnetspec("run", "--target=qemu") == (
        2,
        "",
        "vnetspec: target qemu: qemu-system-x86_64 is not installed: install the package "
        "qemu-system-x86\n",
    )


@pytest.mark.slow
def test_a_golden_that_cannot_be_read_is_one_line(vnetspec, suite):
    suite.cases(suite.GOLDEN_CASES)
    (suite.captures / "arp").mkdir()
    (suite.captures / "arp" / "ARP-01.pcap").write_bytes(b"text")

    status, said, complained = vnetspec("run", "--target=in_memory:Responder")

    assert (status, said, complained.count("\n")) == (2, "", 1)
    assert "ARP-01.pcap: no capture, for it has 4 octets" in complained


def test_a_command_is_needed(capsys):
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().err


def test_goldens_are_not_recorded_into_an_installed_suite(vnetspec, suite):
    (suite.root / "pyproject.toml").unlink()

    status, _, complained = vnetspec("record")

    assert status == 2
    assert "goldens are recorded in a checkout of the suite" in complained


def test_a_malformed_requirement_is_one_line(vnetspec, suite):
    suite.requirements("[ARP-01]\nrule = 'x'\n")

    status, _, complained = vnetspec("run")

    assert status == 2
    assert "[ARP-01]: lacks level, section, source" in complained


def test_requirements_are_listed(vnetspec):
    status, said, _ = vnetspec("list", "arp")

    assert status == 0
    lines = [line.split() for line in said.splitlines()]
    assert [line[:2] for line in lines] == [
        ["ARP-01", "MUST"],
        ["ARP-02", "SHOULD"],
        ["ARP-03", "MAY"],
    ]
    assert "(excluded: there is nothing to see)" in said
    assert said.splitlines() == [line.rstrip() for line in said.splitlines()]


def test_requirements_of_a_level_are_listed(vnetspec):
    status, said, _ = vnetspec("list", "--level=SHOULD", "--level=MAY")

    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == ["ARP-02", "ARP-03"]


def test_a_requirement_is_shown(vnetspec):
    status, said, _ = vnetspec("show", "ARP-01")

    assert status == 0
    assert "source: RFC 826" in said
    assert "case: arp/test_answering.py::test_the_router_is_answered" in said


@pytest.mark.slow
def test_a_suite_is_traced(vnetspec, suite):
    assert vnetspec("trace")[:2] == (
        0,
        "3 requirements (1 excluded with a reason), 2 cases: no problems\n",
    )
    suite.cases("def test_it(): pass\n")

    status, said, _ = vnetspec("trace")

    assert status == 1
    assert "ARP-01: neither case nor reason" in said
    assert "test_it: proves no requirement" in said


@pytest.mark.slow
def test_a_module_that_cannot_be_read_is_the_harnesss_fault(vnetspec, suite):
    suite.cases("import no_such_module\n")

    status, _, complained = vnetspec("run", "--target=in_memory:Responder")

    assert status == 3
    assert "no_such_module" in complained


@pytest.mark.slow
def test_it_is_a_module_too():
    result = subprocess.run(
        [sys.executable, "-m", "vnetspec", "--version"], capture_output=True, text=True, check=True
    )

    assert result.stdout.startswith("vnetspec ")

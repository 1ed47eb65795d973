"""A run by several processes comes to what one would have come to."""

import json
import os
import sys
from pathlib import Path

import pytest

from vnetspec.fixtures.launch import launch
from vnetspec.fixtures.parallel import prepare

pytestmark = pytest.mark.slow

MANY = """
import pytest
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import requirement

@requirement("ARP-01")
@pytest.mark.parametrize("times", range(8))
def test_the_router_is_answered(guest, times):
    guest.says(arp_request("10.0.2.2"))
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.2.2"))

@requirement("ARP-02", "ARP-01")
@pytest.mark.parametrize("times", range(4))
def test_the_nameserver_is_answered(guest, times):
    guest.says(arp_request("10.0.2.3"))
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.2.3"))
"""

#: The last case ends the process that runs it.
FATAL = (
    MANY
    + """
@requirement("ARP-02")
def test_of_which_the_process_dies(guest):
    import os
    os._exit(9)
"""
)

#: What reaches the targets of ``in_memory.py`` from wherever a worker starts.
HERE = f"-opythonpath={Path(__file__).parent}"
TWO, THREE = (HERE, "-n2"), (HERE, "-n3")

LISTED = '[ARP-01]\nreason = "deaf"\nreference = "its manual"\n'


@pytest.fixture
def many(suite, monkeypatch):
    """The suite; for the workers too there are the targets in memory, and no tshark."""
    monkeypatch.setenv("PATH", str(suite.root))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    suite.cases(MANY)
    return suite


def found(suite, target="in-memory"):
    """The results of the last run, without what is never twice the same."""
    document = json.loads((suite.root / "artifacts" / target / "results.json").read_text())
    for entry in (document, *document["requirements"].values(), *document["cases"]):
        entry["duration"] = 0
    document["started"] = ""
    for case in document["cases"]:
        case["timeline"] = [line.split()[2:] for line in case["timeline"]]
        for text in ("explanation", "traceback"):
            case[text] = case[text].count("\n")
    return document


@pytest.mark.parametrize("target", ["Terse", "Faulty"])
def test_three_find_what_one_finds(many, target):
    alone = many.run(target=target)
    expected = found(many)

    together = many.run(*THREE, target=target)

    assert together.ret == alone.ret
    assert found(many) == expected
    assert len(expected["cases"]) == 12


def test_shards_found_by_several_are_parts_of_the_whole(many):
    many.run(*TWO, "--net-shard=2/4")

    assert [case["name"] for case in found(many)["cases"]] == [
        "test_the_router_is_answered[1]",
        "test_the_router_is_answered[5]",
        "test_the_nameserver_is_answered[1]",
    ]


def test_a_deviation_is_stale_when_no_worker_has_seen_it(many):
    file = many.baseline(LISTED)

    stale = many.run(*THREE, f"--baseline={file}")

    assert stale.ret == 1
    assert found(many)["requirements"]["ARP-01"]["verdict"] == "stale"
    assert many.run(*THREE, f"--baseline={file}", target="Terse").ret == 0
    assert found(many)["requirements"]["ARP-01"]["verdict"] == "expected"


def test_a_worker_that_dies_costs_the_case_that_it_ran_alone(many):
    many.cases(FATAL)

    result = many.run(*TWO)

    assert result.ret == 3
    document = found(many)
    assert len(document["cases"]) == 13
    (lost,) = [case for case in document["cases"] if case["verdict"] == "error"]
    assert lost["where"].endswith("arp/test_answering.py::test_of_which_the_process_dies")
    assert lost["requirements"] == ["ARP-02"]
    assert "crashed while running" in lost["message"]
    assert document["requirements"]["ARP-01"]["verdict"] == "pass"
    assert document["requirements"]["ARP-02"]["verdict"] == "error"


def test_nothing_is_made_up_when_every_worker_dies(many):
    many.cases(
        """
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01")
        def test_of_which_the_process_dies(guest):
            import os
            os._exit(9)
        """
    )

    result = many.run(HERE, "-n1", "--max-worker-restart=0")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*= vnetspec =*", "*worker 'gw0' crashed while running *dies*"])
    assert not list(many.root.glob("artifacts/*/results.json"))


@pytest.mark.parametrize(
    ("arguments", "target", "status", "complaint"),
    [
        ([], "Absent", 4, "not installed: install the package in-memory"),
        (["--net-level=MAY"], "Responder", 4, "no case is left to run: nothing is of level MAY"),
        (["--net-trace"], "Responder", 4, "--net-trace runs nothing that -n could spread"),
    ],
)
def test_wrong_usage_is_said_once(many, arguments, target, status, complaint):
    result = many.run(*TWO, *arguments, target=target)

    assert result.ret == status
    assert sum(complaint in line for line in result.outlines + result.errlines) == 1
    assert not (many.root / "artifacts").exists()


def test_other_tests_of_the_run_still_count(many):
    (many.root / "suite" / "test_other.py").write_text("def test_it(): assert False\n")

    assert many.run(*TWO).ret == 1


def test_runs_without_cases_are_left_alone(pytester):
    pytester.makepyfile("def test_it(): pass\ndef test_other(): pass\n")

    result = pytester.runpytest_inprocess("-n2", "-pno:hypothesispytest")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*= vnetspec =*")
    assert not (pytester.path / "artifacts").exists()


def test_goldens_are_recorded_by_several(many):
    many.cases(
        """
        import pytest
        from vnetspec.fixtures.frames import arp_request
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01")
        @pytest.mark.parametrize("times", range(4))
        def test_it(guest, golden, times):
            guest.says(arp_request("10.0.2.2"))
            guest.listens()
            golden.matches(guest.wire)
        """
    )

    assert many.record(*TWO).ret == 0

    names = [f"arp/ARP-01.{number}.pcap" for number in range(4)]
    assert [file.name for file in sorted(many.captures.glob("arp/*"))] == [
        name.removeprefix("arp/") for name in names
    ]
    sources = (many.captures / "SOURCES.toml").read_text()
    assert all(f'["{name}"]' in sources for name in names)
    assert many.run(*TWO, target="Reference").ret == 0


def test_progress_is_told_as_it_goes(many):
    events = []
    arguments = [
        *("-p", "xdist.plugin", "-n2", "--net-target=in_memory:Terse"),
        f"--net-captures={many.captures}",
    ]

    ended = launch(many.root / "suite", arguments, events.append)

    assert ended.status == 1
    kinds = [event["event"] for event in events]
    assert kinds == ["start", *["case"] * 12, "end"]
    assert events[0] == {"event": "start", "target": "in_memory:Terse", "cases": 12}
    assert sum(event.get("verdict") == "fail" for event in events) == 8


def test_a_module_that_cannot_be_read_is_told(many):
    many.cases("import no_such_module\n")
    events = []

    ended = launch(many.root / "suite", ["-p", "xdist.plugin", "-n2"], events.append)

    assert ended.status != 0
    assert [event["event"] for event in events] == ["harness"]
    assert "no_such_module" in events[0]["message"]


class Spec:
    """What execnet knows of a process that it is to start."""

    popen = True
    python = None


def test_who_is_not_root_has_workers_in_a_namespace_of_users(monkeypatch):
    ours, ready = Spec(), Spec()
    ready.python = "python3.99"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    prepare([ours, ready])

    assert ours.python == f"{sys.executable} -m vnetspec.fixtures.namespace"
    assert ready.python == "python3.99"


def test_root_has_plain_workers(monkeypatch):
    spec = Spec()
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    prepare([spec])

    assert spec.python is None

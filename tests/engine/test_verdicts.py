"""How runs end, through pytest."""

import json

import pytest

from vnetspec.fixtures.requirements import Level
from vnetspec.fixtures.verdicts import (
    BaselineError,
    Deviation,
    Verdict,
    judge,
    load_baseline,
    worst,
)


def verdicts(suite, target="in-memory"):
    """The verdict on each requirement of the last run."""
    document = json.loads((suite.root / "artifacts" / target / "results.json").read_text())
    return {key: entry["verdict"] for key, entry in document["requirements"].items()}


@pytest.mark.parametrize(
    ("target", "status", "expected"),
    [
        ("Responder", 0, ["pass", "pass"]),
        ("Terse", 1, ["fail", "pass"]),
        ("Nameless", 0, ["pass", "non-strict"]),
        ("Dying", 1, ["fail", "non-strict"]),
        ("Unwilling", 1, ["fail", "non-strict"]),
        ("Unable", 0, ["unsupported", "unsupported"]),
        ("Old", 0, ["unsupported", "unsupported"]),
        ("Faulty", 3, ["error", "error"]),
    ],
)
def test_each_end_has_its_verdict_and_status(suite, target, status, expected):
    result = suite.run(target=target)

    assert result.ret == status
    found = verdicts(suite)
    assert [found["ARP-01"], found["ARP-02"], found["ARP-03"]] == [*expected, "excluded"]


def test_a_broken_should_fails_a_strict_run(suite):
    assert suite.run("--net-strict", target="Nameless").ret == 1


def test_a_failure_shows_rule_exchange_and_capture(suite):
    result = suite.run(target="Terse")

    result.stdout.fnmatch_lines(
        [
            "ARP-01 MUST: The router's address is answered.",
            "*nothing came, MUST be an ARP reply*",
            "exchange*",
            "*1*0.000000 > ARP who has 10.0.2.2*",
            "*artifacts/in-memory/arp/ARP-01.pcapng",
        ]
    )


def test_a_listed_deviation_is_expected(suite):
    file = suite.baseline('[ARP-01]\nreason = "deaf"\nreference = "its manual"\n')

    assert suite.run(f"--baseline={file}", target="Terse").ret == 0
    assert verdicts(suite)["ARP-01"] == "expected"


def test_a_listed_deviation_that_is_gone_is_stale(suite):
    file = suite.baseline('[ARP-01]\nreason = "deaf"\nreference = "its manual"\n')

    result = suite.run(f"--baseline={file}")

    assert result.ret == 1
    assert verdicts(suite)["ARP-01"] == "stale"
    result.stdout.fnmatch_lines(["ARP-01: passes, but the baseline lists a deviation (deaf)*"])


def test_a_listed_deviation_is_not_stale_when_it_did_not_run(suite):
    file = suite.baseline('[ARP-01]\nreason = "deaf"\nreference = "its manual"\n')

    assert suite.run(f"--baseline={file}", "-k", "nameserver").ret == 0


def test_a_missing_capability_can_be_listed_and_a_failure_is_not_that(suite):
    file = suite.baseline(
        '[ARP-01]\nreason = "none"\nreference = "its manual"\nverdict = "unsupported"\n'
    )

    assert suite.run(f"--baseline={file}", target="Unable").ret == 0
    assert verdicts(suite)["ARP-01"] == "expected"
    assert suite.run(f"--baseline={file}", target="Terse").ret == 1


def test_a_skipped_case_is_an_error(suite):
    suite.cases(
        """
        import pytest
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01")
        def test_nothing():
            pytest.skip("too hard")
        """
    )

    result = suite.run()

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*cases are not skipped*"])


def test_a_case_that_hangs_is_interrupted_and_the_run_goes_on(suite, monkeypatch):
    monkeypatch.setattr("vnetspec.fixtures.limit.SECONDS", 0.05)

    result = suite.run("--patience=0", target="Hanging")

    assert result.ret == 3
    assert verdicts(suite)["ARP-01"] == "error"
    assert verdicts(suite)["ARP-02"] == "error"
    result.stdout.fnmatch_lines(["*the case took more than 0.05 s, and was interrupted*"])


def test_a_port_that_is_taken_is_not_the_targets_fault(suite):
    suite.cases(
        """
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01")
        def test_it(host):
            host.tcp(8080)
            host.udp(8080)
            host.tcp(8080)
        """
    )

    result = suite.run(target="Housed")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*can't bind 127.0.0.1:8080 of the host: Address already in use*"])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('@requirement("ARP-09")', "*there is no requirement ARP-09*"),
        ("", "*the case proves no requirement*"),
    ],
)
def test_a_case_must_prove_something_real(suite, marker, message):
    suite.cases(
        f"from vnetspec.fixtures.requirements import requirement\n{marker}\ndef test_it(): pass\n"
    )

    result = suite.run()

    assert result.ret == 3
    result.stdout.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("arguments", "target", "message"),
    [
        ([], "Absent", "*not installed: install the package in-memory"),
        ([], "Nobody", "*target 'in_memory:Nobody' can't be loaded: *"),
        (["--artifacts=/dev/null"], "Responder", "*--artifacts: */in-memory: Not a directory"),
        (["--baseline=none.toml"], "Responder", "*none.toml: *No such file*"),
        (["--update-captures"], "Responder", "*recorded from qemu or libslirp, not from in-memory"),
    ],
)
def test_wrong_usage_is_one_line(suite, arguments, target, message):
    result = suite.run(*arguments, target=target)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_other_tests_of_the_run_still_count(suite):
    (suite.root / "suite" / "test_other.py").write_text("def test_it(): assert False\n")

    assert suite.run().ret == 1


def test_runs_without_cases_are_left_alone(pytester):
    pytester.makepyfile("def test_it(request): assert 'guest' not in request.fixturenames")

    result = pytester.runpytest_inprocess("--fixtures", "-pno:hypothesispytest")

    result.stdout.no_fnmatch_line("*network_files*")
    assert not (pytester.path / "artifacts").exists()


def test_the_worst_verdict_counts():
    assert worst([Verdict.PASS, Verdict.FAIL, Verdict.EXPECTED]) is Verdict.FAIL
    assert worst([]) is Verdict.PASS


def test_a_deviation_may_be_limited_to_cases():
    deviation = Deviation("why", "where", cases=("test_a",))

    assert judge(Verdict.FAIL, Level.MUST, deviation, "test_a") is Verdict.EXPECTED
    assert judge(Verdict.FAIL, Level.MUST, deviation, "test_b") is Verdict.FAIL


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[ARP-01]\nreference = 'x'", "lacks reason"),
        ("[ARP-01]\nreason = 'x'", "lacks reference"),
        ("[arp]\nreason = 'x'", "an entry is a table named by an ID"),
        ("[ARP-01]\nreason = 'x'\nreference = 'x'\nverdict = 'pass'", "not fail or unsupported"),
        ("[ARP-01]\nreason = 'x'\nreference = 'x'\nwhy = 'x'", "does not know why"),
        ("[ARP-01]\nreason = 'x'\nreference = 'x'\ncases = 'x'", "cases is a list"),
        ("[ARP-01", "Expected ']'"),
    ],
)
def test_a_malformed_baseline_is_refused(tmp_path, text, complaint):
    file = tmp_path / "baseline.toml"
    file.write_text(text)

    with pytest.raises(BaselineError, match=complaint):
        load_baseline(file)

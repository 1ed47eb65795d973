"""What changed from one run to another, as the user of ``vnetspec compare`` sees it."""

import json

import pytest

from vnetspec.fixtures.cli import main
from vnetspec.fixtures.report import results
from vnetspec.fixtures.report.comparing import Kind, compare


def document(verdicts, version="7.2"):
    """Results with a case for each verdict of each requirement."""
    requirements = {
        name: {
            "area": "arp",
            "number": number,
            "section": "Answering",
            "level": "MUST",
            "rule": f"The rule | of {name} holds.",
            "source": ["RFC 826"],
            "quote": "",
            "profile": "qemu-7.2",
            "excluded": "",
            "verdict": max(found, key=list(map(str, results.Verdict)).index),
            "baseline": None,
            "total": len(found),
            "duration": 0.0,
            "cases": [],
        }
        for number, (name, found) in enumerate(verdicts.items())
    }
    cases = [
        {
            "where": f"arp/test_it.py::test_{name}[{number}]",
            "number": number,
            "name": f"test_{name}[{number}]",
            "area": "arp",
            "requirements": [name],
            "verdict": verdict,
            "verdicts": {name: verdict},
            "duration": 0.0,
            "message": "nothing came\nat all" if verdict == "fail" else "",
            **dict.fromkeys(("golden", "explanation", "traceback"), ""),
            **{each: [] for each in ("difference", "differences", "timeline", "said", "artefacts")},
        }
        for name, found in verdicts.items()
        for number, verdict in enumerate(found)
    ]
    return {
        "schema": results.SCHEMA,
        "target": {"name": "qemu", "version": version},
        "suite": "1",
        "started": "2026-01-01T00:00:00Z",
        "duration": 1.0,
        "strict": False,
        "areas": {"arp": ""},
        "requirements": requirements,
        "cases": cases,
        "slow_left_out": 0,
        "problems": [],
        "dissection": {"frames": 0, "faults": [], "unsupported": "", "failed": False},
    }


BEFORE = {
    "ARP-01": ["pass", "pass"],
    "ARP-02": ["fail"],
    "ARP-03": ["expected"],
    "ARP-04": ["pass"],
    "ARP-05": ["fail", "pass"],
    "ARP-06": ["unsupported"],
    "ARP-07": ["pass"],
}
AFTER = {
    "ARP-01": ["pass", "fail"],
    "ARP-02": ["pass"],
    "ARP-03": ["pass"],
    "ARP-05": ["fail", "fail"],
    "ARP-06": ["expected"],
    "ARP-07": ["pass"],
    "ARP-08": ["fail"],
}


@pytest.fixture
def vnetspec(tmp_path, monkeypatch, capsys):
    """Runs ``compare`` beside ``old.json`` and ``new.json``: status, output, complaints."""
    monkeypatch.chdir(tmp_path)
    for name, made in (("old", document(BEFORE)), ("new", document(AFTER, "8.0"))):
        (tmp_path / f"{name}.json").write_text(json.dumps(made))

    def command(*arguments):
        status = main(["compare", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def test_what_changed_is_told_by_requirement_the_worst_first(vnetspec):
    status, said, _ = vnetspec("old.json", "new.json")

    assert status == 1
    assert [" ".join(line.split()) for line in said.splitlines()] == [
        "qemu (7.2) -> qemu (8.0)",
        "worse ARP-01 MUST pass -> fail: The rule | of ARP-01 holds.",
        "worse ARP-05 MUST fail -> fail: The rule | of ARP-05 holds.",
        "better ARP-02 MUST fail -> pass: The rule | of ARP-02 holds.",
        "better ARP-03 MUST expected -> pass: The rule | of ARP-03 holds. "
        "(its entry in the baseline can go)",
        "changed ARP-06 MUST unsupported -> expected: The rule | of ARP-06 holds.",
        "new ARP-08 MUST fail: The rule | of ARP-08 holds.",
        "gone ARP-04 MUST pass: The rule | of ARP-04 holds.",
        "2 worse, 2 better, 1 changed, 1 new, 1 gone, 1 as before",
    ]


def test_cases_are_told_if_asked(vnetspec):
    _, said, _ = vnetspec("-v", "old.json", "new.json")

    assert "arp/test_it.py::test_ARP-01[1] worse, pass -> fail: nothing came\n" in said
    assert "test_ARP-01[0]" not in said


def test_nothing_worse_is_success(vnetspec):
    status, said, _ = vnetspec("old.json", "old.json")

    assert (status, said.splitlines()[-1]) == (0, "7 as before")
    assert compare(document({"ARP-01": ["fail"]}), document({"ARP-01": ["stale"]})).of(Kind.BETTER)


def test_it_is_data_too(vnetspec, tmp_path):
    vnetspec("old.json", "new.json", "--json=c.json")

    found = json.loads((tmp_path / "c.json").read_text())
    assert found["to"]["target"]["version"] == "8.0"
    assert [change["requirement"] for change in found["worse"]] == ["ARP-01", "ARP-05"]
    assert found["worse"][0]["cases"] == [
        {
            "where": "arp/test_it.py::test_ARP-01[1]",
            "kind": "worse",
            "old": "pass",
            "new": "fail",
            "message": "nothing came",
        }
    ]
    assert (found["new"][0]["old"], found["new"][0]["new"], found["same"]) == (None, "fail", 1)


def test_it_is_markdown_too(vnetspec, tmp_path):
    vnetspec("old.json", "new.json", "--markdown=c.md")

    text = (tmp_path / "c.md").read_text()
    assert text.startswith("### qemu (7.2) -&#62; qemu (8.0)\n\n2 worse, ")
    rows = [line for line in text.splitlines() if line.startswith("| worse")]
    first = "| worse | ARP-01 | MUST | pass -&#62; fail | The rule &#124; of ARP-01 holds. |"
    assert rows[0] == first


def test_a_directory_stands_for_the_parts_of_a_run(vnetspec, tmp_path):
    for number, name in enumerate(BEFORE):
        part = tmp_path / "parts" / str(number)
        part.mkdir(parents=True)
        whole = document(BEFORE)
        whole["requirements"] = {name: whole["requirements"][name]}
        whole["cases"] = [case for case in whole["cases"] if name in case["verdicts"]]
        (part / "results.json").write_text(json.dumps(whole))

    status, said, _ = vnetspec("old.json", "parts")

    assert (status, said.splitlines()[-1]) == (0, "7 as before")


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (["old.json", "none.json"], "none.json: No such file or directory"),
        (["old.json", "text.json"], "text.json: not JSON"),
        (["old.json", "other.json"], "other.json: not the results of a run"),
        (["old.json", "cut.json"], "cut.json: lacks cases"),
        (["old.json", "empty"], "empty: there is no results.json below it"),
        (["old.json"], "the following arguments are required: NEW.json"),
        (["old.json", "new.json", "--json=no/such.json"], "--json: no/such.json: No such file"),
    ],
)
def test_wrong_usage_is_one_line(vnetspec, tmp_path, files, complaint):
    (tmp_path / "text.json").write_text("text")
    (tmp_path / "other.json").write_text("{}")
    cut = document(BEFORE)
    del cut["cases"]
    (tmp_path / "cut.json").write_text(json.dumps(cut))
    (tmp_path / "empty").mkdir()

    status, said, complained = vnetspec(*files)

    assert (status, said) == (2, "")
    assert complained.startswith("vnetspec: ")
    assert complained.count("\n") == 1
    assert complaint in complained

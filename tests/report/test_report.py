"""``vnetspec report``: what it reads, and what it makes of it besides the page."""

import json

import pytest

from vnetspec.fixtures.report import results as form

from .conftest import case, document, failure


def counts(said):
    """What the command says of each target."""
    return [line for line in said.splitlines() if not line.startswith("wrote ")]


def test_without_a_format_the_page_is_made(two_targets, report, tmp_path):
    status, said, _ = report(*two_targets)

    assert status == 0
    assert said.splitlines()[0] == "wrote matrix.html"
    assert counts(said) == [
        "good one: 4 pass",
        "bad/one: 1 excluded, 1 non-strict, 1 fail, 1 error",
    ]
    assert (tmp_path / "matrix.html").read_text().startswith("<!DOCTYPE html>")


def test_another_format_alone_makes_no_page(two_targets, report, tmp_path):
    report(*two_targets, "--markdown", "m.md")

    assert not (tmp_path / "matrix.html").exists()


def test_a_directory_stands_for_the_results_below_it(two_targets, report):
    _, said, _ = report("artifacts")

    assert len(counts(said)) == 2


def test_the_page_is_the_same_every_time(two_targets, report, tmp_path):
    report(*two_targets, "--html", "one.html")
    report(*two_targets, "--html", "two.html")

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_parts_of_a_run_are_one_target(write, report, tmp_path):
    whole = [case("ARP-01"), failure("DHCP-21"), case("DHCP-21", name="test_another")]
    files = [write(document("one", [each]), f"part{n}") for n, each in enumerate(whole)]

    status, said, _ = report(*files, "--json", "merged.json")

    assert status == 0
    assert counts(said) == ["one: 1 pass, 1 fail"]
    merged = form.read(tmp_path / "merged.json")
    assert {each["where"] for each in merged["cases"]} == {each["where"] for each in whole}
    for each in merged["cases"]:
        assert all((tmp_path / path).is_file() for path in each["artefacts"])


def test_two_runs_of_a_target_stand_beside_each_other(write, report):
    files = [
        write(document("one", [case("ARP-01")], version="4.7"), "a"),
        write(document("one", [case("ARP-01")], version="4.9"), "b"),
        write(document("two", [case("ARP-01")]), "c"),
        write(document("two", [case("ARP-01")]), "d"),
    ]

    _, said, _ = report(*files)

    assert counts(said) == [
        "one (one 4.7): 1 pass",
        "one (one 4.9): 1 pass",
        "two: 1 pass",
        "two #2: 1 pass",
    ]


def test_markdown_has_totals_then_deviations(two_targets, report, tmp_path):
    report(*two_targets, "--html", "matrix.html", "--markdown", "m.md")

    assert (tmp_path / "m.md").read_text().splitlines() == [
        "## vnetspec",
        "",
        "| target | ✓ pass | △ non-strict | ✕ fail | ◆ error | \u2013 excluded | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| **good one** good one 1.0 | 4 |  |  |  |  | 12 |",
        "| **bad/one** bad/one 1.0 |  | 1 | 1 | 1 | 1 | 12 |",
        "",
        "4 requirements in 2 areas. The page `matrix.html` has the exchange behind each verdict.",
        "",
        "### bad/one",
        "",
        "- ◆ error **ARP-01** The router's address is answered. RuntimeError: no",
        "- ✕ fail **DHCP-21** A request for a foreign address is refused."
        " dhcp.option\\[53\\] is 5, MUST be 6",
        "- △ non-strict **ARP-02** The nameserver's address is answered."
        " nothing came, MUST be an ARP reply",
    ]


def test_a_deviation_that_is_known_has_reason_and_reference_in_markdown(write, report, tmp_path):
    known = {"ARP-01": "it is so", "DHCP-21": "some are so"}
    results = document("one", [case("ARP-01", "expected"), failure("DHCP-21")], baseline=known)

    report(write(results), "--markdown", "m.md")

    lines = (tmp_path / "m.md").read_text().splitlines()
    assert "- ≈ expected **ARP-01** it is so (a place)" in lines
    assert lines[-2].endswith("is refused. dhcp.option\\[53\\] is 5, MUST be 6")


def test_markdown_takes_text_for_text(write, report, tmp_path):
    hostile = "a | b\n# <script>x</script> **bold** [link](http://x) `code` ~~gone~~ $x$ &amp;"
    results = document("one", [case("ARP-01", "fail", message=hostile)])
    results["problems"] = [hostile]

    report(write(results), "--markdown", "m.md")

    text = (tmp_path / "m.md").read_text()
    plain = (
        "a \\| b # &lt;script&gt;x&lt;/script&gt; \\*\\*bold\\*\\* \\[link\\](http://x)"
        " \\`code\\` \\~\\~gone\\~\\~ \\$x\\$ &amp;amp;"
    )
    assert f"- **{plain}**" in text
    assert f"is answered. {plain}" in text


def test_a_long_list_of_deviations_is_cut_with_its_number(write, report, tmp_path):
    rules = {f"ARP-{number:02}": ("MUST", "A rule.") for number in range(1, 71)}
    cases = [case(name, "fail", name=f"test_{name}") for name in rules]

    report(write(document("one", cases, rules=rules)), "--markdown", "m.md")

    lines = (tmp_path / "m.md").read_text().splitlines()
    assert lines[-1] == "- and 20 more"
    assert lines[-2].startswith("- ✕ fail **ARP-50**")


@pytest.mark.parametrize(
    ("cases", "message", "color"),
    [
        ([case("ARP-01"), case("ARP-02")], "2/2 pass", "brightgreen"),
        ([case("ARP-01"), case("ARP-02", "unsupported")], "1/1 pass", "brightgreen"),
        ([case("ARP-01"), case("ARP-02", "expected")], "1/2 pass", "yellow"),
        ([case("ARP-01"), case("ARP-02", "non-strict")], "1/2 pass", "yellow"),
        ([case("ARP-01"), failure("DHCP-21")], "1/2 pass, 1 fail", "red"),
        ([case("ARP-01", "error"), failure("DHCP-21")], "0/2 pass, 1 fail, 1 error", "lightgrey"),
        ([case("ARP-01", "unsupported")], "0/0 pass", "lightgrey"),
    ],
)
def test_a_badge_says_what_passes(write, report, tmp_path, cases, message, color):
    report(write(document("one", cases)), "--badge", "badge.json")

    assert json.loads((tmp_path / "badge.json").read_text()) == {
        "schemaVersion": 1,
        "label": "vnetspec one",
        "message": message,
        "color": color,
    }


def spoiled(**changes):
    """Results with something else in the place of what belongs there, as they stand in a file."""
    return json.dumps(document("one", [case("ARP-01")]) | changes)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not the results of a run"),
        ('{"target": "x"}', "not the results of a run"),
        (spoiled(schema=1), "results in form 1, where this version reads form 2"),
        (spoiled(target="one"), "target is 'one'"),
        (spoiled(target={"name": "one"}), "target: lacks version"),
        (spoiled(cases={}), "cases is {}"),
        (spoiled(cases=[{}]), "cases[0]: lacks where"),
        (spoiled(cases=[7]), "cases[0]: not a table"),
        (spoiled(cases=[case("ARP-01", artefacts=[7])]), "cases[0]: artefacts is [7]"),
        (spoiled(cases=[case("ARP-01", "good")]), "cases[0]: 'good' is no verdict"),
        (spoiled(cases=[case("ARP-09")]), "there is no requirement ARP-09"),
        (spoiled(cases=[]), "ARP-01: there is no case arp/test_arp.py::"),
        (spoiled(requirements={"ARP-01": {}}), "ARP-01: lacks area"),
    ],
)
def test_what_is_no_result_is_said_in_a_line(report, tmp_path, text, complaint):
    (tmp_path / "results.json").write_text(text)

    status, _, said = report("results.json")

    assert status == 2
    assert said.startswith("vnetspec: results.json: ")
    assert complaint in said
    assert said.count("\n") == 1


def test_a_file_that_is_not_there_is_said_in_a_line(report):
    assert report("none.json")[::2] == (2, "vnetspec: none.json: No such file or directory\n")


def test_a_directory_without_results_is_said_in_a_line(report, tmp_path):
    (tmp_path / "empty").mkdir()

    assert report("empty")[::2] == (2, "vnetspec: empty: there is no results.json below it\n")


def test_a_place_that_can_not_be_written_is_said_in_a_line(two_targets, report):
    status, _, said = report(*two_targets, "--html", "none/matrix.html")

    assert (status, said) == (
        2,
        "vnetspec: --html: none/matrix.html: No such file or directory\n",
    )


def test_results_of_several_targets_are_not_one_run(two_targets, report):
    status, _, said = report(*two_targets, "--json", "x.json")

    assert (status, said) == (
        2,
        "vnetspec: --json: one run has one target, and these are good one, bad/one\n",
    )


def test_parts_of_a_run_that_was_judged_otherwise_are_refused(write, report):
    strict = document("one", [case("ARP-02")]) | {"strict": True}
    files = [write(document("one", [case("ARP-01")]), "a"), write(strict, "b")]

    status, _, said = report(*files)

    assert status == 2
    assert "results of one strictness can be merged" in said

"""Results as data: parts of a run put together."""

import copy

import pytest

from vnetspec.fixtures.report import results
from vnetspec.fixtures.report.merging import MergeError, merge


def requirement(number, **values):
    return {
        "area": "arp",
        "number": number,
        "section": "Answering",
        "level": "MUST",
        "rule": "It is answered.",
        "source": ["RFC 826"],
        "quote": "",
        "profile": "qemu-7.2",
        "excluded": "",
        "verdict": "pass",
        "baseline": None,
        "total": 0,
        "duration": 0.0,
        "cases": [],
    } | values


def case(number, verdicts, module="arp/test_answering.py"):
    return {
        "where": f"{module}::test_{number}",
        "number": number,
        "name": f"test_{number}",
        "area": "arp",
        "requirements": list(verdicts),
        "verdict": list(verdicts.values())[-1],
        "verdicts": verdicts,
        "duration": 0.25,
        "message": "",
        "golden": "",
        "difference": [],
        "differences": [],
        "timeline": [],
        "said": [],
        "explanation": "",
        "traceback": "",
        "artefacts": [],
    }


def document(cases, requirements, **values):
    return {
        "schema": results.SCHEMA,
        "target": {"name": "qemu", "version": "7.2"},
        "suite": "1",
        "started": "2026-01-02T00:00:00Z",
        "duration": 1.5,
        "strict": False,
        "areas": {"arp": "Addresses"},
        "requirements": requirements,
        "cases": cases,
        "slow_left_out": 1,
        "problems": [],
        "dissection": {"frames": 3, "faults": [], "unsupported": "", "failed": False},
    } | values


LISTED = {"reason": "deaf", "reference": "its manual"}


def test_cases_and_requirements_come_in_the_order_of_a_whole_run():
    second = document(
        [case(11, {"ARP-02": "pass"}), case(2, {"ARP-01": "pass"})],
        {"ARP-02": requirement(1), "ARP-01": requirement(0)},
    )
    first = document(
        [case(1, {"ARP-01": "pass"}), case(12, {"ACK-01": "pass"}, "ack/test_it.py")],
        {"ARP-01": requirement(0), "ACK-01": requirement(7, area="ack")},
        areas={"ack": "Answers", "arp": "Addresses"},
        started="2026-01-01T00:00:00Z",
    )

    merged = merge([second, first])

    assert list(merged["requirements"]) == ["ACK-01", "ARP-01", "ARP-02"]
    assert [each["number"] for each in merged["cases"]] == [12, 1, 2, 11]
    assert list(merged["areas"]) == ["ack", "arp"]
    assert merged["started"] == "2026-01-01T00:00:00Z"
    assert (merged["duration"], merged["slow_left_out"]) == (3.0, 2)
    assert merged["dissection"]["frames"] == 6
    assert merged["requirements"]["ARP-01"]["cases"] == [
        "arp/test_answering.py::test_1",
        "arp/test_answering.py::test_2",
    ]
    assert merged["requirements"]["ARP-01"]["duration"] == 0.5


def test_a_requirement_has_the_worst_of_its_verdicts_wherever_it_was_seen():
    parts = [
        document([case(n, {"ARP-01": verdict})], {"ARP-01": requirement(0, verdict=verdict)})
        for n, verdict in enumerate(["pass", "fail", "unsupported"])
    ]

    assert merge(parts)["requirements"]["ARP-01"]["verdict"] == "fail"


@pytest.mark.parametrize(
    ("verdicts", "total", "expected"),
    [
        (["pass", "pass"], 2, "stale"),
        (["pass", "pass"], 3, "pass"),
        (["pass", "expected"], 2, "expected"),
        (["pass", "unsupported"], 2, "unsupported"),
        (["pass"], 0, "pass"),
    ],
)
def test_a_listed_deviation_is_stale_only_when_all_cases_are_there(verdicts, total, expected):
    entry = requirement(0, baseline=LISTED, total=total)
    parts = [
        document([case(n, {"ARP-01": verdict})], {"ARP-01": copy.deepcopy(entry)})
        for n, verdict in enumerate(verdicts)
    ]

    assert merge(parts)["requirements"]["ARP-01"]["verdict"] == expected


def test_what_several_parts_say_is_said_once():
    dissection = {"frames": 1, "faults": ["odd"], "unsupported": "no tshark", "failed": False}
    one = document([], {}, problems=["idle golden"], dissection=dissection)
    other = document([], {}, problems=["idle golden", "another"], dissection=dissection)

    merged = merge([one, other])

    assert merged["problems"] == ["idle golden", "another"]
    assert merged["dissection"] == dissection | {"frames": 2}


def test_the_last_word_on_a_case_counts():
    before = document([case(1, {"ARP-01": "fail"})], {"ARP-01": requirement(0)})
    after = document([case(1, {"ARP-01": "pass"})], {"ARP-01": requirement(0)})

    merged = merge([before, after])

    assert len(merged["cases"]) == 1
    assert merged["requirements"]["ARP-01"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        ({"target": {"name": "passt", "version": "1"}}, r"qemu \(7.2\) and passt \(1\)"),
        ({"target": {"name": "qemu", "version": "9"}}, r"qemu \(7.2\) and qemu \(9\)"),
        ({"suite": "2"}, "results of one suite can be merged: there are 1 and 2"),
        ({"strict": True}, "one strictness can be merged: there are False and True"),
    ],
)
def test_results_of_different_runs_are_not_merged(other, complaint):
    with pytest.raises(MergeError, match=complaint):
        merge([document([], {}), document([], {}, **other)])


def test_nothing_can_not_be_merged():
    with pytest.raises(MergeError, match="there is nothing to merge"):
        merge([])


@pytest.mark.slow
def test_shards_are_the_whole(suite):
    """As they are written, and read again."""
    suite.cases(
        """
        import pytest
        from vnetspec.fixtures.frames import arp_request
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01")
        @pytest.mark.parametrize("times", range(5))
        def test_many(guest, times):
            assert times != 3

        @pytest.mark.slow
        @requirement("ARP-02")
        def test_slow(guest):
            pass

        @requirement("ARP-02", "ARP-01")
        def test_both(guest):
            guest.says(arp_request("10.0.2.3"))
        """
    )
    suite.run(target="Reference")
    (file,) = suite.root.glob("artifacts/*/results.json")
    whole = results.read(file)
    parts = []
    for number in (3, 1, 2):
        suite.run(f"--net-shard={number}/3", target="Reference")
        parts.append(results.read(file))

    merged = merge(parts)

    for each in (whole, merged):
        each["started"], each["duration"], each["dissection"]["frames"] = "", 0, 0
        for timed in (*each["requirements"].values(), *each["cases"]):
            timed["duration"] = 0
        for shown in each["cases"]:
            shown["timeline"] = len(shown["timeline"])
    assert len(merged["cases"]) == 6
    assert merged == whole

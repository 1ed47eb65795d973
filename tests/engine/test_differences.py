"""What results say of a failure, field by field."""

import json

import pytest

#: A comparison that failed, and that nobody minds.
CAUGHT = "try:\n    assert 1 == 2\nexcept AssertionError:\n    pass"


@pytest.fixture
def found(suite):
    """Runs one case of ARP-01; what the results say of it."""

    def told(body):
        suite.cases(
            """
            from vnetspec.fixtures.checkers import ANY, ARP_REPLY
            from vnetspec.fixtures.frames import arp_request
            from vnetspec.fixtures.oracle import ARP
            from vnetspec.fixtures.requirements import requirement

            def double(number):
                return 2 * number

            @requirement("ARP-01")
            def test_it(guest):
                {}
            """.format("\n                ".join(body.splitlines()))
        )
        suite.run("--artifacts=artifacts")
        (case,) = json.loads((suite.root / "artifacts" / "in-memory" / "results.json").read_text())[
            "cases"
        ]
        return case

    return told


def test_an_equation_has_both_sides_and_the_name_of_what_was_found(found):
    case = found("assert double(\n    2\n) == 5")

    assert case["differences"] == [
        {"frame": None, "field": "double(2)", "expected": "5", "actual": "4"}
    ]
    assert case["verdict"] == "fail"


def test_long_values_are_cut(found):
    (difference,) = found("assert 'a' * 400 == 'b'")["differences"]

    assert difference["actual"] == "'" + "a" * 299 + "... (402 characters)"


@pytest.mark.parametrize(
    "body",
    [
        "assert 4 in (5, 6)",
        "assert not 4",
        "assert 1 == 1 == 2",
        "assert 4 < 2",
        "raise AssertionError('by hand')",
        f"{CAUGHT}\nraise AssertionError('by hand')",
        f"{CAUGHT}\nraise OSError('not ours')",
    ],
)
def test_anything_else_is_told_in_words_alone(found, body):
    assert found(body)["differences"] == []


def test_a_frame_that_does_not_fit_has_its_number_and_its_fields(found):
    case = found(
        'guest.says(arp_request("10.0.2.2"))\nguest.hears(ARP_REPLY.where(ARP, psrc="10.0.2.3"))'
    )

    assert case["differences"] == [
        {
            "frame": 2,
            "field": "",
            "expected": "an ARP reply",
            "actual": "ARP is at 52:55:0a:00:02:02 says 10.0.2.2 / Padding [60]",
        },
        {"frame": 2, "field": "arp.psrc", "expected": "'10.0.2.3'", "actual": "'10.0.2.2'"},
    ]
    assert len(case["timeline"]) == 2


def test_silence_is_a_difference_of_the_whole(found):
    (difference,) = found("guest.hears(ARP_REPLY)")["differences"]

    assert difference == {
        "frame": None,
        "field": "",
        "expected": "an ARP reply",
        "actual": "nothing",
    }

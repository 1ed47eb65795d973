"""Which cases a run takes: by level and profile, and a share of them."""

import json
import shutil

import pytest

from vnetspec.fixtures.selection import Selection, Shard

TWO = """
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.requirements import network, requirement
import pytest

@requirement("ARP-01")
@pytest.mark.parametrize("times", range(5))
def test_many(guest, times):
    pass

@requirement("ARP-02")
@network(profile="qemu-0.6")
def test_old(guest):
    pass
"""


def cases(suite):
    """The names of the cases of the last run."""
    file = suite.root / "artifacts" / "in-memory" / "results.json"
    return [case["name"] for case in json.loads(file.read_text())["cases"]]


@pytest.fixture
def two(suite):
    suite.cases(TWO)
    return suite


def test_a_level_is_that_of_a_requirement(two):
    two.run("--net-level=SHOULD", "--net-level=MAY")

    assert cases(two) == ["test_old"]


def test_a_profile_is_that_of_a_case(two):
    two.run("--net-profile=qemu-0.6")

    assert cases(two) == ["test_old"]


def test_shares_are_equal_and_together_the_whole(two):
    taken = []
    for number in (1, 2, 3):
        two.run(f"--net-shard={number}/3")
        taken.append(cases(two))

    assert [len(each) for each in taken] == [2, 2, 2]
    assert taken[0] == ["test_many[0]", "test_many[3]"]
    two.run()
    assert sorted(name for each in taken for name in each) == sorted(cases(two))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--net-level=MAY"], "*no case is left to run: nothing is of level MAY"),
        (
            ["--net-select=arp", "--net-profile=new", "--net-level=MUST"],
            "*nothing is of arp, level MUST, profile new",
        ),
        (["--net-shard=7/9"], "*no case is left to run: shard 7/9 of 6 cases is empty"),
        (["--net-shard=0/3"], "*--net-shard: 0/3 is no shard: K/N, with K from 1 to N"),
    ],
)
def test_a_selection_that_leaves_nothing_is_wrong_usage(two, arguments, complaint):
    result = two.run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([complaint])


@pytest.mark.parametrize(
    "text", ["", "1", "2/1", "0/0", "1/0", "a/b", "1/2/3", "-1/2", "1/1000000000"]
)
def test_a_shard_has_one_form(text):
    with pytest.raises(ValueError, match="is no shard: K/N"):
        Shard.parse(text)


def test_the_modules_of_a_selection_are_those_that_can_have_its_cases(suite):
    (suite.area.parent / "udp").mkdir()
    there = suite.area.parent / "udp" / "test_there.py"
    there.write_text('@requirement("UDP-01", "ARP-02")\n')
    computed = suite.area.parent / "udp" / "test_computed.py"
    computed.write_text("marks = requirement(line.id)\n")
    own = suite.area / "test_answering.py"

    def modules(*wanted):
        return Selection(wanted).modules(suite.area.parent)

    assert modules("arp") == [own, computed, there]
    assert modules("ARP-01") == [own, computed]
    assert modules("ARP-02") == [own, computed, there]
    assert modules("udp") == [computed, there]


def test_a_requirement_of_another_area_is_known_when_one_area_is_collected(suite):
    shutil.copytree(suite.area, suite.area.parent / "udp")
    (suite.area.parent / "udp" / "requirements.toml").write_text(
        (suite.area / "requirements.toml").read_text().replace("ARP", "UDP")
    )
    suite.cases(
        """
        from vnetspec.fixtures.requirements import requirement
        @requirement("ARP-01", "UDP-02")
        def test_both(guest):
            pass
        """
    )

    result = suite.pytester.runpytest_inprocess(
        "suite/arp",
        "--net-target=in_memory:Responder",
        f"--net-captures={suite.captures}",
        "--import-mode=importlib",
        "-pno:cacheprovider",
        "-pno:hypothesispytest",
    )

    assert result.ret == 0
    assert cases(suite) == ["test_both"]

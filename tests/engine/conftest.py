"""A suite of two requirements and targets that live in memory, for tests of the engine."""

import textwrap
from pathlib import Path

import pytest

# Loaded here, so that the runs within the tests find them and need not load scapy each.
from vnetspec.fixtures import session, vocabulary  # noqa: F401

REQUIREMENTS = """
[ARP-01]
section = "Answering"
level = "MUST"
rule = "The router's address is answered."
source = ["RFC 826"]

[ARP-02]
section = "Answering"
level = "SHOULD"
rule = "The nameserver's address is answered."
source = ["RFC 826"]

[ARP-03]
section = "Answering"
level = "MAY"
rule = "Nothing can be said of it."
source = ["RFC 826"]
excluded = "there is nothing to see"
"""

CASES = """
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement

@requirement("ARP-01")
def test_the_router_is_answered(guest):
    guest.says(arp_request("10.0.2.2"))
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.2.2"))

@requirement("ARP-02")
def test_the_nameserver_is_answered(guest):
    guest.says(arp_request("10.0.2.3"))
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.2.3"))
"""

#: Of which the first has a golden.
GOLDEN_CASES = """
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.requirements import requirement

@requirement("ARP-01")
def test_the_router_is_answered(guest, golden):
    guest.says(arp_request("10.0.2.2"))
    guest.listens()
    golden.matches(guest.wire)

@requirement("ARP-02")
def test_nothing_is_asked(guest):
    pass
"""


class Suite:
    """A suite in a temporary directory."""

    GOLDEN_CASES = GOLDEN_CASES

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root = pytester.path
        self.captures = self.root / "captures"
        self.captures.mkdir()
        (self.root / "pyproject.toml").touch()
        self.area = self.root / "suite" / "arp"
        self.area.mkdir(parents=True)
        self.requirements(REQUIREMENTS)
        self.cases(CASES)

    def requirements(self, text: str) -> None:
        (self.area / "requirements.toml").write_text(text)

    def cases(self, text: str) -> None:
        (self.area / "test_answering.py").write_text(textwrap.dedent(text))

    def baseline(self, text: str) -> Path:
        file = self.root / "baseline.toml"
        file.write_text(textwrap.dedent(text))
        return file

    def run(self, *arguments: str, target: str = "Responder") -> pytest.RunResult:
        """Judge one of the targets of ``in_memory.py``, in this process."""
        return self.pytester.runpytest_inprocess(
            "suite",
            f"--net-target=in_memory:{target}",
            f"--net-captures={self.captures}",
            "--import-mode=importlib",
            "-pno:cacheprovider",
            "-pno:hypothesispytest",
            # The tree on sys.path makes its egg-info, and so the modules in it, known to pytest.
            "-Wignore::pytest.PytestAssertRewriteWarning",
            *arguments,
        )

    def record(self, *arguments: str, target: str = "Reference") -> pytest.RunResult:
        return self.run("--update-captures", *arguments, target=target)


@pytest.fixture
def suite(pytester, monkeypatch):
    """The suite; tshark is out of its sight, and it is not run by continuous integration."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    monkeypatch.setattr("vnetspec.fixtures.dissector.shutil.which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    return Suite(pytester)

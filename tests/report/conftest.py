"""Results made up for reports, and a browser to look at the page with."""

import json
import shutil
from pathlib import Path

import pytest

from vnetspec.fixtures.cli import main
from vnetspec.fixtures.report import results as form

RULES = {
    "ARP-01": ("MUST", "The router's address is answered."),
    "ARP-02": ("SHOULD", "The nameserver's address is answered."),
    "DHCP-21": ("MUST", "A request for a foreign address is refused."),
    "DHCP-22": ("MAY", "A name of the host is given."),
}
TIMELINE = [
    "  1   0.000000 > ARP who has 10.0.2.15 says 10.0.2.15 [42]  (announcement)",
    "  2   0.000125 > IP / UDP / DHCP Request [300]",
    "  3   0.000250 < IP / UDP / DHCP Ack [590]",
]


def case(identifier, verdict="pass", name=None, **told):
    """A case of one requirement, with whatever is told of it besides."""
    area = identifier.split("-")[0].lower()
    name = name or f"test_what_{identifier.replace('-', '_')}_says[1]"
    return {
        "where": f"{area}/test_{area}.py::{name}",
        "number": 0,
        "name": name,
        "area": area,
        "requirements": [identifier],
        "verdict": verdict,
        "verdicts": {identifier: verdict},
        "duration": 0.25,
        "message": "",
        "golden": "",
        "difference": [],
        "differences": [],
        "timeline": TIMELINE,
        "said": [],
        "explanation": "",
        "traceback": "",
        "artefacts": [f"{area}/{identifier}.pcapng", f"{area}/{identifier}.pcap"],
    } | told


def failure(identifier, **told):
    """A case that failed, by field."""
    return case(identifier, "fail", **FAILED, **told)


FAILED = {
    "message": "heard IP / UDP / DHCP Ack [590]\n  MUST be a DHCPNAK",
    "differences": [
        {"frame": 3, "field": "", "expected": "a DHCPNAK", "actual": "IP / UDP / DHCP Ack [590]"},
        {"frame": 3, "field": "dhcp.option[53]", "expected": "6", "actual": "5"},
    ],
}


def requirement(number, identifier, cases, rules, baseline=None, excluded=""):
    level, rule = rules[identifier]
    verdicts = [each["verdicts"][identifier] for each in cases]
    worst = max(verdicts, key=list(form.Verdict).index, default="excluded")
    return {
        "area": identifier.split("-")[0].lower(),
        "number": number,
        "section": "Section",
        "level": level,
        "rule": rule,
        "source": ["RFC 2131 section 4.3.2", "observed on QEMU 7.2.22"],
        "quote": "the server SHOULD respond",
        "profile": "qemu-7.2",
        "excluded": excluded,
        "verdict": worst,
        "baseline": baseline,
        "total": len(cases),
        "duration": sum(each["duration"] for each in cases),
        "cases": [each["where"] for each in cases],
    }


def document(target, cases, *, version="1.0", rules=RULES, baseline=None, excluded=None):
    """The results of a run of ``cases``; ``baseline`` and ``excluded`` are texts, by ID."""
    baseline, excluded = baseline or {}, excluded or {}
    proofs = {name: [each for each in cases if name in each["verdicts"]] for name in rules}
    return {
        "schema": form.SCHEMA,
        "target": {"name": target, "version": f"{target} {version}"},
        "suite": "0.1.0",
        "started": "2026-11-21T14:00:00Z",
        "duration": 12.5,
        "strict": False,
        "areas": {"arp": "How ARP is answered.", "dhcp": "How addresses are leased."},
        "requirements": {
            name: requirement(
                number,
                name,
                proofs[name],
                rules,
                (name in baseline and {"reason": baseline[name], "reference": "a place"}) or None,
                excluded.get(name, ""),
            )
            for number, name in enumerate(rules)
            if proofs[name] or name in excluded
        },
        "cases": cases,
        "slow_left_out": 0,
        "problems": [],
        "dissection": {"frames": 3, "faults": [], "unsupported": "", "failed": False},
    }


@pytest.fixture
def write(tmp_path):
    """Writes results, with the captures that they name, below ``artifacts/NAME``."""

    def written(document, name=None):
        directory = tmp_path / "artifacts" / (name or document["target"]["name"])
        for each in document["cases"]:
            for path in each["artefacts"]:
                (directory / path).parent.mkdir(parents=True, exist_ok=True)
                (directory / path).write_bytes(b"a capture")
        return form.write(document, directory / "results.json")

    return written


@pytest.fixture
def two_targets(write):
    """The results of a target that passes, and of one that deviates in every way."""
    good = document("good one", [case(name) for name in RULES])
    bad = document(
        "bad/one",
        [
            case("ARP-01", "error", message="RuntimeError: no", traceback="Traceback\n  of it"),
            case("ARP-02", "non-strict", message="nothing came, MUST be an ARP reply"),
            case("DHCP-21", name="test_another"),
            failure("DHCP-21"),
        ],
        excluded={"DHCP-22": "nobody can tell"},
    )
    return [write(good), write(bad)]


@pytest.fixture
def report(tmp_path, monkeypatch, capsys):
    """Runs ``vnetspec report``: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        status = main(["report", *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture(scope="module")
def chromium():
    """Debian's browser."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program, "chromium is not installed: scripts/install-system-packages installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class Visit:
    """A page that was opened from a file.

    Attributes:
        page: playwright's; troubles: what the console and the network saw, all of it unwanted.
    """

    def __init__(self, context, file: Path) -> None:
        self.file = file
        self.troubles: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._note)
        self.open()

    def _note(self, request) -> None:
        if request.url.partition("#")[0] != self.file.as_uri():
            self.troubles.append(request.url)

    def open(self, address=""):
        """Load the page, at an address like ``#DHCP-21/qemu``."""
        self.page.goto("about:blank")
        self.page.goto(self.file.as_uri() + address)
        self.page.wait_for_selector("#tools:not([hidden])")
        return self

    def rows(self):
        """The IDs of the requirements that are to be seen."""
        return self.page.evaluate(
            "[...document.querySelectorAll('.requirement')]"
            ".filter(row => row.checkVisibility()).map(row => row.id)"
        )

    def focused(self):
        """The text of what has the focus."""
        return self.page.evaluate("document.activeElement.textContent.trim()")

    def dialog(self):
        """The details, once they are there."""
        found = self.page.locator("dialog[open]")
        found.wait_for()
        return found

    def address(self):
        """What the page's address ends in."""
        return self.page.evaluate("decodeURIComponent(location.hash)")


@pytest.fixture
def visit(chromium, tmp_path):
    """Opens a page in a window of a size, in light or dark; whatever goes wrong there is a failure
    of the test.
    """
    contexts, visits = [], []

    def opened(file, width=1280, height=800, scheme="light", **more):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **more
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        visits.append(Visit(context, file))
        return visits[-1]

    yield opened
    for context in contexts:
        context.close()
    assert [trouble for each in visits for trouble in each.troubles] == []


@pytest.fixture
def matrix(two_targets, report, tmp_path):
    """The page of the two targets."""
    status, _, said = report(*two_targets, "--html", "matrix.html")
    assert status == 0, said
    return tmp_path / "matrix.html"


@pytest.fixture
def documents(two_targets):
    """The results of the two targets, as they stand in the files."""
    return [json.loads(file.read_text()) for file in two_targets]

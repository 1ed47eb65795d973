"""What the pages show: the commands are understood, the example of a suite is judged."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vnetspec.fixtures.cli import commands

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if "generated" not in page.parts),
]
_COMMAND = re.compile(r"^(?: {4,}|)(?:\$ )?(?:venv/bin/|\.venv/bin/)?vnetspec (?P<rest>[a-z].*)$")


def shown(page):
    """The command lines of a page, lines that go on put together."""
    text = re.sub(r" \\\n\s*", " ", page.read_text(encoding="utf-8"))
    blocks = re.findall(r"(?:^    .*\n)+|^```\w*\n(?:.*\n)*?^```$", text, re.MULTILINE)
    for line in "\n".join(blocks).splitlines():
        if (found := _COMMAND.match(line)) and not found["rest"].startswith("0."):
            yield found["rest"].split(" #")[0]


COMMANDS = [(page.relative_to(ROOT), line) for page in PAGES for line in shown(page)]


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda value: str(value))
def test_a_command_that_is_shown_is_understood(page, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("mysuite", "mycaptures", "ci"):
        (tmp_path / name).mkdir()
    for name in ("mystack.toml", "ci/mystack.toml"):
        (tmp_path / name).touch()

    commands().parser.parse_args(shlex.split(line))


def test_commands_are_shown():
    assert len(COMMANDS) > 15


@pytest.mark.slow
def test_the_suite_of_the_page_is_judged(tmp_path):
    page = (ROOT / "docs" / "howto" / "cases.md").read_text(encoding="utf-8")
    area = tmp_path / "mysuite" / "mine"
    area.mkdir(parents=True)
    blocks = dict(re.findall(r"^```(toml|python)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    (area / "requirements.toml").write_text(blocks["toml"])
    (area / "test_leases.py").write_text(blocks["python"])

    judged = subprocess.run(
        [sys.executable, "-m", "pytest", "mysuite", "--net-target=refnet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout
    assert "1 requirements: 1 pass" in judged.stdout


@pytest.mark.slow
def test_the_suite_that_is_installed_is_judged_by_pytest(tmp_path):
    command = ["--pyargs", "vnetspec.arp", "--net-target=refnet", "-p", "no:cacheprovider"]

    judged = subprocess.run(
        [sys.executable, "-m", "pytest", *command, "-k", "stacks_own_request"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout
    assert "1 pass" in judged.stdout

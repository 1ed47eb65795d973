"""Pages of the reference that are made of the suite: requirements, commands, capabilities.

They are written below ``docs/reference/generated`` before Sphinx reads its sources. Every
requirement has an anchor that never changes: ``dhcp-21``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vnetspec
from vnetspec.fixtures import capabilities
from vnetspec.fixtures.cli import commands
from vnetspec.fixtures.requirements import PROFILE, Requirement, load_all
from vnetspec.fixtures.verdicts import MEANINGS

_DIRECTORY = Path("reference", "generated")


def setup(app: Any) -> dict[str, bool]:
    """Make the pages before anything else is done."""
    app.connect("builder-inited", lambda app: write(Path(app.srcdir)))
    return {"parallel_read_safe": True}


def write(source: Path) -> None:
    """Write every page; one that has not changed keeps its time, so that it is not read again."""
    directory = source / _DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    pages = dict(_pages())
    for file in directory.glob("*.md"):
        if file.name not in pages:
            file.unlink()
    for name, text in pages.items():
        file = directory / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def _pages() -> Iterator[tuple[str, str]]:
    suite = Path(vnetspec.__path__[0])
    areas: dict[str, list[Requirement]] = {}
    for entry in load_all(suite).values():
        areas.setdefault(entry.area, []).append(entry)
    yield "requirements.md", _index(areas, suite)
    for area, entries in areas.items():
        yield f"{area}.md", _area(area, entries, suite)
    yield "commands.md", _commands()
    yield "capabilities.md", _capabilities()
    yield "verdicts.md", _verdicts()


def _subject(area: str, suite: Path) -> str:
    """What an area is about: the line at the top of its package."""
    return (suite / area / "__init__.py").read_text(encoding="utf-8").strip().strip('"')


def _index(areas: dict[str, list[Requirement]], suite: Path) -> str:
    total = sum(map(len, areas.values()))
    lines = [
        "# Requirements",
        "",
        f"There are {total}, in {len(areas)} areas. An ID never changes and is never used again.",
        "",
        "| area | requirements | about |",
        "|---|---|---|",
        *(
            f"| [{area}]({area}.md) | {len(entries)} | {_subject(area, suite)} |"
            for area, entries in areas.items()
        ),
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *areas,
        "```",
        "",
    ]
    return "\n".join(lines)


def _area(area: str, entries: list[Requirement], suite: Path) -> str:
    lines = [f"# {area.upper()}", "", _subject(area, suite), ""]
    section = ""
    for entry in entries:
        if entry.section != section:
            section = entry.section
            lines += [f"## {_escaped(section)}", ""]
        lines += _requirement(entry)
    return "\n".join(lines)


def _requirement(entry: Requirement) -> list[str]:
    lines = [f"({entry.id.lower()})=", f"### {entry.id}", ""]
    lines += [f"**{entry.level}.** {_escaped(entry.rule)}", ""]
    if entry.quote:
        lines += [f"> {_escaped(entry.quote)}", ""]
    lines += [f"Source: {_escaped('; '.join(entry.source))}.", ""]
    if entry.profile != PROFILE:
        lines += [f"Profile: {entry.profile}.", ""]
    if entry.excluded:
        lines += [f"Excluded: {_escaped(entry.excluded)}.", ""]
    return lines


def _escaped(text: str) -> str:
    """Text whose signs mean nothing to Markdown."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>#|$~" else sign for sign in text)


def _commands() -> str:
    os.environ["COLUMNS"] = "88"
    lines = ["# Commands", ""]
    made = commands()
    lines += ["```text", made.parser.format_help().rstrip(), "```", ""]
    for name, command in made.parsers.items():
        lines += [f"## vnetspec {name}", "", "```text", command.format_help().rstrip(), "```", ""]
    return "\n".join(lines)


def _capabilities() -> str:
    lines = ["# Capabilities", "", "## Services of a user network", ""]
    lines += _table(capabilities.SERVICES)
    lines += ["## Others", ""]
    lines += _table(capabilities.OTHERS | {"profile:NAME": "behaves as the profile NAME"})
    return "\n".join(lines)


def _verdicts() -> str:
    return "\n".join(["# Verdicts", "", *_table({str(k): v for k, v in MEANINGS.items()})])


def _table(entries: dict[str, str]) -> list[str]:
    rows = [f"| `{name}` | {_escaped(meaning)} |" for name, meaning in entries.items()]
    return ["| name | meaning |", "|---|---|", *rows, ""]

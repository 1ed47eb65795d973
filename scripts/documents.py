#!/usr/bin/env python3
"""Writes docs/documents.md: what QEMU and refnet answer to each line that the documents quote.

QEMU's answers are the text goldens of the area doc; refnet's are asked for, in a network namespace.
``--check`` writes nothing and ends with status 1 if the page is not what it would write.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vnetspec.doc.documents import OTHERS, TITLES, Line, lines
from vnetspec.fixtures import namespace
from vnetspec.fixtures.captures import Shelf
from vnetspec.fixtures.requirements import network_of
from vnetspec.fixtures.targets.contract import Refused
from vnetspec.fixtures.targets.refnet import EmbeddedRefnet
from vnetspec.fixtures.transcript import Overheard, Transcript

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "documents.md"

HEAD = """\
# Command lines of the documents

Written by `scripts/documents.py`; `vnetspec run DOC` judges what it says.

Every command line about networks that the five documents quote, given as it is quoted, behind
`-M pc -S`, with empty discs for the images that it names. QEMU's answer is what {version} said:
its refusal, or its warnings and `info network`. `#net<number>` is a name that was made up,
`{{dir}}` a directory of ours.

{count} lines: with the profile qemu-7.2, refnet answers {equal} word for word as QEMU does; why it
answers {other} otherwise is in the table. With the profile qemu-0.6 it says the same to {kept}, and
to {changed} what the last column shows.
"""


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    namespace.enter()
    text = page()
    if arguments == ["--check"]:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    """The whole page."""
    shelf = Shelf(ROOT / "captures")
    tables: dict[str, list[str]] = {key: [] for key in TITLES}
    seen: Counter[str] = Counter()
    for line in lines():
        new, old = said(line, "qemu-7.2"), said(line, "qemu-0.6")
        golden = None if line.lists else body(shelf.load_text(f"doc/{line.id}.txt"))
        qemu = "lists its models" if golden is None else cell(golden)
        equal = new == golden
        kept = new == old
        seen.update({"equal": equal, "kept": kept})
        answers = "equal" if equal else line.why, "the same" if kept else cell(old)
        note = f"<br>{line.note}" if line.note else ""
        row = line.id, f"{code(line.line)}{note}", qemu, *answers
        tables[line.document].append(f"| {' | '.join(row)} |")
    count = sum(map(len, tables.values()))
    head = HEAD.format(
        version=release(shelf.sources["doc/DOC-01.txt"].version),
        count=count,
        equal=seen["equal"],
        other=count - seen["equal"],
        kept=seen["kept"],
        changed=count - seen["kept"],
    )
    return "\n".join([head, *sections(tables)])


def sections(tables: dict[str, list[str]]) -> Iterator[str]:
    """A table for each document, and one of what is not QEMU's."""
    for key, rows in tables.items():
        yield f"## {TITLES[key]}\n"
        yield "| | line | QEMU 7.2 | refnet, qemu-7.2 | refnet, qemu-0.6 |"
        yield "|---|---|---|---|---|"
        yield from rows
        yield ""
    yield "## Lines of other programs\n"
    yield "| document | line | what it is |"
    yield "|---|---|---|"
    for key, line, what in OTHERS:
        yield f"| {TITLES[key]} | {code(line)} | {what} |"
    yield ""


def said(line: Line, profile: str) -> list[str]:
    """What refnet says."""
    wanted = network_of(
        user=False, ports=0, defaults=True, arguments=line.arguments, profile=profile
    )
    transcript = Transcript()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        line.inserts_discs(directory)
        try:
            link = EmbeddedRefnet().open(wanted, directory)
        except Refused as refusal:
            transcript.refused(wanted, directory, refusal)
        else:
            overheard = Overheard(link, transcript, wanted, directory)
            overheard.monitor("info network")
            overheard.close()
    return body(transcript.text(masks=("script",)))


def release(version: str) -> str:
    """``QEMU 7.2.22`` of what QEMU says of itself."""
    return version.partition(" (")[0].replace(" emulator version", "")


def body(text: str) -> list[str]:
    """A transcript without its command line."""
    return text.splitlines()[1:]


def cell(answer: list[str]) -> str:
    """An answer in a cell of a table."""
    *words, last = answer
    if last.startswith("[status"):
        return "refused:<br>" + "<br>".join(map(code, words))
    shown = [line for line in answer if not line.startswith("(qemu)")]
    return "<br>".join(map(code, shown)) or "starts, with no network"


def code(text: str) -> str:
    """Text in a fixed width."""
    escaped = text.strip().replace("|", "\\|")
    return f"`{escaped}`"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

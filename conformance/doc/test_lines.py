"""Each command line that a document quotes, given as it stands."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from vnetspec.cli.listing import listing, started
from vnetspec.doc.documents import Line, lines
from vnetspec.fixtures.requirements import requirement
from vnetspec.fixtures.targets.contract import Refused, Unsupported

LINES = lines()

#: What the lines of a document prove when they are read as in their time.
ERAS = {"S0": "DOC-66", "S2": "DOC-67", "S4": "DOC-68"}
NO_ERA: Mapping[str, str] = {}


def judged(chosen: list[Line], identifiers: Mapping[str, str] = NO_ERA) -> pytest.MarkDecorator:
    """A case for each line, of the requirement that has its ID, or the one of its document."""
    return pytest.mark.parametrize(
        "line",
        [
            pytest.param(
                line, id=line.id, marks=requirement(identifiers.get(line.document, line.id))
            )
            for line in chosen
        ],
    )


def prepare(line: Line, directory: Path) -> None:
    """Give the line what it names.

    Raises:
        Unsupported: the host lacks a file that it needs.
    """
    missing = [name for name in line.needs if not Path(name).exists()]
    if missing:
        raise Unsupported(f"the line needs {', '.join(missing)}, which this host lacks")
    line.inserts_discs(directory)


@judged([line for line in LINES if not line.lists])
def test_a_line_is_answered_as_qemu_answers_it(launch, transcript, host, line):
    prepare(line, host.directory)

    with contextlib.suppress(Refused):
        guest = launch(**started(*line.arguments, defaults=True))
        guest.link.monitor("info network")

    transcript.matches(masks=("script",) if line.needs else ())


@judged([line for line in LINES if line.lists])
def test_a_line_that_asks_for_a_list_gets_one(refuses, line):
    listed = refuses(**started(*line.arguments, defaults=True))

    words = set(listed.replace('"', " ").replace(",", " ").split())
    assert set(line.lists) <= words


@judged([line for line in LINES if line.in_2004], ERAS)
def test_a_line_of_old_still_means_what_it_meant(launch, host, line):
    prepare(line, host.directory)

    try:
        guest = launch(**started(*line.arguments, defaults=True))
        answer = listing(guest)
    except Refused as refusal:
        answer = refusal.text.splitlines()

    assert answer == list(line.in_2004)

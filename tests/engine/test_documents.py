"""The page of the documents' command lines says what is so."""

import subprocess
import sys
import tomllib
from pathlib import Path

from vnetspec.doc.documents import TITLES, disc, lines

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date():
    command = [sys.executable, ROOT / "scripts" / "documents.py", "--check"]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 0, f"run scripts/documents.py\n{result.stderr}"


def test_every_line_has_its_requirement_and_stands_in_it():
    requirements = tomllib.loads((ROOT / "conformance/doc/requirements.toml").read_text())

    assert [line.line for line in lines()] == [
        entry["quote"] for entry in requirements.values() if "quote" in entry
    ][: len(lines())]
    assert {line.document for line in lines()} == TITLES.keys()


def test_a_line_that_is_answered_otherwise_has_a_reason():
    assert all(bool(line.why) == bool(line.lists) for line in lines())


def test_a_disc_is_empty_in_qemus_own_format():
    octets = disc()

    assert octets[:8] == b"QFI\xfb\0\0\0\2"
    assert len(octets) % 0x10000 == 0
    assert not any(octets[0x30000:])

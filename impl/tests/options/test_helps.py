"""What refnet prints when it is asked for help, against what QEMU 7.2 printed.

``helps.json`` was recorded from QEMU: arguments and standard output, of ``-device help`` the part
about networks alone.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from refnet.options import parse

HELPS = json.loads(Path(__file__).with_name("helps.json").read_text())
QEMU = "qemu-system-x86_64"
#: What QEMU lists and refnet does not have.
ABSENT = ("pvrdma", "rocker", "virtio-net-device", "vhost-user", "vhost-vdpa")


def network_part(lines):
    """The lines of the part about networks, if there are parts."""
    if "Network devices:" not in lines:
        return lines
    part = lines[lines.index("Network devices:") :]
    return part[: part.index("")] if "" in part else part


def is_known(line):
    return line not in ABSENT and not line.startswith(tuple(f'name "{name}"' for name in ABSENT))


@pytest.mark.parametrize("row", HELPS, ids=lambda row: " ".join(row["argv"]))
def test_refnet_prints_what_qemu_printed(row):
    answer = parse(row["argv"]).answer

    assert answer.splitlines() == list(filter(is_known, row["stdout"]))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which(QEMU) is None, reason="qemu-system-x86 is not installed")
def test_qemu_still_prints_so():
    for row in HELPS:
        command = [QEMU, "-display", "none", *row["argv"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

        assert network_part(done.stdout.splitlines()) == row["stdout"], row["argv"]


def test_help_about_nothing_that_there_is_ends_well_too():
    said = []

    assert parse(["-device", "bogus,help"], said.append).answer == ""
    assert said == ["-device bogus,help: Device 'bogus' not found"]

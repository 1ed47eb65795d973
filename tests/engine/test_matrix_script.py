"""``scripts/matrix``: every target is judged, and all of them are on the page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vnetspec.fixtures.targets.find import known

SCRIPT = Path(__file__).parents[2] / "scripts" / "matrix"


def matrix(directory, *arguments, **variables):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [SCRIPT, *arguments],
        cwd=directory,
        env=os.environ | {"PATH": path} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A ``vnetspec`` that only says how it is called, but for the names of the targets."""
    fake = tmp_path / "bin" / "vnetspec"
    fake.parent.mkdir()
    real = Path(sys.executable).parent / "vnetspec"
    fake.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = targets ]; then exec {real} "$@"; fi\n'
        'echo "$@"\n'
        'if [ "$1" = run ]; then mkdir -p "artifacts/$3"; touch "artifacts/$3/results.json"; fi\n'
        '[ "$3" != qemu ]\n'
    )
    fake.chmod(0o755)
    return {"PATH": f"{fake.parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.slow
def test_every_target_is_judged_and_put_beside_the_others(tmp_path, programs):
    result = matrix(tmp_path, "ARP", **programs)

    judged = [line.split()[2] for line in result.stdout.splitlines() if line.startswith("run ")]
    assert judged == list(known())
    assert all(line.endswith(" ARP") for line in result.stdout.splitlines() if "run" in line)
    (report,) = [line for line in result.stdout.splitlines() if line.startswith("report ")]
    assert all(f"artifacts/{name}/results.json" in report for name in known())
    assert result.returncode == 1


@pytest.mark.slow
def test_some_targets_make_a_page(tmp_path):
    result = matrix(tmp_path, "ARP-01", TARGETS="refnet libslirp")

    assert result.returncode == 0, result.stdout + result.stderr
    page = (tmp_path / "artifacts" / "matrix.html").read_text()
    assert "libslirp 4" in page
    assert "refnet version" in page

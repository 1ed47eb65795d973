"""What users get: nothing forgotten, nothing too much."""

import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {"refnet": "impl/refnet", "vnetspec/fixtures": "fixtures", "vnetspec/captures": "captures"}


def source_of(name: str) -> str:
    """The file of the tree that a file of the wheel came from."""
    for package, room in ROOMS.items():
        if name.startswith(f"{package}/"):
            return room + name.removeprefix(package)
    return "conformance" + name.removeprefix("vnetspec")


def tracked(*rooms: str) -> set[str]:
    """What the tree holds below ``rooms``, as git knows it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *rooms],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def wheel(dist: Path) -> set[str]:
    """The files of the wheel, its metadata left out."""
    (path,) = dist.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_is_the_four_rooms(wheel):
    expected = tracked("impl/refnet", "conformance", "fixtures", "captures")

    assert {source_of(name) for name in wheel} == expected - {"impl/refnet/LICENSE"}


def test_every_package_is_listed():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = set(settings["tool"]["setuptools"]["packages"])
    rooms = {"refnet": "impl/refnet", "vnetspec": "conformance"}
    rooms |= {"vnetspec.fixtures": "fixtures", "vnetspec.captures": "captures"}
    found = set()
    for package, room in rooms.items():
        for file in tracked(room):
            path = PurePosixPath(file)
            if path.name == "__init__.py":
                found.add(".".join((package, *path.parent.relative_to(room).parts)))

    assert listed == found


def test_both_licences_are_in_the_wheel(dist):
    (path,) = dist.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        licences = [name for name in archive.namelist() if name.endswith("LICENSE")]

        texts = [archive.read(name).decode() for name in licences]
    assert any("GNU GENERAL PUBLIC LICENSE" in text for text in texts)
    assert any("BSD-3-Clause" in text and "Redistribution" in text for text in texts)


def test_the_sdist_builds_the_same_wheel(dist, wheel):
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {"/".join(name.split("/")[1:]) for name in archive.getnames()}

    assert {source_of(name) for name in wheel} <= names

"""Samba's own client at the share of refnet, and of QEMU in its place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from vnetspec.fixtures.kernel_guest import (
    REFNET,
    Place,
    World,
    is_powerful,
    needed,
    place,
    settled,
    world,
)
from vnetspec.fixtures.servers import MEBIBYTE, sample, sha256
from vnetspec.fixtures.smb import SHARE, is_servable, setups

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or not is_servable(),
        reason="smbd can't set its groups in the user namespace of an ordinary user",
    ),
]

PROGRAMS = {"refnet": REFNET, "qemu": ("qemu-system-x86_64",)}


@pytest.fixture(params=PROGRAMS)
def program(request):
    """What is behind the network: refnet, or QEMU."""
    needed(PROGRAMS[request.param][0], "qemu-system-x86")
    needed("smbd", "samba")
    return PROGRAMS[request.param]


@pytest.fixture
def shared(tmp_path):
    """A directory to share, with something in it."""
    if not is_powerful():
        pytest.skip("cases in the same run have given up what this needs: run tests/clients alone")
    directory = tmp_path / "share"
    (directory / "below").mkdir(parents=True)
    (directory / "hello.txt").write_text("hello\n")
    return directory


def smb(here: World, *commands: str, check: bool = True) -> str:
    """What smbclient says of ``commands`` at the share."""
    client = needed("smbclient", "smbclient")
    return here.guest.run(
        client, f"//10.0.2.4/{SHARE}", "--no-pass", "--timeout=60",
        "--command", "; ".join(commands), check=check,
    )  # fmt: skip


def naming(home: Path) -> list[str]:
    """The command lines that name ``home``."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_text(errors="replace"))
        except OSError:
            continue
    return [line for line in lines if str(home) in line]


def test_the_share_is_listed_and_so_are_its_files(tmp_path, shared, program):
    with world(tmp_path, f"smb={shared}", program=program) as here:
        here.lease()

        shares = here.guest.run(needed("smbclient", "smbclient"), "--no-pass", "-gL", "10.0.2.4")
        files = smb(here, "ls")

    assert f"Disk|{SHARE}|" in shares.splitlines()
    listed = {line.split()[0] for line in files.splitlines() if line.startswith("  ")}
    assert {"hello.txt", "below"} <= listed


def test_50_mib_are_read_and_written(tmp_path, shared, program):
    expected = sample(shared / "down", 50 * MEBIBYTE)
    with world(tmp_path, f"smb={shared}", program=program) as here:
        here.lease()

        smb(here, f"get down {tmp_path}/down")
        smb(here, f"put {tmp_path}/down up")

    assert sha256(tmp_path / "down") == expected
    assert sha256(shared / "up") == expected


def test_files_are_changed_as_their_owner_could(tmp_path, shared, program):
    with world(tmp_path, f"smb={shared}", program=program) as here:
        here.lease()

        smb(here, "mkdir new", "rename hello.txt new/moved.txt", "rmdir below")

    assert (shared / "new/moved.txt").read_text() == "hello\n"
    assert not (shared / "below").exists()
    assert shared.stat().st_uid == (shared / "new").stat().st_uid


def test_nothing_is_written_where_the_owner_can_not(tmp_path, shared, program):
    with world(tmp_path, f"smb={shared}", program=program) as here:
        here.lease()
        here.host.run("mount", "--bind", str(shared), str(shared))
        here.host.run("mount", "-o", "remount,bind,ro", str(shared))

        said = smb(here, f"put {shared}/hello.txt up", check=False)
        assert "NT_STATUS_" in said
        assert smb(here, f"get hello.txt {tmp_path}/down").startswith("getting file")

    assert not (shared / "up").exists()


@pytest.mark.parametrize(
    "name", ["link", r"below\link", r"up\secret", r"..\secret", r"below\..\..\secret"]
)
def test_no_way_leads_out_of_the_directory(tmp_path, shared, name):
    (tmp_path / "secret").write_text("secret")
    (shared / "link").symlink_to(tmp_path / "secret")
    (shared / "below/link").symlink_to("../../secret")
    (shared / "up").symlink_to("..")
    (shared / "inside").symlink_to("hello.txt")
    with world(tmp_path, f"smb={shared}") as here:
        here.lease()

        said = smb(here, f"get {name} {tmp_path}/found", check=False)
        assert "NT_STATUS_" in said
        smb(here, f"get inside {tmp_path}/inside")

    assert not (tmp_path / "found").exists()
    assert (tmp_path / "inside").read_text() == "hello\n"


def test_nothing_is_left_behind(tmp_path, shared):
    with world(tmp_path, f"smb={shared}") as here:
        here.lease()
        here.guest.run(needed("smbclient", "smbclient"), "--no-pass", "-gL", "10.0.2.4")
        ((home, _),) = setups(shared).items()
        assert any("dcerpcd" in line for line in naming(home)), "Samba has left no helper"

    assert not home.exists()
    settled(lambda: not naming(home))


def test_without_smbd_there_is_no_share(tmp_path, program):
    with place() as here:
        without_samba(here)
        done = subprocess.run(
            here.command(*program, "-M", "none", "-netdev", f"user,id=u0,smb={tmp_path}"),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    said = f"-netdev user,id=u0,smb={tmp_path}: Could not find '/usr/sbin/smbd', please install it"
    assert done.stderr.rstrip().endswith(said)
    assert done.returncode == 1


def without_samba(here: Place) -> None:
    """Let nothing be in /usr/sbin."""
    here.run("mount", "-t", "tmpfs", "none", "/usr/sbin")

"""Directories served by Samba (SMB-03, SMB-04); the servers are scripts."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from refnet.backend import smb
from refnet.backend.words import split
from refnet.errors import HostError


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """A directory to share; there is an smbd, and private directories are made beside it."""
    server = tmp_path / "smbd"
    server.write_text("#!/bin/sh\nexec cat\n")
    server.chmod(0o755)
    monkeypatch.setattr(smb, "SMBD", str(server))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shared = tmp_path / "share"
    shared.mkdir()
    return shared


@pytest.fixture
def share(directory):
    made = smb.Share(str(directory))
    yield made
    made.close()


def home_of(share):
    return os.path.dirname(split(share.command)[-1])


def test_the_configuration_is_private(share, directory):
    home = home_of(share)
    assert os.path.basename(home).startswith("refnet-smb.")
    assert os.stat(home).st_mode & 0o777 == 0o700
    assert share.command.startswith("cmd:")
    assert split(share.command.removeprefix("cmd:")) == [
        smb.SMBD,
        "-l",
        home,
        "-s",
        f"{home}/smb.conf",
    ]
    lines = Path(home, "smb.conf").read_text().splitlines()
    for wanted in (
        "[qemu]", f"path = {home}/shared", "read only = no", "wide links = no", "security = user",
        f"lock directory = {home}", f"private dir = {home}", "bind interfaces only = yes",
    ):  # fmt: skip
        assert wanted in lines
    assert os.path.samefile(f"{home}/shared", directory)


def test_nothing_is_left_behind(directory):
    share = smb.Share(str(directory))
    home = home_of(share)
    os.mkdir(f"{home}/msg.lock")
    share.close()
    assert not os.path.exists(home)
    assert directory.exists()


@pytest.mark.parametrize("name", ["a b", "%U", "line\n[homes]", "end\\", "€\udcff"])
def test_a_directory_may_have_any_name(directory, name):
    odd = directory / name
    odd.mkdir()
    share = smb.Share(str(odd))
    home = home_of(share)
    assert os.path.samefile(f"{home}/shared", odd)
    assert "[homes]" not in Path(home, "smb.conf").read_text()
    share.close()


def test_a_relative_name_is_meant_from_here(directory, monkeypatch):
    monkeypatch.chdir(directory.parent)
    share = smb.Share("share")
    assert os.path.samefile(f"{home_of(share)}/shared", directory)
    share.close()


def test_who_still_serves_is_ended(directory):
    share = smb.Share(str(directory))
    mark = home_of(share)
    helper = subprocess.Popen(["/bin/sh", "-c", "echo up; read line", "sh", f"--log={mark}"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    other = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
    try:
        assert helper.stdout.readline() == b"up\n"
        share.close()
        assert helper.wait(10) == -9
        assert other.poll() is None
    finally:
        for process in (helper, other):
            process.kill()
            process.communicate()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere", "No such file or directory"),
        ("program", "Not a directory"),
        ("zero\0", "embedded null byte"),
    ],
)
def test_what_can_not_be_read_is_not_shared(directory, name, reason):
    (directory / "program").write_text("")
    (directory / "program").chmod(0o755)
    path = f"{directory}/{name}"
    with pytest.raises(HostError) as refusal:
        smb.Share(path)
    assert str(refusal.value) == f"Error accessing shared directory '{path}': {reason}"


def test_without_samba_nothing_is_shared(directory, monkeypatch):
    monkeypatch.setattr(smb, "SMBD", "/nowhere/smbd")
    with pytest.raises(HostError, match=r"^Could not find '/nowhere/smbd', please install it$"):
        smb.Share(str(directory))


def test_a_directory_that_may_not_be_entered(directory, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(HostError, match=r"Permission denied$"):
        smb.Share(str(directory))


def test_there_must_be_a_place_for_private_files(directory, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(HostError, match=r"^Could not create samba server dir: No such file"):
        smb.Share(str(directory))


def test_somebody_must_be_the_owner(directory, monkeypatch):
    def nobody(number):
        raise KeyError(number)

    monkeypatch.setattr(smb.pwd, "getpwuid", nobody)
    with pytest.raises(HostError, match=r"^Failed to retrieve user name$"):
        smb.Share(str(directory))
    assert not list(directory.parent.glob("refnet-smb.*"))


def test_the_configuration_must_be_written(directory, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "symlink", full)
    with pytest.raises(HostError, match=r"^Could not create samba server configuration file '"):
        smb.Share(str(directory))
    assert not list(directory.parent.glob("refnet-smb.*"))

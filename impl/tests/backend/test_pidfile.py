"""The file with the number of the process."""

import os
import subprocess
import sys

import pytest

from refnet.backend.pidfile import PidFile
from refnet.errors import HostError


def test_it_is_there_as_long_as_it_is_held(tmp_path):
    path = tmp_path / "pid"

    with PidFile(str(path)):
        assert path.read_text() == f"{os.getpid()}\n"
        assert path.stat().st_mode & 0o777 == 0o600

    assert not path.exists()


def test_what_another_process_left_is_written_over(tmp_path):
    path = tmp_path / "pid"
    path.write_text("x" * 50)

    with PidFile(str(path)):
        assert path.read_text() == f"{os.getpid()}\n"


def test_what_a_link_names_is_removed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "pid")

    with PidFile(str(tmp_path / "link")):
        assert (tmp_path / "pid").read_text() == f"{os.getpid()}\n"

    assert not (tmp_path / "pid").exists()
    assert (tmp_path / "link").is_symlink()


def test_one_that_was_removed_meanwhile_is_no_error(tmp_path):
    path = tmp_path / "pid"

    with PidFile(str(path)):
        path.unlink()

    assert not path.exists()


def test_a_file_that_another_process_holds_is_refused(tmp_path):
    path = tmp_path / "pid"
    hold = "import sys; from refnet.backend.pidfile import PidFile; held = PidFile(sys.argv[1]);"
    with subprocess.Popen(
        [sys.executable, "-c", f"{hold} print(flush=True); sys.stdin.read()", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"\n"

        with pytest.raises(HostError) as caught:
            PidFile(str(path))

        assert path.read_text() == f"{other.pid}\n"
    assert str(caught.value) == (
        "cannot create PID file: Cannot lock pid file: Resource temporarily unavailable"
    )


def test_a_file_that_its_last_owner_removes_is_made_again(tmp_path, monkeypatch):
    path = tmp_path / "pid"
    lock = PidFile._lock
    locked = []

    def lose(self):
        lock(self)
        locked.append(self)
        if len(locked) == 1:
            path.unlink()

    monkeypatch.setattr(PidFile, "_lock", lose)

    with PidFile(str(path)):
        assert path.read_text() == f"{os.getpid()}\n"

    assert len(locked) == 2


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/tmp", "Is a directory"), ("/no/such/pid", "No such file or directory")],
)
def test_what_can_t_be_made_is_told(path, reason):
    with pytest.raises(HostError) as caught:
        PidFile(path)

    assert str(caught.value) == f"cannot create PID file: Could not create '{path}': {reason}"


def test_what_can_t_be_written_is_told():
    with pytest.raises(HostError, match="cannot create PID file: Failed to write pid file: "):
        PidFile("/dev/full")

"""Files that the stack reads (TFTP-24)."""

import os

from refnet.slirp.hostio import (
    Close,
    Failure,
    FileFailed,
    FileRead,
    FileSize,
    MeasureFile,
    ReadFile,
)


def test_a_file_is_read_piece_by_piece_and_measured(bench, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")

    assert bench.does(
        MeasureFile(1, str(path)), ReadFile(1, str(path), 0, 4), ReadFile(1, str(path), 8, 4)
    ) == [FileSize(1, 10), FileRead(1, b"0123"), FileRead(1, b"89")]
    assert bench.does(ReadFile(1, str(path), 10, 4)) == [FileRead(1, b"")]


def test_a_file_is_opened_once_and_stays_so_until_it_is_closed(bench, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"first")
    bench.does(ReadFile(1, bytes(path), 0, 1))
    path.unlink()
    path.write_bytes(b"other")

    assert bench.does(ReadFile(1, bytes(path), 0, 5)) == [FileRead(1, b"first")]
    bench.does(Close(1))
    assert bench.does(ReadFile(1, bytes(path), 0, 5)) == [FileRead(1, b"other")]


def test_what_can_not_be_read_says_why(bench, tmp_path):
    missing = str(tmp_path / "missing")
    fifo = str(tmp_path / "fifo")
    os.mkfifo(fifo)

    assert bench.does(ReadFile(1, missing, 0, 9)) == [FileFailed(1, Failure.NOT_FOUND, False)]
    assert bench.does(MeasureFile(2, missing)) == [FileFailed(2, Failure.NOT_FOUND, False)]
    assert bench.does(ReadFile(3, str(tmp_path), 0, 9)) == [FileFailed(3, Failure.OTHER, True)]
    assert bench.does(ReadFile(4, fifo, 0, 9)) == [FileFailed(4, Failure.OTHER, True)]
    assert bench.does(ReadFile(5, "nul\0", 0, 9)) == [FileFailed(5, Failure.NOT_FOUND, False)]
    assert bench.does(MeasureFile(5, b"nul\0")) == [FileFailed(5, Failure.NOT_FOUND, False)]
    assert bench.does(ReadFile(6, "/dev/null", -1, 9)) == [FileFailed(6, Failure.OTHER, True)]


def test_descriptors_are_given_back(bench, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x")
    before = len(os.listdir("/proc/self/fd"))
    bench.does(ReadFile(1, str(path), 0, 1), ReadFile(2, str(path), 0, 1))
    assert len(os.listdir("/proc/self/fd")) == before + 2

    bench.does(Close(1))
    bench.host.close()

    assert len(os.listdir("/proc/self/fd")) == before

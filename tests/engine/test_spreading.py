"""Work is spread over processes and clusters with the same outcomes in the same order."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from vnetspec.fixtures import pcap
from vnetspec.fixtures.analysis.spreading import Outcome, SpreadingError, spread

PATIENCE = 60


@pytest.fixture
def captures(tmp_path):
    """Five captures of 0 to 4 frames, of which the fourth is cut short."""
    files = [tmp_path / f"{number}.pcap" for number in range(5)]
    for number, file in enumerate(files):
        pcap.write(file, [(0.0, bytes(60))] * number)
    files[3].write_bytes(files[3].read_bytes()[:-1])
    return files


def expected(captures):
    outcomes = [Outcome(file, [(0.0, bytes(60))] * n) for n, file in enumerate(captures)]
    outcomes[3] = Outcome(captures[3], error=f"{captures[3]}: frame 3, at octet 176: cut short")
    return outcomes


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_outcomes_come_in_order_and_an_error_is_one_of_them(captures, processes):
    assert list(spread(pcap.read, captures, processes=processes)) == expected(captures)


def test_one_item_needs_no_other_process():
    (outcome,) = spread(lambda _: os.getpid(), ["only"])

    assert outcome == Outcome("only", os.getpid())


def test_nothing_is_nothing():
    assert list(spread(len, [])) == []


def test_an_unforeseen_error_is_named_by_its_kind():
    (outcome,) = spread(len, [7])

    assert outcome.error == "TypeError: object of type 'int' has no len()"


@pytest.mark.slow
def test_the_end_of_a_process_is_the_outcome_of_one_item():
    outcomes = spread(signal.raise_signal, [0, signal.SIGKILL, 0, 0, 0], processes=2)

    died = "the process that worked on it has ended"
    assert [outcome.error for outcome in outcomes] == ["", died, "", "", ""]


@pytest.mark.slow
def test_items_are_taken_as_they_are_needed():
    taken = []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    outcomes = spread(abs, items(), processes=2)
    next(outcomes)
    outcomes.close()

    assert len(taken) <= 10


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SpreadingError, match=r"pip install 'vnetspec\[distributed\]'$"):
        spread(len, ["x"], scheduler="tcp://127.0.0.1:1")


def test_a_scheduler_that_is_not_there_is_named():
    with pytest.raises(SpreadingError, match=r"^--scheduler: nonsense://nowhere: [^\n]+$"):
        spread(len, ["x"], scheduler="nonsense://nowhere")


@pytest.fixture
def cluster(tmp_path):
    """The address of a dask scheduler on loopback, with two worker processes."""
    said = tmp_path / "scheduler.json"
    common = ["--scheduler-file", said, "--host", "127.0.0.1", "--no-dashboard"]
    commands = [
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *common],
        *2 * [[sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", *common]],
    ]
    running = []
    try:
        for command in commands:
            with (tmp_path / f"{len(running)}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        command, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True
                    )
                )
            until = time.monotonic() + PATIENCE
            while not said.exists():
                assert running[0].poll() is None
                assert time.monotonic() < until
                with suppress(subprocess.TimeoutExpired):
                    running[0].wait(0.05)
        yield json.loads(said.read_text())["address"]
    finally:
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.slow
def test_a_cluster_gives_the_same_outcomes(captures, cluster):
    assert list(spread(pcap.read, captures, scheduler=cluster)) == expected(captures)


@pytest.mark.slow
def test_the_end_of_a_worker_is_the_outcome_of_one_item(cluster):
    outcomes = list(spread(signal.raise_signal, [0, signal.SIGKILL], scheduler=cluster))

    assert not outcomes[0].error
    assert outcomes[1].error.startswith("KilledWorker: ")

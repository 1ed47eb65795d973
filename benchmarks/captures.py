"""Frames a second out of a capture: vnetspec beside tshark, scapy and pyshark.

    python benchmarks/captures.py [--frames N] [--runs N] [--pyshark N]

The capture is made here (see ``traffic.py``), the same each time. Every figure is that of a process
that is started for it, from its start to its end, in turn and as many times as asked for; "a CPU
second" leaves out the time in which the machine did something else, "in process" the start. What
counts is the ratio of the medians, since machines differ and are busy. pyshark takes a millisecond
or more for a frame: it gets fewer.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from traffic import altered, renumbered, traffic

from vnetspec.fixtures import pcap
from vnetspec.fixtures.analysis.checking import check
from vnetspec.fixtures.analysis.diffing import Settings, compare
from vnetspec.fixtures.analysis.reading import Capture

VNETSPEC = (
    sys.executable,
    "-c",
    "from vnetspec.fixtures.cli import main; raise SystemExit(main())",
)
READING = """
import sys
from vnetspec.fixtures.analysis.reading import Capture
with Capture(sys.argv[1]) as capture:
    print(sum(len(batch) for batch in capture.batches()))
"""
SCAPY = """
import sys
from scapy.all import PcapReader
print(sum(1 for packet in PcapReader(sys.argv[1])))
"""
PYSHARK = """
import sys, pyshark
capture = pyshark.FileCapture(sys.argv[1], keep_packets=False)
print(sum(1 for packet in capture))
capture.close()
"""
FIELDS = ("frame.number", "eth.src", "eth.dst", "ip.src", "ip.dst", "ip.ttl", "tcp.seq", "udp.port")

#: Rows of the table, by what is measured against them.
PEERS = ("tshark -T fields", "scapy PcapReader", "pyshark")


def processes(files: dict[str, Path]) -> dict[str, Sequence[str | Path]]:
    """The command lines, by what they are called in the table."""
    same, copy, changed, other = (files[n] for n in ("same", "copy", "changed", "renumbered"))
    fields = [part for field in FIELDS for part in ("-e", field)]
    return {
        "reading alone": (sys.executable, "-c", READING, same),
        "diff, equal": (*VNETSPEC, "diff", "-q", same, copy),
        "diff, 1 % changed": (*VNETSPEC, "diff", "-q", same, changed),
        "diff --mask ip.id, all differ": (*VNETSPEC, "diff", "-q", "--mask", "ip.id", same, other),
        "diff --mask-volatile": (*VNETSPEC, "diff", "-q", "--mask-volatile", same, other),
        "check": (*VNETSPEC, "check", "-q", same),
        "tshark -T fields": ("tshark", "-n", "-r", same, "-T", "fields", *fields),
        "scapy PcapReader": (sys.executable, "-c", SCAPY, same),
        "pyshark": (sys.executable, "-c", PYSHARK, files["few"]),
    }


def functions(files: dict[str, Path]) -> dict[str, Callable[[], object]]:
    """The same work in this process."""
    same, copy, changed, other = (files[n] for n in ("same", "copy", "changed", "renumbered"))
    return {
        "reading alone": lambda: read(same),
        "diff, equal": lambda: compare(same, copy, Settings()),
        "diff, 1 % changed": lambda: compare(same, changed, Settings()),
        "diff --mask ip.id, all differ": lambda: compare(same, other, Settings(masks=("ip.id",))),
        "diff --mask-volatile": lambda: compare(same, other, Settings(volatile=True)),
        "check": lambda: check(same),
    }


def read(file: Path) -> int:
    """Read a capture, and nothing more."""
    with Capture(file) as capture:
        return sum(len(batch) for batch in capture.batches())


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ended(command: Sequence[str | Path]) -> tuple[float, float]:
    """Run a process: how long it takes, and how much of that on a CPU.

    A difference or a deviation that it finds is no failure of it.
    """
    before = _children()
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1) or (done.returncode and command[0] == "tshark"):
        raise SystemExit(f"{command[0]}: status {done.returncode}: {done.stderr.decode()}")
    return taken, _children() - before


def _children() -> float:
    """CPU seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pyshark", type=int, default=2_000, metavar="FRAMES")
    options = parser.parse_args()
    if shutil.which("tshark") is None:
        raise SystemExit("tshark is not installed: install the package tshark")
    with tempfile.TemporaryDirectory() as name:
        files = {each: Path(name) / f"{each}.pcap" for each in ("same", "copy", "changed")}
        files |= {each: Path(name) / f"{each}.pcap" for each in ("renumbered", "few")}
        for each in ("same", "copy"):
            pcap.write(files[each], traffic(options.frames))
        pcap.write(files["changed"], altered(traffic(options.frames), 100))
        pcap.write(files["renumbered"], renumbered(traffic(options.frames)))
        pcap.write(files["few"], traffic(options.pyshark))
        commands, inside = processes(files), functions(files)
        cold: dict[str, list[tuple[float, float]]] = {each: [] for each in commands}
        warm: dict[str, list[float]] = {each: [] for each in inside}
        for _ in range(options.runs):
            for each, command in commands.items():
                cold[each].append(ended(command))
            for each, work in inside.items():
                warm[each].append(seconds(work))
        frames = dict.fromkeys(commands, options.frames) | {"pyshark": options.pyshark}
        size = files["same"].stat().st_size
    print(f"{options.frames:,} frames, {size:,} octets; medians of {options.runs} runs")
    rates = {
        each: [frames[each] / statistics.median(kind) for kind in zip(*times, strict=True)]
        for each, times in cold.items()
    }
    report(
        {each: taken for each, (taken, _) in rates.items()},
        {each: used for each, (_, used) in rates.items()},
        {each: options.frames / statistics.median(times) for each, times in warm.items()},
    )


def report(cold: dict[str, float], used: dict[str, float], warm: dict[str, float]) -> None:
    """Print frames a second, and how many times those of each peer they are."""
    peers = (f"x {peer.split()[0]}" for peer in PEERS)
    heads = ("frames a second", "a CPU second", "in process", *peers)
    print(f"{'':30}" + "".join(f"{head:>16}" for head in heads))
    for name, rate in cold.items():
        inside = f"{warm[name]:,.0f}" if name in warm else ""
        cells = [f"{rate:,.0f}", f"{used[name]:,.0f}", inside]
        cells += [f"{rate / cold[peer]:.1f}" for peer in PEERS]
        print(f"{name:30}" + "".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    main()

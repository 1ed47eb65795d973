"""Register operations a second: refnet in process and over qtest, beside QEMU over qtest.

    python benchmarks/registers.py [--runs N] [--operations N] [--model NAME]

An operation is one access to a register of the NIC. "One by one" waits for each answer, "in
batches" sends a hundred at a time; "frames" are sent by the driver and taken off the wire. Each
figure is measured for all in turn, as many times as asked for; what counts is the ratio of the
medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.driver.models import DRIVERS
from vnetspec.fixtures.driver.nic import Driver
from vnetspec.fixtures.driver.qtest import QtestBus
from vnetspec.fixtures.targets.contract import Link, Network, Target, TargetError
from vnetspec.fixtures.targets.process import Qemu, RefnetProcess
from vnetspec.fixtures.targets.refnet import EmbeddedRefnet

_BATCH = 100
_FRAME = b"\xff" * 6 + bytes.fromhex(GUEST_MAC.replace(":", "")) + bytes.fromhex("88b5") + bytes(50)


def rates(target: Target, model: str, operations: int) -> dict[str, float]:
    """Operations a second, by the way they are done."""
    kind = DRIVERS[model]
    network = Network(user=None, machine=kind.machine, nic=f"{model},mac={GUEST_MAC}")
    with tempfile.TemporaryDirectory() as name:
        link = target.open(network, Path(name))
        try:
            card = kind(link.bus())
            card.start()
            return _measured(link, card, operations)
        finally:
            link.close()


def _measured(link: Link, card: Driver, operations: int) -> dict[str, float]:
    window = next(iter(card.windows.values()))
    found = {"one by one": per_second(lambda: window.load(0, 1), operations)}
    if isinstance(card.bus, QtestBus):
        bus = card.bus
        name = "inb" if window.kind == "io" else "readb"
        batch = [f"{name} {window.base:#x}"] * _BATCH
        found["in batches"] = _BATCH * per_second(lambda: bus.commands(batch), operations // _BATCH)

    def send() -> None:
        card.send(_FRAME)
        while link.receive(patience=1.0) is None:
            pass

    found["frames"] = per_second(send, operations // 50)
    return found


def per_second(action: Callable[[], object], times: int) -> float:
    """How often ``action`` is done in a second, tried so many times."""
    begin = time.perf_counter()
    for _ in range(times):
        action()
    return times / (time.perf_counter() - begin)


def main() -> None:
    options = argparse.ArgumentParser(description="Measure register operations a second.")
    options.add_argument("--runs", type=int, default=5, help="runs of each (default: 5)")
    options.add_argument("--operations", type=int, default=20_000, help="in a run (default: 20000)")
    options.add_argument("--model", choices=sorted(DRIVERS), default="rtl8139")
    given = options.parse_args()

    targets: dict[str, Target] = {
        "refnet in process": EmbeddedRefnet(),
        "refnet over qtest": RefnetProcess(),
        "QEMU over qtest": Qemu(),
    }
    found: dict[str, dict[str, list[float]]] = {name: {} for name in targets}
    for _ in range(given.runs):
        for name, target in targets.items():
            for way, rate in rates(target, given.model, given.operations).items():
                found[name].setdefault(way, []).append(rate)

    print(f"{given.model}, operations a second, medians of {given.runs}")
    print(f"{'':20} {'one by one':>12} {'in batches':>12} {'frames':>12}")
    for name, ways in found.items():
        medians = {way: statistics.median(each) for way, each in ways.items()}
        columns = (f"{medians[way]:12.0f}" if way in medians else f"{'':12}" for way in _WAYS)
        print(f"{name:20} {' '.join(columns)}")


_WAYS = ("one by one", "in batches", "frames")

if __name__ == "__main__":
    try:
        main()
    except TargetError as error:
        sys.exit(f"registers: {error}")

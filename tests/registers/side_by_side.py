"""Register programs run on refnet and on QEMU side by side: every value, interrupt and frame.

A program is a list of operations: what a driver, or somebody who means harm, does to a NIC and to
the wire. QEMU gets its operations in batches, so that tens of thousands a second are compared.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import assume

from vnetspec.fixtures.driver.bus import Bus
from vnetspec.fixtures.driver.models import DRIVERS
from vnetspec.fixtures.driver.pci import Window
from vnetspec.fixtures.driver.qtest import QtestBus
from vnetspec.fixtures.targets.contract import Link, Network, TargetError
from vnetspec.fixtures.targets.process import Qemu
from vnetspec.fixtures.targets.refnet import EmbeddedRefnet

needs_qemu = pytest.mark.skipif(
    shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86 is not installed"
)
MAC = "52:54:00:12:34:56"
#: Of each model, how many operations had the same effects on both, for the summary.
compared: Counter[str] = Counter()
#: How many commands are sent before the answers are read: neither end must wait for the other.
_BATCH = 200
_MOST_FRAMES = 10_000
_LETTERS = {1: "b", 2: "w", 4: "l", 8: "q"}


@dataclass(frozen=True)
class In:
    """Read a register of a window (a base address register's number; -1: an address as it is)."""

    offset: int
    size: int = 1
    window: int = 0


@dataclass(frozen=True)
class Out:
    """Write one; of a value that is too large the low octets count."""

    offset: int
    value: int
    size: int = 1
    window: int = 0


@dataclass(frozen=True)
class Peek:
    """Read memory."""

    address: int
    length: int


@dataclass(frozen=True)
class Poke:
    """Write memory."""

    address: int
    octets: bytes


@dataclass(frozen=True)
class Frame:
    """A frame comes in from the network."""

    octets: bytes


@dataclass(frozen=True)
class Config:
    """Read configuration space, or write it (``value``)."""

    offset: int
    size: int = 4
    value: int | None = None


@dataclass(frozen=True)
class Monitor:
    """A command of the human monitor, such as ``set_link``; ``heeded``: its answer counts."""

    command: str
    heeded: bool = True


@dataclass(frozen=True)
class Settle:
    """What is under way comes to its end, such as frames that waited and need wait no more."""


@dataclass(frozen=True)
class Pass:
    """Time passes, in seconds."""

    seconds: float


@dataclass(frozen=True)
class Call:
    """The driver does something; what it gives back, or how it fails, is the result."""

    method: str
    arguments: tuple[object, ...] = ()


#: An interrupt line, and whether it became high.
Change = tuple[int, bool]
Operation = In | Out | Peek | Poke | Frame | Config | Monitor | Settle | Pass | Call


@dataclass
class Outcome:
    """What a program did.

    Attributes:
        steps: of each operation its result and the interrupts that changed.
        frames: what was sent, in order.
    """

    steps: list[tuple[Operation, object, tuple[Change, ...]]] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)


class Side:
    """One machine with one NIC, for one program.

    Args:
        options: properties of the ``-device`` beside MAC and netdev, ``key=value``.
        settles: whether every operation is let have all its effects before the next, for models
            that put work off.
    """

    def __init__(
        self,
        target: EmbeddedRefnet | Qemu,
        model: str,
        options: tuple[str, ...] = (),
        settles: bool = False,
    ) -> None:
        driver = DRIVERS[model]
        self._directory = tempfile.TemporaryDirectory(prefix="vnetspec-")
        self._settles = settles
        nic = ",".join((model, f"mac={MAC}", *driver.options, *options))
        network = Network(
            user=None, ports=1, machine=driver.machine, nic=nic, arguments=driver.arguments
        )
        self.link: Link = target.open(network, Path(self._directory.name))
        self.bus: Bus = self.link.bus()
        self.driver = driver(self.bus)

    def __enter__(self) -> "Side":
        return self

    def __exit__(self, *details: object) -> None:
        self.link.close()
        self._directory.cleanup()

    def run(self, program: list[Operation]) -> Outcome:
        """Carry the operations out, one after the other."""
        outcome = Outcome()
        self.bus.settle()
        self.bus.changes.clear()
        batch: list[Operation] = []
        for operation in program:
            if isinstance(self.bus, QtestBus) and self._is_plain(operation):
                batch.append(operation)
                if len(batch) == _BATCH:
                    self._run_batch(batch, outcome)
                    batch = []
                continue
            self._run_batch(batch, outcome)
            batch = []
            self._note(outcome, operation, self._do(operation))
        self._run_batch(batch, outcome)
        # Frames that found the socket full follow as it is emptied.
        while came := self._received():
            outcome.frames += came
        return outcome

    def _received(self) -> list[bytes]:
        self.bus.settle()
        return list(iter(lambda: self.link.receive(0.0, 0.0), None))

    def _is_plain(self, operation: Operation) -> bool:
        return isinstance(operation, In | Out | Peek | Poke) and not self._settles

    def _run_batch(self, batch: list[Operation], outcome: Outcome) -> None:
        if not batch:
            return
        assert isinstance(self.bus, QtestBus)
        texts = [self._command(operation) for operation in batch]
        for operation, (answer, changes) in zip(batch, self.bus.observe(texts), strict=True):
            result: object = None
            if isinstance(operation, In):
                result = int(answer, 16)
                if self._window(operation).kind == "memory":
                    result = self.bus.ordered(result, operation.size)
            elif isinstance(operation, Peek):
                result = bytes.fromhex(answer.removeprefix("0x"))
            outcome.steps.append((operation, result, self._own(changes)))

    def _do(self, operation: Operation) -> object:
        match operation:
            case In():
                return self._window(operation).load(operation.offset, operation.size)
            case Out():
                window = self._window(operation)
                value = operation.value & (1 << 8 * operation.size) - 1
                window.store(operation.offset, operation.size, value)
            case Peek(address, length):
                return self.bus.read(address, length)
            case Poke(address, octets):
                self.bus.write(address, octets)
            case Frame(octets):
                self.link.send(octets)
            case Config(offset, size, None):
                return self.driver.function.read(offset, size)
            case Config(offset, size, value):
                self.driver.function.write(offset, size, value)
            case Settle():
                self.bus.settle()
            case Pass(seconds):
                self.bus.pass_time(seconds)
            case Call(method, arguments):
                return self._call(method, arguments)
            case Monitor(command, heeded):
                answer = self.link.monitor(command)
                return answer if heeded else None
        return None

    def _call(self, method: str, arguments: tuple[object, ...]) -> object:
        try:
            return attrgetter(method)(self.driver)(*arguments)
        except TargetError:
            raise
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _note(self, outcome: Outcome, operation: Operation, result: object) -> None:
        if self._settles or isinstance(operation, Frame | Monitor | Pass):
            self.bus.settle()
        outcome.steps.append((operation, result, self._own(tuple(self.bus.changes))))
        self.bus.changes.clear()

    def _own(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """The changes of the NIC's interrupt: a PC's timer has one too."""
        return tuple(change for change in changes if change[0] == self.driver.interrupt)

    def _window(self, operation: In | Out) -> Window:
        if operation.window < 0:
            return Window(self.bus, "memory", 0, 1 << 32)
        return self.driver.windows[operation.window]

    def _command(self, operation: Operation) -> str:
        match operation:
            case In() | Out():
                window, letter = self._window(operation), _LETTERS[operation.size]
                place = window.base + operation.offset
                if isinstance(operation, In):
                    return f"{'in' if window.kind == 'io' else 'read'}{letter} {place:#x}"
                if window.kind == "io":
                    return f"out{letter} {place:#x} {operation.value:#x}"
                assert isinstance(self.bus, QtestBus)
                value = self.bus.ordered(operation.value, operation.size)
                return f"write{letter} {place:#x} {value:#x}"
            case Peek(address, length):
                return f"read {address:#x} {length:#x}"
            case Poke(address, octets):
                return f"write {address:#x} {len(octets):#x} 0x{octets.hex()}"
        raise TypeError(operation)


def compare(
    model: str, program: list[Operation], *, options: tuple[str, ...] = (), settles: bool = False
) -> Outcome:
    """Run a program on both; what refnet did.

    Raises:
        AssertionError: at the first operation whose result or interrupts differ, or the frames do.
    """
    with Side(EmbeddedRefnet(), model, options, settles) as side:
        ours = side.run(program)
    if b"" in ours.frames:
        assume(False)  # It would block the socket behind QEMU's NIC for ever.
    if len(ours.frames) >= _MOST_FRAMES:
        assume(False)  # QEMU drops some of those that wait for its socket.
    with Side(Qemu(), model, options, settles) as side:
        theirs = side.run(program)
    for number, (one, other) in enumerate(zip(ours.steps, theirs.steps, strict=True)):
        assert one == other, f"operation {number}: refnet {_shown(one)}, QEMU {_shown(other)}"
    assert [frame.hex() for frame in ours.frames] == [frame.hex() for frame in theirs.frames]
    compared[model] += len(ours.steps)
    return ours


def _shown(step: tuple[Operation, object, tuple[Change, ...]]) -> str:
    operation, result, changes = step
    value = f"{result:#x}" if isinstance(result, int) else repr(result)
    lines = "".join(f", line {line} {'up' if high else 'down'}" for line, high in changes)
    return f"{operation} -> {value}{lines}"

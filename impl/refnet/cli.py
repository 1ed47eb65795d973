"""The process: ``refnet`` with the arguments of a QEMU that has no guest."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from .backend.loop import SystemClock
from .backend.pidfile import PidFile
from .clock import ManualClock
from .errors import HostError, OptionError
from .machine import Machine
from .options import parse

PROGRAM = "refnet"


def main(argv: list[str] | None = None) -> int:
    """Run a machine until a signal or ``quit``. The exit status: 0, or 1 for wrong options."""
    with contextlib.ExitStack() as held:
        try:
            arguments = parse(sys.argv[1:] if argv is None else argv, _report)
            if arguments.answer is not None:
                sys.stdout.write(arguments.answer)
                return 0
            if arguments.pidfile is not None:
                held.enter_context(PidFile(arguments.pidfile))
            clock = ManualClock() if arguments.test_clock else SystemClock()
            machine = Machine(arguments, clock, _report, int(time.time()))
        except (OptionError, HostError) as error:
            _report(str(error))
            return 1
        held.enter_context(machine)
        machine.loop.heed_signals()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, _ender(machine))
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        machine.run()
    return 0


def _report(text: str) -> None:
    print(f"{PROGRAM}: {text}", file=sys.stderr, flush=True)


def _ender(machine: Machine) -> Callable[[int, FrameType | None], None]:
    def end(number: int, frame: FrameType | None) -> None:
        _report(f"terminating on signal {number}")
        machine.loop.stop()

    return end

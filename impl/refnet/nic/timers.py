"""Deadlines of devices on the machine's clock."""

from collections.abc import Callable

from ..clock import Clock


class Timer:
    """A moment at which a device wants to be woken; it is set again each time."""

    __slots__ = ("_action", "deadline")

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self.deadline: int | None = None

    def set(self, deadline: int) -> None:
        """Call the action at ``deadline``, in ns of the machine's clock; an earlier one is lost."""
        self.deadline = deadline

    def cancel(self) -> None:
        self.deadline = None

    def fire(self) -> None:
        self.deadline = None
        self._action()


class Timers:
    """All timers of a machine."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._timers: list[Timer] = []

    def now(self) -> int:
        """Nanoseconds on the machine's clock."""
        return self.clock.now()

    def add(self, action: Callable[[], None]) -> Timer:
        """A new timer, not set."""
        timer = Timer(action)
        self._timers.append(timer)
        return timer

    def next_deadline(self) -> int | None:
        """The earliest moment, in ns; None: no timer is set."""
        return min(
            (timer.deadline for timer in self._timers if timer.deadline is not None), default=None
        )

    def poll(self) -> None:
        """Fire what is due, the earliest first; one that sets itself again into the past waits."""
        now = self.now()
        due = [each for each in self._timers if each.deadline is not None and each.deadline <= now]
        for timer in sorted(due, key=lambda each: each.deadline or 0):
            if timer.deadline is not None and timer.deadline <= now:
                timer.fire()

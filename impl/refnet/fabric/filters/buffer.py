"""``filter-buffer``: frames that wait for the next tick of a timer (FILT-12)."""

from collections import deque

from ...clock import MICROSECOND, Clock
from .base import Direction, Property, TimedFilter

#: Frames that are held; more are dropped, as in any queue of the fabric (GEN-11).
LIMIT = 10_000


class Buffer(TimedFilter):
    """Holds every frame and gives all back, in order, each ``interval`` microseconds.

    The ticks are counted from when the filter is made or switched on.
    """

    kind = "filter-buffer"

    def __init__(
        self,
        name: str,
        interval: int,
        clock: Clock,
        *,
        queue: Direction = Direction.ALL,
        on: bool = True,
    ) -> None:
        super().__init__(name, clock, queue, on)
        self._interval = interval
        self._origin = clock.now()
        self._held: deque[tuple[bytes, Direction]] = deque()
        self._due = 0

    @property
    def interval(self) -> int:
        """Microseconds between ticks; a change is felt from now on."""
        return self._interval

    @interval.setter
    def interval(self, interval: int) -> None:
        self._interval = interval
        self._origin = self._clock.now()

    def handle(self, frame: bytes, direction: Direction) -> bool:
        if not self._held:
            self._due = self._next_tick()
        if len(self._held) < LIMIT:
            self._held.append((frame, direction))
        return True

    def next_deadline(self) -> int | None:
        return self._due if self._held else None

    def poll(self) -> None:
        if self._held and self._due <= self._clock.now():
            self.release()

    def release(self) -> None:
        """Give back what is held, and what comes in answer to it at once."""
        while self._held:
            self._pass_on(*self._held.popleft())

    def switch(self, on: bool) -> None:
        if on and not self.on:
            self._origin = self._clock.now()
        super().switch(on)

    def properties(self) -> list[tuple[str, Property]]:
        return [("interval", self._interval), *super().properties()]

    def _next_tick(self) -> int:
        step = self._interval * MICROSECOND
        since = self._clock.now() - self._origin
        return self._origin + (since // step + 1) * step

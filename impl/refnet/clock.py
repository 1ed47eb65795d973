"""The one notion of time: nanoseconds, as an ``int``, since an origin the clock chooses."""

from typing import Protocol

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000


class Clock(Protocol):
    """What hands out time. Nobody else in refnet reads it."""

    def now(self) -> int:
        """Nanoseconds since the clock's origin; never decreases."""


class ManualClock:
    """A clock that moves only when it is told to."""

    def __init__(self, now: int = 0) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def advance(self, nanoseconds: int) -> None:
        """Move forward.

        Raises:
            ValueError: if ``nanoseconds`` is negative.
        """
        if nanoseconds < 0:
            raise ValueError(f"time can't go back by {-nanoseconds} ns")
        self._now += nanoseconds


class VirtualClock:
    """A machine's own clock: starts at zero, and stands still while the machine does (GEN-10)."""

    def __init__(self, source: Clock) -> None:
        self._source = source
        self._origin = source.now()
        self._stopped_at: int | None = None

    def now(self) -> int:
        if self._stopped_at is not None:
            return self._stopped_at
        return self._source.now() - self._origin

    def stop(self) -> None:
        """Stand still from now on."""
        self._stopped_at = self.now()

    def resume(self) -> None:
        """Go on from where it stopped."""
        if self._stopped_at is not None:
            self._origin = self._source.now() - self._stopped_at
            self._stopped_at = None

    def real(self, moment: int) -> int:
        """When the source will show what this clock calls ``moment``, if it runs from now on."""
        return moment + self._origin

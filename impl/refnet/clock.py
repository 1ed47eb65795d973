"""The one notion of time: nanoseconds, as an ``int``, since an origin the clock chooses."""

from typing import Protocol

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

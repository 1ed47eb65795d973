"""``filter-fault``, refnet's own: a cable that loses, doubles, swaps, delays and spoils frames.

What becomes of a frame follows from the seed, its direction and how many came before it in that
direction, so that a run can be repeated and each fault be changed without moving the others. Each
frame is asked in turn whether it is

1. lost;
2. corrupted: one bit of it is flipped;
3. duplicated: it goes on twice;
4. reordered: it goes on behind the next frame of its direction, or after :data:`PATIENCE`.

What is not lost goes on ``delay`` microseconds later.
"""

from collections import deque
from typing import NamedTuple

from ...clock import MICROSECOND, MILLISECOND, Clock
from .base import Direction, Property, TimedFilter

#: The unit of a probability.
MILLION = 1_000_000
#: How long a reordered frame waits for the next one, in nanoseconds.
PATIENCE = 100 * MILLISECOND
#: Frames under way; more are dropped, as in any queue of the fabric (GEN-11).
LIMIT = 10_000

_MASK = (1 << 64) - 1


class Faults(NamedTuple):
    """How often, in millionths of the frames, and how long in microseconds."""

    loss: int = 0
    duplicate: int = 0
    reorder: int = 0
    corrupt: int = 0
    delay: int = 0
    seed: int = 0


class Chance:
    """Numbers that look like chance and follow from ``keys`` (SplitMix64)."""

    def __init__(self, *keys: int) -> None:
        self._state = 0
        for key in keys:
            self._state = self._next() ^ (key & _MASK)

    def below(self, limit: int) -> int:
        """A number from 0 up to, and without, ``limit``."""
        return self._next() * limit >> 64

    def _next(self) -> int:
        self._state = self._state + 0x9E3779B97F4A7C15 & _MASK
        mixed = self._state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return mixed ^ mixed >> 31


class _Late(NamedTuple):
    """Frames that go on at ``due``, in nanoseconds of the clock."""

    due: int
    frames: tuple[bytes, ...]


class Fault(TimedFilter):
    """Does to frames what ``faults`` say."""

    kind = "filter-fault"

    def __init__(
        self,
        name: str,
        faults: Faults,
        clock: Clock,
        *,
        queue: Direction = Direction.ALL,
        on: bool = True,
    ) -> None:
        super().__init__(name, clock, queue, on)
        self.faults = faults
        self._counts = {Direction.RX: 0, Direction.TX: 0}
        self._overtaken: dict[Direction, _Late] = {}
        self._delayed: deque[tuple[int, bytes, Direction]] = deque()

    def handle(self, frame: bytes, direction: Direction) -> bool:
        faults = self.faults
        chance = Chance(faults.seed, direction is Direction.TX, self._counts[direction])
        self._counts[direction] += 1
        if chance.below(MILLION) < faults.loss:
            return True
        place, corrupt = chance.below(len(frame) * 8), chance.below(MILLION) < faults.corrupt
        if corrupt:
            frame = _flipped(frame, place)
        duplicate = chance.below(MILLION) < faults.duplicate
        frames = (frame, frame) if duplicate else (frame,)
        reorder = chance.below(MILLION) < faults.reorder
        before = self._overtaken.pop(direction, None)
        if reorder and before is None:
            due = self._clock.now() + faults.delay * MICROSECOND + PATIENCE
            self._overtaken[direction] = _Late(due, frames)
            return True
        if before is None and not (corrupt or duplicate or faults.delay):
            return False
        self._send(frames + (before.frames if before else ()), direction)
        return True

    def next_deadline(self) -> int | None:
        deadlines = [late.due for late in self._overtaken.values()]
        if self._delayed:
            deadlines.append(self._delayed[0][0])
        return min(deadlines, default=None)

    def poll(self) -> None:
        self._give_back(self._clock.now())

    def release(self) -> None:
        self._give_back(None)

    def properties(self) -> list[tuple[str, Property]]:
        faults = self.faults
        rates = [
            (rate, f"{getattr(faults, rate) * 100 / MILLION:g}")
            for rate in ("loss", "duplicate", "reorder", "corrupt")
        ]
        return [*rates, ("delay", faults.delay), ("seed", faults.seed), *super().properties()]

    def _send(self, frames: tuple[bytes, ...], direction: Direction) -> None:
        for frame in frames:
            if not self.faults.delay:
                self._pass_on(frame, direction)
            elif len(self._delayed) < LIMIT:
                due = self._clock.now() + self.faults.delay * MICROSECOND
                self._delayed.append((due, frame, direction))

    def _give_back(self, now: int | None) -> None:
        """Let go what is due at ``now``; None: everything."""
        while self._delayed and (now is None or self._delayed[0][0] <= now):
            _, frame, direction = self._delayed.popleft()
            self._pass_on(frame, direction)
        for direction, late in tuple(self._overtaken.items()):
            if now is None or late.due <= now:
                del self._overtaken[direction]
                for frame in late.frames:
                    self._pass_on(frame, direction)


def _flipped(frame: bytes, place: int) -> bytes:
    """The frame with bit ``place`` flipped."""
    octets = bytearray(frame)
    if octets:
        octets[place >> 3] ^= 1 << (place & 7)
    return bytes(octets)

"""Interrupt lines: levels that may be watched, and wires shared by several devices."""

from collections.abc import Callable
from typing import TypeAlias

#: Told of a change: the number of the line, and whether it is high now.
Watcher: TypeAlias = Callable[[int, bool], None]


class Lines:
    """Numbered lines. A line is high while any of those who drive it holds it high."""

    def __init__(self) -> None:
        self._holders: dict[int, set[object]] = {}
        self.watcher: Watcher | None = None

    def drive(self, number: int, holder: object, high: bool) -> None:
        """Hold a line high on behalf of ``holder``, or let go of it."""
        holders = self._holders.setdefault(number, set())
        was = bool(holders)
        (holders.add if high else holders.discard)(holder)
        if self.watcher is not None and was is not bool(holders):
            self.watcher(number, bool(holders))

    def high(self) -> frozenset[int]:
        """The lines that are high."""
        return frozenset(number for number, holders in self._holders.items() if holders)

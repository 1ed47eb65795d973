"""What watches, or takes away, the frames at one end of a cable (FILT-05..08, FILT-14).

A port's filters stand in a row: frames that leave the port pass them from head to tail, frames that
arrive pass them from tail to head. A filter that took a frame away may give it back later; the
frame goes on behind that filter.
"""

import enum
from typing import Protocol, TypeAlias

from ...clock import Clock

Property: TypeAlias = str | int | bool


class Direction(enum.Enum):
    """Seen from the port that carries the filter: to it, or from it (FILT-05)."""

    RX = "rx"
    TX = "tx"
    ALL = "all"


class Watched(Protocol):
    """What a filter is put on."""

    name: str
    filters: "list[Filter]"

    def pass_on(self, frame: bytes, direction: Direction, behind: "Filter") -> None:
        """Send a frame on its way past the filters behind ``behind``."""


class Filter:
    """One filter. ``queue`` is the direction it sees; nothing, while not :attr:`on`.

    Attributes:
        stated: what is told of properties instead of what they are.
    """

    kind = ""

    def __init__(self, name: str, queue: Direction = Direction.ALL, on: bool = True) -> None:
        self.name = name
        self.queue = queue
        self.on = on
        self.position = "tail"
        self.insert = "behind"
        self.port: Watched | None = None
        self.stated: dict[str, Property] = {}

    def sees(self, direction: Direction) -> bool:
        """Whether frames in ``direction`` come past this filter."""
        return self.on and self.queue in (Direction.ALL, direction)

    def handle(self, frame: bytes, direction: Direction) -> bool:
        """Look at a frame that moves in ``direction``, RX or TX; True takes it away."""
        raise NotImplementedError

    def switch(self, on: bool) -> None:
        """Begin or end to see frames (FILT-07)."""
        self.on = on

    def told(self) -> list[tuple[str, Property]]:
        """Names and values of the properties, as ``info network`` shows them (INF-05)."""
        return [(name, self.stated.get(name, value)) for name, value in self.properties()]

    def properties(self) -> list[tuple[str, Property]]:
        """Names and values of the properties."""
        return [
            ("position", self.position),
            ("status", "on" if self.on else "off"),
            ("insert", self.insert),
            ("netdev", self.port.name if self.port else ""),
            ("queue", self.queue.value),
        ]

    def close(self) -> None:
        """Leave the port; frames no longer come past."""
        if self.port is not None:
            self.port.filters.remove(self)
            self.port = None

    def _pass_on(self, frame: bytes, direction: Direction) -> None:
        if self.port is not None:
            self.port.pass_on(frame, direction, self)


class TimedFilter(Filter):
    """A filter that gives frames back when their time has come; all of them once it is off."""

    def __init__(self, name: str, clock: Clock, queue: Direction, on: bool) -> None:
        super().__init__(name, queue, on)
        self._clock = clock

    def next_deadline(self) -> int | None:
        """When :meth:`poll` is due, in ns of the clock; None: nothing is held."""
        raise NotImplementedError

    def poll(self) -> None:
        """Give back what is due."""
        raise NotImplementedError

    def release(self) -> None:
        """Give back everything."""
        raise NotImplementedError

    def switch(self, on: bool) -> None:
        super().switch(on)
        if not on:
            self.release()

    def close(self) -> None:
        self.release()
        super().close()


def attach(filter: Filter, port: Watched, beside: Filter | None = None) -> None:
    """Put ``filter`` on ``port`` at its position: head, tail, or before/behind ``beside``."""
    filter.port = port
    row = port.filters
    if beside is not None:
        row.insert(row.index(beside) + (filter.insert == "behind"), filter)
    elif filter.position == "head":
        row.insert(0, filter)
    else:
        row.append(filter)

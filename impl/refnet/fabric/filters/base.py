"""What watches, or takes away, the frames at one end of a cable (FILT-05..08, FILT-14).

A port's filters stand in a row: frames that leave the port pass them from head to tail, frames that
arrive pass them from tail to head.
"""

import enum
from typing import Protocol


class Direction(enum.Enum):
    """Seen from the port that carries the filter: to it, or from it (FILT-05)."""

    RX = "rx"
    TX = "tx"
    ALL = "all"


class Watched(Protocol):
    """What a filter is put on."""

    name: str
    filters: "list[Filter]"


class Filter:
    """One filter. ``queue`` is the direction it sees; nothing, while not :attr:`on`."""

    kind = ""

    def __init__(self, name: str, queue: Direction = Direction.ALL, on: bool = True) -> None:
        self.name = name
        self.queue = queue
        self.on = on
        self.position = "tail"
        self.insert = "behind"
        self.port: Watched | None = None

    def sees(self, direction: Direction) -> bool:
        """Whether frames in ``direction`` come past this filter."""
        return self.on and self.queue in (Direction.ALL, direction)

    def handle(self, frame: bytes) -> bool:
        """Look at a frame; True takes it away."""
        raise NotImplementedError

    def properties(self) -> list[tuple[str, str]]:
        """Names and values that ``info network`` shows (INF-05)."""
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

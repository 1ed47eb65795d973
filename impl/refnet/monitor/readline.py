"""The human monitor at a terminal or a socket: a banner, a prompt, a line, an answer."""

from collections.abc import Callable
from typing import Any

from .hmp import PROMPT
from .seam import Machine

_LIMIT = 4096


class Session:
    """One person at the human monitor; ``write`` sends text."""

    def __init__(self, machine: Machine, write: Callable[[str], None]) -> None:
        self._machine = machine
        self._write = write
        self._line = ""

    def open(self) -> None:
        """Somebody is there: greet them."""
        self._line = ""
        release = ".".join(map(str, self._machine.release))
        self._write(f"refnet {release} monitor - type 'help' for more information\r\n{PROMPT}")

    def notify(self, event: str, data: dict[str, Any] | None = None) -> None:
        """Events are for machines."""

    def feed(self, text: str) -> None:
        """Take what was typed."""
        for char in text:
            if char in "\r\n":
                if self._line or char == "\n":
                    line, self._line = self._line, ""
                    answer = self._machine.execute(line).replace("\n", "\r\n")
                    self._write(f"{answer}{PROMPT}")
            elif len(self._line) < _LIMIT:
                self._line += char

"""QEMU's qtest protocol: a line of text for every load and store, and one for its result.

``inb PORT`` and ``outb PORT VALUE`` (also ``w``, ``l``) reach I/O ports, ``readb ADDRESS`` and
``writeb ADDRESS VALUE`` (also ``w``, ``l``, ``q``) memory; ``read``, ``write``, ``b64read``,
``b64write`` and ``memset`` move octets. ``irq_intercept_in NAME`` has the changes of interrupt
lines reported, ``IRQ raise N`` and ``IRQ lower N``, as they happen. ``clock_step [NS]`` and
``clock_set NS`` move a clock that does not run by itself. An answer is ``OK``, with the result, or
``FAIL``.

QEMU aborts on a malformed command; here it fails.
"""

import base64
from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol

from .boards import Board

_SIZES = {"b": 1, "w": 2, "l": 4, "q": 8}
_LONGEST = 64 * 1024 * 1024


class Steps(Protocol):
    """A clock that a test moves."""

    def step(self, nanoseconds: int | None) -> int:
        """Go on by so much, None: to the next timer; timers fire. The time then, in ns."""

    def set(self, moment: int) -> int:
        """Go on to ``moment``, in ns; timers fire. The time then."""


class Session:
    """One client of a board.

    Args:
        board: what it drives.
        write: sends text to the client.
        steps: the clock, where the test moves it; None: it runs by itself.
    """

    def __init__(
        self, board: Board, write: Callable[[str], None], steps: Steps | None = None
    ) -> None:
        self._board = board
        self._write = write
        self._steps = steps
        self._order: Literal["little", "big"] = "big" if board.big_endian else "little"
        self._text = ""
        self._said: list[str] = []
        self._feeding = False
        self._commands = self._table()

    def open(self) -> None:
        """A client came: what another left undone is forgotten."""
        self._text = ""

    def feed(self, text: str) -> None:
        """Carry out the commands of the lines that are complete."""
        *lines, self._text = (self._text + text).split("\n")
        self._feeding = True
        for line in lines:
            self._said.append(self._answer(line.split()))
        self._feeding = False
        self._flush()

    def _report(self, inputs: range, line: int, high: bool) -> None:
        """Tell the client of the change of an interrupt line, by the number of the input."""
        if line not in inputs:
            return
        line -= inputs.start
        self._said.append(f"IRQ {'raise' if high else 'lower'} {line}\n")
        if not self._feeding:
            self._flush()

    def _flush(self) -> None:
        if self._said:
            self._write("".join(self._said))
            self._said.clear()

    def _answer(self, words: list[str]) -> str:
        command = self._commands.get(words[0]) if words else None
        if command is None:
            return f"FAIL Unknown command '{words[0] if words else ''}'\n"
        try:
            return command(*words[1:])
        except (TypeError, ValueError) as error:
            return f"FAIL {words[0]}: {error}\n"

    def _table(self) -> dict[str, Callable[..., str]]:
        table: dict[str, Callable[..., str]] = {
            "b64read": self._b64read,
            "b64write": self._b64write,
            "clock_set": self._clock_set,
            "clock_step": self._clock_step,
            "endianness": lambda: f"OK {self._order}\n",
            "irq_intercept_in": self._intercept,
            "irq_intercept_out": self._intercept,
            "memset": self._memset,
            "read": self._read,
            "write": self._write_octets,
        }
        for letter, size in _SIZES.items():
            table[f"read{letter}"] = partial(self._load, size)
            table[f"write{letter}"] = partial(self._store, size)
        for letter in "bwl":
            table[f"in{letter}"] = partial(self._in, _SIZES[letter])
            table[f"out{letter}"] = partial(self._out, _SIZES[letter])
        return table

    def _in(self, size: int, port: str) -> str:
        return f"OK 0x{self._board.ports.load(_port(port), size):04x}\n"

    def _out(self, size: int, port: str, value: str) -> str:
        self._board.ports.store(_port(port), size, _number(value) & _MASKS[size])
        return "OK\n"

    def _load(self, size: int, address: str) -> str:
        octets = self._board.space.read(_number(address), size)
        return f"OK 0x{int.from_bytes(octets, self._order):016x}\n"

    def _store(self, size: int, address: str, value: str) -> str:
        octets = (_number(value) & _MASKS[size]).to_bytes(size, self._order)
        self._board.space.write(_number(address), octets)
        return "OK\n"

    def _read(self, address: str, length: str) -> str:
        return f"OK 0x{self._board.space.read(_number(address), _length(length)).hex()}\n"

    def _b64read(self, address: str, length: str) -> str:
        octets = self._board.space.read(_number(address), _length(length))
        return f"OK {base64.b64encode(octets).decode('ascii')}\n"

    def _write_octets(self, address: str, length: str, text: str) -> str:
        octets = bytes.fromhex(text.removeprefix("0x"))
        self._board.space.write(_number(address), octets[: _length(length)])
        return "OK\n"

    def _b64write(self, address: str, length: str, text: str) -> str:
        octets = base64.b64decode(text, validate=True)
        if len(octets) != _length(length):
            raise ValueError(f"{len(octets)} octets given, {length} announced")
        self._board.space.write(_number(address), octets)
        return "OK\n"

    def _memset(self, address: str, length: str, octet: str) -> str:
        self._board.space.write(_number(address), bytes([_number(octet) & 0xFF]) * _length(length))
        return "OK\n"

    def _intercept(self, name: str, line: str = "") -> str:
        inputs = self._board.controllers.get(name)
        if inputs is None:
            return "FAIL Unknown device\n"
        self._board.lines.watcher = partial(self._report, inputs)
        return "OK\n"

    def _clock_step(self, nanoseconds: str = "") -> str:
        if self._steps is None:
            raise ValueError("the clock runs by itself: start with -accel qtest")
        return f"OK {self._steps.step(_number(nanoseconds) if nanoseconds else None)}\n"

    def _clock_set(self, moment: str) -> str:
        if self._steps is None:
            raise ValueError("the clock runs by itself: start with -accel qtest")
        return f"OK {self._steps.set(_number(moment))}\n"


def _number(text: str) -> int:
    """A number as C writes it: 0x..., 0... in base 8, or decimal."""
    if len(text) > 1 and text[0] == "0" and text[1].isdigit():
        return int(text, 8)
    value = int(text, 0)
    if not 0 <= value < 1 << 64:
        raise ValueError(f"{text} is out of range")
    return value


def _port(text: str) -> int:
    port = _number(text)
    if port > 0xFFFF:
        raise ValueError(f"there is no I/O port {text}")
    return port


def _length(text: str) -> int:
    length = _number(text)
    if not 0 < length <= _LONGEST:
        raise ValueError(f"can't move {text} octets at once")
    return length


_MASKS = {size: (1 << 8 * size) - 1 for size in _SIZES.values()}

"""Typed access to one option's keys, with QEMU's words for what is wrong with them.

The caller takes the keys in the order of QEMU's schema, then calls :meth:`Fields.finish`, so that
of several mistakes the same one is reported first.
"""

import re
from decimal import Decimal
from typing import NoReturn

from .grammar import Dialect, Empty, Line, Value

_ON = frozenset({"on", "yes", "true", "y"})
_OFF = frozenset({"off", "no", "false", "n"})
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([BKMGTPEbkmgtpe]?)\Z", re.ASCII)
_SUFFIXES = "BKMGTPE"
_SPACE = " \t\n\v\f\r"


def whole_number(text: str, base: int = 0) -> int | None:
    """What C's strtoll makes of all of ``text``; None if it is no number or something follows."""
    value, rest, found = leading_number(text, base)
    return value if found and not rest else None


def leading_number(text: str, base: int = 0) -> tuple[int, str, bool]:
    """C's strtol: the number at the front (base 0: 0x and 0 prefixes), the rest, if there was one.

    Leading white space and a sign are taken; without a number the value is 0 and the rest is all.
    """
    index = len(text) - len(text.lstrip(_SPACE))
    negative = text[index : index + 1] == "-"
    if text[index : index + 1] in ("+", "-") and text[index : index + 1]:
        index += 1
    hexadecimal = text[index : index + 2].lower() == "0x" and _digits(text[index + 2 :], 16)
    if base in (0, 16) and hexadecimal:
        base, index = 16, index + 2
    elif base == 0:
        base = 8 if text[index : index + 1] == "0" else 10
    digits = _digits(text[index:], base)
    if not digits:
        return 0, text, False
    value = int(digits, base)
    return -value if negative else value, text[index + len(digits) :], True


def _digits(text: str, base: int) -> str:
    allowed = "0123456789abcdef"[:base]
    end = 0
    while end < len(text) and text[end].lower() in allowed:
        end += 1
    return text[:end]


class Fields:
    """The keys of ``line``, each taken at most once; ``prefix`` is that of a group (``local.``)."""

    def __init__(self, line: Line, prefix: str = "", taken: set[str] | None = None) -> None:
        self.line = line
        self._prefix = prefix
        self._taken: set[str] = set() if taken is None else taken

    def group(self, name: str) -> "Fields | None":
        """The keys ``name.*`` of a group; None if there are none, or the dialect has none.

        Raises:
            OptionError: ``name`` is a value instead, or a list.
        """
        if self.line.dialect is Dialect.OPTS:
            return None
        full = f"{self._prefix}{name}"
        inner = [key for key, _ in self.line.pairs if key.startswith((full + ".", full + "["))]
        listed = any(key[len(full)] == "[" or key[len(full) + 1 :].isdigit() for key in inner)
        empty = self.line.get(full) is Empty.OBJECT
        if listed or (full in self._keys() and not empty):
            self._mistyped(full, "object")
        self._taken.add(full)
        return Fields(self.line, full + ".", self._taken) if inner or empty else None

    def has(self, name: str) -> bool:
        return self._prefix + name in self._keys()

    def text(self, name: str) -> str | None:
        """A string.

        Raises:
            OptionError: JSON gives another type.
        """
        value = self._take(name)
        if not isinstance(value, str) and (value is not None or self.has(name)):
            self._mistyped(self._prefix + name, "string")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Every occurrence of a repeatable string; in JSON, of ``{"str": ...}`` in a list."""
        full = self._prefix + name
        if self.line.dialect is not Dialect.JSON:
            self._taken.add(full)
            return tuple(str(value) for key, value in self.line.pairs if key == full)
        self._taken.add(full)
        if self.line.get(full) is Empty.LIST:
            return ()
        if any(key == full or key.startswith(full + ".") for key in self._keys()):
            self._mistyped(full, "array")
        found: list[str] = []
        while any(key.startswith(f"{full}[{len(found)}]") for key in self._keys()):
            item = self.group(f"{name}[{len(found)}]")
            assert item is not None
            found.append(item.required("str"))
            item.finish()
        return tuple(found)

    def required(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if value is None:
            self.missing(name)
        return value

    def missing(self, name: str) -> NoReturn:
        raise self.line.error(f"Parameter '{self._prefix}{name}' is missing")

    def flag(self, name: str) -> bool | None:
        """A boolean: on, yes, true, y or off, no, false, n (RST-14)."""
        value = self._take(name)
        if value is None or isinstance(value, bool):
            return value
        if self.line.dialect is Dialect.JSON:
            self._mistyped(self._prefix + name, "boolean")
        if value in _ON:
            return True
        if value in _OFF:
            return False
        raise self.line.error(f"Parameter '{self._prefix}{name}' expects 'on' or 'off'")

    def number(self, name: str, bits: int = 64, signed: bool = True) -> int | None:
        """A number that fits in ``bits``, in C's notations."""
        value = self._take(name)
        if value is None:
            return None
        full = self._prefix + name
        if self.line.dialect is Dialect.JSON:
            return self._json_number(full, value, bits, signed)
        number = whole_number(str(value))
        if number is not None and not signed and self.line.dialect is Dialect.KEYVAL:
            number = _wrap(number)
        if number is None or not _fits(number, 64, signed):
            kind = f"an {'int64' if signed else 'uint64'} value"
            if not signed:
                kind = "a uint64 value"
            if self.line.dialect is Dialect.KEYVAL:
                kind = "integer"
            raise self.line.error(f"Parameter '{full}' expects {kind}")
        if not _fits(number, bits, signed):
            kind = f"{'int' if signed else 'uint'}{bits}_t"
            raise self.line.error(f"Parameter '{name}' expects {kind}")
        return number

    def size(self, name: str) -> int | None:
        """Octets, as a number in C's notations or as a decimal one with a suffix of B to E."""
        value = self._take(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if self.line.dialect is Dialect.JSON or not isinstance(value, str):
            raise self.line.error(f"Parameter '{self._prefix}{name}' expects uint64")
        match = _SIZE.match(value)
        octets: int | None = None
        if match is not None:
            octets = int(Decimal(match[1]) * (1 << 10 * _SUFFIXES.index(match[2].upper() or "B")))
        elif value.lower().startswith("0x"):
            octets = whole_number(value)
        if octets is None or not _fits(octets, 64, signed=False):
            raise self.line.error(f"Parameter '{self._prefix}{name}' expects a size value")
        return octets

    def _json_number(self, full: str, value: Value, bits: int, signed: bool) -> int:
        """``value`` as it is; one below nought is taken for one of 64 bits, if unsigned."""
        if isinstance(value, bool) or not isinstance(value, int):
            if signed:
                self._mistyped(full, "integer")
            raise self.line.error(f"Parameter '{full}' expects uint64")
        if not signed:
            value = _wrap(value)
        if not _fits(value, bits, signed):
            kind = f"{'int' if signed else 'uint'}{bits}_t"
            raise self.line.error(f"Parameter '{full}' expects {kind}")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """One word of ``allowed``."""
        value = self.text(name)
        if value is not None and value not in allowed:
            raise self.line.error(f"Parameter '{name}' does not accept value '{value}'")
        return value

    def finish(self) -> None:
        """Complain of a key, or one of this group, that nobody took."""
        for key, _ in self.line.pairs:
            if key.startswith(self._prefix) and key not in self._taken:
                old = self.line.dialect is Dialect.OPTS
                raise self.line.error(
                    f"Invalid parameter '{key}'" if old else f"Parameter '{key}' is unexpected"
                )

    def _keys(self) -> set[str]:
        return {key for key, _ in self.line.pairs}

    def _take(self, name: str) -> Value:
        self._taken.add(self._prefix + name)
        return self.line.get(self._prefix + name)

    def _mistyped(self, name: str, kind: str) -> NoReturn:
        raise self.line.error(f"Invalid parameter type for '{name}', expected: {kind}")


def _wrap(number: int) -> int:
    """``number``, one below nought taken for one of 64 bits, as C does."""
    return number + (1 << 64) if -(1 << 63) <= number < 0 else number


def _fits(number: int, bits: int, signed: bool) -> bool:
    if signed:
        return -(1 << (bits - 1)) <= number < 1 << (bits - 1)
    return 0 <= number < 1 << bits

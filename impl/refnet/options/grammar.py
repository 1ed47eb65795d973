"""How one option's argument is taken apart: ``type,key=value,...``, dotted keys, or JSON.

QEMU has grown three dialects, with different words for the same mistakes:

* ``OPTS``, the old one: ``user,id=u0,restrict=on``. A key may be repeated; a key without ``=`` is
  a deprecated boolean. ``,,`` stands for a comma in a value.
* ``KEYVAL``: ``dgram,id=s0,local.type=fd,local.str=3``. The last of repeated keys counts, and a key
  without ``=`` is wrong.
* ``JSON``: ``{"type": "user", "id": "u0"}``, where values have types of their own.
"""

import enum
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ..errors import OptionError
from ..wire import qjson


class Empty(enum.Enum):
    """What JSON may give that has no members to stand for it."""

    OBJECT = "{}"
    LIST = "[]"


Value: TypeAlias = str | bool | int | float | Empty | None
Report: TypeAlias = Callable[[str], None]

IDENTIFIER_RULE = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter."
NO_IDENTIFIER = f"Parameter 'id' expects an identifier\n{IDENTIFIER_RULE}"
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9._-]*\Z")
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_][A-Za-z0-9_-]*)*\Z")


class Dialect(enum.Enum):
    OPTS = "opts"
    KEYVAL = "keyval"
    JSON = "json"


class Line(NamedTuple):
    """One option with its argument, as given and taken apart."""

    option: str
    text: str
    dialect: Dialect = Dialect.OPTS
    pairs: tuple[tuple[str, Value], ...] = ()

    def get(self, key: str) -> Value:
        """The value that counts, which is the last one; None if ``key`` is not there."""
        return next((value for name, value in reversed(self.pairs) if name == key), None)

    def located(self, message: str) -> str:
        """``message`` with the place it is about, as QEMU prints it."""
        return f"{self.option} {self.text}: {message}"

    def error(self, message: str) -> OptionError:
        return OptionError(self.located(message))


def is_help(word: Value) -> bool:
    """Whether a value asks for help."""
    return word in ("help", "?")


def is_identifier(name: str) -> bool:
    """Whether ``name`` has the form of one that ``id=`` gives."""
    return _IDENTIFIER.match(name) is not None


def check_identifier(line: Line) -> None:
    """Check the form of ``id=``.

    Raises:
        OptionError: it is not an identifier.
    """
    name = line.get("id")
    if isinstance(name, str) and not is_identifier(name):
        raise line.error(NO_IDENTIFIER)


def _take_as_it_is(line: Line) -> None:
    del line


def split_opts(
    option: str,
    text: str,
    implied: str | None,
    report: Report,
    check: Callable[[Line], None] = _take_as_it_is,
) -> Line:
    """Take ``text`` apart in the old dialect; ``implied`` is the key of a bare first word.

    Of several ``id=`` the first one counts, unlike with any other key. Deprecated forms are told to
    ``report``, once ``check`` has nothing against the line.
    """
    bare = Line(option, text)
    pairs: list[tuple[str, Value]] = []
    said: list[str] = []
    rest = text
    while rest:
        key, separator = _until(rest, "=,")
        if separator == "=":
            value, rest = _value(rest[len(key) + 1 :])
        elif implied is not None and not pairs and rest is text:
            value, rest = _value(rest)
            key = implied
        else:
            rest = rest[len(key) + 1 :]
            key, value = _short_form(bare, key, said.append)
        if key != "id" or all(other != "id" for other, _ in pairs):
            pairs.append((key, value))
    line = Line(option, text, Dialect.OPTS, tuple(pairs))
    check(line)
    for complaint in said:
        report(complaint)
    return line


def _short_form(line: Line, word: str, report: Report) -> tuple[str, str]:
    if is_help(word):
        return "help", "on"
    negated = word.startswith("no")
    key, value = (word[2:], "off") if negated else (word, "on")
    report(
        line.located(f"warning: short-form boolean option '{word}' deprecated")
        + f"\nPlease use {key}={value} instead"
    )
    return key, value


def _until(text: str, stops: str) -> tuple[str, str]:
    for index, char in enumerate(text):
        if char in stops:
            return text[:index], char
    return text, ""


def _value(text: str) -> tuple[str, str]:
    """The value at the front of ``text`` with ``,,`` undone, and what follows its comma."""
    parts: list[str] = []
    while True:
        head, comma, tail = text.partition(",")
        parts.append(head)
        if not comma or not tail.startswith(","):
            return ",".join(parts), tail
        text = tail[1:]


def split_keyval(option: str, text: str, implied: str) -> Line:
    """Take ``text`` apart in the dialect of dotted keys.

    Raises:
        OptionError: a key is malformed, has no value, or is both a value and a group.
    """
    bare = Line(option, text, Dialect.KEYVAL)
    pairs: list[tuple[str, Value]] = []
    rest = text
    while rest:
        key, separator = _until(rest, "=,")
        if separator != "=" and not pairs:
            value, rest = _value(rest)
            pairs.append((implied, value))
            continue
        if separator != "=" and is_help(key):
            raise bare.error("Help is not available for this option")
        if not _KEY.match(key):
            raise bare.error(f"Invalid parameter '{key}'")
        if separator != "=":
            raise bare.error(f"Expected '=' after parameter '{key}'")
        value, rest = _value(rest[len(key) + 1 :])
        pairs.append((key, value))
    line = Line(option, text, Dialect.KEYVAL, tuple(pairs))
    _check_groups(line)
    return line


def _check_groups(line: Line) -> None:
    keys = {key for key, _ in line.pairs}
    for key in keys:
        group = key
        while "." in group:
            group = group.rpartition(".")[0]
            if group in keys:
                raise line.error(f"Parameters '{group}.*' used inconsistently")


def split_json(option: str, text: str) -> Line:
    """Take a JSON object apart; members of members get dotted keys, those of lists a number.

    Raises:
        OptionError: it is not JSON, or not an object.
    """
    try:
        data = qjson.loads(text)
    except qjson.JsonError as error:
        raise Line(option, text).error(str(error)) from None
    return from_members(option, text, data)


def from_members(option: str, text: str, members: dict[str, Value]) -> Line:
    """The line that a JSON object stands for."""
    pairs: list[tuple[str, Value]] = []
    _flatten("", members, pairs)
    return Line(option, text, Dialect.JSON, tuple(pairs))


def _flatten(prefix: str, data: object, pairs: list[tuple[str, Value]]) -> None:
    if data in ({}, []) and prefix:
        pairs.append((prefix, Empty.LIST if isinstance(data, list) else Empty.OBJECT))
    elif isinstance(data, dict):
        for key, value in data.items():
            _flatten(f"{prefix}.{key}" if prefix else key, value, pairs)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            _flatten(f"{prefix}[{number}]", value, pairs)
    elif isinstance(data, str | bool | int | float) or data is None:
        pairs.append((prefix, data))

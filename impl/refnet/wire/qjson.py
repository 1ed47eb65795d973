"""JSON as QEMU reads and writes it (qobject/json-lexer, json-parser: facts observed on 7.2).

A stream of values without separators. Strings may stand in single quotes. A character that fits
nowhere throws away what was collected, and reading goes on at the next structural character or
control character; what is wrong is told in QEMU's words.
"""

import string
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from ..errors import WireError

Value: TypeAlias = Any

#: Octets of one value, and values within values; QEMU takes 64 MiB, and as many values.
SIZE_LIMIT = 1 << 20
NESTING_LIMIT = 1024

_STRUCTURE = "{}[]:,"
_NUMBERS = {"zero": "integer", "digits": "integer", "fraction": "float", "exponent": "float"}
_ENDS = {**_NUMBERS, "keyword": "keyword"}
_QUOTED = {'"': "double", "'": "single"}
_NON_ZERO = "123456789"


def _steps(**rules: str) -> dict[str, str]:
    """What follows on which character; ``rules`` name a state and its characters."""
    return {char: state for state, chars in rules.items() for char in chars}


_STEPS = {
    "start": _steps(
        start=" \t\r\n",
        double='"',
        single="'",
        sign="-",
        zero="0",
        digits=_NON_ZERO,
        keyword=string.ascii_lowercase,
    ),
    "sign": _steps(zero="0", digits=_NON_ZERO),
    "zero": _steps(error=string.digits, point=".", e="eE"),
    "digits": _steps(digits=string.digits, point=".", e="eE"),
    "point": _steps(fraction=string.digits),
    "fraction": _steps(fraction=string.digits, e="eE"),
    "e": _steps(signed="+-", exponent=string.digits),
    "signed": _steps(exponent=string.digits),
    "exponent": _steps(exponent=string.digits),
    "keyword": _steps(keyword=string.ascii_lowercase),
}


class JsonError(WireError):
    """What was read is not JSON; the text is QEMU's."""

    def __init__(self, text: str) -> None:
        super().__init__(f"JSON parse error, {text}")


class _Token(NamedTuple):
    """``kind``: a structural character, string, integer, float, keyword, or error."""

    kind: str
    text: str


class _Lexer:
    """Cuts octets, one to a character, into tokens."""

    def __init__(self) -> None:
        self._state = "start"
        self._parts: list[str] = []

    def feed(self, octets: str) -> Iterator[_Token]:
        for char in octets:
            yield from self._take(char)

    def flush(self) -> Iterator[_Token]:
        """The token that the end of the input completes or breaks off."""
        if self._state in _ENDS:
            yield self._finish(_ENDS[self._state])
        elif self._state not in ("start", "recovery"):
            yield self._finish("error")

    def _take(self, char: str) -> Iterator[_Token]:
        if self._state in _ENDS and char not in _STEPS[self._state] and char < "\x80":
            yield self._finish(_ENDS[self._state])
        if self._state == "recovery":
            if char not in _STRUCTURE and (char >= " " or char == "\t") and char < "\xfe":
                return
            self._state = "start"
        if self._state == "start" and char in _STRUCTURE:
            yield _Token(char, char)
            return
        closing = self._state in _QUOTED.values() and _QUOTED.get(char) == self._state
        self._state = self._next(char)
        if self._state == "start" and not closing:
            return
        self._parts.append(char)
        if closing:
            yield self._finish("string")
        elif self._state == "error":
            yield self._finish("error", "recovery")

    def _next(self, char: str) -> str:
        name, _, escaped = self._state.partition("-")
        if name not in _QUOTED.values():
            return _STEPS[name].get(char, "error")
        if not " " <= char < "\xfe":
            return "error"
        if escaped:
            return name
        if _QUOTED.get(char) == name:
            return "start"
        return f"{name}-escaped" if char == "\\" else name

    def _finish(self, kind: str, state: str = "start") -> _Token:
        token = _Token(kind, "".join(self._parts))
        self._parts.clear()
        self._state = state
        return token


class Reader:
    """Makes values of what arrives."""

    def __init__(self) -> None:
        self._lexer = _Lexer()
        self._reset()

    def _reset(self) -> None:
        self._tokens: list[_Token] = []
        self._size = 0
        self._braces = self._brackets = 0

    def feed(self, data: bytes) -> Iterator[Value | JsonError]:
        """Take octets; each value that is complete now, or what is wrong in its place."""
        for token in self._lexer.feed(data.decode("latin-1")):
            yield from self._collect(token)

    def flush(self) -> Iterator[Value | JsonError]:
        """End the input."""
        for token in self._lexer.flush():
            yield from self._collect(token)
        if self._tokens:
            yield self._emit()

    def _collect(self, token: _Token) -> Iterator[Value | JsonError]:
        if token.kind == "error":
            self._reset()
            yield JsonError(f"stray '{_readable(token.text)}'")
            return
        self._braces += (token.kind == "{") - (token.kind == "}")
        self._brackets += (token.kind == "[") - (token.kind == "]")
        self._tokens.append(token)
        self._size += len(token.text)
        if self._size > SIZE_LIMIT or self._braces + self._brackets > NESTING_LIMIT:
            what = "token size" if self._size > SIZE_LIMIT else "nesting depth"
            self._reset()
            error = JsonError("")
            error.args = (f"JSON {what} limit exceeded",)
            yield error
        elif self._braces < 0 or self._brackets < 0 or not (self._braces or self._brackets):
            yield self._emit()

    def _emit(self) -> Value | JsonError:
        tokens = self._tokens
        self._reset()
        try:
            return _Parser(tokens).value()
        except JsonError as error:
            return error


def loads(text: str) -> Value:
    """The value in ``text``, and nothing else.

    Raises:
        JsonError: it is not JSON.
    """
    reader = Reader()
    values = [*reader.feed(text.encode("utf-8", "surrogateescape")), *reader.flush()]
    first, *others = values or [JsonError("premature EOI")]
    if isinstance(first, JsonError):
        raise first
    if others:
        error = JsonError("")
        error.args = ("Expecting at most one JSON value",)
        raise error
    return first


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._index = 0

    def value(self) -> Value:
        token = self._pop()
        match token.kind:
            case "{":
                return self._object()
            case "[":
                return self._array()
            case "string":
                return _unquote(token.text)
            case "integer":
                number = int(token.text)
                return number if -(1 << 63) <= number < 1 << 64 else float(number)
            case "float":
                return float(token.text)
            case "keyword":
                return _keyword(token.text)
        raise JsonError("expecting value")

    def _pop(self) -> _Token:
        if self._index == len(self._tokens):
            raise JsonError("premature EOI")
        self._index += 1
        return self._tokens[self._index - 1]

    def _object(self) -> dict[str, Value]:
        members: dict[str, Value] = {}
        for _ in self._items("}", "dict"):
            key = self.value()
            if not isinstance(key, str):
                raise JsonError("key is not a string in object")
            if self._pop().kind != ":":
                raise JsonError("missing : in object pair")
            value = self.value()
            if key in members:
                raise JsonError("duplicate key")
            members[key] = value
        return members

    def _array(self) -> list[Value]:
        return [self.value() for _ in self._items("]", "list")]

    def _items(self, end: str, name: str) -> Iterator[None]:
        """Once for each item, which is to be read then; takes the separators and the end."""
        if self._pop().kind == end:
            return
        self._index -= 1
        while True:
            yield
            token = self._pop()
            if token.kind == end:
                return
            if token.kind != ",":
                raise JsonError(f"expected separator in {name}")


def _keyword(word: str) -> bool | None:
    known = {"true": True, "false": False, "null": None}
    if word not in known:
        raise JsonError(f"invalid keyword '{word}'")
    return known[word]


_ESCAPES = dict(zip("\"'\\/bfnrt", b"\"'\\/\b\f\n\r\t", strict=True))


def _unquote(token: str) -> str:
    octets = bytearray()
    index, end = 1, len(token) - 1
    while index < end:
        if token[index] != "\\":
            octets.append(ord(token[index]))
            index += 1
        elif token[index + 1] == "u":
            char, after = _unicode(token, index)
            octets += char.encode()
            index = after
        elif token[index + 1] in _ESCAPES:
            octets.append(_ESCAPES[token[index + 1]])
            index += 2
        else:
            raise JsonError("invalid escape sequence in string")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise JsonError("invalid UTF-8 sequence in string") from None


def _unicode(token: str, start: int) -> tuple[str, int]:
    """The character of the escape at ``start``, a surrogate pair perhaps, and where it ends."""
    point, end = _four_digits(token, start + 2), start + 6
    if point is not None and 0xD800 <= point < 0xDC00 and token[end : end + 2] == "\\u":
        low = _four_digits(token, end + 2)
        if low is not None and 0xDC00 <= low < 0xE000:
            return chr(0x10000 + (point - 0xD800 << 10) + low - 0xDC00), end + 6
    if point is None or 0xD800 <= point < 0xE000 or 0xFDD0 <= point < 0xFDF0 or point >= 0xFFFE:
        raise JsonError(f"{_readable(token[start:end])} is not a valid Unicode character")
    return chr(point), end


def _four_digits(token: str, start: int) -> int | None:
    digits = token[start : start + 4]
    if len(digits) < 4 or not set(digits) <= set(string.hexdigits):
        return None
    return int(digits, 16)


def _readable(octets: str) -> str:
    return octets.encode("latin-1").decode("utf-8", "replace")


_MARKS = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def dumps(value: Value, pretty: bool = False, _depth: int = 0) -> str:
    """``value`` on one line, or indented by four spaces; nothing but ASCII."""
    if isinstance(value, dict):
        items = [f"{_quote(key)}: {dumps(value[key], pretty, _depth + 1)}" for key in value]
        return _group("{", items, "}", pretty, _depth)
    if isinstance(value, list):
        items = [dumps(each, pretty, _depth + 1) for each in value]
        return _group("[", items, "]", pretty, _depth)
    if isinstance(value, str):
        return _quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def _group(start: str, items: list[str], end: str, pretty: bool, depth: int) -> str:
    if not pretty:
        return f"{start}{', '.join(items)}{end}"
    inner = "\n" + "    " * (depth + 1)
    body = ("," + inner).join(items)
    return f"{start}{inner if items else ''}{body}\n{'    ' * depth}{end}"


def _quote(text: str) -> str:
    return '"' + "".join(_MARKS.get(char) or _escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if " " <= char < "\x7f":
        return char
    octets = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{octets[at] << 8 | octets[at + 1]:04X}" for at in range(0, len(octets), 2))

"""JSON with QEMU's habits. What is wrong was compared with what QEMU 7.2's machine monitor says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.wire.qjson import NESTING_LIMIT, SIZE_LIMIT, JsonError, Reader, dumps, loads

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\u00e9\U0001f600"), inner)
    ),
    max_leaves=20,
)


def read(text):
    """What comes of ``text``: values, and what is wrong as text."""
    octets = text if isinstance(text, bytes) else text.encode()
    reader = Reader()
    found = [*reader.feed(octets), *reader.flush()]
    return [str(each) if isinstance(each, JsonError) else each for each in found]


@given(VALUES, st.booleans())
def test_what_is_written_is_read(value, pretty):
    assert read(dumps(value, pretty)) == [value]
    assert json.loads(dumps(value, pretty)) == value


@given(st.binary(max_size=60))
def test_no_octets_break_it(octets):
    assert all(isinstance(each, str) or dumps(each) for each in read(octets))


@given(st.lists(VALUES.filter(lambda value: isinstance(value, dict))), st.integers(1, 7))
def test_it_does_not_matter_how_values_arrive(values, size):
    octets = "".join(map(dumps, values)).encode()
    reader = Reader()

    found = [
        value for at in range(0, len(octets), size) for value in reader.feed(octets[at : at + size])
    ]

    assert found == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{'a': 'b\"'}", [{"a": 'b"'}]),
        ('{"a":1}{"b":-0}\n[1,[2.5e+3]]', [{"a": 1}, {"b": 0}, [1, [2500.0]]]),
        ("true null 12 ", [True, None, 12]),
        ("1e5", [1e5]),
        ("99999999999999999999999999 ", [1e26]),
        (r'"\"\'\\\/\b\f\n\r\t\u0000\u00e9\uD83D\uDE00"', ["\"'\\/\b\f\n\r\t\0\u00e9\U0001f600"]),
        ("", []),
        (" \t\r\n", []),
    ],
)
def test_values(text, values):
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ('{"a":query-name}', ["stray '-n'", "expecting value"]),
        ('{"a":01}', ["stray '01'", "expecting value"]),
        ('{"a":+1}', ["stray '+'", "expecting value"]),
        ('{"a":-}', ["stray '-}'"]),
        ('{"a":NaN}', ["stray 'N'", "expecting value"]),
        ("%\n", ["stray '%'"]),
        ("\u00e9\n", ["stray '\ufffd'"]),
        ('"a\n', ["stray '\"a\n'"]),
        ('"a\\\n', ["stray '\"a\\\n'"]),
        ('"a', ["stray '\"a'"]),
        ("1.", ["stray '1.'"]),
        ("1\u00e9", ["stray '1\ufffd'"]),
        ("1e+", ["stray '1e+'"]),
        ("{x}", ["invalid keyword 'x'"]),
        ('{"a":tru}', ["invalid keyword 'tru'"]),
        ('{"a":1,}', ["expecting value"]),
        ('{"a" "b"}', ["missing : in object pair"]),
        ('{"a":}', ["expecting value"]),
        ('{"a":1 "b":2}', ["expected separator in dict"]),
        ("[1 2]", ["expected separator in list"]),
        ("{1:2}", ["key is not a string in object"]),
        ('{"a":1,"a":2}', ["duplicate key"]),
        ("}", ["expecting value"]),
        ("]", ["expecting value"]),
        (":", ["expecting value"]),
        ('{"a":[}', ["expecting value"]),
        ('{"a":1', ["premature EOI"]),
        ("[", ["premature EOI"]),
        (r'"\x"', ["invalid escape sequence in string"]),
        (r'"\u12"', [r'\u12" is not a valid Unicode character']),
        (r'"\ud800"', [r"\ud800 is not a valid Unicode character"]),
        (r'"\ud800\u0020"', [r"\ud800 is not a valid Unicode character"]),
        (r'"\uffff"', [r"\uffff is not a valid Unicode character"]),
        (b'"\xc3"', ["invalid UTF-8 sequence in string"]),
    ],
)
def test_mistakes(text, complaints):
    assert read(text) == [f"JSON parse error, {complaint}" for complaint in complaints]


def test_a_mistake_costs_what_was_collected_but_no_more():
    assert read('{"a": [1, # {"b": 2}')[1:] == [{"b": 2}]
    assert read('{"a": # junk\n{"b": 2}')[1:] == [{"b": 2}]


def test_limits():
    assert read("[" * (NESTING_LIMIT + 1)) == ["JSON nesting depth limit exceeded"]
    assert read('["' + "x" * SIZE_LIMIT + '"') == ["JSON token size limit exceeded"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "JSON parse error, premature EOI"),
        ("{x}", "JSON parse error, invalid keyword 'x'"),
        ("{}{}", "Expecting at most one JSON value"),
        ("{}}", "Expecting at most one JSON value"),
    ],
)
def test_an_argument_is_one_value(text, complaint):
    assert loads('{"a": 1}') == {"a": 1}
    with pytest.raises(JsonError) as refused:
        loads(text)
    assert str(refused.value) == complaint


def test_writing():
    assert dumps({"a": [1, True, None, 0.1], "b": {}}) == (
        '{"a": [1, true, null, 0.10000000000000001], "b": {}}'
    )
    assert dumps('"\\\b\f\n\r\t\x01\x7f\u00e9\U0001f600') == (
        r'"\"\\\b\f\n\r\t\u0001\u007F\u00E9\uD83D\uDE00"'
    )
    assert dumps({"r": {}, "l": [[], 1]}, pretty=True) == (
        '{\n    "r": {\n    },\n    "l": [\n        [\n        ],\n        1\n    ]\n}'
    )

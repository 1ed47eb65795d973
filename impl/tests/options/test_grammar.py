"""The three dialects of an option's argument."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import OptionError
from refnet.options.fields import Fields, leading_number, whole_number
from refnet.options.grammar import Empty, split_json, split_keyval, split_opts


def pairs(text, implied="type"):
    return split_opts("-netdev", text, implied, lambda warning: None).pairs


def refusal(act):
    """The complaint of ``act``, or None."""
    try:
        act()
    except OptionError as error:
        return str(error)
    return None


def test_the_first_word_is_the_type_and_doubled_commas_are_commas():
    assert pairs("user,id=u0,tftp=/a,,b,,,,c,x=") == (
        ("type", "user"),
        ("id", "u0"),
        ("tftp", "/a,b,,c"),
        ("x", ""),
    )


def test_a_bare_word_is_a_deprecated_switch():
    said = []

    line = split_opts("-netdev", "user,restrict,noipv6", "type", said.append)

    assert line.pairs[1:] == (("restrict", "on"), ("ipv6", "off"))
    assert said[0] == (
        "-netdev user,restrict,noipv6: warning: short-form boolean option 'restrict' deprecated\n"
        "Please use restrict=on instead"
    )


def test_the_last_of_repeated_keys_counts_but_of_names_the_first():
    line = split_opts("-netdev", "user,id=a,id=b,net=x,net=y", "type", lambda warning: None)

    assert (line.get("id"), line.get("net")) == ("a", "y")
    assert Fields(line).texts("net") == ("x", "y")


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4))
def test_any_value_survives_escaping(values):
    text = "user" + "".join(
        f",k{number}={value.replace(',', ',,')}" for number, value in enumerate(values)
    )

    assert [value for _, value in pairs(text)[1:]] == values


@given(st.text(max_size=60))
def test_no_text_breaks_the_old_dialect(text):
    pairs(text)


@given(st.text(alphabet='abc.,=0{}":[] -', max_size=40))
def test_the_new_dialects_refuse_or_take(text):
    for split in (lambda: split_keyval("-netdev", text, "type"), lambda: split_json("-x", text)):
        assert text in (refusal(split) or text)


def test_json_is_flattened():
    line = split_json("-x", '{"a": {"b": [{"str": "x"}, "y"]}, "n": null, "t": true, "l": []}')

    assert line.pairs == (
        ("a.b[0].str", "x"),
        ("a.b[1]", "y"),
        ("n", None),
        ("t", True),
        ("l", Empty.LIST),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" \t+0x1F", 31),
        ("-010", -8),
        ("0", 0),
        ("0x", None),
        ("8 ", None),
        ("", None),
        ("09", None),
    ],
)
def test_numbers_are_c_s(text, value):
    assert whole_number(text) == value


def test_a_number_may_be_followed():
    assert leading_number("24/x", 10) == (24, "/x", True)
    assert leading_number("-x", 10) == (0, "-x", False)


def number(text, split=split_opts, **kwargs):
    if split is split_opts:
        return Fields(split_opts("-x", text, None, lambda warning: None)).number("n", **kwargs)
    return Fields(split("-x", text)).number("n", **kwargs)


@pytest.mark.parametrize(
    ("text", "limits", "complaint"),
    [
        ("n=x", {}, "expects an int64 value"),
        ("n=-1", {"signed": False}, "expects a uint64 value"),
        ("n=70000", {"bits": 16, "signed": False}, "expects uint16_t"),
        ("n=3000000000", {"bits": 32}, "expects int32_t"),
    ],
)
def test_a_number_out_of_bounds_is_refused(text, limits, complaint):
    with pytest.raises(OptionError, match=complaint):
        number(text, **limits)


def test_json_numbers_are_taken_as_they_are():
    assert number('{"n": 7}', split_json) == 7
    with pytest.raises(OptionError, match="expected: integer"):
        number('{"n": true}', split_json)

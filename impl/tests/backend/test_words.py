"""How the words of a command are told apart (GFW-04); each as QEMU 7.2 does it."""

import re

import pytest

from refnet.backend import words


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("/bin/echo hi there", ["/bin/echo", "hi", "there"]),
        (" a\tb\nc ", ["a", "b", "c"]),
        ("a\rb\vc", ["a\rb\vc"]),
        ("""a'b c'"d e"f""", ["ab cd ef"]),
        ("""'' "" x""", ["", "", "x"]),
        (r"""a\ b \#c \'""", ["a b", "#c", "'"]),
        ("a\\\nb", ["ab"]),
        (r'"a\qb\"c\$\`\\"', [r'a\qb"c$`' + "\\"]),
        ('"a\\\nb"', ["a\nb"]),
        (r"'a\b'", [r"a\b"]),
        ("$HOME ; * >x", ["$HOME", ";", "*", ">x"]),
        ("a#b #c", ["a#b"]),
        ("a #'b\nc", ["a", "c"]),
        ("a\t#b", ["a", "#b"]),
        ('a "b"#c', ["a", "b#c"]),
    ],
)
def test_words(command, found):
    assert words.split(command) == found


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("", "Text was empty (or contained only whitespace)"),
        (" \t\n", "Text was empty (or contained only whitespace)"),
        ("#c", "Text was empty (or contained only whitespace)"),
        ("a #", "Text ended before matching quote was found for #. (The text was “a #”)"),
        ("a 'b", "Text ended before matching quote was found for '. (The text was “a 'b”)"),
        ('a "b\\', 'Text ended before matching quote was found for ". (The text was “a "b\\”)'),
        ("a\\", "Text ended just after a “\\” character. (The text was “a\\”)"),
    ],
)
def test_incomplete_commands(command, complaint):
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        words.split(command)

"""Splits a command into words as QEMU does for ``guestfwd=...-cmd:`` (GFW-04; BB).

The rules are a POSIX shell's quoting (section 2.2 of its Command Language) and comments, with no
expansion, and with GLib's differences: a backslash before a line's end within double quotes leaves
the line's end, and a ``#`` that is the last character is a quotation that does not end.
"""

_SPACE = " \t\n"
#: What a backslash escapes within double quotes.
_ESCAPED = ('"', "\\", "`", "$", "\n")


def split(command: str) -> list[str]:
    """The words of a command, at least one.

    Raises:
        ValueError: there is none, or a quotation is not complete; in QEMU's words.
    """
    words: list[str] = []
    word: str | None = None
    end = len(command)
    index = 0
    while index < end:
        character = command[index]
        index += 1
        if character in _SPACE:
            if word is not None:
                words.append(word)
            word = None
        elif character == "#" and (index == 1 or command[index - 2] in " \n"):
            if index == end:
                raise _incomplete("before matching quote was found for #.", command)
            line_end = command.find("\n", index)
            index = end if line_end < 0 else line_end
        elif character == "\\":
            if index == end:
                raise _incomplete("just after a “\\” character.", command)
            if command[index] != "\n":
                word = (word or "") + command[index]
            index += 1
        elif character in "'\"":
            text, index = _quoted(command, index, character)
            word = (word or "") + text
        else:
            word = (word or "") + character
    if word is not None:
        words.append(word)
    if not words:
        raise ValueError("Text was empty (or contained only whitespace)")
    return words


def _quoted(command: str, index: int, quote: str) -> tuple[str, int]:
    """What stands from ``index`` to the closing ``quote``, and where to go on."""
    text = ""
    while index < len(command):
        character = command[index]
        index += 1
        if character == quote:
            return text, index
        if character == "\\" and quote == '"' and command.startswith(_ESCAPED, index):
            character = command[index]
            index += 1
        text += character
    raise _incomplete(f"before matching quote was found for {quote}.", command)


def _incomplete(where: str, command: str) -> ValueError:
    return ValueError(f"Text ended {where} (The text was “{command}”)")

"""MACs as options give them, in QEMU's two ways (CLI-11, GEN-16)."""

import re

from .fields import leading_number

NONE = bytes(6)
_STRICT = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}\Z")


def parse_loose(text: str) -> bytes | None:
    """Of ``-net nic`` and ``-nic``: six numbers of base 16, of which the low octet counts; or one
    number for the last three octets. None: it is neither.
    """
    number, rest, _ = leading_number(text)
    if not rest and 0 <= number <= 0xFFFFFF:
        return bytes(3) + number.to_bytes(3, "big")
    octets: list[int] = []
    for position in range(6):
        number, rest, _ = leading_number(text, 16)
        octets.append(number & 0xFF)
        if position < 5:
            if rest[:1] not in (":", "-") or not rest:
                return None
            text = rest[1:]
        elif rest:
            return None
    return bytes(octets)


def parse_strict(text: str) -> bytes | None:
    """Of ``-device``: six times two digits; None: it is not that."""
    return bytes.fromhex(re.sub("[:-]", "", text)) if _STRICT.match(text) else None

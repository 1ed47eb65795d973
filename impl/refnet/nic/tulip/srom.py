"""What the serial ROM holds (TUL-04): the board's IDs, its MAC, and how its media are described.

The format is Digital's, version 4, for one controller with a PHY. It has two checks: eight bits
over the IDs, and sixteen over everything.
"""

from zlib import crc32

from ..eeprom93 import WORDS

_IDS = 9
_MAC, _SUM = 10, WORDS - 1

#: The words that are not nought; the last three octets of a MAC of the maker's are left over.
_CONTENTS = (
    {0: 0x103C, 1: 0x104F, 8: 0x0800, 9: 0x0104, 13: 0x1E00}
    | {15: 0x0800, 16: 0x8D01, 17: 0x0003, 19: 0x7800, 20: 0x01E0, 21: 0x5000, 22: 0x1800}
    | {47: 0x6BE8, 51: 0x8000, 52: 0xB348, 53: 0xA70E, 54: 0x0040}
)


def contents(mac: bytes) -> list[int]:
    """The words, for a NIC of that address."""
    words = [_CONTENTS.get(number, 0) for number in range(WORDS)]
    for place in range(3):
        words[_MAC + place] = int.from_bytes(mac[2 * place : 2 * place + 2], "little")
    ids = b"".join(word.to_bytes(2, "big") for word in words[:_IDS])
    words[_IDS - 1] |= _crc8(ids[:-1])
    everything = b"".join(word.to_bytes(2, "little") for word in words[:_SUM])
    words[_SUM] = crc32(everything) & 0xFFFF
    return words


def _crc8(octets: bytes) -> int:
    """x**8 + x**2 + x + 1, from all ones on, the highest bit first."""
    crc = 0xFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = (crc << 1 ^ (0x07 if crc & 0x80 else 0)) & 0xFF
    return crc

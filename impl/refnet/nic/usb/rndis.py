"""Remote NDIS: messages that configure the interface, and the header of frames (USBN-04).

[MS-RNDIS] sections 2.2 to 2.4. A message is little-endian words: its type, its length, mostly a
number that the answer repeats, and what belongs to its type. Answers wait until they are fetched.
"""

import struct
from collections.abc import Callable
from enum import IntEnum

from .device import Stalled

PACKET = 1
_COMPLETE = 0x8000_0000
_SUCCESS, _NOT_SUPPORTED = 0, 0xC000_00BB

_WORD, _PLACE = struct.Struct("<I"), struct.Struct("<II")
_PACKET_HEADER = struct.Struct("<11I")
HEADER_SIZE = _PACKET_HEADER.size
#: Offsets in messages count from behind the first two words.
OFFSET_FROM = 8
_ANSWER_HEADER, _SET_ANSWER = 24, 16
#: Where a query or a set names its object; size and offset of the information follow.
_OBJECT = 12

_FRAME_SIZE = 1514
_TRANSFER_SIZE = _FRAME_SIZE + HEADER_SIZE + 22
_TOTAL_SIZE = 1558
_SPEED = 1_000_000
_VENDOR = 0x1234
_GROUPS = 0xE000_0000
_SERIALIZED, _FULL_DUPLEX = 0x02, 0x10

_FILTER, _PERMANENT, _CURRENT, _MULTICAST = 0x0001_010E, 0x0101_0101, 0x0101_0102, 0x0101_0103

#: What the interface claims to know, in this order.
_KNOWN = (
    *(0x0001_0101, 0x0001_0102, 0x0001_0103, 0x0001_0104, 0x0001_0106, 0x0001_0107, 0x0001_010A),
    *(0x0001_010B, 0x0001_010C, 0x0001_010D, 0x0001_0116, _FILTER, 0x0001_0111, 0x0001_0114),
    *(0x0001_0202, 0x0002_0101, 0x0002_0102, 0x0002_0103, 0x0002_0104, 0x0002_0105, _PERMANENT),
    *(_CURRENT, _MULTICAST, 0x0101_0105, 0x0101_0104, 0x0102_0101, 0x0102_0102, 0x0102_0103),
)

#: Answers of one word. Hardware status, medium, connection and all statistics are nought.
_WORDS = {
    **dict.fromkeys((0x0001_0102, 0x0001_0103, 0x0001_0104, 0x0001_0114, 0x0001_0202), 0),
    **dict.fromkeys((0x0002_0101, 0x0002_0102, 0x0002_0103, 0x0002_0104, 0x0002_0105), 0),
    **dict.fromkeys((0x0102_0101, 0x0102_0102, 0x0102_0103), 0),
    **dict.fromkeys((0x0001_0106, 0x0001_010A, 0x0001_010B), _FRAME_SIZE),
    0x0001_0107: _SPEED,
    0x0001_010C: _VENDOR,
    0x0001_0111: _TOTAL_SIZE,
    0x0001_0113: _SERIALIZED | _FULL_DUPLEX,
    0x0001_0116: 1,
    0x0101_0104: 1,
    _MULTICAST: _GROUPS,
}

_DESCRIPTIONS = {
    0x0001_0101: struct.pack(f"<{len(_KNOWN)}I", *_KNOWN),
    0x0001_010D: b"QEMU USB RNDIS Net\0",
}


class State(IntEnum):
    """How far the host has come."""

    NEW = 0
    INITIALIZED = 1
    READY = 2


class Message(IntEnum):
    """The types of messages that the host sends to configure the interface."""

    INITIALIZE = 2
    HALT = 3
    QUERY = 4
    SET = 5
    RESET = 6
    KEEPALIVE = 8


class Rndis:
    """The control side of the interface.

    Args:
        mac: its address.
        answered: called when an answer waits.

    Attributes:
        state: frames pass to the host in READY alone.
        answers: what waits to be fetched, the oldest first.
    """

    def __init__(self, mac: bytes, answered: Callable[[], None]) -> None:
        self.state = State.NEW
        self.answers: list[bytes] = []
        self._mac = mac
        self._answered = answered
        self._filter = 0

    def command(self, buffer: bytearray, length: int) -> "Message":
        """Carry out a message; of which type it was.

        Args:
            buffer: the message, and whatever is behind it.
            length: of the message; it may be shorter than it ought to be.

        Raises:
            Stalled: it is of no known type, or speaks of what lies outside.
        """
        kind, _, number = struct.unpack_from("<3I", buffer)
        match kind:
            case Message.INITIALIZE:
                self.state = State.INITIALIZED
                self._answer(kind, number, _SUCCESS, 1, 0, 1, 0, 1, _TRANSFER_SIZE, 0, 0, 0)
            case Message.HALT:
                self.state = State.NEW
            case Message.QUERY:
                _information(buffer, length)
                found = self._find(*_WORD.unpack_from(buffer, _OBJECT))
                start = _ANSWER_HEADER - OFFSET_FROM if found else 0
                self._answer(kind, number, _SUCCESS, len(found), start, more=found)
            case Message.SET:
                self._set(buffer, length, number)
            case Message.RESET:
                self.answers.clear()
                self._answer(kind, _SUCCESS, 1)
            case Message.KEEPALIVE:
                self._answer(kind, number, _SUCCESS)
            case _:
                raise Stalled
        return Message(kind)

    def save(self) -> tuple[int, int, tuple[bytes, ...]]:
        """The whole state, as a plain value."""
        return int(self.state), self._filter, tuple(self.answers)

    def load(self, saved: tuple[int, int, tuple[bytes, ...]]) -> None:
        """Take back what :meth:`save` gave."""
        state, self._filter, answers = saved
        self.state = State(state)
        self.answers = list(answers)

    def _answer(self, kind: int, *words: int, more: bytes = b"") -> None:
        size = 8 + 4 * len(words) + len(more)
        head = struct.pack(f"<{2 + len(words)}I", kind | _COMPLETE, size, *words)
        self._queue(head + more)

    def _queue(self, answer: bytes) -> None:
        self.answers.append(answer)
        self._answered()

    def _find(self, number: int) -> bytes:
        """What is known of an object; nothing of one that is not."""
        if number in (_PERMANENT, _CURRENT):
            return self._mac
        if number == _FILTER:
            return _WORD.pack(self._filter)
        if number in _WORDS:
            return _WORD.pack(_WORDS[number])
        return _DESCRIPTIONS.get(number, b"")

    def _set(self, buffer: bytearray, length: int, number: int) -> None:
        """Set the filter, of which 16 bits count; any but nought lets frames pass.

        A message that is refused leaves an answer of noughts all the same.
        """
        try:
            start = _information(buffer, length)
        except Stalled:
            self._queue(bytes(_SET_ANSWER))
            raise
        found = _WORD.unpack_from(buffer, _OBJECT)[0]
        if found == _FILTER:
            self._filter = int.from_bytes(buffer[start : start + 2], "little")
            self.state = State.READY if self._filter else State.INITIALIZED
        known = found in (_FILTER, _MULTICAST)
        self._answer(Message.SET, number, _SUCCESS if known else _NOT_SUPPORTED)


def packet(frame: bytes) -> bytes:
    """A frame behind its header, as the host gets it."""
    size = HEADER_SIZE + len(frame)
    head = _PACKET_HEADER.pack(PACKET, size, HEADER_SIZE - OFFSET_FROM, len(frame), *[0] * 7)
    return head + frame


def _information(buffer: bytearray, length: int) -> int:
    """Where the information of a query or a set begins.

    Raises:
        Stalled: it is not inside the message.
    """
    size, start = _PLACE.unpack_from(buffer, _OBJECT + 4)
    start = start + OFFSET_FROM & 0xFFFF_FFFF
    if size > length or start >= length or start + size > length:
        raise Stalled
    return int(start)

"""The receive unit of an i8255x: a list of descriptors, each with its buffer behind it (EEP-04).

A descriptor is status, command, the offset of the next one, a word that is not used, how many
octets came, and how many have room; little-endian.
"""

from enum import IntEnum

from ..hashing import group_hash
from .core import (
    COMPLETE,
    FRAME_RECEIVED,
    FRAMES_TAKEN,
    LAST,
    LOWEST_HASH_BIT,
    NO_RESOURCES,
    OK,
    RECEIVER_STOPPED,
    STATE,
    SUSPEND,
    Core,
    after,
)


class _Order(IntEnum):
    """What the processor asks for."""

    START = 1
    RESUME = 2
    ABORT = 4
    LOAD_BASE = 6


_IDLE, _SUSPENDED, _NO_BUFFERS, _READY, _STATE_MASK = 0x00, 0x04, 0x08, 0x10, 0x3C

_GROUP, _FOREIGN = 0x0002, 0x0004
_BROADCAST = b"\xff" * 6
_SHORTEST, _LONGEST = 60, 1518
_HEADER = 16

#: Bits of the configuration, by octet.
_DISABLED = 8, 0x80
_PROMISCUOUS = 15, 0x01
_WITH_CRC, _LONG = (18, 0x04), (18, 0x08)
_SEVERAL_ADDRESSES = 20, 0x40
_ALL_GROUPS = 21, 0x08


class ReceiveUnit(Core):
    """Orders of the processor, and what becomes of frames."""

    def order_reception(self, order: int) -> None:
        """Do what the low half of the SCB's command octet says; what is unknown is ignored."""
        match order:
            case _Order.START:
                self._turn(_READY)
                self._receive_offset = self.pointer()
                self.cable.flush()
            case _Order.RESUME:
                self._turn(_READY)
            case _Order.ABORT:
                if self._is_ready():
                    self.raise_cause(RECEIVER_STOPPED)
                self._turn(_IDLE)
            case _Order.LOAD_BASE:
                self._receive_base = self.pointer()

    def receive(self, frame: bytes) -> bool:
        """Take a frame or drop it: nothing waits until there are buffers."""
        frame = frame.ljust(_SHORTEST, b"\0")
        status = self._judge(frame)
        if status is None:
            return True
        if self._is_ready():
            return self._store(frame, status)
        self.raise_cause(RECEIVER_STOPPED)
        self.count(NO_RESOURCES)
        return True

    def _turn(self, state: int) -> None:
        self.registers[STATE] = self.registers[STATE] & ~_STATE_MASK | state

    def _is_ready(self) -> bool:
        return self.registers[STATE] & _STATE_MASK == _READY

    def _has(self, setting: tuple[int, int]) -> bool:
        """Whether a bit of the configuration is set."""
        octet, bit = setting
        return bool(self._configuration[octet] & bit)

    def _judge(self, frame: bytes) -> int | None:
        """The receive filter: what the status says of the frame; None: it is not for us."""
        if self._has(_DISABLED) or (len(frame) > _LONGEST and not self._has(_LONG)):
            return None
        if frame[:6] == self.address:
            return 0
        if frame[:6] == _BROADCAST:
            return _GROUP
        if frame[0] & 1:
            if self._has(_ALL_GROUPS) or self.is_listed(group_hash(frame, LOWEST_HASH_BIT)):
                return _GROUP
            return _GROUP | _FOREIGN if self._has(_PROMISCUOUS) else None
        if self._has(_PROMISCUOUS):
            return _FOREIGN
        if self._has(_SEVERAL_ADDRESSES) and self.is_listed(group_hash(frame)):
            return 0
        return None

    def _store(self, frame: bytes, status: int) -> bool:
        """Write a frame behind the descriptor whose turn it is, as much of it as has room.

        One with its CRC is asked for in vain: the descriptor says that it came, and stays. QEMU
        takes a descriptor without room for having taken nothing: the frame counts, and yet waits
        with all that follow it until the receiver is started again.
        """
        place = after(self._receive_base, self._receive_offset)
        descriptor = self.read_memory(place, _HEADER)
        command = int.from_bytes(descriptor[2:4], "little")
        frame = frame[: int.from_bytes(descriptor[14:16], "little")]
        self.write_memory(place, (COMPLETE | OK | status).to_bytes(2, "little"))
        self.write_memory(place + 12, len(frame).to_bytes(2, "little"))
        if self._has(_WITH_CRC):
            return True
        self.write_memory(place + _HEADER, frame)
        self.count(FRAMES_TAKEN)
        self.raise_cause(FRAME_RECEIVED)
        self._receive_offset = int.from_bytes(descriptor[4:8], "little")
        if command & LAST:
            self._turn(_NO_BUFFERS)
            self.raise_cause(RECEIVER_STOPPED)
        if command & SUSPEND:
            self._turn(_SUSPENDED)
        return bool(frame)

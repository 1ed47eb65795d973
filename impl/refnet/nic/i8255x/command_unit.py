"""The command unit of an i8255x: a list of command blocks in memory (EEP-05).

A block is status, command, the offset of the next block, and what the command needs, little-endian.
"""

from enum import IntEnum

from ..hashing import group_hash
from .core import (
    COMMAND_DONE,
    COMPLETE,
    FRAMES_SENT,
    INTERRUPT,
    LAST,
    LOWEST_HASH_BIT,
    OK,
    RARE_COUNTERS,
    STATE,
    SUSPEND,
    UNIT_STOPPED,
    Core,
    after,
)


class _Order(IntEnum):
    """What the processor asks for."""

    START = 0x10
    RESUME = 0x20
    LOAD_DUMP_ADDRESS = 0x40
    DUMP = 0x50
    LOAD_BASE = 0x60
    DUMP_AND_RESET = 0x70


class _Action(IntEnum):
    """What a block asks for; 6, a dump of the chip's insides, is not there."""

    NOTHING = 0
    ADDRESS = 1
    CONFIGURE = 2
    GROUPS = 3
    TRANSMIT = 4
    MICROCODE = 5
    DIAGNOSE = 7


_ACTION, _NO_CRC = 0x0007, 0x0010
_DUMPED, _DUMPED_AND_RESET = 0xA005, 0xA007

_IDLE, _SUSPENDED, _ACTIVE, _STATE_MASK = 0x00, 0x40, 0x80, 0xC0

#: A list that has neither an end nor a suspended block is left after so many.
_PATIENCE = 16

_LONGEST = 2600
_LENGTH = 0x3FFF
_NO_ARRAY = 0xFFFF_FFFF
_STANDARD_TCB = 0x10
_BUFFER_LAST = 0x01
_WITHIN_BLOCK = 2


class CommandUnit(Core):
    """Orders of the processor, and the list that it leaves in memory."""

    def order_commands(self, order: int) -> None:
        """Do what the high half of the SCB's command octet says; what is unknown is ignored."""
        match order:
            case _Order.START:
                self._command_offset = self.pointer()
                self._work()
            case _Order.RESUME:
                self._work()
            case _Order.LOAD_DUMP_ADDRESS:
                self._dump_to = self.pointer() & ~3
            case _Order.DUMP:
                self._dump(_DUMPED)
            case _Order.LOAD_BASE:
                self._command_base = self.pointer()
            case _Order.DUMP_AND_RESET:
                self._dump(_DUMPED_AND_RESET)
                self._counters[:] = bytes(len(self._counters))

    def _dump(self, signature: int) -> None:
        """Write the counters, and a word behind them that says so.

        From the end of the 32 bits of address on, only those that ever count go on at address 0.
        """
        place = self._dump_to
        self.write_memory(place, self._counters)
        for counter in RARE_COUNTERS:
            self.write_memory(after(place, counter), self._counters[counter : counter + 4])
        self.write_memory(after(place, len(self._counters)), signature.to_bytes(4, "little"))

    def _work(self) -> None:
        """Go through the list, up to its end, a suspended block, or the end of patience."""
        self._become(_ACTIVE)
        for _ in range(_PATIENCE):
            command = self._step()
            if command & INTERRUPT:
                self.raise_cause(COMMAND_DONE)
            if command & (LAST | SUSPEND):
                self._become(_IDLE if command & LAST else _SUSPENDED)
                self.raise_cause(UNIT_STOPPED)
                break

    def _become(self, state: int) -> None:
        self.registers[STATE] = self.registers[STATE] & ~_STATE_MASK | state

    def _step(self) -> int:
        """Carry out one block; its command word."""
        place = after(self._command_base, self._command_offset)
        block = self.read_memory(place, 16)
        status = int.from_bytes(block[:2], "little")
        command = int.from_bytes(block[2:4], "little")
        self._command_offset = int.from_bytes(block[4:8], "little")
        done = OK
        match command & _ACTION:
            case _Action.NOTHING | _Action.MICROCODE:
                pass
            case _Action.ADDRESS:
                self.address = self.read_memory(after(place, 8), 6)
            case _Action.CONFIGURE:
                length = len(self._configuration)
                self._configuration[:] = self.read_memory(after(place, 8), length)
            case _Action.GROUPS:
                self._list_groups(place, int.from_bytes(block[8:10], "little") & _LENGTH)
            case _Action.TRANSMIT if not command & _NO_CRC:
                self._transmit(place, block)
            case _Action.DIAGNOSE:
                status = 0
            case _:
                done = 0
        self.write_memory(place, (status | done | COMPLETE).to_bytes(2, "little"))
        return command

    def _list_groups(self, place: int, length: int) -> None:
        """Fill the group filter from a list of addresses, ``length`` octets altogether."""
        self._groups[:] = bytes(len(self._groups))
        for distance in range(0, length, 6):
            group = self.read_memory(after(place, 10 + distance), 6)
            bit = group_hash(group, LOWEST_HASH_BIT)
            self._groups[bit >> 3] |= 1 << (bit & 7)

    # -- transmission ------------------------------------------------------------------------------

    def _transmit(self, place: int, block: bytes) -> None:
        """Collect a frame: from behind the block, then from the buffers of an array."""
        array = int.from_bytes(block[8:12], "little")
        length = min(int.from_bytes(block[12:14], "little") & _LENGTH, _LONGEST)
        frame = bytearray(self.read_memory(after(place, 16), length))
        if array != _NO_ARRAY:
            used = 0
            if self.EXTENDED and not self._configuration[6] & _STANDARD_TCB:
                used = self._gather(frame, after(place, 16), 0, _WITHIN_BLOCK)
            self._gather(frame, array, used, block[15])
        self.cable.send(bytes(frame))
        self.count(FRAMES_SENT)

    def _gather(self, frame: bytearray, array: int, first: int, count: int) -> int:
        """Append the buffers that an array names, by number, to the one that says it is the last.

        What would make the frame longer than the chip takes is left out. The number of the last
        one, or ``count``.
        """
        for number in range(first, count):
            buffer = self.read_memory(array, 8)
            array = after(array, 8)
            length = min(int.from_bytes(buffer[4:6], "little"), _LONGEST - len(frame))
            frame += self.read_memory(int.from_bytes(buffer[:4], "little"), length)
            if buffer[6] & _BUFFER_LAST:
                return number
        return count

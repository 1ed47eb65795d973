"""The PHY at address 1, at the end of a management bus that is moved bit by bit (TUL-04).

A frame is two bits of start, two of operation, five of PHY, five of register, two to turn around,
and sixteen of data; 32 ones come before it (IEEE 802.3 clause 22.2.4.5). QEMU counts from the first
nought after these, and never from anywhere else.
"""

from dataclasses import dataclass, field

ADDRESS = 1
_REGISTERS = 32
_READ, _WRITE = 0b0110, 0b0101
_HEAD, _FRAME = 16, 32
_ONES = 0xFFFF_FFFF

_INITIAL = {0: 0x3100, 1: 0xF02C, 2: 0x7810, 4: 0x0501, 5: 0x4181, 16: 0x0003, 18: 0x0001}

#: The bits of a register that can be written, as QEMU has it: those that ought to be read-only.
_WRITABLE = dict.fromkeys((1, 2, 3, 5, 6, *range(18, 26)), 0xFFFF) | {4: 0xC01F, 16: 0x0FFF}


def _initial() -> list[int]:
    return [_INITIAL.get(number, 0) for number in range(_REGISTERS)]


@dataclass
class Phy:
    """Its registers, and how far a frame has come.

    Attributes:
        word: the last 32 bits that passed; while a register is read, its value on the way out.
        count: how many bits passed since the ones.
    """

    registers: list[int] = field(default_factory=_initial)
    word: int = 0
    count: int = 0

    def clock(self, bit: bool, reads: bool) -> bool | None:
        """The clock rises.

        Args:
            bit: what the controller puts on the bus.
            reads: whether it lets go of the bus; it is heeded from the turn-around on.

        Returns:
            What the PHY puts on the bus; None: it does not change that. The highest bit of what is
            read is lost: as it is fetched, the head of the frame still stands there (QEMU).
        """
        self.count += 1
        self.word = self.word << 1 & _ONES | (bit and not (reads and self.count >= _HEAD))
        out = bool(self.word & 0x8000) if reads and self.count >= _HEAD else None
        if self.word == _ONES:
            self.count = 0
        elif self.count == _HEAD:
            self._read()
        elif self.count == _FRAME:
            self._write()
        return out

    def _read(self) -> None:
        if self.word >> 12 & 0xF == _READ:
            phy, register = self.word >> 7 & 0x1F, self.word >> 2 & 0x1F
            self.word = self.registers[register] if phy == ADDRESS else 0

    def _write(self) -> None:
        if self.word >> 28 == _WRITE and self.word >> 23 & 0x1F == ADDRESS:
            register = self.word >> 18 & 0x1F
            mask = _WRITABLE.get(register, 0)
            data = self.word & 0xFFFF & mask
            self.registers[register] = self.registers[register] & ~mask | data

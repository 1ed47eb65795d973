"""A serial EEPROM 93C46: 64 words of 16 bits behind chip select, clock, data in and data out.

A command is a nought and a one (the start), two bits of operation, six of address, and sixteen of
data; each bit is taken when the clock rises. Writing and erasing begin when the chip is deselected,
and only while they are enabled (Microchip 93C46 data sheet; QEMU's 93xx takes no time over it).
"""

from dataclasses import dataclass, field

WORDS = 64
_ADDRESS_BITS = 6

_START, _COMMAND, _ADDRESS = 2, 4, 4 + _ADDRESS_BITS
_COMPLETE = _ADDRESS + 16

_EXTENDED, _WRITE, _READ, _ERASE = range(4)
_DISABLE, _WRITE_ALL, _ERASE_ALL, _ENABLE = range(4)

_BLANK = 0xFFFF


@dataclass
class Eeprom:
    """The chip, and how far a command has come.

    Attributes:
        words: what it holds.
        out: the level of data out; it floats high while the chip is not selected.
    """

    words: list[int] = field(default_factory=lambda: [0] * WORDS)
    out: bool = True
    _selected: bool = False
    _clock: bool = False
    _writable: bool = False
    _step: int = 0
    _command: int = 0
    _address: int = 0
    _data: int = 0

    def drive(self, select: bool, clock: bool, bit: bool) -> None:
        """Set the three inputs."""
        if select and not self._selected:
            self._step = self._command = self._address = 0
        elif self._selected and not select:
            self._finish()
            self.out = True
        elif select and clock and not self._clock:
            self._shift(bit)
        self._selected = select
        self._clock = clock

    def _shift(self, bit: bool) -> None:
        """Take one bit: a one at once is as good as the start, noughts before it do not count."""
        if self._step == 0:
            self._step = _START if bit else 1
        elif self._step < _START:
            self._step = _START if bit else self._step
        elif self._step < _COMMAND:
            self._step += 1
            self._command = self._command << 1 | bit
        elif self._step < _ADDRESS:
            self._step += 1
            self._address = self._address << 1 | bit
            if self._step == _ADDRESS:
                self._decode()
        elif self._step < _COMPLETE:
            self._step += 1
            if self._command == _READ:
                self.out = bool(self._data & 0x8000)
            self._data = self._data << 1 & 0xFFFF | bit

    def _decode(self) -> None:
        """The address is complete; what is read follows after a nought."""
        if self._command == _READ:
            self.out = False
        if self._command != _EXTENDED:
            self._data = self.words[self._address]
        elif self._extension() in (_DISABLE, _ENABLE):
            self._writable = self._extension() == _ENABLE

    def _extension(self) -> int:
        return self._address >> _ADDRESS_BITS - 2

    def _finish(self) -> None:
        """Do what the command was to change. Writing can only clear bits."""
        if not self._writable:
            return
        if self._command == _ERASE:
            self.words[self._address] = _BLANK
        elif self._command == _EXTENDED and self._extension() == _ERASE_ALL:
            self.words[:] = [_BLANK] * WORDS
        elif self._step == _COMPLETE and self._command == _WRITE:
            self.words[self._address] &= self._data
        elif self._step == _COMPLETE and self._is_write_all():
            self.words[:] = [word & self._data for word in self.words]

    def _is_write_all(self) -> bool:
        return self._command == _EXTENDED and self._extension() == _WRITE_ALL

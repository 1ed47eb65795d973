"""A 93C46: 64 words of 16 bits behind four wires (Microchip 93C46B data sheet, chapter 2)."""

from dataclasses import dataclass, field
from typing import Literal

_WORDS = 64
_COMMAND_BITS, _WORD_BITS = 8, 16
_READ, _OPERATION, _ADDRESS = 0x80, 0xC0, 0x3F


@dataclass
class Eeprom:
    """The chip. It can be read alone: what would write or erase it does nothing, as in QEMU.

    Attributes:
        words: the contents; data_out: the wire that it drives; selected, clock: two of its inputs.
        phase: what the next bit is: of no use; a start bit or idle; of a command; of an answer.
        bits: how many of the command or the answer have passed; shift: the register they pass by.
    """

    words: list[int] = field(default_factory=lambda: [0] * _WORDS)
    selected: bool = False
    clock: bool = False
    data_out: bool = False
    phase: Literal["deaf", "start", "command", "answer"] = "deaf"
    bits: int = 0
    shift: int = 0

    def drive(self, selected: bool, clock: bool, data_in: bool) -> None:
        """Set the inputs. A rising clock moves one bit, where the chip is selected."""
        if selected and not self.selected:
            self._expect("start")
        rises = selected and clock and not self.clock
        self.selected, self.clock = selected, clock
        if rises:
            self._step(data_in)

    def _step(self, data_in: bool) -> None:
        if self.phase == "start":
            if data_in:
                self._expect("command")
        elif self.phase == "command":
            self.bits += 1
            self.shift = self.shift << 1 | data_in
            if self.bits == _COMMAND_BITS:
                self._obey(self.shift)
        elif self.phase == "answer":
            self.bits += 1
            self.data_out = bool(self.shift & 0x8000)
            self.shift = self.shift << 1 & 0xFFFF
            if self.bits == _WORD_BITS:
                self._expect("start")

    def _obey(self, command: int) -> None:
        if command & _OPERATION == _READ:
            self._expect("answer")
            self.shift = self.words[command & _ADDRESS]
            self.data_out = False
        else:
            self._expect("deaf")

    def _expect(self, phase: Literal["deaf", "start", "command", "answer"]) -> None:
        self.phase = phase
        self.bits = self.shift = 0

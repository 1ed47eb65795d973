"""The EEPROM: 64 words of 16 bits, on a Microwire bus of three wires (E1K-02, SDM 5.2)."""

from dataclasses import dataclass

_CLOCK, _SELECT, _DATA_IN, _DATA_OUT = 0x01, 0x02, 0x04, 0x08
_GRANTED, _PRESENT = 0x80, 0x100
#: What EECD keeps: the wires but for the chip's own, write enable of the flash, and the request.
_KEPT = 0x77

_START, _DONE = 0x01, 0x10
_WORDS = 64
_CHECKSUM = 0xBABA
_READ = 0b110
_COMMAND_BITS = 9

_CONTENTS = (
    "000000000000 0000 ffff 0000 0000 0000 3000 1000 6403 0000 8086 0000 8086 3040"
    "0008 2000 7e14 0048 1000 00d8 0000 2700 6cc9 3150 0722 040b 0984 0000 c000 0706"
    "1008 0000 0f04 7fff 4d01 ffff ffff ffff ffff ffff ffff ffff ffff ffff ffff ffff"
    "0100 4000 121c ffff ffff ffff ffff ffff ffff ffff ffff ffff ffff ffff ffff"
)
_DEVICE = (0x0B, 0x0D)


def contents(mac: bytes, device: int) -> list[int]:
    """The 64 words: the address first, the PCI device twice, a checksum last."""
    octets = bytes.fromhex(_CONTENTS)
    words = [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2)]
    words[:3] = [int.from_bytes(mac[at : at + 2], "little") for at in (0, 2, 4)]
    for place in _DEVICE:
        words[place] = device
    return [*words, _CHECKSUM - sum(words) & 0xFFFF]


def answer(words: list[int], request: int) -> int:
    """What EERD reads after ``request`` was written: bit 0 starts, the address is in bits 8 on."""
    if not request & _START:
        return request
    request &= ~_START
    address = request >> 8
    return request | _DONE | (words[address] << 16 if address < _WORDS else 0)


@dataclass
class Microwire:
    """The state of the serial bus, which EECD drives wire by wire.

    A command is a start bit, two bits that say what to do and six of address, taken in at rising
    edges of the clock. Then a falling edge brings the next bit of the word out, high bits first,
    and after a word the one that follows it.

    Attributes:
        wires: what was written to EECD, as far as it keeps that.
        shifted: the bits taken in; taken: their number.
        place: which bit is out, counted from the first of word 0.
        reading: whether a word is being read.
    """

    wires: int = 0
    shifted: int = 0
    taken: int = 0
    place: int = 0
    reading: bool = False

    def read(self, words: list[int]) -> int:
        """What EECD reads."""
        value = _GRANTED | _PRESENT | self.wires
        word = words[self.place >> 4 & _WORDS - 1]
        if not self.reading or word >> (~self.place & 0xF) & 1:
            value |= _DATA_OUT
        return value

    def write(self, value: int) -> None:
        """Drive the wires."""
        changed = value ^ self.wires
        self.wires = value & _KEPT
        if not value & _SELECT:
            return
        if changed & _SELECT:
            self.shifted = self.taken = self.place = 0
            self.reading = False
        if changed & _CLOCK and value & _CLOCK:
            self._take(bool(value & _DATA_IN))
        elif changed & _CLOCK:
            self.place = self.place + 1 & 0xFFFF

    def _take(self, bit: bool) -> None:
        self.shifted = (self.shifted << 1 | bit) & 0xFFFF_FFFF
        self.taken = self.taken + 1 & 0xFFFF
        if self.taken == _COMMAND_BITS and not self.reading:
            self.place = ((self.shifted & 0x3F) << 4) - 1 & 0xFFFF
            self.reading = self.shifted >> 6 & 7 == _READ

"""The PHY of an i8255x, a DP83840A at address 1, behind the MDI control register (EEP-03).

The link is always up, and negotiation has always been completed, whatever ``set_link`` says.
"""

from dataclasses import dataclass, field

ADDRESS = 1
_REGISTERS = 32

_WRITE, _READ = 1, 2
_CONTROL, _STATUS, _PARTNER, _EXPANSION = 0, 1, 5, 6
_LAST = 6

_RESET, _RESTART = 0x8000, 0x0200
_NEGOTIATED = 0x0020
_PARTNER_ABILITY, _PARTNER_NEGOTIATES = 0x41FE, 0x0001

_INITIAL = {0: 0x3000, 1: 0x780D, 2: 0x02A8, 3: 0x0154, 4: 0x05E1, 16: 0x0003, 18: 0x0001}

#: Which bits of a register a write leaves alone.
_KEPT = {_CONTROL: 0x0000, 4: 0xC01F}


def _initial() -> list[int]:
    return [_INITIAL.get(number, 0) for number in range(_REGISTERS)]


@dataclass
class Phy:
    """Its registers, of 16 bits each."""

    registers: list[int] = field(default_factory=_initial)

    def reset(self) -> None:
        """All as they are when power comes on."""
        self.registers = _initial()

    def transact(self, operation: int, address: int, number: int, data: int) -> int | None:
        """Carry out one frame on the management bus.

        Args:
            operation: 1 writes, 2 reads.
            number: of the register; only those up to 6 are there.

        Returns:
            What stands in the data bits then; None: nobody understood.
        """
        if address != ADDRESS or operation not in (_WRITE, _READ) or number > _LAST:
            return None
        if number == _CONTROL and data & _RESET:
            self.registers[_CONTROL] = _INITIAL[_CONTROL]
            self.registers[_STATUS] = _INITIAL[_STATUS]
            if operation == _WRITE:
                return self.registers[_CONTROL]
        return self._write(number, data) if operation == _WRITE else self._read(number)

    def _write(self, number: int, data: int) -> int:
        if number == _CONTROL:
            data &= ~_RESTART
        kept = _KEPT.get(number, 0xFFFF)
        self.registers[number] = self.registers[number] & kept | data & ~kept
        return data

    def _read(self, number: int) -> int:
        if number == _STATUS:
            self.registers[_STATUS] |= _NEGOTIATED
        elif number == _PARTNER:
            self.registers[_PARTNER] = _PARTNER_ABILITY
        elif number == _EXPANSION:
            self.registers[_EXPANSION] = _PARTNER_NEGOTIATES
        return self.registers[number]

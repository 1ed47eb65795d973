"""An i8255x from its registers' side: what a load or a store does (EEP-01).

The same registers are seen in memory, on I/O ports, and where the flash would be.
"""

from enum import IntEnum

from ..bus import Region
from ..model import Setting
from .command_unit import CommandUnit
from .core import ASKED_FOR, CAUSES, COMMAND, MASK, MDI_DONE, REGISTERS
from .receive_unit import ReceiveUnit

_PORT, _FLASH, _EEPROM, _MDI, _POWER, _GENERAL_STATUS = 8, 12, 14, 16, 27, 29
_BLOCK_END, _PORT_END, _MDI_END = 4, 12, 20

_PORTS, _FLASH_SIZE, _ROM_SIZE = 0x40, 0x20000, 0x20000

_MASK_ASK = 0x02
_RECEIVE_ORDER, _COMMAND_ORDER = 0x0F, 0xF0

_CLOCK, _SELECT, _IN, _OUT = 0x01, 0x02, 0x04, 0x08

_MDI_INITIAL, _MDI_READY, _MDI_INTERRUPT = 0x0020_0000, 0x1000_0000, 0x2000_0000

_UP_AT_100_FULL = 0x07

_EEPROM_ID, _EEPROM_PHY, _EEPROM_SUM = 5, 6, 63
_VALID = 0x4000
_SUM = 0xBABA

_FUNCTION = 0x3
_PASSED = b"\xff\xff\xff\xff\0\0\0\0"


class _Function(IntEnum):
    """What is asked for through the port; 3, a dump, is not there."""

    SOFTWARE_RESET = 0
    SELF_TEST = 1
    SELECTIVE_RESET = 2


class I8255x(CommandUnit, ReceiveUnit):
    """The chip; subclasses say who they are.

    Attributes:
        EEPROM_ID: the word of the EEPROM that says what it is for.
    """

    EEPROM_ID = _VALID

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.add_bar(0, Region(REGISTERS, self._read, self._write), ahead=True)
        self.add_bar(1, Region(_PORTS, self._read, self._write), io=True)
        self.add_bar(2, Region(_FLASH_SIZE, self._read, self._write))
        self.add_rom(_ROM_SIZE)

    def reset(self) -> None:
        """Reset by the machine or by software; an interrupt stays, and so does the configuration.

        The EEPROM is written again, with the address that IA setup has left.
        """
        self._groups[:] = bytes(len(self._groups))
        self._reset_selectively()

    def _reset_selectively(self) -> None:
        words = self._eeprom.words
        words[:3] = (int.from_bytes(self.address[at : at + 2], "little") for at in (0, 2, 4))
        words[_EEPROM_ID] = self.EEPROM_ID
        words[_EEPROM_PHY] = 1
        words[_EEPROM_SUM] = _SUM - sum(words[:_EEPROM_SUM]) & 0xFFFF
        self.registers[:] = bytes(REGISTERS)
        self._put(_MDI, 4, _MDI_INITIAL)
        self._phy.reset()

    # -- reading -----------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        if offset == _EEPROM or (offset == _FLASH and size == 4):
            return self._read_eeprom()
        if _MDI <= offset < _MDI_END:
            return (self._value(_MDI, 4) | _MDI_READY) >> 8 * (offset - _MDI)
        if (offset == _PORT and size == 4) or (offset == _POWER and size == 1):
            return 0
        if offset == _GENERAL_STATUS and size == 1:
            return _UP_AT_100_FULL
        return self._value(offset, size)

    def _read_eeprom(self) -> int:
        value = self._value(_EEPROM, 2)
        return value | _OUT if self._eeprom.out else value & ~_OUT

    # -- writing -----------------------------------------------------------------------------------

    def _write(self, offset: int, size: int, value: int) -> None:
        """Store, and do what the register is for; the state can be written by 32 bits alone."""
        end = offset + size
        if end > REGISTERS:
            return
        if offset or size == 4:
            self._put(offset, size, value)
        if end <= _BLOCK_END:
            self._write_block(offset, size, value)
        elif end == _PORT_END:
            self._ask(self._value(_PORT, 4))
        elif end == _MDI_END:
            self._transact(self._value(_MDI, 4))
        elif offset <= _EEPROM < end:
            pins = self.registers[_EEPROM]
            self._eeprom.drive(bool(pins & _SELECT), bool(pins & _CLOCK), bool(pins & _IN))

    def _write_block(self, offset: int, size: int, value: int) -> None:
        """Write the system control block; all of it at once does nothing."""
        match offset, size:
            case 0, 2:
                self.registers[CAUSES] = value >> 8
                self.acknowledge()
            case 1, 1:
                self.acknowledge()
            case 2, 1:
                self._order(value)
            case 2, 2:
                self._order(value & 0xFF)
                self._write_mask(value >> 8)
            case 3, 1:
                self._write_mask(value)

    def _order(self, order: int) -> None:
        self.order_reception(order & _RECEIVE_ORDER)
        self.order_commands(order & _COMMAND_ORDER)
        self.registers[COMMAND] = 0

    def _write_mask(self, value: int) -> None:
        self.registers[MASK] = value
        self.raise_cause(ASKED_FOR if value & _MASK_ASK else 0)

    def _ask(self, value: int) -> None:
        """The port: two bits of function, and an address."""
        match value & _FUNCTION:
            case _Function.SOFTWARE_RESET:
                self.reset()
            case _Function.SELF_TEST:
                self.write_memory(value & ~_FUNCTION, _PASSED)
            case _Function.SELECTIVE_RESET:
                self._reset_selectively()

    def _transact(self, value: int) -> None:
        """The management bus: it takes no time, and is done even where nobody wants to know."""
        operation, address, number = value >> 26 & 3, value >> 21 & 31, value >> 16 & 31
        data = self._phy.transact(operation, address, number, value & 0xFFFF)
        if data is not None:
            self.registers[CAUSES] |= MDI_DONE
            value |= _MDI_READY
            if value & _MDI_INTERRUPT:
                self.raise_cause(MDI_DONE)
        self._put(_MDI, 4, value & 0xFFFF_0000 | (data or 0))

    def _value(self, offset: int, size: int) -> int:
        return int.from_bytes(self.registers[offset : offset + size], "little")

    def _put(self, offset: int, size: int, value: int) -> None:
        self.registers[offset : offset + size] = value.to_bytes(size, "little")

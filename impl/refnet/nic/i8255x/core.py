"""What the units of an i8255x share: the registers, the interrupt, the counters (EEP-01).

Intel 8255x Open Source Software Developer Manual, chapter 6. The registers are a page of memory
that drivers write as they like; some of its octets mean something.
"""

from typing import ClassVar

from ..eeprom93 import Eeprom
from ..model import PciModel, Setting
from ..pci import MAX_LATENCY, MIN_GRANT, STATUS
from .phy import Phy

REGISTERS = 0x1000

#: System control block: state of the units, causes, command, mask, general pointer.
STATE, CAUSES, COMMAND, MASK, POINTER = 0, 1, 2, 3, 4

#: Causes of an interrupt.
COMMAND_DONE, FRAME_RECEIVED, UNIT_STOPPED = 0x80, 0x40, 0x20
RECEIVER_STOPPED, MDI_DONE, ASKED_FOR = 0x10, 0x08, 0x04
_NEVER_MASKED = 0x0F
_MASK_ALL = 0x01

#: Flags of command blocks and receive descriptors alike.
LAST, SUSPEND, INTERRUPT = 0x8000, 0x4000, 0x2000
COMPLETE, OK = 0x8000, 0x2000

#: Where the counters that ever count stand in a dump, in octets.
FRAMES_SENT, FRAMES_TAKEN, NO_RESOURCES, TOO_SHORT = 0, 36, 48, 60
RARE_COUNTERS = (FRAMES_TAKEN, NO_RESOURCES, TOO_SHORT)
_COUNTERS = 64

#: Which bits of a destination's CRC choose a bit of the group filter: 7 down to 2.
LOWEST_HASH_BIT = 2

_CONFIGURATION = 22
_STANDARD_TCB, _STANDARD_COUNTERS = 0x10, 0x20

_POWER_MANAGEMENT, _POWER_OFFSET, _POWER_LENGTH = 0x01, 0xDC, 8
_POWER_ABILITIES = b"\x21\x7e"
_LATENCY = 0x0D


class Core(PciModel):
    """An i8255x without the units that do its work.

    Attributes:
        POWERED: whether it has the capability of power management, as the 82558 and later do.
        EXTENDED: whether it knows extended transmit blocks (82558 and later).
        registers: the page.
        address: what it listens to, which IA setup changes.
    """

    SAVED = (
        "registers",
        "address",
        "_pending",
        "_asserting",
        "_eeprom",
        "_phy",
        "_configuration",
        "_groups",
        "_counters",
        "_command_base",
        "_command_offset",
        "_receive_base",
        "_receive_offset",
        "_dump_to",
    )
    POWERED: ClassVar[bool] = True
    EXTENDED: ClassVar[bool] = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.registers = bytearray(REGISTERS)
        self.address = setting.mac
        self._pending = 0
        self._asserting = False
        self._eeprom = Eeprom()
        self._phy = Phy()
        self._configuration = bytearray(_CONFIGURATION)
        self._configuration[6] = _STANDARD_TCB | _STANDARD_COUNTERS
        self._groups = bytearray(8)
        self._counters = bytearray(_COUNTERS)
        self._command_base = self._command_offset = 0
        self._receive_base = self._receive_offset = 0
        self._dump_to = 0
        self._describe()

    def _describe(self) -> None:
        """Fill in configuration space."""
        self.preset(STATUS, b"\x80\x02")
        self.preset(_LATENCY, b"\x20")
        self.preset(MIN_GRANT, b"\x08")
        self.preset(MAX_LATENCY, b"\x18")
        if self.POWERED:
            self.add_capability(_POWER_MANAGEMENT, _POWER_LENGTH, _POWER_OFFSET)
            self.preset(_POWER_OFFSET + 2, _POWER_ABILITIES)

    def _assert(self, high: bool) -> None:
        """Assert INTA, or let go of it.

        What it asserts it believes to assert for good, even if a reset of the bus took it away.
        """
        if high is not self._asserting:
            self._asserting = high
            self.interrupt(high)

    def raise_cause(self, cause: int) -> None:
        """Add causes of an interrupt, 0: none; and see whether the mask lets any through."""
        self._pending = self.registers[CAUSES] = self.registers[CAUSES] | cause
        mask = self.registers[MASK]
        heard = self._pending & (~mask | _NEVER_MASKED)
        self._assert(bool(heard) and not mask & _MASK_ALL)

    def acknowledge(self) -> None:
        """The causes that were just written are dealt with; the interrupt ends with the last."""
        self._pending &= ~self.registers[CAUSES]
        self.registers[CAUSES] = self._pending
        if not self._pending:
            self._assert(False)

    def pointer(self) -> int:
        """The general pointer, which most commands of the units take."""
        return int.from_bytes(self.registers[POINTER : POINTER + 4], "little")

    def count(self, counter: int) -> None:
        """One more, modulo 2 ** 32."""
        value = int.from_bytes(self._counters[counter : counter + 4], "little") + 1
        self._counters[counter : counter + 4] = (value & 0xFFFF_FFFF).to_bytes(4, "little")

    def is_listed(self, place: int) -> bool:
        """Whether a bit of the group filter is set, 0 to 63."""
        return bool(self._groups[place >> 3] & 1 << (place & 7))


def after(address: int, distance: int) -> int:
    """An address further on, in the chip's 32 bits."""
    return address + distance & 0xFFFF_FFFF

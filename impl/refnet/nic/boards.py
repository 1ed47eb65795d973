"""What is around a NIC: memory, I/O ports, a PCI bus and the way an interrupt takes.

A board is as much of a machine as drivers of NICs see. ``pc``: an i440FX with a PIIX3, whose
registers 0x60 to 0x63 send PIRQ A to D to an ISA interrupt. ``isapc``: ports and interrupts alone.
``mac99``: the PCI host bridge of a UniNorth, whose four interrupts are inputs of an OpenPIC.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from ..clock import Clock
from .bus import AddressSpace, Memory, Region
from .lines import Lines
from .pci import HEADER_TYPE, PIN, Bus, Function, Identity
from .timers import Timers
from .usb.uhci import Uhci

_CONFIG_ADDRESS, _CONFIG_DATA = 0xCF8, 0xCFC
_ENABLED = 0x8000_0000
_LOW_HOLE = range(0xA0000, 0x100000)

_PIRQ_ROUTES = 0x60
_UNROUTED = 0x80
_ISA_LINES = 16

_UNINORTH_ADDRESS, _UNINORTH_DATA, _UNINORTH_SIZE = 0xF280_0000, 0xF2C0_0000, 0x1000
_UNINORTH_WINDOW = range(0x8000_0000, 0x9000_0000)
_UNINORTH_SLOT, _MACIO_SLOT = 11, 12
_OPENPIC_FIRST, _OPENPIC_INPUTS = 0x1B, 68


class Board:
    """Memory, I/O ports, interrupt lines and timers; no PCI.

    Attributes:
        memory: the guest's memory; space: what lies where in the memory's address space.
        ports: what lies on I/O ports.
        lines: the interrupt lines, numbered as the interrupt controller does.
        hole: the addresses below the end of memory where there is none.
        controllers: by QEMU's names of the interrupt controllers, the lines of each one's inputs.
        usb: the USB controller, if there is one.
        big_endian: the order of octets in values of several.
    """

    big_endian = False
    hole = _LOW_HOLE
    controllers: ClassVar[Mapping[str, range]] = {
        "/machine/unattached/device[4]": range(8),
        "/machine/unattached/device[5]": range(8, 16),
    }

    def __init__(self, clock: Clock, memory: int) -> None:
        self.timers = Timers(clock)
        self.memory = Memory(memory, self.hole)
        self.space = AddressSpace(0)
        self.ports = AddressSpace(0xFF)
        self.lines = Lines()
        self.pci: Bus | None = None
        self.usb: Uhci | None = None
        self.space.map(0, self.memory)
        if self.hole:
            self.space.map(self.hole.start, _nothing(len(self.hole)), rank=1)

    def add_usb(self) -> None:
        """Give it a USB controller, if it can have one."""


class Pc(Board):
    """An i440FX and a PIIX3, without what has nothing to do with NICs."""

    controllers: ClassVar[Mapping[str, range]] = {"ioapic": range(24)}

    def __init__(self, clock: Clock, memory: int) -> None:
        super().__init__(clock, memory)
        self.pci = Bus(self.ports, self.space, self.memory, self._interrupt)
        self._selected = 0
        self._asserting: list[set[Function]] = [set() for _ in range(4)]
        self.ports.map(_CONFIG_ADDRESS, Region(4, self._read_address, self._select))
        self.ports.map(_CONFIG_DATA, Region(4, self._read_data, self._write_data))
        host = Function(Identity(0x8086, 0x1237, revision=2, class_code=0x060000, pin=0))
        self._bridge = _Piix3(self._route)
        self.pci.plug(host, 0)
        self.pci.plug(self._bridge, 1 << 3)

    def _read_address(self, offset: int, size: int) -> int:
        return self._selected

    def _select(self, offset: int, size: int, value: int) -> None:
        if offset == 0 and size == 4:
            self._selected = value

    def _read_data(self, offset: int, size: int) -> int:
        assert self.pci is not None
        if not self._selected & _ENABLED:
            return 0xFFFF_FFFF
        return self.pci.read((self._selected | offset) & 0xFF_FFFF, size)

    def _write_data(self, offset: int, size: int, value: int) -> None:
        assert self.pci is not None
        if self._selected & _ENABLED:
            self.pci.write((self._selected | offset) & 0xFF_FFFF, size, value)

    def add_usb(self) -> None:
        """The USB controller of the PIIX3, its third function."""
        assert self.pci is not None
        self.usb = Uhci(self.timers, "0000:00:01.2")
        self.pci.plug(self.usb, 1 << 3 | 2)

    def _interrupt(self, function: Function, high: bool) -> None:
        """INTA of slot 1 is PIRQ A, of slot 2 PIRQ B, and so on; INTB is the next one."""
        pirq = function.config[PIN] - 1 + function.slot - 1 & 3
        asserting = self._asserting[pirq]
        (asserting.add if high else asserting.discard)(function)
        self._route(pirq)

    def _route(self, pirq: int) -> None:
        target = self._bridge.config[_PIRQ_ROUTES + pirq]
        for line in range(_ISA_LINES):
            self.lines.drive(line, ("PIRQ", pirq), line == target and bool(self._asserting[pirq]))


class _Piix3(Function):
    """The bridge to ISA, for the routes of the four interrupts."""

    def __init__(self, routed: Callable[[int], None]) -> None:
        super().__init__(Identity(0x8086, 0x7000, class_code=0x060100, pin=0))
        self._routed = routed
        self.preset(HEADER_TYPE, b"\x80")
        self.preset(0x04, bytes.fromhex("07000002"))
        self.preset(0x4C, bytes.fromhex("4d0003"))
        self.preset(_PIRQ_ROUTES, bytes([_UNROUTED] * 4))

    def configured(self, offset: int, length: int) -> None:
        for pirq in range(4):
            if offset <= _PIRQ_ROUTES + pirq < offset + length:
                self._routed(pirq)


class Mac99(Board):
    """The PCI part of a UniNorth; PCI memory is seen through a window of 256 MiB."""

    big_endian = True
    hole = range(0)
    controllers: ClassVar[Mapping[str, range]] = {
        "/machine/unattached/device[8]/pic": range(_OPENPIC_INPUTS)
    }

    def __init__(self, clock: Clock, memory: int) -> None:
        super().__init__(clock, memory)
        window = AddressSpace(0)
        self.pci = Bus(self.ports, window, self.memory, self._interrupt)
        self._selected = 0
        first = _UNINORTH_WINDOW.start
        seen = Region(
            len(_UNINORTH_WINDOW),
            lambda offset, size: window.load(first + offset, size),
            lambda offset, size, value: window.store(first + offset, size, value),
            valid=(1, 8),
            implemented=(1, 8),
        )
        self.space.map(first, seen)
        address = Region(_UNINORTH_SIZE, lambda offset, size: self._selected, self._select)
        self.space.map(_UNINORTH_ADDRESS, address)
        self.space.map(_UNINORTH_DATA, Region(_UNINORTH_SIZE, self._read_data, self._write_data))
        host = Function(Identity(0x106B, 0x001F, class_code=0x060000, pin=0))
        macio = Function(Identity(0x106B, 0x0022, class_code=0xFF0000, pin=0))
        self.pci.plug(host, _UNINORTH_SLOT << 3)
        self.pci.plug(macio, _MACIO_SLOT << 3)

    def _select(self, offset: int, size: int, value: int) -> None:
        if offset == 0 and size == 4:
            self._selected = value

    def _address(self, offset: int) -> int:
        """What is selected, as bus << 16 | place << 8 | offset.

        As a PC does it, or in one of Apple's two ways: with one bit for the slot, or, told by the
        lowest bit, by bus and slot.
        """
        selected = self._selected
        if selected & _ENABLED:
            return (selected | offset & 3) & 0xFF_FFFF
        if selected & 1:
            return (selected & ~7 | offset & 7) & 0xFF_FFFF
        slots = selected & ~0x7FF
        slot = (slots & -slots).bit_length() - 1 & 0x1F
        return (slot << 3 | selected >> 8 & 7) << 8 | selected & 0xF8 | offset & 7

    def _read_data(self, offset: int, size: int) -> int:
        assert self.pci is not None
        return self.pci.read(self._address(offset), size)

    def _write_data(self, offset: int, size: int, value: int) -> None:
        assert self.pci is not None
        self.pci.write(self._address(offset), size, value)

    def _interrupt(self, function: Function, high: bool) -> None:
        """INTA of slot 12 is the first of four inputs, of slot 13 the second, and so on."""
        place = function.config[PIN] - 1 + function.slot & 3
        self.lines.drive(_OPENPIC_FIRST + place, function, high)


#: The boards by the name of their machine.
CHASSIS: dict[str, Callable[[Clock, int], Board]] = {"isapc": Board, "mac99": Mac99, "pc": Pc}


def _nothing(size: int) -> Region:
    return Region(size, lambda offset, length: 0, lambda offset, length, value: None)

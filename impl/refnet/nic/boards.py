"""What is around a NIC: memory, I/O ports, a PCI bus and the way an interrupt takes.

A board is as much of a machine as drivers of NICs see. ``pc``: an i440FX with a PIIX3, whose
registers 0x60 to 0x63 send PIRQ A to D to an ISA interrupt. ``isapc``: ports and interrupts alone.
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


class Board:
    """Memory, I/O ports, interrupt lines and timers; no PCI.

    Attributes:
        memory: the guest's memory; space: what lies where in the memory's address space.
        ports: what lies on I/O ports.
        lines: the interrupt lines, numbered as ISA's.
        controllers: by QEMU's names of the interrupt controllers, the lines of each one's inputs.
        usb: the USB controller, if there is one.
        big_endian: the order of octets in values of several.
    """

    big_endian = False
    controllers: ClassVar[Mapping[str, range]] = {
        "/machine/unattached/device[4]": range(8),
        "/machine/unattached/device[5]": range(8, 16),
    }

    def __init__(self, clock: Clock, memory: int) -> None:
        self.timers = Timers(clock)
        self.memory = Memory(memory, _LOW_HOLE)
        self.space = AddressSpace(0)
        self.ports = AddressSpace(0xFF)
        self.lines = Lines()
        self.pci: Bus | None = None
        self.usb: Uhci | None = None
        self.space.map(0, self.memory)
        self.space.map(_LOW_HOLE.start, _nothing(len(_LOW_HOLE)), rank=1)

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


#: The boards by the name of their machine.
CHASSIS: dict[str, Callable[[Clock, int], Board]] = {"isapc": Board, "pc": Pc}


def _nothing(size: int) -> Region:
    return Region(size, lambda offset, length: 0, lambda offset, length, value: None)

"""PCI: configuration space of type 0, base address registers, INTx, and the bus they sit on.

PCI Local Bus Specification 3.0, chapter 6. What QEMU leaves writable that a real device does not
(everything past the header that no capability owns) is writable here too (NIC-05).
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .bus import AddressSpace, Memory, Region

CONFIG_SIZE = 256
_HEADER = 0x40

COMMAND, STATUS, REVISION, CLASS = 0x04, 0x06, 0x08, 0x09
CACHE_LINE, HEADER_TYPE, BAR0, SUBSYSTEM = 0x0C, 0x0E, 0x10, 0x2C
ROM, CAPABILITIES, LINE, PIN = 0x30, 0x34, 0x3C, 0x3D
MIN_GRANT, MAX_LATENCY = 0x3E, 0x3F

COMMAND_IO, COMMAND_MEMORY, COMMAND_MASTER, COMMAND_INTX_OFF = 0x0001, 0x0002, 0x0004, 0x0400
_COMMAND_SERR = 0x0100
_STATUS_INTERRUPT, _STATUS_CAPABILITIES = 0x0008, 0x0010

_IS_IO, _IS_64, _IS_PREFETCHABLE = 0x1, 0x4, 0x8
_ROM_ENABLED = 0x1

_ADDRESSES = 1 << 64


class Identity(NamedTuple):
    """What configuration space says of a function (NIC-05).

    Attributes:
        class_code: base class, subclass and interface, 24 bits.
        pin: 1 is INTA, 0 is none.
    """

    vendor: int
    device: int
    revision: int = 0
    class_code: int = 0x020000
    subsystem_vendor: int = 0x1AF4
    subsystem: int = 0x1100
    pin: int = 1
    min_grant: int = 0
    max_latency: int = 0


class _Bar:
    """A base address register, and where its region is mapped now (None: nowhere)."""

    def __init__(self, offset: int, size: int, flags: int, region: Region | None) -> None:
        self.offset = offset
        self.size = size
        self.flags = flags
        self.region = region
        self.base: int | None = None


class Function:
    """One function of a device on a PCI bus.

    Args:
        identity: who it is.
    """

    def __init__(self, identity: Identity) -> None:
        self.config = bytearray(CONFIG_SIZE)
        self._writable = bytearray(_HEADER).ljust(CONFIG_SIZE, b"\xff")
        self._bars: list[_Bar] = []
        self._interrupting = False
        self._free = _HEADER
        self.bus: Bus | None = None
        self.slot = 0
        self._set(0x00, 2, identity.vendor)
        self._set(0x02, 2, identity.device)
        self._set(REVISION, 1, identity.revision)
        self._set(CLASS, 3, identity.class_code)
        self._set(SUBSYSTEM, 2, identity.subsystem_vendor)
        self._set(SUBSYSTEM + 2, 2, identity.subsystem)
        self._set(PIN, 1, identity.pin)
        self._set(MIN_GRANT, 1, identity.min_grant)
        self._set(MAX_LATENCY, 1, identity.max_latency)
        self.allow(CACHE_LINE, b"\xff")
        self.allow(LINE, b"\xff")
        may = COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER | _COMMAND_SERR | COMMAND_INTX_OFF
        self.allow(COMMAND, may.to_bytes(2, "little"))

    # -- what a model says of itself ---------------------------------------------------------------

    def add_bar(
        self,
        index: int,
        region: Region,
        *,
        io: bool = False,
        wide: bool = False,
        ahead: bool = False,
    ) -> None:
        """Put registers behind base address register ``index``, 0 to 5; sizes are powers of two.

        Args:
            io: on I/O ports rather than in memory.
            wide: with 64 bits of address, in two registers.
            ahead: may be read ahead (prefetchable).
        """
        flags = _IS_IO if io else (_IS_64 if wide else 0) | (_IS_PREFETCHABLE if ahead else 0)
        self._add_bar(_Bar(BAR0 + 4 * index, region.size, flags, region), 8 if wide else 4)

    def add_rom(self, size: int) -> None:
        """An expansion ROM of ``size`` octets, all of them nought: refnet brings no firmware."""
        empty = Region(size, lambda offset, length: 0, lambda offset, length, value: None)
        bar = _Bar(ROM, size, 0, empty)
        self._add_bar(bar, 4)
        self._writable[ROM] |= _ROM_ENABLED

    def add_capability(self, number: int, length: int, offset: int | None = None) -> int:
        """Append a capability to the list, read-only, all nought; its offset.

        The list is in the order of a stack: the last one added is found first.
        """
        if offset is None:
            offset = self._free
        self._free = max(self._free, offset + length + 3 & ~3)
        self.config[offset] = number
        self.config[offset + 1] = self.config[CAPABILITIES]
        self.config[CAPABILITIES] = offset
        self._set(STATUS, 2, self._get(STATUS, 2) | _STATUS_CAPABILITIES)
        self._writable[offset : offset + length] = bytes(length)
        return offset

    def preset(self, offset: int, octets: bytes) -> None:
        """Give a part of configuration space its value."""
        self.config[offset : offset + len(octets)] = octets

    def allow(self, offset: int, mask: bytes) -> None:
        """Say which bits from ``offset`` on can be written."""
        self._writable[offset : offset + len(mask)] = mask

    def configured(self, offset: int, length: int) -> None:
        """Configuration space was written there; for models that have to know."""

    # -- what a model does -------------------------------------------------------------------------

    def interrupt(self, high: bool) -> None:
        """Assert INTx, or let go of it."""
        if high is self._interrupting:
            return
        self._interrupting = high
        status = self.config[STATUS]
        self.config[STATUS] = status | _STATUS_INTERRUPT if high else status & ~_STATUS_INTERRUPT
        if not self._get(COMMAND, 2) & COMMAND_INTX_OFF:
            self._drive(high)

    def read_memory(self, address: int, length: int) -> bytes:
        """DMA from the guest's memory; nought, if the function may not be master of the bus.

        After the last of 2**64 addresses comes the first, as in QEMU.
        """
        if self.bus is None or not self.config[COMMAND] & COMMAND_MASTER:
            return bytes(length)
        address %= _ADDRESSES
        ahead = _ADDRESSES - address
        if length > ahead:
            return self.bus.memory.read(address, ahead) + self.bus.memory.read(0, length - ahead)
        return self.bus.memory.read(address, length)

    def write_memory(self, address: int, octets: bytes | bytearray | memoryview) -> None:
        """DMA to the guest's memory; lost, if the function may not be master of the bus."""
        if self.bus is not None and self.config[COMMAND] & COMMAND_MASTER:
            address %= _ADDRESSES
            ahead = _ADDRESSES - address
            if len(octets) > ahead:
                self.bus.memory.write(0, octets[ahead:])
            self.bus.memory.write(address, octets[:ahead])

    # -- what the processor does -------------------------------------------------------------------

    def read_config(self, offset: int, size: int) -> int:
        return int.from_bytes(self.config[offset : offset + size], "little")

    def write_config(self, offset: int, size: int, value: int) -> None:
        was_off = self._get(COMMAND, 2) & COMMAND_INTX_OFF
        for place in range(offset, min(offset + size, CONFIG_SIZE)):
            mask = self._writable[place]
            self.config[place] = self.config[place] & ~mask | value & mask
            value >>= 8
        end = offset + size
        if (offset < CAPABILITIES and end > BAR0) or (offset < STATUS and end > COMMAND):
            self._map()
        if was_off != (off := self._get(COMMAND, 2) & COMMAND_INTX_OFF) and self._interrupting:
            self._drive(not off)
        self.configured(offset, size)

    def reset_config(self) -> None:
        """What a reset of the bus leaves: nothing mapped, nothing allowed, no interrupt."""
        self.interrupt(False)
        self._set(COMMAND, 2, 0)
        self._set(CACHE_LINE, 1, 0)
        self._set(LINE, 1, 0)
        for bar in self._bars:
            self._set(bar.offset, 8 if bar.flags & _IS_64 else 4, bar.flags)
        self._map()

    def unplug(self) -> None:
        """Leave the bus."""
        self.reset_config()
        if self.bus is not None:
            self.bus.unplug(self)

    # -- saving ------------------------------------------------------------------------------------

    def save_config(self) -> dict[str, Any]:
        """Configuration space, as a plain value."""
        return {"config": bytes(self.config), "interrupting": self._interrupting}

    def load_config(self, saved: dict[str, Any]) -> None:
        """Take back what :meth:`save_config` gave."""
        self.interrupt(False)
        self.config[:] = saved["config"]
        self._interrupting = saved["interrupting"]
        if self._interrupting and not self._get(COMMAND, 2) & COMMAND_INTX_OFF:
            self._drive(True)
        self._map()

    # -- inside ------------------------------------------------------------------------------------

    def _add_bar(self, bar: _Bar, width: int) -> None:
        self._bars.append(bar)
        self._set(bar.offset, width, bar.flags)
        mask = (1 << 8 * width) - bar.size
        self.allow(bar.offset, mask.to_bytes(width, "little"))

    def _map(self) -> None:
        if self.bus is None:
            return
        for bar in self._bars:
            space = self.bus.ports if bar.flags & _IS_IO else self.bus.window
            base = self._base(bar)
            if base == bar.base or bar.region is None:
                continue
            if bar.base is not None:
                space.unmap(bar.region)
            if base is not None:
                space.map(base, bar.region, rank=-1)
            bar.base = base

    def _base(self, bar: _Bar) -> int | None:
        """Where the registers are to be found; None: nowhere."""
        needed = COMMAND_IO if bar.flags & _IS_IO else COMMAND_MEMORY
        if not self.config[COMMAND] & needed:
            return None
        wide = bool(bar.flags & _IS_64)
        value = self._get(bar.offset, 8 if wide else 4)
        if bar.offset == ROM and not value & _ROM_ENABLED:
            return None
        base = value & -bar.size
        last = base + bar.size - 1
        if base == 0 or last >= (1 << (64 if wide else 32)) - 1:
            return None
        return base

    def _drive(self, high: bool) -> None:
        if self.bus is not None:
            self.bus.interrupt(self, high)

    def _get(self, offset: int, size: int) -> int:
        return int.from_bytes(self.config[offset : offset + size], "little")

    def _set(self, offset: int, size: int, value: int) -> None:
        self.config[offset : offset + size] = value.to_bytes(size, "little")


class Bus:
    """One bus: 32 slots of 8 functions.

    Args:
        ports: where regions on I/O ports are mapped; window: those in memory.
        memory: what DMA reaches.
        interrupt: told when a function asserts its pin, or lets go of it.
    """

    def __init__(
        self,
        ports: AddressSpace,
        window: AddressSpace,
        memory: Memory,
        interrupt: Callable[[Function, bool], None],
    ) -> None:
        self.ports = ports
        self.window = window
        self.memory = memory
        self.interrupt = interrupt
        self._functions: dict[int, Function] = {}

    def __iter__(self) -> Iterator[Function]:
        return iter(self._functions.values())

    def plug(self, function: Function, place: int) -> None:
        """Put a function at ``place``: slot << 3 | function."""
        function.bus = self
        function.slot = place >> 3
        self._functions[place] = function

    def unplug(self, function: Function) -> None:
        """Take a function out."""
        self._functions = {
            place: each for place, each in self._functions.items() if each is not function
        }
        function.bus = None

    def read(self, address: int, size: int) -> int:
        """Read configuration space: bus << 16 | place << 8 | offset; all ones: nobody there."""
        function = self._functions.get(address >> 8 & 0xFFFF)
        if function is None:
            return (1 << 8 * size) - 1
        return function.read_config(address & 0xFF, size)

    def write(self, address: int, size: int, value: int) -> None:
        """Write configuration space."""
        function = self._functions.get(address >> 8 & 0xFFFF)
        if function is not None:
            function.write_config(address & 0xFF, size, value)

"""NE2000: a DP8390 with 32 KiB of packet memory, on ISA or as an RTL8029 on PCI (NE2K-01..14).

The processor reaches packet memory through one data port ("remote DMA"); frames are received into
a ring of pages of 256 octets there, from START to STOP.
"""

from .bus import Region
from .hashing import group_hash
from .model import Model, PciModel, Setting
from .pci import Identity

_PORTS = 0x20
_DATA, _RESET = 0x10, 0x1F

_PROM_SIZE, _RAM_START, _RAM_END, _RAM_SIZE = 32, 0x4000, 0xC000, 0x8000
_PAGE = 256

_CMD_STOP, _CMD_TRANSMIT, _CMD_DMA = 0x01, 0x04, 0x18
_ISR_RECEIVED, _ISR_SENT, _ISR_DMA_DONE, _ISR_RESET = 0x01, 0x02, 0x40, 0x80
_ISR_CLEARABLE = 0x7F
_RCR_BROADCAST, _RCR_MULTICAST, _RCR_PROMISCUOUS = 0x04, 0x08, 0x10
_RSR_RECEIVED, _RSR_GROUP = 0x01, 0x20
_TSR_SENT = 0x01
_DCR_WORDS = 0x01

_BROADCAST = b"\xff" * 6
_SHORTEST, _LONGEST = 60, 1514
_FCS = 4
_HEADER = 4

#: What page, register and model tell drivers: RTL8029 ID, CONFIG0, 2 and 3 (NE2K-04).
_CONSTANTS = {0x0A: 0x50, 0x0B: 0x43, 0x33: 0x00, 0x35: 0x40, 0x36: 0x40}


class Ne2k(Model):
    """The controller and its memory; subclasses say where it is plugged in."""

    SAVED = (
        "_memory",
        "_command",
        "_status",
        "_mask",
        "_start",
        "_stop",
        "_boundary",
        "_current",
        "_page",
        "_count",
        "_dma_address",
        "_dma_count",
        "_receive_config",
        "_data_config",
        "_receive_status",
        "_transmit_status",
        "_address",
        "_groups",
    )

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._memory = bytearray(_RAM_END)
        self._command = self._mask = self._status = 0
        self._start = self._stop = self._boundary = self._current = 0
        self._page = self._count = 0
        self._dma_address = self._dma_count = 0
        self._receive_config = self._data_config = 0
        self._receive_status = self._transmit_status = 0
        self._address = bytearray(6)
        self._groups = bytearray(8)

    def reset(self) -> None:
        """The status says so, and the PROM is laid out again: each octet twice (NE2K-02).

        What the layout reads may be what it has written: a second reset is seen in octets 6 to 13.
        """
        self._status = _ISR_RESET
        memory = self._memory
        memory[:6] = self.mac
        memory[14:16] = b"WW"
        for place in range(15, -1, -1):
            memory[2 * place] = memory[2 * place + 1] = memory[place]

    # -- frames ------------------------------------------------------------------------------------

    def receive(self, frame: bytes) -> bool:
        if self._command & _CMD_STOP or self._is_full() or not self._wants(frame):
            return True
        self._store(frame, frame.ljust(_SHORTEST, b"\0"))
        self._raise(_ISR_RECEIVED)
        return True

    def _is_full(self) -> bool:
        """Whether the ring lacks room for one more frame of the largest size (NE2K-10)."""
        if self._stop <= self._start:
            return True
        here, boundary = self._current << 8, self._boundary << 8
        free = boundary - here
        if here >= boundary:
            free += self._stop - self._start
        return free < _LONGEST + _HEADER

    def _wants(self, frame: bytes) -> bool:
        """The receive filter (NE2K-08): unicast is held against the PROM."""
        if self._receive_config & _RCR_PROMISCUOUS:
            return True
        if frame[:6] == _BROADCAST:
            return bool(self._receive_config & _RCR_BROADCAST)
        if frame[0] & 1:
            place = group_hash(frame)
            listed = self._groups[place >> 3] & 1 << (place & 7)
            return bool(self._receive_config & _RCR_MULTICAST and listed)
        return self._memory[0:12:2] == frame[:6]

    def _store(self, frame: bytes, padded: bytes) -> None:
        """Put a frame into the ring behind its header (NE2K-09)."""
        memory = self._memory
        here = self._current << 8
        if here >= _RAM_END:
            here = self._start
        length = len(padded) + _FCS
        following = here + (length + _HEADER + _PAGE - 1 & -_PAGE)
        if following >= self._stop:
            following -= self._stop - self._start
        self._receive_status = _RSR_RECEIVED | (_RSR_GROUP if frame[0] & 1 else 0)
        header = bytes((self._receive_status, following >> 8 & 0xFF, length & 0xFF, length >> 8))
        memory[here : here + _HEADER] = header
        here += _HEADER
        left = memoryview(padded)
        while left and here <= self._stop:
            part = left[: self._stop - here]
            memory[here : here + len(part)] = part
            left = left[len(part) :]
            here += len(part)
            if here == self._stop:
                here = self._start
        self._current = following >> 8

    def _transmit(self) -> None:
        here = self._page << 8
        if here >= _RAM_END:
            here -= _RAM_SIZE
        if here + self._count <= _RAM_END:
            self.cable.send(bytes(self._memory[here : here + self._count]))
        self._transmit_status = _TSR_SENT
        self._command &= ~_CMD_TRANSMIT
        self._raise(_ISR_SENT)

    def _raise(self, cause: int) -> None:
        self._status |= cause
        self._update()

    def _update(self) -> None:
        self.interrupt(bool(self._status & self._mask & _ISR_CLEARABLE))

    # -- registers ---------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        if offset < _DATA and size == 1:
            return self._read_register(offset)
        if offset == _DATA:
            return self._read_data(size)
        if offset == _RESET and size == 1:
            self.reset()
            return 0
        return (1 << 8 * size) - 1

    def _write(self, offset: int, size: int, value: int) -> None:
        if offset < _DATA and size == 1:
            self._write_register(offset, value)
        elif offset == _DATA:
            self._write_data(size, value)

    def _read_register(self, offset: int) -> int:
        if offset == 0x00:
            return self._command
        match offset | self._command >> 6 << 4:
            case 0x03:
                return self._boundary
            case 0x04:
                return self._transmit_status
            case 0x07:
                return self._status
            case 0x08:
                return self._dma_address & 0xFF
            case 0x09:
                return self._dma_address >> 8
            case 0x0C:
                return self._receive_status
            case 0x17:
                return self._current
            case 0x21:
                return self._start >> 8
            case 0x22:
                return self._stop >> 8
            case place if 0x11 <= place <= 0x16:
                return self._address[place - 0x11]
            case place if 0x18 <= place <= 0x1F:
                return self._groups[place - 0x18]
            case place:
                return _CONSTANTS.get(place, 0)

    def _write_register(self, offset: int, value: int) -> None:
        if offset == 0x00:
            self._write_command(value)
            return
        match offset | self._command >> 6 << 4:
            case 0x01 if value << 8 <= _RAM_END:
                self._start = value << 8
            case 0x02 if value << 8 <= _RAM_END:
                self._stop = value << 8
            case 0x03 if value << 8 < _RAM_END:
                self._boundary = value
            case 0x04:
                self._page = value
            case 0x05:
                self._count = self._count & 0xFF00 | value
            case 0x06:
                self._count = self._count & 0x00FF | value << 8
            case 0x07:
                self._status &= ~(value & _ISR_CLEARABLE)
                self._update()
            case 0x08:
                self._dma_address = self._dma_address & 0xFF00 | value
            case 0x09:
                self._dma_address = self._dma_address & 0x00FF | value << 8
            case 0x0A:
                self._dma_count = self._dma_count & 0xFF00 | value
            case 0x0B:
                self._dma_count = self._dma_count & 0x00FF | value << 8
            case 0x0C:
                self._receive_config = value
            case 0x0E:
                self._data_config = value
            case 0x0F:
                self._mask = value
                self._update()
            case 0x17 if value << 8 < _RAM_END:
                self._current = value
            case place if 0x11 <= place <= 0x16:
                self._address[place - 0x11] = value
            case place if 0x18 <= place <= 0x1F:
                self._groups[place - 0x18] = value

    def _write_command(self, value: int) -> None:
        self._command = value
        if value & _CMD_STOP:
            return
        self._status &= ~_ISR_RESET
        if value & _CMD_DMA and self._dma_count == 0:
            self._raise(_ISR_DMA_DONE)
        if value & _CMD_TRANSMIT:
            self._transmit()

    # -- remote DMA --------------------------------------------------------------------------------

    def _read_data(self, size: int) -> int:
        if size < 4:
            size = 2 if self._data_config & _DCR_WORDS else 1
        place = self._dma_address if size == 1 else self._dma_address & ~1
        value = (1 << 8 * size) - 1
        if place < _PROM_SIZE or _RAM_START <= place < _RAM_END:
            value = int.from_bytes(self._memory[place : place + size], "little")
        self._advance(size)
        return value

    def _write_data(self, size: int, value: int) -> None:
        if self._dma_count == 0:
            return
        if size < 4:
            size = 2 if self._data_config & _DCR_WORDS else 1
        place = self._dma_address if size == 1 else self._dma_address & ~1
        if place < _PROM_SIZE or _RAM_START <= place < _RAM_END:
            octets = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
            self._memory[place : place + size] = octets[: _RAM_END - place]
        self._advance(size)

    def _advance(self, size: int) -> None:
        self._dma_address = self._dma_address + size & 0xFFFF_FFFF
        if self._dma_address == self._stop:
            self._dma_address = self._start
        if self._dma_count <= size:
            self._dma_count = 0
            self._raise(_ISR_DMA_DONE)
        else:
            self._dma_count -= size


class Ne2kPci(Ne2k, PciModel):
    """``ne2k_pci``: an RTL8029, 256 ports of which 32 are used."""

    IDENTITY = Identity(0x10EC, 0x8029)

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.add_bar(0, Region(0x100, self._read, self._write), io=True)
        self.add_rom(0x40000)


class Ne2kIsa(Ne2k):
    """``ne2k_isa``: 32 ports at ``iobase`` and the interrupt ``irq`` (NE2K-01, NE2K-14)."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        line, base = setting.options.get("irq", 9), setting.options.get("iobase", 0x300)
        self._line = line if isinstance(line, int) else 9
        self._registers = Region(_PORTS, self._read, self._write)
        if isinstance(base, int):
            setting.board.ports.map(base, self._registers)

    def interrupt(self, high: bool) -> None:
        self.board.lines.drive(self._line, self, high)

    def remove(self) -> None:
        self.interrupt(False)
        self.board.ports.unmap(self._registers)

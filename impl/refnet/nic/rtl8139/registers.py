"""The registers: 256 octets, the same on I/O ports and in memory.

Each register answers to accesses of one size. A larger one that meets none is made of octets, and
an octet that belongs to nothing reads as nought and keeps nothing (RTL-02; data sheet of the
RTL8139C+, chapter 5).
"""

from ..bus import Region
from ..model import Setting
from . import core
from .transmit import Transmitter

_ID, _GROUPS, _SEND_STATUS, _SEND_FROM, _RING_BASE = 0x00, 0x08, 0x10, 0x20, 0x30
_COMMAND, _READ_PLACE, _WRITE_PLACE, _MASK, _STATUS = 0x37, 0x38, 0x3A, 0x3C, 0x3E
_TRANSMIT_CONFIG, _RECEIVE_CONFIG, _TIMER, _MISSED = 0x40, 0x44, 0x48, 0x4C
_LOCKS, _CONFIG0, _CONFIG1, _TIMER_INTERVAL = 0x50, 0x51, 0x52, 0x54
_MEDIA, _CONFIG3, _CONFIG4, _CLOCK, _EARLY_INTERRUPT, _REVISION = 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5E
_SUMMARY, _PHY_CONTROL, _PHY_STATUS = 0x60, 0x62, 0x64
_ADVERTISED, _PARTNER, _EXPANSION, _TRANSCEIVER = 0x66, 0x68, 0x6A, 0x74
_CONFIG5, _POLL, _PLUS, _DESCRIPTORS_LOW, _DESCRIPTORS_HIGH, _THRESHOLD = (
    0xD8,
    0xD9,
    0xE0,
    0xE4,
    0xE8,
    0xEC,
)

#: What reads as it stands, by offset, for each size of access.
_OCTETS = {
    _CONFIG0: "_config0",
    _CONFIG1: "_config1",
    _CONFIG3: "_config3",
    _CONFIG4: "_config4",
    _CONFIG5: "_config5",
    _CLOCK: "_running",
    _THRESHOLD: "_threshold",
}
_WORDS = {
    _WRITE_PLACE: "_ring_write",
    _MASK: "_mask",
    _STATUS: "_status",
    _EARLY_INTERRUPT: "_early_interrupt",
    _PHY_CONTROL: "_phy_control",
    _PHY_STATUS: "_phy_status",
    _ADVERTISED: "_advertised",
    _PARTNER: "_partner",
    _EXPANSION: "_expansion",
    _TRANSCEIVER: "_transceiver",
    _PLUS: "_plus",
}
_LONGS = {
    _RING_BASE: "_ring_base",
    _TRANSMIT_CONFIG: "_transmit_config",
    _RECEIVE_CONFIG: "_receive_config",
    _MISSED: "_missed",
    _TIMER_INTERVAL: "_timer_interval",
    _DESCRIPTORS_LOW: "_descriptors_low",
    _DESCRIPTORS_HIGH: "_descriptors_high",
}

#: The bits that a write changes, where that is all it does; those of the first four need a key.
_LOCKED = {_CONFIG0: 0x07, _CONFIG1: 0xF3, _CONFIG3: 0x70, _CONFIG4: 0xF5}
_FREE_OCTETS = {_CONFIG5: 0x7F, _THRESHOLD: 0xFF}
_FREE_WORDS = {
    _EARLY_INTERRUPT: 0x0FFF,
    _PHY_STATUS: 0x00C0,
    _ADVERTISED: 0xFFFF,
    _EXPANSION: 0xFFFF,
}
_FREE_LONGS = {
    _RING_BASE: 0xFFFF_FFFF,
    _DESCRIPTORS_LOW: 0xFFFF_FFFF,
    _DESCRIPTORS_HIGH: 0xFFFF_FFFF,
}

_COMMAND_BITS, _PLUS_BITS = 0x0C, 0x007B
_TRANSMIT_BITS, _RECEIVE_BITS = 0x030F_07F0, 0x0F03_FFBF
_INTERRUPT_BITS = 0xE1FF
_LOCKS_BITS, _EEPROM_OUT = 0xCE, 0x01
_LOCKS_MODE, _AUTOLOAD, _EEPROM, _UNLOCKED = 0xC0, 0x40, 0x80, 0xC0
_SELECT, _EEPROM_CLOCK, _EEPROM_IN = 0x08, 0x04, 0x02
_PHY_RESET, _PHY_CONTROL_BITS = 0x8000, 0x0200
_MEDIA_BITS, _LINK = 0xD0, 0x04
_POLL_NORMAL = 0x40
_CLOCK_RUN, _CLOCK_HALT = ord("R"), ord("H")
#: What CAPR reads is so far behind where the driver reads.
_LAG = 16


class Rtl8139(Transmitter):
    """``rtl8139``: an RTL8139C+ on PCI."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.add_bar(0, Region(0x100, self._read, self._write), io=True)
        self.add_bar(1, Region(0x100, self._read, self._write))
        self.add_rom(0x40000)

    def _read(self, offset: int, size: int) -> int:
        if size == 1:
            return self._read_octet(offset)
        return self._read_word(offset) if size == 2 else self._read_long(offset)

    def _write(self, offset: int, size: int, value: int) -> None:
        if size == 1:
            self._write_octet(offset, value)
        elif size == 2:
            self._write_word(offset, value)
        else:
            self._write_long(offset, value)

    # -- octets ------------------------------------------------------------------------------------

    def _read_octet(self, offset: int) -> int:
        if offset in _OCTETS:
            return int(getattr(self, _OCTETS[offset]))
        match offset:
            case _ if offset < _ID + 6:
                return self._address[offset - _ID]
            case _ if _GROUPS <= offset < _GROUPS + 8:
                return self._groups[offset - _GROUPS]
            case _ if _SEND_STATUS <= offset < _SEND_STATUS + 16:
                return self._send_status[offset - _SEND_STATUS >> 2] >> 8 * (offset & 3) & 0xFF
            case 0x37:
                empty = self._ring_read == self._ring_write
                return self._command | (core.COMMAND_EMPTY if empty else 0)
            case 0x43:
                return self._transmit_config >> 24
            case 0x50:
                return self._read_locks()
            case 0x58:
                return _MEDIA_BITS | ~self._phy_status & _LINK
            case 0x5E:
                return self.IDENTITY.revision
        return 0

    def _write_octet(self, offset: int, value: int) -> None:
        if offset in _LOCKED:
            if self._locks & _LOCKS_MODE == _UNLOCKED:
                self._change(_OCTETS[offset], _LOCKED[offset], value)
        elif offset in _FREE_OCTETS:
            self._change(_OCTETS[offset], _FREE_OCTETS[offset], value)
        elif offset < _ID + 6:
            self._address[offset - _ID] = value
            if offset == _ID + 5:
                self.cable.current_mac = bytes(self._address)
        elif _GROUPS <= offset < _GROUPS + 8:
            self._groups[offset - _GROUPS] = value
        elif offset == _COMMAND:
            self._write_command(value)
        elif offset == _TRANSMIT_CONFIG:
            self._write_transmit_config(self._transmit_config & ~0xFF | value)
        elif offset == _LOCKS:
            self._write_locks(value)
        elif offset == _CLOCK:
            if value in (_CLOCK_RUN, _CLOCK_HALT):
                self._running = value == _CLOCK_RUN
        elif offset == _POLL and value & _POLL_NORMAL:
            self._poll_descriptors()

    # -- words -------------------------------------------------------------------------------------

    def _read_word(self, offset: int) -> int:
        if offset in _WORDS:
            return int(getattr(self, _WORDS[offset]))
        if _SEND_FROM <= offset < _SEND_FROM + 16:
            return self._send_from[offset - _SEND_FROM >> 2] >> 8 * (offset & 2)
        if offset == _READ_PLACE:
            return self._ring_read - _LAG
        if offset == _SUMMARY:
            return self._summary()
        return self._read_octet(offset) | self._read_octet(offset + 1) << 8

    def _write_word(self, offset: int, value: int) -> None:
        if offset in _FREE_WORDS:
            self._change(_WORDS[offset], _FREE_WORDS[offset], value)
        elif offset == _MASK:
            self._change("_mask", _INTERRUPT_BITS, value)
            self._update()
        elif offset == _STATUS:
            self._acknowledge(value)
        elif offset == _READ_PLACE:
            self._ring_read = (value + _LAG) % self._ring_size
            self.cable.flush()
        elif offset == _PHY_CONTROL:
            if value & _PHY_RESET:
                self._reset_phy()
            self._change("_phy_control", _PHY_CONTROL_BITS, value)
        elif offset == _PLUS:
            self._plus_touched = True
            self._change("_plus", _PLUS_BITS, value)
        else:
            self._write_octet(offset, value & 0xFF)
            self._write_octet(offset + 1, value >> 8)

    # -- longs -------------------------------------------------------------------------------------

    def _read_long(self, offset: int) -> int:
        if offset in _LONGS:
            return int(getattr(self, _LONGS[offset]))
        if _SEND_STATUS <= offset < _SEND_STATUS + 16:
            return self._send_status[offset - _SEND_STATUS >> 2]
        if _SEND_FROM <= offset < _SEND_FROM + 16:
            return self._send_from[offset - _SEND_FROM >> 2]
        if offset == _TIMER:
            return self._ticks()
        octets = (self._read_octet(place) for place in range(offset, offset + 4))
        return int.from_bytes(bytes(octets), "little")

    def _write_long(self, offset: int, value: int) -> None:
        if offset in _FREE_LONGS:
            setattr(self, _LONGS[offset], value)
        elif _SEND_STATUS <= offset < _SEND_STATUS + 16:
            self._write_send_status(offset - _SEND_STATUS >> 2, value)
        elif _SEND_FROM <= offset < _SEND_FROM + 16:
            self._send_from[offset - _SEND_FROM >> 2] = value
        elif offset == _TRANSMIT_CONFIG:
            self._write_transmit_config(value)
        elif offset == _RECEIVE_CONFIG:
            self._change("_receive_config", _RECEIVE_BITS, value)
            self._empty_ring(8192 << (self._receive_config >> 11 & 3))
        elif offset == _MISSED:
            self._missed = 0
        elif offset == _TIMER:
            self._restart_timer()
        elif offset == _TIMER_INTERVAL:
            if value != self._timer_interval:
                self._timer_interval = value
                self._set_timer()
        else:
            for place, octet in enumerate(value.to_bytes(4, "little"), offset):
                self._write_octet(place, octet)

    # -- single registers --------------------------------------------------------------------------

    def _change(self, name: str, bits: int, value: int) -> None:
        """Let a write change these bits alone."""
        setattr(self, name, getattr(self, name) & ~bits | value & bits)

    def _write_command(self, value: int) -> None:
        if value & core.COMMAND_RESET:
            self.reset()
        if value & core.COMMAND_RECEIVE:
            self._plus_receive = 0
        if value & core.COMMAND_TRANSMIT:
            self._plus_send = 0
        self._change("_command", _COMMAND_BITS | core.COMMAND_RESET, value & ~core.COMMAND_RESET)

    def _write_transmit_config(self, value: int) -> None:
        if self._command & core.COMMAND_TRANSMIT:
            self._change("_transmit_config", _TRANSMIT_BITS, value)

    def _acknowledge(self, value: int) -> None:
        """Clear causes of interrupts; the line goes down for a moment, whatever is left."""
        left = self._status & ~(value & _INTERRUPT_BITS)
        self._status = 0
        self._update()
        self._status = left
        self._set_timer()
        self._update()

    def _read_locks(self) -> int:
        """9346CR: in the mode that has the EEPROM's wires, what the EEPROM says."""
        if self._locks & _LOCKS_MODE != _EEPROM:
            return self._locks
        says = self._eeprom.selected and self._eeprom.data_out
        return self._locks & ~_EEPROM_OUT | says

    def _write_locks(self, value: int) -> None:
        """9346CR: the key to the configuration, a reset, or the EEPROM's wires (RTL-03, RTL-04)."""
        mode = value & _LOCKS_MODE
        if mode == _EEPROM:
            self._eeprom.drive(
                bool(value & _SELECT), bool(value & _EEPROM_CLOCK), bool(value & _EEPROM_IN)
            )
        if mode == _AUTOLOAD:
            self.reset()
            self._locks = 0
        else:
            self._change("_locks", _LOCKS_BITS, value)

    def _summary(self) -> int:
        """TSAD: one bit of each of the four statuses, by kind."""
        summary = 0
        for place, bit in (
            (12, core.SEND_OK),
            (8, core.SEND_UNDERRUN),
            (4, core.SEND_ABORTED),
            (0, core.SEND_OWN),
        ):
            for number, status in enumerate(self._send_status):
                if status & bit:
                    summary |= 1 << place + number
        return summary

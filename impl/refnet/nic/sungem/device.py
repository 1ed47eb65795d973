"""Registers, rings and frames of the GEM."""

from struct import Struct

from ...wire.checksum import internet
from .. import hashing
from ..bus import Region
from ..model import PciModel, Setting
from ..pci import STATUS as PCI_STATUS
from ..pci import Identity
from . import phy
from . import registers as reg

_PCI_STATUS = 0x02A0
_DESCRIPTOR = Struct("<QQ")

_TX_SIZE, _TX_ASKS = 0x7FFF, 1 << 32
_TX_FIRST, _TX_LAST, _TX_CHECKSUM = 1 << 31, 1 << 30, 1 << 29
_TX_LONGEST = 9016

_RX_HASHED, _RX_SECOND = 1 << 60, 1 << 61
_HASH_SHIFT = 44
_ADDRESS_SIZE, _SHORTEST, _FCS = 6, 60, 4
_BROADCAST = b"\xff" * _ADDRESS_SIZE
_WORD = 0xFFFF_FFFF


class Sungem(PciModel):
    """The controller."""

    IDENTITY = Identity(
        0x106B,
        0x0021,
        revision=1,
        subsystem_vendor=0,
        subsystem=0,
        min_grant=0x40,
        max_latency=0x40,
    )
    SAVED = ("_values", "_frame", "_first")

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.preset(PCI_STATUS, _PCI_STATUS.to_bytes(2, "little"))
        self.add_bar(0, Region(reg.SIZE, self._read, self._write, implemented=(4, 4)))
        self._phy = setting.options.get("phy_addr", 0)
        self._values = {offset & ~3: 0 for known in reg.KNOWN for offset in known}
        self._frame = bytearray()
        self._first = 0

    def reset(self) -> None:
        self._reset_all()
        self._values[reg.RESET] = 0
        for place in range(3):
            word = self.mac[4 - 2 * place : 6 - 2 * place]
            self._values[reg.ADDRESS + 4 * place] = int.from_bytes(word, "big")

    def _reset_receiver(self) -> None:
        self._values |= reg.RX_AFTER_RESET

    def _reset_transmitter(self) -> None:
        self._values |= reg.TX_AFTER_RESET
        self._frame.clear()
        self._first = 0

    def _reset_all(self) -> None:
        """What both reset bits together do; an interrupt stays until it is looked at (GEM-02)."""
        self._reset_receiver()
        self._reset_transmitter()
        self._values[reg.MASK] = reg.MASK_AFTER_RESET
        self._values[reg.STATUS] = 0
        self._values[reg.RESET] &= reg.RESET_OUT
        self._values[reg.MIF_CONFIG] = reg.MDI0

    # -- registers ---------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        if not _is_known(offset):
            return 0
        values = self._values
        value = values[offset & ~3]
        match offset:
            case reg.STATUS:
                values[reg.STATUS] &= ~reg.LATCHED
                self._update()
                return self._with_progress(value)
            case reg.STATUS_ALIAS:
                return self._with_progress(values[reg.STATUS])
            case reg.TX_STAT | reg.RX_STAT:
                values[offset] = 0
                self._note(reg.TX_MAC if offset == reg.TX_STAT else reg.RX_MAC, False)
            case reg.CONTROL_STAT:
                values[offset] &= reg.PAUSE_TIME
                self._note(reg.MAC_CONTROL, False)
        return value

    def _with_progress(self, status: int) -> int:
        """The status, with the number of the next descriptor to be sent in its upper bits."""
        done = self._values[reg.TX_COMPLETED] << reg.COMPLETED_SHIFT
        return status & ~reg.COMPLETED | done & _WORD

    def _write(self, offset: int, size: int, value: int) -> None:
        if not _is_known(offset) or offset in reg.READ_ONLY:
            return
        values = self._values
        if offset == reg.ACKNOWLEDGE:
            values[reg.STATUS] &= ~(value & reg.LATCHED)
            self._update()
            return
        if offset == reg.MIF_CONFIG:
            value = value & ~reg.MDI1 | reg.MDI0
        values[offset & ~3] = value & reg.KEPT.get(offset, _WORD)
        match offset:
            case reg.MASK:
                self._update()
            case reg.RESET:
                self._reset_parts(value & (reg.RESET_TX | reg.RESET_RX))
            case reg.TX_KICK:
                self._send_ring()
            case reg.RX_CONFIG | reg.RX_MAC_CONFIG:
                if self._receives():
                    self.cable.flush()
            case reg.TX_STAT_MASK | reg.RX_STAT_MASK | reg.CONTROL_MASK:
                self._update_mac()
            case reg.FRAME:
                address = self._phy if isinstance(self._phy, int) else 0
                values[offset] = phy.answer(value, address, self.cable.link_up)

    def _reset_parts(self, which: int) -> None:
        if which == reg.RESET_RX:
            self._reset_receiver()
        elif which == reg.RESET_TX:
            self._reset_transmitter()
        elif which:
            self._reset_all()

    # -- interrupts --------------------------------------------------------------------------------

    def _update(self) -> None:
        status = self._values[reg.STATUS] & ~reg.COMPLETED
        self.interrupt(bool(status & ~self._values[reg.MASK]))

    def _note(self, bits: int, happened: bool) -> None:
        status = self._values[reg.STATUS]
        self._values[reg.STATUS] = status | bits if happened else status & ~bits
        self._update()

    def _update_mac(self) -> None:
        """The MAC's three causes: QEMU takes their masks for what has happened."""
        values = self._values
        pause = reg.PAUSE_TIME
        causes = (
            (reg.TX_MAC, values[reg.TX_STAT_MASK] & ~values[reg.TX_STAT]),
            (reg.RX_MAC, values[reg.RX_STAT_MASK] & ~values[reg.RX_STAT]),
            (reg.MAC_CONTROL, values[reg.CONTROL_MASK] & ~pause & ~values[reg.CONTROL_STAT]),
        )
        for bit, cause in causes:
            self._note(bit, bool(cause))

    # -- transmitting ------------------------------------------------------------------------------

    def _send_ring(self) -> None:
        """Send up to the descriptor that was kicked, if both DMA and MAC are on (GEM-05)."""
        values = self._values
        if not values[reg.TX_CONFIG] & reg.DMA_ENABLED:
            return
        if not values[reg.TX_MAC_CONFIG] & reg.MAC_ENABLED:
            return
        last = _ring_mask(values[reg.TX_CONFIG])
        done, end = values[reg.TX_COMPLETED] & last, values[reg.TX_KICK] & last
        base = values[reg.TX_RING_HIGH] << 32 | values[reg.TX_RING]
        while done != end:
            place = base + done * _DESCRIPTOR.size
            control, address = _DESCRIPTOR.unpack(self.read_memory(place, _DESCRIPTOR.size))
            self._gather(control, address)
            self._note(reg.TX_DONE | (reg.TX_ASKED if control & _TX_ASKS else 0), True)
            done = done + 1 & last
            values[reg.TX_COMPLETED] = done
        self._note(reg.TX_ALL, True)

    def _gather(self, control: int, address: int) -> None:
        """Take one buffer; the last one of a frame has it sent."""
        if control & _TX_FIRST:
            self._frame.clear()
            self._first = control
        length = min(control & _TX_SIZE, _TX_LONGEST - len(self._frame))
        self._frame += self.read_memory(address, length)
        if not control & _TX_LAST:
            return
        if self._first & _TX_CHECKSUM:
            self._insert_checksum(self._first >> 15 & 0x3F, self._first >> 21 & 0xFF)
        frame = bytes(self._frame)
        if self._values[reg.XIF_CONFIG] & reg.LOOPBACK:
            self.cable.loop_back(frame)
        else:
            self.cable.send(frame)
        self._frame.clear()
        self._first = 0

    def _insert_checksum(self, start: int, place: int) -> None:
        """Put the checksum of all from ``start`` on at ``place``; nowhere if the frame ends before.

        A frame of one octet takes half of it.
        """
        length = len(self._frame)
        if length >= 2 and max(start, place) > length - 2:
            return
        octets = internet(self._frame[start:]).to_bytes(2, "big")
        self._frame[place : place + 2] = octets
        del self._frame[length:]

    # -- receiving ---------------------------------------------------------------------------------

    def _receives(self) -> bool:
        values = self._values
        return bool(
            values[reg.RX_CONFIG] & reg.DMA_ENABLED and values[reg.RX_MAC_CONFIG] & reg.MAC_ENABLED
        )

    def can_receive(self) -> bool:
        values = self._values
        last = _ring_mask(values[reg.RX_CONFIG])
        full = values[reg.RX_KICK] == values[reg.RX_COMPLETED] + 1 & last
        return self._receives() and not full

    def receive(self, frame: bytes) -> bool:
        """Take a frame (GEM-04); it waits while the receiver is off, or its ring full."""
        values = self._values
        if not self._receives():
            return False
        longest = values[reg.LONGEST] & reg.LONGEST_MASK
        if len(frame) < _ADDRESS_SIZE or len(frame) + _FCS > longest:
            return True
        frame = frame.ljust(_SHORTEST, b"\0")
        match = self._match(frame)
        if match is None:
            return True
        config = values[reg.RX_CONFIG]
        last = _ring_mask(config)
        done, end = values[reg.RX_COMPLETED] & last, values[reg.RX_KICK] & last
        if end == done + 1 & last:
            return False
        base = values[reg.RX_RING_HIGH] << 32 | values[reg.RX_RING]
        place = base + done * _DESCRIPTOR.size
        _, address = _DESCRIPTOR.unpack(self.read_memory(place, _DESCRIPTOR.size))
        self.write_memory(address & ~7 | (config & reg.RX_OFFSET) >> 10, frame)
        length = len(frame) + (0 if values[reg.RX_MAC_CONFIG] & reg.STRIP_FCS else _FCS)
        status = length << 16 | internet(frame[(config & reg.RX_CHECKSUM) >> 13 :])
        status |= (_hash(frame) >> 16) << _HASH_SHIFT | match
        self.write_memory(place, _DESCRIPTOR.pack(status, address))
        done = done + 1 & last
        values[reg.RX_COMPLETED] = done
        full = end == done + 1 & last
        self._note(reg.RX_DONE | (reg.RX_NO_BUFFER if full else 0), True)
        return True

    def _match(self, frame: bytes) -> int | None:
        """The receive filter: what the descriptor says of how it matched; None: not at all."""
        values = self._values
        config = values[reg.RX_MAC_CONFIG]
        if config & reg.PROMISCUOUS or frame[:_ADDRESS_SIZE] == _BROADCAST:
            return 0
        if frame[0] & 1:
            if config & reg.ALL_GROUPS:
                return 0
            place = _hash(frame) >> 24
            listed = values[reg.HASH + (place >> 2 & 0x3C)] & 1 << (15 - (place & 0xF))
            return _RX_HASHED if config & reg.HASHED and listed else None
        words = [int.from_bytes(frame[at : at + 2], "big") for at in (4, 2, 0)]
        for first, match in ((reg.ADDRESS, 0), (reg.SECOND_ADDRESS, _RX_SECOND)):
            if words == [values[first + 4 * place] for place in range(3)]:
                return match
        return None


def _hash(frame: bytes) -> int:
    return hashing.register(frame[:_ADDRESS_SIZE])


def _is_known(offset: int) -> bool:
    return any(offset in known for known in reg.KNOWN)


def _ring_mask(config: int) -> int:
    """The number of a ring's last descriptor; there are 32 at least."""
    return (32 << ((config & reg.RING_SIZE) >> 1)) - 1

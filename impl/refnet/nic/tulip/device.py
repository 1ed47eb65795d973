"""Registers, lists and frames of the 21143."""

from ..bus import Region
from ..eeprom93 import Eeprom
from ..model import PciModel, Setting
from ..pci import Identity
from . import descriptors as desc
from . import registers as reg
from .phy import Phy
from .srom import contents

_FRAME = 2048
_HEADER, _FCS = 14, 4
_BROADCAST = b"\xff" * 6
_WORD = 0xFFFF_FFFF

_ADDRESSES, _SETUP = 16, 192
#: How many descriptors are sent at once.
_TURN = 128


class Tulip(PciModel):
    """The controller."""

    IDENTITY = Identity(0x1011, 0x0019, subsystem_vendor=0x103C, subsystem=0x104F)
    SAVED = (
        *("_csr", "_wires", "_rom", "_phy", "_addresses"),
        *("_receive_at", "_transmit_at", "_received", "_size", "_left", "_sending", "_sent"),
    )

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.add_bar(0, Region(reg.SIZE, self._read, self._write, implemented=(4, 4)), io=True)
        self.add_bar(1, Region(reg.SIZE, self._read, self._write, implemented=(4, 4)))
        self._csr = [0] * reg.COUNT
        self._wires = 0
        self._rom = Eeprom(contents(self.mac))
        self._phy = Phy()
        self._addresses = [bytes(6)] * _ADDRESSES
        self._receive_at = self._transmit_at = 0
        self._received = bytearray(_FRAME)
        self._size = self._left = 0
        self._sending = bytearray(_FRAME)
        self._sent = 0

    def reset(self) -> None:
        """Set the registers; lists, addresses and frames that are half done stay (TUL-01)."""
        for number, value in reg.AFTER_RESET.items():
            self._csr[number] = value

    # -- registers ---------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        number, beside = divmod(offset, reg.SPACING)
        if beside:
            return 0
        if number == reg.SERIAL:
            return self._read_serial()
        return reg.SIA_SEEN if number == reg.SIA_STATUS else self._csr[number]

    def _write(self, offset: int, size: int, value: int) -> None:
        number, beside = divmod(offset, reg.SPACING)
        if beside:
            return
        csr = self._csr
        match number:
            case reg.BUS_MODE:
                csr[number] = value
                if value & reg.SOFTWARE_RESET:
                    self.reset()
                    self._update()
            case reg.TX_POLL:
                self._send_list()
            case reg.RX_POLL:
                self.cable.flush()
            case reg.RX_LIST:
                self._receive_at = csr[number] = value & ~3
                self.cable.flush()
            case reg.TX_LIST:
                self._transmit_at = csr[number] = value & ~3
                self._send_list()
            case reg.STATUS:
                csr[number] &= ~(value & reg.CLEARABLE)
                self._update()
            case reg.MODE:
                self._write_mode(value)
            case reg.MASK:
                csr[number] = value
                self._update()
            case reg.MISSED:
                csr[reg.SERIAL] = value  # So QEMU has it.
            case reg.SERIAL:
                self._write_serial(value)
            case reg.SIA_STATUS:
                pass
            case _:
                csr[number] = value

    def _write_mode(self, value: int) -> None:
        """Start and stop both halves; what waits for the one that starts is done at once."""
        self._csr[reg.MODE] = value
        status = self._csr[reg.STATUS] & ~reg.RX_STATE
        if value & reg.RX_ON:
            self._csr[reg.STATUS] = status | reg.RX_WAITS << reg.RX_STATE_SHIFT
            self.cable.flush()
        else:
            self._csr[reg.STATUS] = status
        status = self._csr[reg.STATUS] & ~reg.TX_STATE
        if value & reg.TX_ON:
            self._csr[reg.STATUS] = status | reg.TX_SUSPENDED << reg.TX_STATE_SHIFT
            self._send_list()
        else:
            self._csr[reg.STATUS] = status

    def _note(self, cause: int) -> None:
        self._csr[reg.STATUS] |= cause
        self._update()

    def _update(self) -> None:
        """Work out both sums of what has happened and is not masked, and the interrupt."""
        csr = self._csr
        heard = csr[reg.STATUS] & csr[reg.MASK]
        normal = reg.NORMAL if heard & reg.NORMAL_CAUSES else 0
        abnormal = reg.ABNORMAL if heard & reg.ABNORMAL_CAUSES else 0
        csr[reg.STATUS] = csr[reg.STATUS] & ~(reg.NORMAL | reg.ABNORMAL) | normal | abnormal
        self.interrupt(bool((normal | abnormal) & csr[reg.MASK]))

    # -- serial interface --------------------------------------------------------------------------

    def _read_serial(self) -> int:
        csr = self._csr
        if csr[reg.SERIAL] & reg.ROM:
            csr[reg.SERIAL] &= ~reg.ROM_OUT
            csr[reg.SERIAL] |= reg.ROM_OUT if self._rom.out else 0
        self._manage()
        return csr[reg.SERIAL]

    def _write_serial(self, value: int) -> None:
        csr = self._csr
        if value & reg.ROM:
            self._rom.drive(
                bool(value & reg.ROM_SELECT),
                bool(value & reg.ROM_CLOCK),
                bool(value & reg.ROM_IN),
            )
        csr[reg.SERIAL] = csr[reg.SERIAL] & reg.MDIO_IN | value & ~reg.MDIO_IN
        self._manage()
        self._wires = csr[reg.SERIAL]

    def _manage(self) -> None:
        """Move the management bus where its clock rises.

        It rises against what was last written to the register itself: after a write by way of CSR8
        each read is another clock.
        """
        value = self._csr[reg.SERIAL]
        if not value & ~self._wires & reg.MDIO_CLOCK:
            return
        out = self._phy.clock(bool(value & reg.MDIO_OUT), bool(value & reg.MDIO_READS))
        if out is not None:
            value = value & ~reg.MDIO_IN | (reg.MDIO_IN if out else 0)
            self._csr[reg.SERIAL] = value

    # -- lists -------------------------------------------------------------------------------------

    def _load(self, address: int) -> desc.Descriptor:
        octets = self.read_memory(address, desc.SIZE)
        return desc.decode(octets, bool(self._csr[reg.BUS_MODE] & reg.BIG_ENDIAN))

    def _store(self, address: int, descriptor: desc.Descriptor) -> None:
        big_endian = bool(self._csr[reg.BUS_MODE] & reg.BIG_ENDIAN)
        self.write_memory(address, desc.encode(descriptor, big_endian))

    def _after(self, address: int, descriptor: desc.Descriptor, start: int) -> int:
        """Where the next descriptor is, of a list that begins at ``start``."""
        if descriptor.control & desc.END_OF_RING:
            return start
        if descriptor.control & desc.CHAINED:
            return descriptor.second & ~3
        skipped = self._csr[reg.BUS_MODE] >> reg.SKIP_SHIFT & reg.SKIP
        return address + desc.SIZE + 4 * skipped

    # -- transmitting ------------------------------------------------------------------------------

    def _send_list(self) -> None:
        """Go through the transmit list up to a descriptor that is not the chip's (TUL-03)."""
        if self._csr[reg.STATUS] & reg.TX_STATE != reg.TX_SUSPENDED << reg.TX_STATE_SHIFT:
            return
        for _ in range(_TURN):
            place = self._transmit_at
            descriptor = self._load(place)
            if not descriptor.status & desc.OWN:
                self._note(reg.TX_NO_MORE)
                return
            if descriptor.control & desc.TX_SETUP:
                self._set_up(descriptor)
            else:
                self._send_part(descriptor)
            self._store(place, descriptor)
            self._transmit_at = self._after(place, descriptor, self._csr[reg.TX_LIST])

    def _set_up(self, descriptor: desc.Descriptor) -> None:
        """Take the addresses to compare with: two octets of each four count."""
        address, length = descriptor.buffers()[0]
        if length == _SETUP:
            octets = self.read_memory(address, length)
            groups = (octets[at : at + 12] for at in range(0, length, 12))
            self._addresses = [each[:2] + each[4:6] + each[8:10] for each in groups]
        descriptor.status = desc.NOTHING_SENT
        if descriptor.control & desc.TX_INTERRUPT:
            self._note(reg.TX_DONE)

    def _send_part(self, descriptor: desc.Descriptor) -> None:
        """Take the buffers of one descriptor, and send the frame if it is the last.

        Where a frame becomes too long, the descriptor stays the chip's, and the rest is lost.
        """
        control = descriptor.control
        if control & desc.TX_FIRST:
            self._sent = 0
        length = 0
        for address, part in descriptor.buffers():
            end = self._sent + part
            if end > _FRAME:
                return
            self._sending[self._sent : end] = self.read_memory(address, part)
            self._sent = end
            length += part
        descriptor.status = 0 if length else desc.NOTHING_SENT
        if not control & desc.TX_LAST:
            return
        frame = bytes(self._sending[: self._sent])
        if frame and self._csr[reg.MODE] & reg.LOOPBACK:
            self.receive(frame)
        elif frame:
            self.cable.send(frame)
        if control & desc.TX_INTERRUPT:
            self._note(reg.TX_DONE)

    # -- receiving ---------------------------------------------------------------------------------

    def receive(self, frame: bytes) -> bool:
        """Take a frame (TUL-02); it waits while the receiver is off, and if it never fits.

        Without a descriptor the first frame of all waits, and later ones are lost: QEMU returns
        what is left of the frame before. One that has got only a part of its buffers stays there
        for ever, and none is taken after it.
        """
        stopped = not self._csr[reg.STATUS] & reg.RX_STATE
        if stopped or self._left or not _HEADER <= len(frame) <= _FRAME - _FCS:
            return False
        if not self._is_wanted(frame[:6]):
            return True
        first = True
        while first or self._left:
            place = self._receive_at
            descriptor = self._load(place)
            if not descriptor.status & desc.OWN:
                self._note(reg.RX_NO_BUFFER)
                return self._size > self._left
            descriptor.status = 0
            if first:
                descriptor.status = desc.RX_FIRST
                self._received[: len(frame)] = frame
                self._size = self._left = len(frame) + _FCS
                first = False
            self._fill(descriptor)
            if not self._left:
                descriptor.status |= desc.RX_LAST | self._size << desc.RX_LENGTH_SHIFT
                self._note(reg.RX_DONE)
            self._store(place, descriptor)
            self._receive_at = self._after(place, descriptor, self._csr[reg.RX_LIST])
        return True

    def _is_wanted(self, address: bytes) -> bool:
        mode = self._csr[reg.MODE]
        if address == _BROADCAST or mode & (reg.PROMISCUOUS | reg.ANYTHING):
            return True
        if mode & reg.ALL_GROUPS and address[0] & 1:
            return True
        return (address in self._addresses) is not bool(mode & reg.INVERSE)

    def _fill(self, descriptor: desc.Descriptor) -> None:
        """Write as much of the frame as has room; the FCS is what stood there before (QEMU)."""
        for address, room in descriptor.buffers():
            start = self._size - self._left
            part = self._received[start : start + min(room, self._left)]
            if part:
                self.write_memory(address, part)
                self._left -= len(part)

"""The controllers on their PCI bus: what a register does, interrupts, and time (E1K-01..14)."""

from collections.abc import Callable
from typing import Any

from ..bus import Region
from ..model import PciModel, Setting
from ..pci import COMMAND, COMMAND_MASTER, Identity
from . import eeprom, filter, receive, transmit
from .phy import MDIC_INTERRUPT, Phy
from .registers import (
    BPTC,
    CLEARED,
    CLEARED_WIDE,
    CTRL,
    CTRL_RESET,
    CTRL_VLAN,
    EECD,
    EERD,
    EXTRA,
    ICR,
    ICS,
    IMC,
    IMS,
    INT_LINK,
    INT_MDIO,
    INT_QUEUE_EMPTY,
    INT_RECEIVED,
    INT_SENT,
    ITR,
    MDIC,
    MITIGATION,
    MPTC,
    RA,
    RADV,
    RCTL,
    RCTL_ON,
    RDT,
    RDTR,
    ROC,
    SENT_BY_SIZE,
    STATUS,
    STATUS_LINK_UP,
    TADV,
    TCTL,
    TCTL_ON,
    TDBAH,
    TDBAL,
    TDH,
    TDLEN,
    TDT,
    WRITABLE,
    Registers,
)

_REGISTERS_SIZE, _PORTS_SIZE, _ROM_SIZE = 0x20000, 0x40, 0x40000
_MASK, _FAR = (1 << 32) - 1, (1 << 64) - 1
_BROADCAST = b"\xff" * 6
_SHORTEST = 60
_HEADER_WITHOUT_TAG = 12

_MILLISECOND = 1_000_000
_NEGOTIATION = 500 * _MILLISECOND
_HOLD = 1000 * _MILLISECOND
#: Interrupts are delayed by so many times 256 ns; no more than 7813 come in a second.
_DELAY_UNIT, _LEAST_DELAY = 256, 500


class E1000(PciModel):
    """``e1000``: an 82540EM."""

    SAVED = (
        "_registers",
        "_words",
        "_microwire",
        "_phy",
        "_assembly",
        "_buffer_size",
        "_negotiation",
        "_hold",
        "_mitigation",
        "_interrupted",
        "_may_wait",
    )
    IDENTITY = Identity(0x8086, 0x100E, revision=3)
    PHY_ID = 0x0C20

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        options = setting.options
        self._negotiates = bool(options.get("autonegotiation", True))
        self._mitigates = bool(options.get("mitigation", True))
        self._sets_vlan_type = bool(options.get("init-vet", True))
        self._missing = (frozenset() if self._mitigates else MITIGATION) | (
            frozenset() if options.get("extra_mac_registers", True) else EXTRA
        )
        self._registers = Registers()
        self._words = eeprom.contents(self.mac, self.IDENTITY.device)
        self._microwire = eeprom.Microwire()
        self._phy = Phy()
        self._assembly = transmit.Assembly()
        self._negotiation = self.board.timers.add(self._negotiated)
        self._hold = self.board.timers.add(self._end_hold)
        self._mitigation = self.board.timers.add(self._end_mitigation)
        self._interrupted = self._may_wait = False
        self._compose(0)
        self._writers: dict[int, Callable[[int], None]] = {
            CTRL: self._set_control,
            EECD: self._wire_eeprom,
            ICR: self._acknowledge,
            ICS: self._raise,
            IMC: self._mask_out,
            IMS: self._mask_in,
            MDIC: self._command_phy,
            RCTL: self._set_receive_control,
            RDT: self._set_receive_tail,
            TCTL: self._set_transmit_control,
            TDT: self._set_transmit_tail,
        }
        self.add_bar(0, Region(_REGISTERS_SIZE, self._read, self._write, implemented=(4, 4)))
        self.add_bar(1, Region(_PORTS_SIZE, _read_nought, _write_nothing), io=True)
        self.add_rom(_ROM_SIZE)

    def _compose(self, buffer_size: int) -> None:
        """Give those who work on the state the state."""
        self._ring = receive.Ring(self, self._registers, buffer_size)
        self._transmitter = transmit.Transmitter(self, self._send, self._registers, self._assembly)

    @property
    def _buffer_size(self) -> int:
        return self._ring.size

    @_buffer_size.setter
    def _buffer_size(self, size: int) -> None:
        self._compose(size)

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        self._compose(self._buffer_size)

    def reset(self) -> None:
        """The wires of the EEPROM and the size of receive buffers stay what they were."""
        for timer in (self._negotiation, self._hold, self._mitigation):
            timer.cancel()
        self._interrupted = self._may_wait = False
        self._phy.reset(self.PHY_ID)
        self._registers.reset(self.mac, self._sets_vlan_type)
        self._assembly = transmit.Assembly()
        self._compose(self._buffer_size)
        if not self.cable.link_up:
            self._take_link_down()
        self.cable.current_mac = self.mac

    def remove(self) -> None:
        for timer in (self._negotiation, self._hold, self._mitigation):
            timer.cancel()
        super().remove()

    # -- registers ---------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        word = offset >> 2
        registers = self._registers
        if word in self._missing:
            return 0
        if word == ICR:
            causes = registers[ICR]
            self._set_causes(0)
            return causes
        if word == EECD:
            return self._microwire.read(self._words)
        if word == EERD:
            return eeprom.answer(self._words, registers[EERD])
        value = registers[word]
        if word in CLEARED:
            registers[word] = 0
        elif word in CLEARED_WIDE:
            registers[word] = registers[word - 1] = 0
        return value

    def _write(self, offset: int, size: int, value: int) -> None:
        word = offset >> 2
        registers = self._registers
        if word in self._missing:
            return
        mask = WRITABLE.get(word)
        if mask is not None:
            registers[word] = value & mask
            if word == RA + 1:
                self._change_address()
        elif (writer := self._writers.get(word)) is not None:
            writer(value)

    def _set_control(self, value: int) -> None:
        self._registers[CTRL] = value & ~CTRL_RESET

    def _set_receive_tail(self, value: int) -> None:
        self._registers[RDT] = value & 0xFFFF
        if self._ring.has_room(1):
            self.cable.flush()

    def _set_transmit_tail(self, value: int) -> None:
        self._registers[TDT] = value & 0xFFFF
        self._transmit()

    def _set_transmit_control(self, value: int) -> None:
        self._registers[TCTL] = value
        self._transmit()

    def _wire_eeprom(self, value: int) -> None:
        self._microwire.write(value)

    def _mask_in(self, causes: int) -> None:
        self._registers[IMS] |= causes
        self._raise(0)

    def _mask_out(self, causes: int) -> None:
        self._registers[IMS] &= ~causes
        self._raise(0)

    def _acknowledge(self, causes: int) -> None:
        self._set_causes(self._registers[ICR] & ~causes)

    def configured(self, offset: int, length: int) -> None:
        if offset <= COMMAND < offset + length and self.config[COMMAND] & COMMAND_MASTER:
            self.cable.flush()

    def _change_address(self) -> None:
        """Tell people of the first receive address."""
        low, high = self._registers[RA], self._registers[RA + 1]
        self.cable.current_mac = (low | (high & 0xFFFF) << 32).to_bytes(6, "little")

    def _set_receive_control(self, value: int) -> None:
        """Nothing is received in the second that follows (E1K-08)."""
        self._registers[RCTL] = value
        self._ring.size = receive.buffer_size(value)
        self._hold.set(self._in_milliseconds(_HOLD))

    def _end_hold(self) -> None:
        self.cable.flush()

    def _in_milliseconds(self, delay: int) -> int:
        """So much later than the millisecond that is now, in ns."""
        return self.now() // _MILLISECOND * _MILLISECOND + delay

    # -- the link ----------------------------------------------------------------------------------

    def _command_phy(self, value: int) -> None:
        value, restart = self._phy.command(value, self._registers[MDIC])
        if restart and self._may_negotiate():
            self._negotiate()
        self._registers[MDIC] = value
        if value & MDIC_INTERRUPT:
            self._raise(INT_MDIO)

    def _may_negotiate(self) -> bool:
        return self._negotiates and self._phy.negotiates

    def _negotiate(self) -> None:
        self._take_link_down()
        self._negotiation.set(self._in_milliseconds(_NEGOTIATION))

    def _negotiated(self) -> None:
        if self.cable.link_up:
            self._bring_link_up(negotiated=True)
            self._raise(INT_LINK)

    def on_link_change(self, up: bool) -> None:
        before = self._registers[STATUS]
        if not up:
            self._take_link_down()
        elif self._may_negotiate() and not self._phy.has_negotiated:
            self._negotiate()
        else:
            self._bring_link_up()
        if self._registers[STATUS] != before:
            self._raise(INT_LINK)

    def _take_link_down(self) -> None:
        self._registers[STATUS] &= ~STATUS_LINK_UP
        self._phy.link_down()

    def _bring_link_up(self, negotiated: bool = False) -> None:
        self._registers[STATUS] |= STATUS_LINK_UP
        self._phy.link_up(negotiated)
        self.cable.flush()

    # -- interrupts --------------------------------------------------------------------------------

    def _raise(self, causes: int) -> None:
        self._set_causes(self._registers[ICR] | causes)

    def _set_causes(self, causes: int) -> None:
        """ICR and ICS are this now; the interrupt follows, after the least delay since the last."""
        registers = self._registers
        registers[ICR] = registers[ICS] = causes
        pending = causes & registers[IMS]
        if pending and not self._interrupted:
            if self._mitigation.deadline is not None:
                return
            if self._mitigates:
                self._mitigation.set(self.now() + self._delay(pending) * _DELAY_UNIT)
                self._may_wait = False
        self._interrupted = bool(pending)
        self.interrupt(self._interrupted)

    def _delay(self, pending: int) -> int:
        """How long the interrupt after this one has to wait, in units of 256 ns (E1K-13)."""
        registers = self._registers
        delays = [registers[ITR]]
        if self._may_wait and pending & (INT_SENT | INT_QUEUE_EMPTY):
            delays.append(registers[TADV] * 4)
        if registers[RDTR] and pending & INT_RECEIVED:
            delays.append(registers[RADV] * 4)
        return max(_LEAST_DELAY, min((delay for delay in delays if delay), default=0))

    def _end_mitigation(self) -> None:
        self._set_causes(self._registers[ICR])

    # -- frames ------------------------------------------------------------------------------------

    def _transmit(self) -> None:
        """Work through the ring from TDH to TDT; once round it at most."""
        registers = self._registers
        if not registers[TCTL] & TCTL_ON:
            return
        first = registers[TDH]
        causes = INT_QUEUE_EMPTY
        while registers[TDH] != registers[TDT]:
            base = (registers[TDBAH] << 32) + (registers[TDBAL] & ~0xF)
            place = base + transmit.DESCRIPTOR * registers[TDH] & _FAR
            descriptor = self.read_memory(place, transmit.DESCRIPTOR)
            self._may_wait |= transmit.is_delayed(descriptor)
            self._transmitter.handle(descriptor)
            report = transmit.status(descriptor)
            if report is not None:
                self.write_memory(place + 12 & _FAR, report)
                causes |= INT_SENT
            registers[TDH] += 1
            if registers[TDH] * transmit.DESCRIPTOR >= registers[TDLEN]:
                registers[TDH] = 0
            if registers[TDH] == first or first >= registers[TDLEN] // transmit.DESCRIPTOR:
                break
        self._raise(causes)

    def _send(self, frame: bytes, destination: bytes) -> None:
        if self._phy.loops_back:
            self.cable.loop_back(frame)
        else:
            self.cable.send(frame)
        if destination == _BROADCAST:
            self._registers.tally(BPTC)
        elif destination[0] & 1:
            self._registers.tally(MPTC)
        self._registers.tally_size(SENT_BY_SIZE, len(frame) + 4)

    def can_receive(self) -> bool:
        return (
            self._is_receiving()
            and bool(self.config[COMMAND] & COMMAND_MASTER)
            and self._ring.has_room(1)
            and self._hold.deadline is None
        )

    def _is_receiving(self) -> bool:
        registers = self._registers
        return bool(registers[STATUS] & STATUS_LINK_UP and registers[RCTL] & RCTL_ON)

    def receive(self, frame: bytes) -> bool:
        registers = self._registers
        if not self._is_receiving():
            return True
        if self._hold.deadline is not None:
            return False
        frame = frame.ljust(_SHORTEST, b"\0")
        if filter.is_too_long(registers, len(frame)):
            registers.tally(ROC)
            return True
        if not filter.wants(registers, frame):
            return True
        tag = b""
        if registers[CTRL] & CTRL_VLAN and filter.is_tagged(registers, frame):
            at = _HEADER_WITHOUT_TAG
            tag, frame = frame[at + 2 : at + 4], frame[:at] + frame[at + 4 :]
        self._raise(self._ring.put(frame, tag))
        return True


class E1000Gc(E1000):
    """``e1000-82544gc``."""

    IDENTITY = Identity(0x8086, 0x100C, revision=3)
    PHY_ID = 0x0C30


class E1000Em(E1000):
    """``e1000-82545em``."""

    IDENTITY = Identity(0x8086, 0x100F, revision=3)


def _read_nought(offset: int, size: int) -> int:
    """IOADDR and IODATA are not there, whatever is on the other end (E1K-04)."""
    return 0


def _write_nothing(offset: int, size: int, value: int) -> None:
    return None

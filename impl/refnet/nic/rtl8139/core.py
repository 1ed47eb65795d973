"""The chip's state, its interrupt, its timer, its transceiver, and what a reset does to them."""

from dataclasses import astuple, dataclass, fields
from struct import Struct
from typing import Any

from ..model import PciModel, Setting
from ..pci import CAPABILITIES, Identity
from .eeprom import Eeprom

COMMAND_RESET, COMMAND_RECEIVE, COMMAND_TRANSMIT, COMMAND_EMPTY = 0x10, 0x08, 0x04, 0x01
PLUS_VLAN, PLUS_RECEIVE, PLUS_TRANSMIT = 0x40, 0x02, 0x01

RECEIVED, SENT, OVERFLOW, LINK_CHANGED, TIMED_OUT = 0x0001, 0x0004, 0x0010, 0x0020, 0x4000

SEND_OWN, SEND_UNDERRUN, SEND_OK, SEND_ABORTED = 0x2000, 0x4000, 0x8000, 0x4000_0000
LOOPBACK = 0x60000

_EEPROM_ID, _VENDOR, _DEVICE = 0x8129, 0x10EC, 0x8139
_TRANSMIT_CONFIG = 0x7480_0000
_CONFIG1, _CONFIG3 = 0x0C, 0x01
_SMALLEST_RING = 8192

_PHY_CONTROL, _PHY_STATUS, _ADVERTISED, _NEGOTIATES, _TRANSCEIVER = (
    0x1000,
    0x7829,
    0x05E1,
    0x0001,
    0x0340,
)
_LINK = 0x04

_TICK = 30
_TICKS = 1 << 32


@dataclass
class Tally:
    """What the chip has counted since its reset, in the order of the dump (RTL-12).

    Data sheet of the RTL8139C+, 6.3. C mode counts no frame as sent or received well.
    """

    sent: int = 0
    received: int = 0
    send_errors: int = 0
    receive_errors: int = 0
    missed: int = 0
    misaligned: int = 0
    collided_once: int = 0
    collided: int = 0
    unicasts: int = 0
    broadcasts: int = 0
    multicasts: int = 0
    aborted: int = 0
    underruns: int = 0

    def octets(self) -> bytes:
        """The 64 octets of a dump."""
        return _DUMP.pack(
            *(value & (1 << width) - 1 for value, width in zip(astuple(self), _WIDTHS, strict=True))
        )

    def clear(self) -> None:
        for each in fields(self):
            setattr(self, each.name, 0)


_DUMP = Struct("<QQQIHHIIQQIHH")
_WIDTHS = (64, 64, 64, 32, 16, 16, 32, 32, 64, 64, 32, 16, 16)


class Core(PciModel):
    """What the two directions share.

    Registers that keep what was written have the number of octets that they have on the chip.
    """

    IDENTITY = Identity(_VENDOR, _DEVICE, revision=0x20)

    SAVED = (
        "_address",
        "_groups",
        "_send_status",
        "_send_from",
        "_next_send",
        "_ring_base",
        "_ring_size",
        "_ring_read",
        "_ring_write",
        "_status",
        "_mask",
        "_transmit_config",
        "_receive_config",
        "_missed",
        "_locks",
        "_config0",
        "_config1",
        "_config3",
        "_config4",
        "_config5",
        "_running",
        "_command",
        "_early_interrupt",
        "_threshold",
        "_phy_control",
        "_phy_status",
        "_advertised",
        "_partner",
        "_expansion",
        "_transceiver",
        "_plus",
        "_plus_touched",
        "_plus_receive",
        "_plus_send",
        "_descriptors_low",
        "_descriptors_high",
        "_assembled",
        "_eeprom",
        "_tally",
        "_timer_interval",
        "_timer_origin",
        "_timer",
    )

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        # A capability list is announced, and neither is it there nor does the status say so.
        self.preset(CAPABILITIES, b"\xdc")
        self._address = bytearray(6)
        self._groups = bytearray(8)
        self._send_status, self._send_from = [0] * 4, [0] * 4
        self._next_send = 0
        self._ring_base = self._ring_read = self._ring_write = 0
        self._ring_size = _SMALLEST_RING
        self._status = self._mask = 0
        self._transmit_config = self._receive_config = 0
        self._missed = 0
        self._locks = 0
        self._config0 = self._config1 = self._config3 = self._config4 = self._config5 = 0
        self._running = True
        self._command = 0
        self._early_interrupt = 0
        self._threshold = 0
        self._phy_control = self._phy_status = self._transceiver = 0
        self._advertised = self._partner = self._expansion = 0
        self._plus = 0
        self._plus_touched = False
        self._plus_receive = self._plus_send = 0
        self._descriptors_low = self._descriptors_high = 0
        self._assembled = bytearray()
        self._eeprom = Eeprom()
        self._eeprom.words[:3] = _EEPROM_ID, _VENDOR, _DEVICE
        self._eeprom.words[7:10] = (
            int.from_bytes(self.mac[place : place + 2], "little") for place in range(0, 6, 2)
        )
        self._tally = Tally()
        self._timer_interval = self._timer_origin = 0
        self._timer = self.board.timers.add(self._on_timer)

    def reset(self) -> None:
        """What a reset of the machine does, and the two that a driver can ask for (RTL-01).

        The receive configuration, the group filter, the addresses to send from and the count of
        missed frames outlive it, as in QEMU.
        """
        self._address[:] = self.cable.current_mac = self.mac
        self._status = self._mask = 0
        self._update()
        self._send_status = [SEND_OWN] * 4
        self._next_send = self._plus_receive = self._plus_send = 0
        self._descriptors_low = self._descriptors_high = 0
        self._ring_base = 0
        self._empty_ring(_SMALLEST_RING)
        self._transmit_config = _TRANSMIT_CONFIG
        self._running = True
        self._command = COMMAND_RESET
        self._config0, self._config1, self._config3, self._config5 = 0, _CONFIG1, _CONFIG3, 0
        self._plus = 0
        self._plus_touched = False
        self._phy_control = _PHY_CONTROL
        self._reset_phy()
        self._timer_interval = self._timer_origin = 0
        self._set_timer()
        self._tally.clear()

    def remove(self) -> None:
        self._timer.cancel()
        super().remove()

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        self.cable.current_mac = bytes(self._address)

    def on_link_change(self, up: bool) -> None:
        self._phy_status = self._phy_status | _LINK if up else self._phy_status & ~_LINK
        self._raise(LINK_CHANGED)

    def _reset_phy(self) -> None:
        self._phy_status = _PHY_STATUS | (_LINK if self.cable.link_up else 0)
        self._advertised = self._partner = _ADVERTISED
        self._expansion = _NEGOTIATES
        self._transceiver = _TRANSCEIVER

    def _empty_ring(self, size: int) -> None:
        """Begin the ring of C mode anew, with ``size`` octets."""
        self._ring_size = size
        self._ring_read = self._ring_write = 0

    # -- interrupt and timer -----------------------------------------------------------------------

    def _raise(self, cause: int) -> None:
        self._status |= cause
        self._update()

    def _update(self) -> None:
        self.interrupt(bool(self._status & self._mask))

    def _ticks(self) -> int:
        """The timer: it counts up once in 30 ns, and begins again after 2**32."""
        return (self.now() - self._timer_origin) // _TICK

    def _restart_timer(self) -> None:
        self._timer_origin = self.now()
        self._set_timer()

    def _set_timer(self) -> None:
        """See to it that the interrupt comes when the timer next reaches the interval."""
        self._timer_origin += self._ticks() // _TICKS * _TICKS * _TICK
        if not self._timer_interval:
            self._timer.cancel()
            return
        moment = self._timer_origin + self._timer_interval * _TICK
        self._timer.set(moment if moment > self.now() else moment + _TICKS * _TICK)

    def _on_timer(self) -> None:
        if self._running:
            self._raise(TIMED_OUT)
            self._set_timer()

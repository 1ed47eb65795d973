"""The PHY: 32 registers of 16 bits behind MDIC (E1K-03, IEEE 802.3 clause 22, SDM 13.4.9)."""

from dataclasses import dataclass, field

BMCR, _BMSR, _ID1, _ID2, _ANAR, _ANLPAR, _ANER = range(7)
_CTRL1000, _STAT1000 = 9, 10
_SPECIFIC, _SPECIFIC_STATUS, _EXTENDED, _ERRORS = 16, 17, 20, 21

_BMCR_RESERVED, _BMCR_RESET = 0x003F, 0x8000
_RESTART, _NEGOTIATES, _LOOPBACK = 0x0200, 0x1000, 0x4000
_LINK, _NEGOTIATED = 0x0004, 0x0020
_ACKNOWLEDGED = 0x4000

_RESET = {
    BMCR: 0x1140,
    _BMSR: 0x794D,
    _ID1: 0x0141,
    _ANAR: 0x0DE1,
    _ANLPAR: 0x01E0,
    _CTRL1000: 0x0E00,
    _STAT1000: 0x3C00,
    _SPECIFIC: 0x0360,
    _SPECIFIC_STATUS: 0xAC00,
    _EXTENDED: 0x0D60,
}
_WRITABLE = frozenset((BMCR, _ANAR, _CTRL1000, _SPECIFIC, _EXTENDED))
_READABLE = frozenset((*_RESET, _ID2, _ANER, _ERRORS))

_WRITE, _READ, _READY = 1 << 26, 1 << 27, 1 << 28
MDIC_INTERRUPT, _ERROR = 1 << 29, 1 << 30
_ADDRESS = 1


@dataclass
class Phy:
    """The registers, by number."""

    registers: list[int] = field(default_factory=lambda: [0] * 32)

    def reset(self, second_id: int) -> None:
        """Take the values after a reset; ``second_id`` tells the chips apart."""
        self.registers[:] = [_RESET.get(number, 0) for number in range(32)]
        self.registers[_ID2] = second_id

    @property
    def loops_back(self) -> bool:
        """Whether frames that are sent are received instead."""
        return bool(self.registers[BMCR] & _LOOPBACK)

    @property
    def negotiates(self) -> bool:
        """Whether autonegotiation is on."""
        return bool(self.registers[BMCR] & _NEGOTIATES)

    @property
    def has_negotiated(self) -> bool:
        """Whether autonegotiation has come to an end."""
        return bool(self.registers[_BMSR] & _NEGOTIATED)

    def link_up(self, negotiated: bool = False) -> None:
        """There is a link, perhaps as the result of a negotiation."""
        self.registers[_BMSR] |= _LINK | (_NEGOTIATED if negotiated else 0)
        if negotiated:
            self.registers[_ANLPAR] |= _ACKNOWLEDGED

    def link_down(self) -> None:
        """There is no link, and nothing is known of a partner."""
        self.registers[_BMSR] &= ~(_LINK | _NEGOTIATED)
        self.registers[_ANLPAR] &= ~_ACKNOWLEDGED

    def command(self, value: int, before: int) -> tuple[int, bool]:
        """Carry out what is written to MDIC: what that reads then, and whether to negotiate again.

        Args:
            before: what MDIC held, which stays there if another PHY than number 1 is asked for.
        """
        data, number = value & 0xFFFF, value >> 16 & 0x1F
        restart = False
        if value >> 21 & 0x1F != _ADDRESS:
            value = before | _ERROR
        elif value & _READ and number in _READABLE:
            value = value & ~0xFFFF | self.registers[number]
        elif value & _READ or (value & _WRITE and number not in _WRITABLE):
            value |= _ERROR
        elif value & _WRITE and number == BMCR:
            self.registers[BMCR] = data & ~(_BMCR_RESERVED | _BMCR_RESET | _RESTART)
            restart = bool(data & _RESTART)
        elif value & _WRITE:
            self.registers[number] = data
        return value | _READY, restart

"""The registers: where they are, what they hold at reset, and how they answer (SDM chapter 13).

A register is named by the number of its 32-bit word; there are 0x8000, most of which are nothing.
"""

CTRL, STATUS, EECD, EERD, MDIC, VET = (
    place >> 2 for place in (0x0000, 0x0008, 0x0010, 0x0014, 0x0020, 0x0038)
)
ICR, ITR, ICS, IMS, IMC = (place >> 2 for place in (0x00C0, 0x00C4, 0x00C8, 0x00D0, 0x00D8))
RCTL, TCTL, LEDCTL, PBA = (place >> 2 for place in (0x0100, 0x0400, 0x0E00, 0x1000))
RDBAL, RDBAH, RDLEN, RDH, RDT, RDTR, RADV = (
    place >> 2 for place in (0x2800, 0x2804, 0x2808, 0x2810, 0x2818, 0x2820, 0x282C)
)
TDBAL, TDBAH, TDLEN, TDH, TDT, TADV = (
    place >> 2 for place in (0x3800, 0x3804, 0x3808, 0x3810, 0x3818, 0x382C)
)
MTA, RA, VFTA, MANC = (place >> 2 for place in (0x5200, 0x5400, 0x5600, 0x5820))

#: Statistics (SDM 13.7).
MPC, GPRC, BPRC, MPRC, GPTC = (place >> 2 for place in (0x4010, 0x4074, 0x4078, 0x407C, 0x4080))
GORCL, GORCH, GOTCL, GOTCH = (place >> 2 for place in (0x4088, 0x408C, 0x4090, 0x4094))
RNBC, RUC, ROC = (place >> 2 for place in (0x40A0, 0x40A4, 0x40AC))
TORL, TORH, TOTL, TOTH, TPR, TPT = (
    place >> 2 for place in (0x40C0, 0x40C4, 0x40C8, 0x40CC, 0x40D0, 0x40D4)
)
MPTC, BPTC, TSCTC = (place >> 2 for place in (0x40F0, 0x40F4, 0x40F8))
#: Frames received, and sent, by length: 64, to 127, 255, 511, 1023, and longer.
RECEIVED_BY_SIZE = range(0x405C >> 2, 0x4074 >> 2)
SENT_BY_SIZE = range(0x40D8 >> 2, 0x40F0 >> 2)

CTRL_RESET, CTRL_VLAN = 1 << 26, 1 << 30
STATUS_LINK_UP = 1 << 1
RAH_VALID = 1 << 31

RCTL_ON, RCTL_STORE_BAD, RCTL_UNICAST, RCTL_MULTICAST = 1 << 1, 1 << 2, 1 << 3, 1 << 4
RCTL_LONG, RCTL_BROADCAST, RCTL_VLAN_FILTER = 1 << 5, 1 << 15, 1 << 18
RCTL_EXTENDED_SIZE, RCTL_STRIP_FCS = 1 << 25, 1 << 26
TCTL_ON = 1 << 1

INT_SENT, INT_QUEUE_EMPTY, INT_LINK, INT_FEW_LEFT = 1 << 0, 1 << 1, 1 << 2, 1 << 4
INT_OVERRUN, INT_RECEIVED, INT_MDIO = 1 << 6, 1 << 7, 1 << 9

#: How many words there are.
COUNT = 0x8000

_FULL = 0xFFFF_FFFF
_FULL_WIDE = 0xFFFF_FFFF_FFFF_FFFF

#: E1K-01. What is not here is nought; the first receive address is the MAC.
_RESET = {
    CTRL: 0x0014_0240,
    STATUS: 0x8008_0783,
    LEDCTL: 0x602,
    PBA: 0x0010_0030,
    MANC: 0x0022_2300,
}
_VLAN_TYPE = 0x8100
#: The smallest frame with its FCS, in octets.
_SHORTEST = 64

#: Registers that take what is written, by the bits that they have: first and last octet address.
_WRITABLE: dict[int, tuple[tuple[int, int], ...]] = {
    _FULL: (
        (0x0014, 0x0014),
        (0x0038, 0x0038),
        (0x0E00, 0x0E00),
        (0x1000, 0x1000),
        (0x2800, 0x2804),
        (0x3800, 0x3804),
        (0x3828, 0x3828),
        (0x4058, 0x4058),
        (0x5200, 0x53FC),
        (0x5400, 0x547C),
        (0x5600, 0x57FC),
        (0x5800, 0x5800),
        (0x5808, 0x5808),
        (0x5810, 0x5810),
        (0x5838, 0x5838),
        (0x5840, 0x5858),
        (0x5880, 0x588C),
        (0x5A00, 0x5A7C),
        (0x5B50, 0x5B50),
        (0x9800, 0x9BF8),
        (0x10000, 0x1FFFC),
    ),
    0xFFF80: ((0x2808, 0x2808), (0x3808, 0x3808)),
    0xFFFF: (
        (0x00C4, 0x00C4),
        (0x0458, 0x0458),
        (0x2810, 0x2810),
        (0x2820, 0x2820),
        (0x282C, 0x282C),
        (0x3810, 0x3810),
        (0x382C, 0x382C),
    ),
    0x1FFF: (
        (0x2410, 0x2410),
        (0x2418, 0x2418),
        (0x2420, 0x2420),
        (0x2428, 0x2428),
        (0x2430, 0x2430),
        (0x3420, 0x3420),
        (0x3428, 0x3428),
        (0x3430, 0x3430),
    ),
    0x7FF: ((0x3410, 0x3410), (0x3418, 0x3418), (0x5F00, 0x5F18)),
    0xF: ((0x9000, 0x93F8),),
}
WRITABLE = {
    word: mask
    for mask, ranges in _WRITABLE.items()
    for first, last in ranges
    for word in range(first >> 2, (last >> 2) + 1)
}

#: Registers that are cleared by being read; and 64-bit ones, whose high half clears both.
CLEARED = frozenset(
    (
        *RECEIVED_BY_SIZE,
        *SENT_BY_SIZE,
        GPRC,
        BPRC,
        MPRC,
        GPTC,
        RUC,
        ROC,
        TPR,
        TPT,
        MPTC,
        BPTC,
        TSCTC,
    )
)
CLEARED_WIDE = frozenset((GORCH, GOTCH, TORH, TOTH))

#: Registers that ``mitigation=off`` and ``extra_mac_registers=off`` take away.
MITIGATION = frozenset((ITR, RDTR, RADV, TADV))
EXTRA = frozenset(
    place >> 2
    for place in (
        *(0x0458, 0x2410, 0x2418, 0x2420, 0x2428, 0x2430, 0x3410, 0x3418, 0x3420, 0x3428, 0x3430),
        *(0x4014, 0x4018, 0x401C, 0x4020, 0x4028, 0x4030, 0x4034, 0x4038, 0x403C, 0x4040),
        *range(0x4048, 0x4074, 4),
        *(0x4078, 0x407C, 0x4088, 0x408C, 0x4090, 0x4094),
        *range(0x40A0, 0x40C0, 4),
        *range(0x40D8, 0x4100, 4),
        *(0x5800, 0x5810, 0x5838, 0x5840, 0x5880, 0x5A00, 0x5F00, 0x9000, 0x9800, 0x10000),
    )
)


class Registers(list[int]):
    """All words, by number."""

    def reset(self, mac: bytes, vlan_type: bool) -> None:
        """Take the values after a reset, with ``mac`` as the first address to receive for."""
        self[:] = [0] * COUNT
        for word, value in _RESET.items():
            self[word] = value
        self[RA] = int.from_bytes(mac[:4], "little")
        self[RA + 1] = RAH_VALID | int.from_bytes(mac[4:], "little")
        if vlan_type:
            self[VET] = _VLAN_TYPE

    def tally(self, word: int) -> None:
        """Count one more; a counter stays at its highest value."""
        if self[word] != _FULL:
            self[word] += 1

    def tally_octets(self, low: int, octets: int) -> None:
        """Add to the 64-bit counter whose low half is the word ``low``."""
        total = min((self[low + 1] << 32 | self[low]) + octets, _FULL_WIDE)
        self[low], self[low + 1] = total & _FULL, total >> 32

    def tally_size(self, counters: range, octets: int) -> None:
        """Count a frame of so many octets in the one of six counters that is for its length."""
        if octets == _SHORTEST:
            self.tally(counters[0])
        elif octets > _SHORTEST:
            self.tally(counters[min(5, octets.bit_length() - 6)])

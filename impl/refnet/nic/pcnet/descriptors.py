"""Descriptors of the Am79C970A in memory: three layouts, chosen by software style (PCN-04).

Style 0 has 8 octets and 24 bits of address, the others 16 octets and 32 bits; style 3 exchanges the
first and the third word. Transmit and receive descriptors differ in what the last word holds:
errors of a transmission in its upper half, the length of a received frame in its lower.
"""

import struct
from dataclasses import dataclass

#: Status, alike in both kinds; the rest is of one kind alone.
OWN, ERR, STP, ENP = 0x8000, 0x4000, 0x0200, 0x0100
RX_CRC, RX_OFLO, RX_BUFF = 0x0800, 0x1000, 0x0400
RX_PAM, RX_LFAM, RX_BAM = 0x0040, 0x0020, 0x0010
TX_ADD_FCS, TX_LTINT = 0x2000, 0x1000

#: Errors of a transmission, in ``detail``.
TX_LCAR, TX_UFLO, TX_BUFF = 0x0800_0000, 0x4000_0000, 0x8000_0000

_COUNT, _ONES = 0x0FFF, 0xF000
_RX_ZEROS = 0xF000

_SHORT = struct.Struct("<IHH")
_LONG = struct.Struct("<IHHII")


@dataclass(slots=True)
class Descriptor:
    """One descriptor.

    Attributes:
        address: of the buffer.
        length: its size as two's complement in 12 bits, and four ones above.
        status: flags.
        detail: errors of a transmission, or the length of what was received.
        reserved: kept as it is.
    """

    address: int
    length: int
    status: int
    detail: int
    reserved: int = 0

    @property
    def room(self) -> int:
        """The size of the buffer: 1 to 4096 octets."""
        return 4096 - (self.length & _COUNT)

    @property
    def count(self) -> int:
        """The size as the registers show it."""
        return self.length & _COUNT

    def is_bad(self, transmits: bool) -> bool:
        """Whether bits that have to be set are not, or the other way round."""
        if self.length & _ONES != _ONES:
            return True
        return not transmits and bool(self.detail & _RX_ZEROS)


def size_of(style: int) -> int:
    """How many octets a descriptor has."""
    return 16 if style else 8


def decode(octets: bytes, style: int, transmits: bool) -> Descriptor:
    """The descriptor in those octets."""
    if style:
        first, length, status, third, reserved = _LONG.unpack(octets)
        if style == 3:
            first, third = third, first
        return Descriptor(first, length, status, third, reserved)
    first, length, last = _SHORT.unpack(octets)
    return Descriptor(
        first & 0xFF_FFFF, length, first >> 16 & 0xFF00, last << 16 if transmits else last
    )


def encode(descriptor: Descriptor, style: int, transmits: bool) -> bytes:
    """The octets of a descriptor. Style 0 has no room for the low octet of the status."""
    first, third = descriptor.address, descriptor.detail
    if style:
        if style == 3:
            first, third = third, first
        return _LONG.pack(first, descriptor.length, descriptor.status, third, descriptor.reserved)
    first = first & 0xFF_FFFF | (descriptor.status & 0xFF00) << 16
    last = third >> 16 if transmits else third & 0xFFFF
    return _SHORT.pack(first, descriptor.length, last)

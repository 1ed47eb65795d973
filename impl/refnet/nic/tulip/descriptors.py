"""Descriptors of the 21143: status, control, and the addresses of two buffers (TUL-02, TUL-03)."""

from dataclasses import dataclass
from struct import Struct

SIZE = 16
_LITTLE, _BIG = Struct("<4I"), Struct(">4I")

#: Status: whose turn it is; and what a received frame's first and last descriptors say.
OWN, RX_FIRST, RX_LAST, RX_LENGTH_SHIFT = 1 << 31, 1 << 9, 1 << 8, 16
#: The status of one that sent nothing itself.
NOTHING_SENT = 0x7FFF_FFFF

#: Control: where the next one is, and what is to be done with what is sent.
CHAINED, END_OF_RING = 1 << 24, 1 << 25
TX_SETUP, TX_FIRST, TX_LAST, TX_INTERRUPT = 1 << 27, 1 << 29, 1 << 30, 1 << 31
_LENGTH, _SECOND_SHIFT = 0x7FF, 11


@dataclass(slots=True)
class Descriptor:
    """One descriptor.

    Attributes:
        first, second: the addresses of its buffers.
    """

    status: int
    control: int
    first: int
    second: int

    def buffers(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Address and length of both buffers."""
        control = self.control
        return (
            (self.first, control & _LENGTH),
            (self.second, control >> _SECOND_SHIFT & _LENGTH),
        )


def decode(octets: bytes, big_endian: bool) -> Descriptor:
    """The descriptor in those octets."""
    return Descriptor(*(_BIG if big_endian else _LITTLE).unpack(octets))


def encode(descriptor: Descriptor, big_endian: bool) -> bytes:
    """The octets of a descriptor."""
    form = _BIG if big_endian else _LITTLE
    return form.pack(descriptor.status, descriptor.control, descriptor.first, descriptor.second)

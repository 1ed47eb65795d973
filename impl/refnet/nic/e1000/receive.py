"""The receive ring: frames are cut to the size of its buffers (E1K-05, E1K-09; SDM 3.2.3)."""

from ..pci import Function
from .registers import (
    GORCL,
    GPRC,
    INT_FEW_LEFT,
    INT_OVERRUN,
    INT_RECEIVED,
    MPC,
    RCTL,
    RCTL_EXTENDED_SIZE,
    RCTL_STRIP_FCS,
    RDBAH,
    RDBAL,
    RDH,
    RDLEN,
    RDT,
    RECEIVED_BY_SIZE,
    RNBC,
    TORL,
    TPR,
    Registers,
)

_DESCRIPTOR = 16
_STATUS, _SPECIAL = 12, 14
_DONE, _END, _NO_SUM, _HAD_TAG = 0x01, 0x02, 0x04, 0x08
_MASK, _FAR = (1 << 32) - 1, (1 << 64) - 1
_FCS = 4

#: By BSIZE, without and with BSEX (SDM 13.4.22). What is reserved counts as 2048.
_SIZES = (2048, 1024, 512, 256), (2048, 16384, 8192, 4096)


def buffer_size(control: int) -> int:
    """The size of every buffer, in octets, as RCTL says."""
    return _SIZES[bool(control & RCTL_EXTENDED_SIZE)][control >> 16 & 3]


class Ring:
    """The descriptors from RDH, which is the hardware's, up to RDT.

    Args:
        function: whose DMA reaches memory.
        size: of every buffer, in octets; 0 until RCTL is written.
    """

    def __init__(self, function: Function, registers: Registers, size: int) -> None:
        self._function = function
        self._registers = registers
        self.size = size

    def has_room(self, octets: int) -> bool:
        """Whether the buffers that are free hold so much."""
        registers = self._registers
        head, tail = registers[RDH], registers[RDT]
        if head == tail:
            return False
        if octets <= self.size:
            return True
        free = tail - head
        if free < 0:
            free += registers[RDLEN] // _DESCRIPTOR
        return octets <= free * self.size & _MASK

    def put(self, frame: bytes, tag: bytes) -> int:
        """Write a frame to the next buffers; the interrupts that this causes.

        Args:
            frame: padded, without FCS, which reads as what the buffer held.
            tag: the two octets that were taken out of it, if a VLAN tag was.
        """
        registers = self._registers
        total = len(frame) + (0 if registers[RCTL] & RCTL_STRIP_FCS else _FCS)
        if not self.has_room(total):
            return self._overrun()
        first = registers[RDH]
        done = 0
        while done < total:
            done = self._fill(frame, tag, done, min(self.size, total - done), total)
            registers[RDH] += 1
            if registers[RDH] * _DESCRIPTOR >= registers[RDLEN]:
                registers[RDH] = 0
            if registers[RDH] == first or first >= registers[RDLEN] // _DESCRIPTOR:
                return self._overrun()
        self._count(len(frame), total)
        return INT_RECEIVED | (INT_FEW_LEFT if self._has_few() else 0)

    def _fill(self, frame: bytes, tag: bytes, done: int, part: int, total: int) -> int:
        """Use up a descriptor, or skip it if it is null; how much of the frame is written then."""
        registers, function = self._registers, self._function
        base = (registers[RDBAH] << 32) + (registers[RDBAL] & ~0xF)
        place = base + _DESCRIPTOR * registers[RDH] & _FAR
        descriptor = bytearray(function.read_memory(place, _DESCRIPTOR))
        descriptor[_SPECIAL:] = tag[::-1] or bytes(2)
        descriptor[_STATUS] &= ~_DONE & 0xFF
        address = int.from_bytes(descriptor[:8], "little")
        if address:
            function.write_memory(address, frame[done : done + part])
            done += part
            descriptor[8:10] = part.to_bytes(2, "little")
            if done >= total:
                descriptor[_STATUS] |= _END | _NO_SUM
            else:
                descriptor[_STATUS] &= ~_END & 0xFF
        function.write_memory(place, descriptor)
        descriptor[_STATUS] |= _DONE | (_HAD_TAG if tag else 0)
        function.write_memory(place + _STATUS & _FAR, descriptor[_STATUS : _STATUS + 1])
        return done

    def _overrun(self) -> int:
        self._registers.tally(RNBC)
        self._registers.tally(MPC)
        return INT_OVERRUN

    def _count(self, length: int, total: int) -> None:
        registers = self._registers
        registers.tally_size(RECEIVED_BY_SIZE, total)
        registers.tally(TPR)
        registers.tally_octets(TORL, length + _FCS)
        registers.tally(GPRC)
        registers.tally_octets(GORCL, length + _FCS)

    def _has_few(self) -> bool:
        """Whether no more than RDMTS says, a half to an eighth of the ring, is left."""
        registers = self._registers
        tail = registers[RDT]
        if tail < registers[RDH]:
            tail += registers[RDLEN] // _DESCRIPTOR
        left = (tail - registers[RDH] & _MASK) * _DESCRIPTOR
        return left <= registers[RDLEN] >> (registers[RCTL] >> 8 & 3) + 1

"""Address spaces: what a processor's load or store reaches, memory or a device's registers.

An access is cut into pieces as a bus does it: no larger than the region takes, no larger than the
address is aligned to, and a power of two. A piece that the region has no use for is lost: it reads
as nought. Nothing raises: wherever a hostile guest points, there is an answer.
"""

from bisect import bisect_right
from collections.abc import Callable
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import NamedTuple, TypeAlias

#: ``read(offset, size)`` and ``write(offset, size, value)`` of a device; sizes are in octets.
Read: TypeAlias = Callable[[int, int], int]
Write: TypeAlias = Callable[[int, int, int], None]

_LARGEST = 8


class Region:
    """A window of registers.

    Args:
        size: in octets.
        read: gives the value of a register.
        write: takes one.
        valid: the smallest and the largest access that has an effect, in octets.
        implemented: the smallest and the largest that ``read`` and ``write`` see. A larger one
            reaches them in several steps, lowest address first; a smaller one as one of the
            smallest size at the same offset, of which the low octets count.
    """

    __slots__ = ("_direct", "_largest", "_least", "_most", "_read", "_smallest", "_write", "size")

    def __init__(
        self,
        size: int,
        read: Read,
        write: Write,
        *,
        valid: tuple[int, int] = (1, 4),
        implemented: tuple[int, int] = (1, 4),
    ) -> None:
        self.size = size
        self._read = read
        self._write = write
        self._smallest, self._largest = valid
        self._least, self._most = implemented
        self._direct = range(max(self._smallest, self._least), min(self._largest, self._most) + 1)

    def piece(self, offset: int, length: int) -> int:
        """How many octets the first step of an access to ``length`` octets has."""
        largest = self._largest
        aligned = offset & -offset
        if aligned and aligned < largest:
            largest = aligned
        if length >= largest:
            return largest
        return 1 << (length.bit_length() - 1)

    def load(self, offset: int, size: int) -> int:
        """The value of one piece."""
        if size in self._direct:
            return self._read(offset, size) & _MASKS[size]
        if not self._smallest <= size <= self._largest:
            return 0
        step = min(max(size, self._least), self._most)
        value = 0
        for done in range(0, size, step):
            value |= (self._read(offset + done, step) & _MASKS[step]) << 8 * done
        return value & _MASKS[size]

    def store(self, offset: int, size: int, value: int) -> None:
        """Write one piece."""
        if size in self._direct:
            self._write(offset, size, value)
            return
        if not self._smallest <= size <= self._largest:
            return
        step = min(max(size, self._least), self._most)
        for done in range(0, size, step):
            self._write(offset + done, step, value >> 8 * done & _MASKS[step])


class Memory:
    """The guest's memory, as its processor and the DMA of its devices see it.

    DMA reaches memory alone: what lies outside reads as nought and keeps nothing, and a device
    can't be made to drive its own registers.

    Args:
        size: in octets, from address 0 on.
        hole: addresses below ``size`` where there is none.

    Attributes:
        octets: all of it. What was never touched costs nothing, however much there is.
    """

    def __init__(self, size: int, hole: range = range(0)) -> None:
        self.octets = memoryview(mmap(-1, size, MAP_PRIVATE | MAP_ANONYMOUS))
        self.size = size
        self._hole = hole

    def read(self, address: int, length: int) -> bytes:
        """``length`` octets from ``address`` on; nought where there is no memory."""
        end = address + length
        if end > self.size or (address < self._hole.stop and end > self._hole.start):
            return self._read_in_parts(address, end)
        return bytes(self.octets[address:end])

    def write(self, address: int, octets: bytes | bytearray | memoryview) -> None:
        """Store octets; those outside are lost."""
        end = address + len(octets)
        if end > self.size or (address < self._hole.stop and end > self._hole.start):
            for low, high in self._parts(address, end):
                self.octets[low:high] = octets[low - address : high - address]
        else:
            self.octets[address:end] = octets

    def stretch(self, address: int, length: int) -> int:
        """How many octets from ``address`` on are memory without a gap, ``length`` at most."""
        parts = self._parts(address, address + length)
        return parts[0][1] - address if parts and parts[0][0] == address else 0

    def _read_in_parts(self, address: int, end: int) -> bytes:
        found = bytearray(end - address)
        for low, high in self._parts(address, end):
            found[low - address : high - address] = self.octets[low:high]
        return bytes(found)

    def _parts(self, address: int, end: int) -> list[tuple[int, int]]:
        """Where there is memory from ``address`` up to ``end``."""
        low, high = self._hole.start, self._hole.stop
        parts = [(address, min(end, self.size))]
        if low < high:
            parts = [(address, min(end, low, self.size)), (max(address, high), min(end, self.size))]
        return [(first, last) for first, last in parts if first < last]


class _Range(NamedTuple):
    """Part of an address space that belongs to one region; ``first`` is where that begins."""

    start: int
    end: int
    first: int
    region: Region | Memory


class AddressSpace:
    """Regions by address. Of two at one address, that with the higher rank counts, then the newer.

    Args:
        missing: what an octet reads where nothing is: 0xff on I/O ports, 0 in memory.
    """

    def __init__(self, missing: int) -> None:
        self._missing = missing
        self._mapped: list[tuple[int, int, Region | Memory]] = []
        self._ranges: list[_Range] = []
        self._starts: list[int] = []

    def map(self, base: int, region: Region | Memory, rank: int = 0) -> None:
        """Let ``region`` answer from ``base`` on."""
        place = next(
            (n for n, (other, _, _) in enumerate(self._mapped) if rank >= other), len(self._mapped)
        )
        self._mapped.insert(place, (rank, base, region))
        self._flatten()

    def unmap(self, region: Region | Memory) -> None:
        """Take a region away. Not there: nothing happens."""
        self._mapped = [entry for entry in self._mapped if entry[2] is not region]
        self._flatten()

    def load(self, address: int, size: int) -> int:
        """A little-endian value of ``size`` octets."""
        found = self._find(address)
        if found is not None:
            region, offset = found.region, address - found.first
            if isinstance(region, Region) and region.piece(offset, size) == size:
                return region.load(offset, size)
        return int.from_bytes(self.read(address, size), "little")

    def store(self, address: int, size: int, value: int) -> None:
        """Store the low ``size`` octets of a value, little-endian."""
        value &= _MASKS[size]
        found = self._find(address)
        if found is not None:
            region, offset = found.region, address - found.first
            if isinstance(region, Region) and region.piece(offset, size) == size:
                region.store(offset, size, value)
                return
        self.write(address, value.to_bytes(size, "little"))

    def read(self, address: int, length: int) -> bytes:
        """Octets, from whatever is there."""
        parts: list[bytes] = []
        while length > 0:
            found = self._find(address)
            if found is None:
                size = min(length, self._gap(address))
                parts.append(bytes([self._missing]) * size)
            elif isinstance(found.region, Memory):
                size = min(length, found.end - address)
                parts.append(found.region.read(address - found.first, size))
            else:
                offset = address - found.first
                size = found.region.piece(offset, length)
                parts.append(found.region.load(offset, size).to_bytes(size, "little"))
            address += size
            length -= size
        return b"".join(parts)

    def write(self, address: int, octets: bytes) -> None:
        """Store octets into whatever is there."""
        left = memoryview(octets)
        while left:
            found = self._find(address)
            if found is None:
                size = min(len(left), self._gap(address))
            elif isinstance(found.region, Memory):
                size = min(len(left), found.end - address)
                found.region.write(address - found.first, left[:size])
            else:
                offset = address - found.first
                size = found.region.piece(offset, len(left))
                found.region.store(offset, size, int.from_bytes(left[:size], "little"))
            address += size
            left = left[size:]

    def _find(self, address: int) -> _Range | None:
        place = bisect_right(self._starts, address) - 1
        if place < 0:
            return None
        found = self._ranges[place]
        return found if address < found.end else None

    def _gap(self, address: int) -> int:
        """How far it is from an address where nothing is to one where something is."""
        place = bisect_right(self._starts, address)
        return self._starts[place] - address if place < len(self._starts) else _FAR

    def _flatten(self) -> None:
        """Give every address to the first of the regions that lie there."""
        ranges: list[_Range] = []
        for _, base, region in self._mapped:
            free = [(base, base + region.size)]
            for taken in ranges:
                free = [
                    (low, high)
                    for start, end in free
                    for low, high in ((start, min(end, taken.start)), (max(start, taken.end), end))
                    if low < high
                ]
            ranges += (_Range(start, end, base, region) for start, end in free)
        self._ranges = sorted(ranges, key=lambda found: found.start)
        self._starts = [found.start for found in self._ranges]


_FAR = 1 << 64
_MASKS = {size: (1 << 8 * size) - 1 for size in range(_LARGEST + 1)}

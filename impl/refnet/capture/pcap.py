"""The libpcap file format: written as QEMU's ``filter-dump`` writes it, read in every variant.

A file is a header of 24 octets and then records: a header of 16 octets (seconds, fraction, octets
kept, octets on the wire) and the octets kept. Byte order and the unit of the fraction follow from
the magic number.
"""

import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol

from ..errors import WireError

ETHERNET = 1
MICROSECONDS = 0xA1B2C3D4
NANOSECONDS = 0xA1B23C4D

_FILE_HEADER = "IHHiIII"
_RECORD_HEADER = "IIII"
_RECORD = struct.Struct("=" + _RECORD_HEADER)


class Header(NamedTuple):
    """The file header. ``order`` is ``<`` or ``>``; ``tick`` is the fraction's unit in ns."""

    order: str = "<" if sys.byteorder == "little" else ">"
    tick: int = 1000
    version: tuple[int, int] = (2, 4)
    snaplen: int = 65536
    link_type: int = ETHERNET


class Record(NamedTuple):
    """One packet: its time in nanoseconds since 1970, the octets kept, the length on the wire."""

    time: int
    data: bytes
    length: int


class Sink(Protocol):
    """Where a capture is written: an unbuffered binary file, so that it is complete at any time."""

    def write(self, data: bytes, /) -> int | None: ...

    def close(self) -> None: ...


class Writer:
    """Writes a capture in the host's byte order, with microseconds (FILT-01, FILT-03)."""

    def __init__(self, sink: Sink, snaplen: int = 65536) -> None:
        self._sink = sink
        self._snaplen = snaplen
        header = struct.pack("=" + _FILE_HEADER, MICROSECONDS, 2, 4, 0, 0, snaplen, ETHERNET)
        sink.write(header)

    def write(self, time: int, frame: bytes) -> None:
        """Append ``frame``, cut to the snapshot length; ``time`` in nanoseconds.

        Raises:
            OSError: the file can't be written.
        """
        seconds, fraction = divmod(time // 1000, 1_000_000)
        kept = frame[: self._snaplen]
        self._sink.write(_RECORD.pack(seconds & 0xFFFFFFFF, fraction, len(kept), len(frame)) + kept)


def read_header(octets: bytes) -> Header:
    """Decode the first 24 octets of a file.

    Raises:
        WireError: they are not the header of a libpcap file.
    """
    if len(octets) < 24:
        raise WireError(f"a capture has a header of 24 octets, here are {len(octets)}")
    for order in "<>":
        magic, major, minor, _, _, snaplen, link = struct.unpack(order + _FILE_HEADER, octets[:24])
        if magic in (MICROSECONDS, NANOSECONDS):
            tick = 1000 if magic == MICROSECONDS else 1
            return Header(order, tick, (major, minor), snaplen, link)
    raise WireError(f"not a libpcap file: it starts with {octets[:4].hex()}")


def read(stream: BinaryIO) -> tuple[Header, Iterator[Record]]:
    """The header of a capture, and its records one by one.

    Raises:
        WireError: at once for a bad header, from the iterator for a record that is cut off.
    """
    header = read_header(stream.read(24))
    return header, _records(stream, header)


def _records(stream: BinaryIO, header: Header) -> Iterator[Record]:
    layout = struct.Struct(header.order + _RECORD_HEADER)
    while head := stream.read(layout.size):
        if len(head) < layout.size:
            raise WireError(f"the capture ends within a record header, after {len(head)} octets")
        seconds, fraction, kept, length = layout.unpack(head)
        data = stream.read(kept)
        if len(data) < kept:
            raise WireError(f"the capture ends within a record: {len(data)} of {kept} octets")
        yield Record(seconds * 1_000_000_000 + fraction * header.tick, data, length)

"""Dumps, as the cases of this area ask for them and read them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vnetspec.fixtures.guest import Guest

_FILE_HEADER = struct.Struct("=IHHiIII")
_RECORD_HEADER = struct.Struct("=IIII")


def dump(*properties: str, name: str = "own", netdev: str = "u0") -> list[str]:
    """The arguments for a dump called ``name`` into ``name.pcap`` of the scratch directory."""
    listed = [f"id={name}", f"netdev={netdev}", f"file={{dir}}/{name}.pcap", *properties]
    return ["-object", f"filter-dump,{','.join(listed)}"]


@dataclass(frozen=True)
class Record:
    """One record of a dump.

    Attributes:
        second, microsecond: its time.
        length: the frame's real length.
        octets: what was kept of it.
    """

    second: int
    microsecond: int
    length: int
    octets: bytes

    @property
    def time(self) -> int:
        """Microseconds."""
        return self.second * 1_000_000 + self.microsecond


def header(file: Path) -> tuple[int, ...]:
    """The header of a dump: magic, version, zone, accuracy, snapshot length, link type."""
    return _FILE_HEADER.unpack_from(file.read_bytes())


def records(file: Path) -> list[Record]:
    """The records of a dump."""
    octets = file.read_bytes()
    found, position = [], _FILE_HEADER.size
    while position < len(octets):
        second, microsecond, kept, length = _RECORD_HEADER.unpack_from(octets, position)
        position += _RECORD_HEADER.size
        found.append(Record(second, microsecond, length, octets[position : position + kept]))
        position += kept
    assert position == len(octets), f"{file.name} is cut short"
    return found


def frames(file: Path) -> list[bytes]:
    """The frames of a dump, as far as they were kept."""
    return [record.octets for record in records(file)]


def heard_and_said(guest: Guest) -> Sequence[bytes]:
    """What has crossed the guest's wire so far."""
    return [recorded.frame for recorded in guest.wire.frames]

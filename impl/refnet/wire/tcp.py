"""TCP segments (RFC 9293 section 3.1)."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from . import checksum, ipv4
from ._types import Buffer

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))

OPTION_END = 0
OPTION_NOP = 1
OPTION_MSS = 2

_HEADER = struct.Struct("!HHIIBBHHH")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. Sequence numbers are modulo 2**32, ``options`` are raw octets."""

    source_port: int
    destination_port: int
    sequence: int
    acknowledgment: int
    flags: int
    window: int
    payload: Buffer = b""
    urgent: int = 0
    options: bytes = b""


def decode(data: Buffer, source: int | bytes, destination: int | bytes) -> Segment:
    """Read a segment that came from ``source`` to ``destination``; the payload is a view.

    Raises:
        WireError: a length does not fit or the checksum is wrong.
    """
    if len(data) < HEADER:
        raise WireError(f"TCP: {len(data)} octets, the header has {HEADER}")
    view = memoryview(data)
    source_port, destination_port, sequence, acknowledgment, offset, flags, window, _, urgent = (
        _HEADER.unpack_from(view)
    )
    header = (offset >> 4) * 4
    if header < HEADER or header > len(data):
        raise WireError(f"TCP: data offset {header} in {len(data)} octets")
    if checksum.internet(view, checksum.pseudo(source, destination, ipv4.TCP, len(data))):
        raise WireError("TCP: checksum")
    return Segment(
        source_port,
        destination_port,
        sequence,
        acknowledgment,
        flags,
        window,
        view[header:],
        urgent,
        bytes(view[HEADER:header]),
    )


def encode(segment: Segment, source: int | bytes, destination: int | bytes) -> bytes:
    """Write a segment with its checksum. Options must be a multiple of four octets."""
    header = HEADER + len(segment.options)
    octets = bytearray(
        _HEADER.pack(
            segment.source_port,
            segment.destination_port,
            segment.sequence,
            segment.acknowledgment,
            header // 4 << 4,
            segment.flags,
            segment.window,
            0,
            segment.urgent,
        )
    )
    octets += segment.options
    octets += segment.payload
    pseudo = checksum.pseudo(source, destination, ipv4.TCP, len(octets))
    octets[16:18] = checksum.internet(octets, pseudo).to_bytes(2, "big")
    return bytes(octets)


def maximum_segment_size(options: bytes) -> int | None:
    """The value of the MSS option, or None: absent, malformed, or behind a malformed one."""
    position = 0
    while position < len(options) and options[position] != OPTION_END:
        if options[position] == OPTION_NOP:
            position += 1
            continue
        if position + 1 >= len(options):
            return None
        length = options[position + 1]
        if length < 2 or position + length > len(options):
            return None
        if options[position] == OPTION_MSS and length == 4:
            return int.from_bytes(options[position + 2 : position + 4], "big")
        position += length
    return None


def mss_option(size: int) -> bytes:
    """The four octets of an MSS option."""
    return struct.pack("!BBH", OPTION_MSS, 4, size)

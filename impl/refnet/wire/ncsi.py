"""Commands and responses of NC-SI, by which a management controller rules a NIC (DMTF DSP0222)."""

import struct
from dataclasses import dataclass

from ..errors import WireError
from ._types import Buffer

REVISION = 1
#: What the type of a response has more than its command's.
RESPONSE = 0x80

_HEADER = struct.Struct("!BBxBBBH8x")
HEADER = _HEADER.size


@dataclass(frozen=True, slots=True)
class Packet:
    """One command or response (DSP0222 section 8.2).

    ``controller`` is the management controller's number, ``instance`` tells a command from others
    of its kind that are under way. ``payload`` has no checksum.
    """

    controller: int
    instance: int
    type: int
    channel: int
    payload: Buffer = b""


def decode(data: Buffer) -> Packet:
    """Read a packet. What a length field says beyond the octets that are there is not looked at.

    The revision, the reserved octets and the checksum, which may be left out, are not either.

    Raises:
        WireError: fewer than 16 octets.
    """
    if len(data) < HEADER:
        raise WireError(f"NC-SI: {len(data)} octets, the header has {HEADER}")
    controller, _, instance, kind, channel, length = _HEADER.unpack_from(data)
    payload = memoryview(data)[HEADER : HEADER + (length & 0xFFF)]
    return Packet(controller, instance, kind, channel, payload)


def encode(packet: Packet) -> bytes:
    """Write a packet, its checksum behind the payload."""
    octets = _HEADER.pack(
        packet.controller,
        REVISION,
        packet.instance,
        packet.type,
        packet.channel,
        len(packet.payload),
    )
    octets += packet.payload
    return octets + checksum(octets).to_bytes(4, "big")


def checksum(data: Buffer) -> int:
    """The two's complement, in 32 bits, of the sum of 16-bit words (DSP0222 section 8.2.2.3).

    ``data`` has an even number of octets, as all packets of this stack do.
    """
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    return -total & 0xFFFFFFFF

"""The CRC-32 of Ethernet (IEEE 802.3 clause 3.2.9), as frame check sequence and as a hash."""

from zlib import crc32


def fcs(frame: bytes | memoryview) -> bytes:
    """The four octets that follow a frame on the wire."""
    return crc32(frame).to_bytes(4, "little")


def register(octets: bytes | bytearray | memoryview) -> int:
    """What a NIC's CRC register of 32 bits holds after these octets: the CRC, not yet inverted."""
    return ~crc32(octets) & 0xFFFF_FFFF


def group_hash(frame: bytes, lowest: int = 26) -> int:
    """Which of 64 bits stands for a frame's destination: six of its CRC, bits in wire order.

    Args:
        lowest: which of the 32 bits is the last of the six; they are the top ones if none is named.
    """
    reflected = f"{register(frame[:6]):032b}"
    return int(reflected[::-1], 2) >> lowest & 63

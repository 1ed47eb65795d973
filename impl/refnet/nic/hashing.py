"""The CRC-32 of Ethernet (IEEE 802.3 clause 3.2.9), as frame check sequence and as a hash."""

from zlib import crc32


def fcs(frame: bytes | memoryview) -> bytes:
    """The four octets that follow a frame on the wire."""
    return crc32(frame).to_bytes(4, "little")


def group_hash(frame: bytes) -> int:
    """Which of 64 bits stands for a frame's destination: the top of its CRC, bits in wire order."""
    reflected = f"{~crc32(frame[:6]) & 0xFFFF_FFFF:032b}"
    return int(reflected[:-7:-1], 2)

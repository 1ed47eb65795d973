"""Frames between two stations that no protocol claims, and who they are for."""

from vnetspec.fixtures.addresses import GUEST_MAC

NIC = bytes.fromhex(GUEST_MAC.replace(":", ""))
STATION = bytes.fromhex("525400000001")
STRANGER = bytes.fromhex("525400ffff02")
BROADCAST = b"\xff" * 6
#: IEEE 802, local experimental Ethertype 1.
_EXPERIMENTAL = bytes.fromhex("88b5")


def frame(to: bytes, length: int = 60, *, sender: bytes = STATION, fill: int = 0x2E) -> bytes:
    """A frame of ``length`` octets, at least 14, without FCS."""
    return (to + sender + _EXPERIMENTAL).ljust(length, bytes([fill]))

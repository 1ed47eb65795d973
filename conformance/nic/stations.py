"""Frames between two stations that no protocol claims, and who they are for."""

from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.nic import Driver
from vnetspec.fixtures.guest import Guest

NIC = bytes.fromhex(GUEST_MAC.replace(":", ""))
STATION = bytes.fromhex("525400000001")
STRANGER = bytes.fromhex("525400ffff02")
BROADCAST = b"\xff" * 6
GROUP = bytes.fromhex("01005e000001")
#: IEEE 802, local experimental Ethertype 1.
_EXPERIMENTAL = bytes.fromhex("88b5")


def frame(to: bytes, length: int = 60, *, sender: bytes = STATION, fill: int = 0x2E) -> bytes:
    """A frame of ``length`` octets, at least 14, without FCS."""
    return (to + sender + _EXPERIMENTAL).ljust(length, bytes([fill]))


def numbered(to: bytes, length: int = 60, *, vlan: int | None = None) -> bytes:
    """One whose octets differ, tagged if it is of a VLAN."""
    tag = b"" if vlan is None else b"\x81\x00" + vlan.to_bytes(2, "big")
    head = to + STATION + tag + _EXPERIMENTAL
    return head + bytes(place & 0xFF for place in range(length - len(head)))


def come(card: Driver, far: Guest, *frames: bytes) -> None:
    """The far end says each frame when the one before has had its effect."""
    for each in frames:
        far.says(each)
        card.bus.settle()


def heard(far: Guest) -> bytes:
    """The next frame that the far end hears, as it came."""
    return bytes(far.hears(ANY).original)

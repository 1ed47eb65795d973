"""What the cases of virtio-net have in common."""

from vnetspec.fixtures.driver.nic import Driver
from vnetspec.fixtures.guest import Guest

LEGACY, MODERN = "virtio-net-pci", "virtio-net-pci-non-transitional"
TRANSITIONAL = "virtio-net-pci-transitional"
BOTH = [LEGACY, MODERN]

OURS, ALL, GROUP, OTHER = "525400123456", "ffffffffffff", "01005e000001", "525400aaaaaa"


def frame(destination: str = OURS, length: int = 60, vlan: int | None = None) -> bytes:
    """A frame of ``length`` octets, tagged if it is of a VLAN."""
    tag = "" if vlan is None else f"8100{vlan:04x}"
    head = bytes.fromhex(destination + "525400000001" + tag + "88b5")
    return head + bytes(place & 0xFF for place in range(length - len(head)))


def say(card: Driver, far: Guest, *frames: bytes) -> None:
    """Have frames come to a card, each when the one before has had its effect."""
    for each in frames:
        far.says(each)
        card.bus.settle()

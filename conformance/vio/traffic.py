"""What the cases of virtio-net have in common."""

from vnetspec.nic.stations import numbered

LEGACY, MODERN = "virtio-net-pci", "virtio-net-pci-non-transitional"
TRANSITIONAL = "virtio-net-pci-transitional"
BOTH = [LEGACY, MODERN]

OURS, ALL, GROUP, OTHER = "525400123456", "ffffffffffff", "01005e000001", "525400aaaaaa"


def frame(destination: str = OURS, length: int = 60, vlan: int | None = None) -> bytes:
    """A frame of ``length`` octets, tagged if it is of a VLAN."""
    return numbered(bytes.fromhex(destination), length, vlan=vlan)

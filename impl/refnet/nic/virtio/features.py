"""Feature bits, and the properties of ``-device`` that offer them (Virtio 1.2, 5.1.3 and 6)."""

from collections.abc import Mapping

CSUM, GUEST_CSUM, CTRL_GUEST_OFFLOADS, MTU, MAC, GSO = 0, 1, 2, 3, 5, 6
HOST_TSO4, HOST_TSO6, HOST_ECN = 11, 12, 13
MRG_RXBUF, STATUS = 15, 16
CTRL_VQ, CTRL_VLAN, GUEST_ANNOUNCE, MQ = 17, 19, 21, 22
NOTIFY_ON_EMPTY, ANY_LAYOUT, EVENT_IDX, BAD_FEATURE = 24, 27, 29, 30
VERSION_1, SPEED_DUPLEX = 32, 63

#: Of the switches that are on unless told otherwise, those a backend without a header can bear:
#: checksum and segmentation offloads go away without one (VIO-02).
_USUAL = {
    "ctrl_guest_offloads": CTRL_GUEST_OFFLOADS,
    "gso": GSO,
    "mrg_rxbuf": MRG_RXBUF,
    "status": STATUS,
    "ctrl_vq": CTRL_VQ,
    "ctrl_rx": 18,
    "ctrl_vlan": CTRL_VLAN,
    "ctrl_rx_extra": 20,
    "guest_announce": GUEST_ANNOUNCE,
    "ctrl_mac_addr": 23,
    "notify_on_empty": NOTIFY_ON_EMPTY,
    "any_layout": ANY_LAYOUT,
    "indirect_desc": 28,
    "event_idx": EVENT_IDX,
    "queue_reset": 40,
}
_UNUSUAL = {"mq": MQ, "iommu_platform": 33, "guest_rsc_ext": 61, "failover": 62}

#: Features that a modern driver is not offered: they are of legacy devices.
LEGACY_ALONE = 1 << GSO | 1 << NOTIFY_ON_EMPTY | 1 << ANY_LAYOUT | 1 << BAD_FEATURE

#: What Linux 2.6.25 understood, which acknowledged whatever it was offered.
UNTHINKING = 1 << MAC | 1 << CSUM | 1 << HOST_TSO4 | 1 << HOST_TSO6 | 1 << HOST_ECN


def offered(options: Mapping[str, object]) -> int:
    """What a NIC with these properties offers on a backend without a header, but for VERSION_1."""
    bits = 1 << MAC | 1 << BAD_FEATURE
    for name, bit in _USUAL.items():
        bits |= bool(options.get(name, True)) << bit
    for name, bit in _UNUSUAL.items():
        bits |= bool(options.get(name, False)) << bit
    if options.get("host_mtu"):
        bits |= 1 << MTU
    if options.get("duplex") is not None or number(options, "speed", -1) >= 0:
        bits |= 1 << SPEED_DUPLEX
    return bits


def number(options: Mapping[str, object], name: str, default: int) -> int:
    """An integer among properties."""
    value = options.get(name, default)
    return value if isinstance(value, int) else default

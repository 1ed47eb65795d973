"""The properties of NIC models, as ``-device MODEL,help`` lists them, and how values are read
(CLI-11).

The tables have one line a property: name, type, default (``-``: none is told), description.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .fields import Fields
from .grammar import Dialect, Line, Value

_BUCKETS = 512
_WIDTH = 24

#: What every device has and nobody may write, told in no help.
_FIXED = frozenset({"type", "hotplugged", "hotpluggable", "parent_bus", "legacy-addr", "realized"})
_NUMBERS = {
    "int32": (32, True),
    "uint8": (8, False),
    "uint16": (16, False),
    "uint32": (32, False),
}


class Property(NamedTuple):
    """One property; ``default`` is None if none is told."""

    name: str
    kind: str
    default: str | None
    about: str

    def __str__(self) -> str:
        """The line of QEMU's help."""
        text = f"  {self.name}=<{self.kind}>"
        if self.default is None and not self.about:
            return text
        default = "" if self.default is None else f" (default: {self.default})"
        return f"{text:<{_WIDTH}} - {self.about}{default}"

    @property
    def writable(self) -> bool:
        return self.name != "attached" and not self.kind.startswith("child<")


def _table(text: str) -> tuple[Property, ...]:
    rows = (line.split(None, 3) for line in text.strip().splitlines())
    return tuple(
        Property(name, kind, None if default == "-" else default, " ".join(about))
        for name, kind, default, *about in rows
    )


def _switches(default: str, names: str, about: str = "on/off") -> tuple[Property, ...]:
    return tuple(Property(name, "bool", default, about) for name in names.split())


NETWORK = _table("""
bootindex int32 -
mac str - Ethernet 6-byte MAC Address, example: 52:54:00:12:34:56
netdev str - ID of a netdev to use as a backend
""")

OF_BUS = {
    "PCI": _table("""
acpi-index uint32 0
addr int32 -1 Slot and optional function number, example: 06.0 or 06
failover_pair_id str -
multifunction bool false on/off
rombar uint32 1
romfile str -
romsize uint32 4294967295
x-pcie-extcap-init bool true on/off
x-pcie-lnksta-dllla bool true on/off
"""),
    "ISA": _table("""
iobase uint32 768
irq uint32 9
"""),
    "usb-bus": _table("""
attached bool -
msos-desc bool true on/off
pcap str -
port str -
serial str -
"""),
}

E1000 = _switches(
    "true", "autonegotiation extra_mac_registers init-vet migrate_tso_props mitigation"
)
SUNGEM = _table("phy_addr uint32 0")
E1000E = _table("""
disable_vnet_hdr uint8 0 Do not use virtio headers, perform SW offloads emulation instead
init-vet bool true
subsys uint16 0 PCI device Subsystem ID
subsys_ven uint16 32902 PCI device Subsystem Vendor ID
""")
VMXNET3 = _switches("false", "x-disable-pcie x-old-msi-offsets")

VIRTIO = (
    *_switches(
        "false",
        "aer ats guest_rsc_ext hash iommu_platform modern-pio-notify mq packed page-per-vq rss"
        " virtio-pci-bus-master-bug-migration x-disable-pcie",
    ),
    *_switches(
        "true",
        "any_layout csum ctrl_guest_offloads ctrl_mac_addr ctrl_rx ctrl_rx_extra ctrl_vlan ctrl_vq"
        " event_idx gso guest_announce guest_csum guest_ecn guest_tso4 guest_tso6 guest_ufo"
        " host_ecn host_tso4 host_tso6 host_ufo indirect_desc ioeventfd migrate-extra mrg_rxbuf"
        " notify_on_empty queue_reset status x-ats-page-aligned x-pcie-deverr-init x-pcie-flr-init"
        " x-pcie-lnkctl-init x-pcie-pm-init",
    ),
    *_switches("false", "failover x-disable-legacy-check x-ignore-backend-features", about=""),
    *_switches("true", "use-disabled-flag use-started x-mtu-bypass-backend", about=""),
    *_table("""
duplex str -
host_mtu uint16 0
rsc_interval uint32 300000
rx_queue_size uint16 256
speed int32 -1
tx str -
tx_queue_size uint16 256
vectors uint32 4294967295
virtio-backend child<virtio-net-device> -
x-txburst int32 256
x-txtimer uint32 150000
"""),
)
VIRTIO_GENERIC = _table("""
disable-legacy OnOffAuto "auto" on/off/auto
disable-modern bool false
""")


def describe(owner: str, properties: Iterable[Property]) -> str:
    """What ``-device owner,help`` prints."""
    return f"{owner} options:\n" + "".join(f"{line}\n" for line in sorted(map(str, properties)))


def read(line: Line, owner: str, properties: Iterable[Property], name: str) -> Value:
    """The value that ``line`` gives the property ``name``, of the property's own type.

    Raises:
        OptionError: with QEMU's text.
    """
    found = next((each for each in properties if each.name == name), None)
    if name in _FIXED or (found is not None and not found.writable):
        raise line.error(f"Property '{owner}.{name}' is not writable")
    if found is None:
        raise line.error(f"Property '{owner}.{name}' not found")
    typed = line.dialect is Dialect.JSON
    fields = Fields(line if typed else line._replace(dialect=Dialect.KEYVAL))
    if name == "addr":
        return _address(fields)
    if found.kind == "bool":
        return fields.flag(name)
    if found.kind == "OnOffAuto":
        return fields.choice(name, ("auto", "on", "off"))
    if found.kind == "str":
        return fields.text(name)
    bits, signed = _NUMBERS[found.kind]
    return fields.number(name, bits, signed)


def _address(fields: Fields) -> Value:
    """A place on the bus: a text, or a number, eight times the slot and the function."""
    value = fields.line.get("addr")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise fields.line.error("Invalid parameter type for 'addr', expected int or str")
    if isinstance(value, int) and not -1 <= value <= 255:
        raise fields.line.error("Parameter 'addr' expects a value between -1 and 255")
    return value


def in_order(names: Iterable[str]) -> list[str]:
    """``names`` in the order in which QEMU sets properties: that of its hash table, so that of
    several mistakes the same one is told.
    """
    return sorted(dict.fromkeys(names), key=_bucket)


def _bucket(name: str) -> int:
    value = 0x238F13AF * len(name)
    for index, octet in enumerate(name.encode()):
        value += octet << (index * 5 % 24)
    return (1103515243 * value + 12345) % (1 << 32) % _BUCKETS

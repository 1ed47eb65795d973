"""NIC models by name: their bus, their properties, and what they do with frames that no driver
takes.

refnet has none of their registers. To the network a NIC without a driver is known by its name, its
MAC, and by whether it drops frames or lets them wait (GEN-15, CLI-02, CLI-11).
"""

from typing import NamedTuple

from .boards import Board


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NETWORK = _words("netdev mac bootindex")
_OF_BUS = {
    "PCI": _words("addr romfile romsize rombar multifunction acpi-index failover_pair_id"),
    "ISA": _words("iobase irq"),
    "usb-bus": _words("port serial pcap full-path msos-desc"),
}
_INTEL = _words("autonegotiation mitigation extra_mac_registers migrate_tso_props init-vet")
_VIRTIO = _words(
    "any_layout ats csum ctrl_guest_offloads ctrl_mac_addr ctrl_rx ctrl_rx_extra ctrl_vlan ctrl_vq"
    " disable-legacy disable-modern duplex event_idx failover guest_announce guest_csum guest_ecn"
    " guest_rsc_ext guest_tso4 guest_tso6 guest_ufo gso hash host_ecn host_mtu host_tso4 host_tso6"
    " host_ufo indirect_desc ioeventfd iommu_platform mq mrg_rxbuf packed rss rx_queue_size speed"
    " status tx tx_queue_size vectors"
)


class Model(NamedTuple):
    """One NIC model.

    Attributes:
        bus: as a complaint about its absence names it.
        holds: whether frames wait for a driver; else they are lost (seen on QEMU 7.2).
        further: properties beside those of every NIC on its bus.
    """

    name: str
    bus: str = "PCI"
    holds: bool = False
    further: frozenset[str] = frozenset()

    @property
    def properties(self) -> frozenset[str]:
        return _NETWORK | _OF_BUS[self.bus] | self.further

    @property
    def pads(self) -> bool:
        """Whether short frames for it are padded (GEN-01)."""
        return not self.name.startswith("virtio")


_ALL = (
    *(Model(f"e1000{kind}", "PCI", True, _INTEL) for kind in ("", "-82544gc", "-82545em")),
    Model("e1000e", holds=True, further=_words("disable_vnet_hdr subsys subsys_ven")),
    *(Model(name) for name in ("i82550", "i82551", "i82562", "i82801")),
    *(Model(f"i8255{kind}") for kind in ("7a", "7b", "7c", "8a", "8b", "9a", "9b", "9c", "9er")),
    *(Model(name) for name in ("ne2k_pci", "pcnet", "rtl8139", "sungem", "vmxnet3")),
    Model("tulip", holds=True),
    *(
        Model(f"virtio-net-pci{kind}", "PCI", True, _VIRTIO)
        for kind in ("", "-non-transitional", "-transitional")
    ),
    Model("spapr-vlan"),
    Model("ne2k_isa", "ISA"),
    Model("usb-net", "usb-bus"),
)
_BY_NAME = {model.name: model for model in _ALL}
#: Other names that ``-device`` takes, and the one that ``-net`` and ``-nic`` take.
_DEVICE_ALIASES = {"virtio-net": "virtio-net-pci", "e1000-82540em": "e1000"}
_NIC_ALIASES = {"virtio": "virtio-net-pci"}
_OWNED = _words("sungem spapr-vlan")


def for_device(name: str, board: Board) -> Model | None:
    """The model that ``-device`` calls ``name``; None: there is none of that name."""
    return _known(_DEVICE_ALIASES.get(name, name), board)


def for_nic(name: str, board: Board) -> Model | None:
    """The model that ``-net nic`` and ``-nic`` call ``name`` (CLI-02, CLI-20)."""
    model = _known(_NIC_ALIASES.get(name, name), board)
    if model is None or model.bus == "usb-bus":
        return None
    return model if model.bus in board.buses or model.bus == "PCI" else None


def help_for(board: Board) -> str:
    """What ``model=help`` prints (CLI-02)."""
    names = sorted(model.name for model in _ALL if model.bus == "PCI")
    known = (name for name in names if _known(name, board) is not None)
    return "Supported NIC models:\n" + "".join(f"{name}\n" for name in known)


def list_devices(board: Board) -> str:
    """What ``-device help`` prints of NICs."""
    names = sorted(model.name for model in _ALL if _known(model.name, board) is not None)
    aliases = {name: alias for alias, name in _DEVICE_ALIASES.items()}
    lines = ""
    for name in names:
        alias = f', alias "{aliases[name]}"' if name in aliases else ""
        lines += f'name "{name}", bus {_BY_NAME[name].bus}{alias}\n'
    return "Network devices:\n" + lines


def _known(name: str, board: Board) -> Model | None:
    if name in _OWNED and name not in board.own:
        return None
    return _BY_NAME.get(name)

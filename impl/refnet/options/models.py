"""NIC models by name: their bus, their properties, and what they do with frames that no driver
takes.

What they do with registers is :mod:`refnet.nic`'s part. One that has none there, or whose machine
has no board, is known to the network by its name, its MAC, and by whether it drops frames or lets
them wait (GEN-15, CLI-02, CLI-11).
"""

from typing import NamedTuple

from . import properties
from .boards import Board
from .properties import Property


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Model(NamedTuple):
    """One NIC model.

    Attributes:
        bus: as a complaint about its absence names it.
        holds: whether frames wait for a driver; else they are lost (seen on QEMU 7.2).
        further: properties beside those of every NIC on its bus.
        about: what ``-device help`` says of it.
        part: the device inside that has the properties of every NIC; empty: itself.
    """

    name: str
    bus: str = "PCI"
    holds: bool = False
    further: tuple[Property, ...] = ()
    part: str = ""
    about: str = ""

    @property
    def properties(self) -> tuple[Property, ...]:
        return *properties.NETWORK, *properties.OF_BUS[self.bus], *self.further

    @property
    def help(self) -> str:
        """What ``-device NAME,help`` prints."""
        return properties.describe(self.name, self.properties)

    def owner(self, name: str) -> str:
        """The device that a complaint about the property ``name`` names."""
        return self.part if self.part and name in ("mac", "netdev") else self.name

    @property
    def pads(self) -> bool:
        """Whether short frames for it are padded (GEN-01)."""
        return not self.name.startswith("virtio")


_GIGABIT = "Intel Gigabit Ethernet"

_ALL = (
    *(
        Model(f"e1000{kind}", holds=True, further=properties.E1000, about=_GIGABIT)
        for kind in ("", "-82544gc", "-82545em")
    ),
    Model("e1000e", holds=True, further=properties.E1000E, about="Intel 82574L GbE Controller"),
    *(
        Model(f"i82{kind}", about=f"Intel i82{kind.upper()} Ethernet")
        for kind in _words("550 551 557a 557b 557c 558a 558b 559a 559b 559c 559er 562 801")
    ),
    *(Model(name) for name in ("ne2k_pci", "pcnet", "rtl8139")),
    Model("sungem", further=properties.SUNGEM),
    Model("tulip", holds=True),
    Model("vmxnet3", further=properties.VMXNET3, about="VMWare Paravirtualized Ethernet v3"),
    Model(
        "virtio-net-pci",
        holds=True,
        further=properties.VIRTIO + properties.VIRTIO_GENERIC,
        part="virtio-net-device",
    ),
    *(
        Model(f"virtio-net-pci-{kind}", "PCI", True, properties.VIRTIO, "virtio-net-device")
        for kind in ("non-transitional", "transitional")
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
        about = f', desc "{_BY_NAME[name].about}"' if _BY_NAME[name].about else ""
        lines += f'name "{name}", bus {_BY_NAME[name].bus}{alias}{about}\n'
    return "Network devices:\n" + lines


def _known(name: str, board: Board) -> Model | None:
    if name in _OWNED and name not in board.own:
        return None
    return _BY_NAME.get(name)

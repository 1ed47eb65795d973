"""Machines by name (``-M``): which buses they have, and which NIC they come with (CLI-03, CLI-04).

Of a machine refnet has nothing else.
"""

from typing import NamedTuple

from ..errors import OptionError

DEFAULT = "pc"


class Board(NamedTuple):
    """One machine.

    Attributes:
        buses: where a ``-device`` can go, ``PCI`` and ``ISA``.
        nic: the model of a NIC without one; None: the machine makes no NIC of ``-net``, ``-nic``.
        roots: what its buses are called.
        own: models that no other machine has.
        chips: what its PCI bus has from the start, as ``slot.function name`` in base 16.
        usb_chips: the same with ``-usb``.
        usb_ports: how many USB ports that gives it.
        first_slot: where the search for a free slot begins.
        hotplug: whether a NIC can go on its PCI bus while it runs.
        chassis: the board under its NICs (:data:`refnet.nic.boards.CHASSIS`); None: they are peers
            without registers.
    """

    buses: frozenset[str]
    nic: str | None
    roots: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    chips: tuple[str, ...] = ()
    usb_chips: tuple[str, ...] = ()
    usb_ports: int = 2
    first_slot: int = 0
    hotplug: bool = True
    chassis: str | None = None


_BOTH = frozenset({"PCI", "ISA"})
_PCI = frozenset({"PCI"})
_ISA = frozenset({"ISA"})

_PC = Board(
    _BOTH,
    "e1000",
    frozenset({"pci.0", "isa.0"}),
    chips=("0.0 i440FX", "1.0 PIIX3", "1.1 piix3-ide", "1.3 PIIX4_PM"),
    usb_chips=("1.2 piix3-usb-uhci",),
    chassis="pc",
)
_Q35 = Board(
    _BOTH,
    "e1000e",
    frozenset({"pcie.0", "isa.0"}),
    chips=("0.0 mch", "1f.0 ICH9-LPC", "1f.2 ich9-ahci", "1f.3 ICH9-SMB"),
    usb_chips=(
        "1d.0 ich9-usb-uhci1",
        "1d.1 ich9-usb-uhci2",
        "1d.2 ich9-usb-uhci3",
        "1d.7 ich9-usb-ehci1",
    ),
    usb_ports=6,
    hotplug=False,
)
_BOARDS = {
    "none": Board(frozenset(), None),
    "pc": _PC,
    "xenfv": _PC,
    "q35": _Q35,
    "isapc": Board(_ISA, "ne2k_isa", frozenset({"isa.0"}), chassis="isapc"),
    "microvm": Board(_ISA, None, frozenset({"isa.0"})),
    "xenpv": Board(frozenset(), None),
    "mac99": Board(
        _PCI,
        "sungem",
        frozenset({"pci.0"}),
        frozenset({"sungem"}),
        chips=("b.0 uni-north-pci", "c.0 macio-newworld"),
        usb_chips=("d.0 pci-ohci",),
        usb_ports=3,
        first_slot=11,
        chassis="mac99",
    ),
    "g3beige": Board(_PCI, "ne2k_pci", frozenset({"pci.0"})),
    "40p": Board(_BOTH, "pcnet", frozenset({"pci.0", "isa.0"})),
    "bamboo": Board(_PCI, "e1000", frozenset({"pci.0"})),
    "pseries": Board(_PCI, "spapr-vlan", frozenset({"pci.0"}), frozenset({"spapr-vlan"})),
    "pegasos2": Board(_PCI, None, frozenset({"pci.0"})),
    "sam460ex": Board(_PCI, None, frozenset({"pci.0"})),
    "ref405ep": Board(frozenset(), None),
}


def find(name: str) -> Board:
    """The machine called ``name``, a version of it (``pc-q35-7.2``) included.

    Raises:
        OptionError: there is none.
    """
    if name in _BOARDS:
        return _BOARDS[name]
    if name.startswith("pc-q35-"):
        return _Q35
    if name.startswith("pc-"):
        return _PC
    raise OptionError("unsupported machine type\nUse -machine help to list supported machines")

"""Which class is which model; a model's module is loaded when the first NIC of it is made."""

from importlib import import_module

from .model import Model, Setting

#: By name: the module in this package, and the class, which takes a :class:`.model.Setting`.
_CLASSES: dict[str, tuple[str, str]] = {
    "e1000": ("e1000.card", "E1000"),
    "e1000-82544gc": ("e1000.card", "E1000Gc"),
    "e1000-82545em": ("e1000.card", "E1000Em"),
    "ne2k_isa": ("ne2k", "Ne2kIsa"),
    "ne2k_pci": ("ne2k", "Ne2kPci"),
    "pcnet": ("pcnet", "Pcnet"),
    "rtl8139": ("rtl8139", "Rtl8139"),
    "sungem": ("sungem", "Sungem"),
    "tulip": ("tulip", "Tulip"),
    "virtio-net-pci": ("virtio.net", "VirtioNet"),
    "virtio-net-pci-non-transitional": ("virtio.net", "NonTransitional"),
    "virtio-net-pci-transitional": ("virtio.net", "Transitional"),
    "i82550": ("i8255x", "I82550"),
    "i82551": ("i8255x", "I82551"),
    "i82557a": ("i8255x", "I82557a"),
    "i82557b": ("i8255x", "I82557b"),
    "i82557c": ("i8255x", "I82557c"),
    "i82558a": ("i8255x", "I82558a"),
    "i82558b": ("i8255x", "I82558b"),
    "i82559a": ("i8255x", "I82559a"),
    "i82559b": ("i8255x", "I82559b"),
    "i82559c": ("i8255x", "I82559c"),
    "i82559er": ("i8255x", "I82559er"),
    "i82562": ("i8255x", "I82562"),
    "i82801": ("i8255x", "I82801"),
    "usb-net": ("usb.usbnet", "UsbNet"),
}


def has(name: str) -> bool:
    """Whether there is a model of that name."""
    return name in _CLASSES


def make(name: str, setting: Setting) -> Model:
    """A NIC of that model, reset.

    Raises:
        KeyError: there is no such model.
        OptionError: a property has a wrong value.
    """
    module, kind = _CLASSES[name]
    made: Model = getattr(import_module(f".{module}", __package__), kind)(setting)
    made.reset()
    return made

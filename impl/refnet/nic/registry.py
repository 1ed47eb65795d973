"""Which class is which model; a model's module is loaded when the first NIC of it is made."""

from importlib import import_module

from .model import Model, Setting

#: By name: the module in this package, and the class, which takes a :class:`.model.Setting`.
_CLASSES: dict[str, tuple[str, str]] = {
    "ne2k_isa": ("ne2k", "Ne2kIsa"),
    "ne2k_pci": ("ne2k", "Ne2kPci"),
    "pcnet": ("pcnet", "Pcnet"),
    "rtl8139": ("rtl8139", "Rtl8139"),
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

"""The Intel i8255x (PRO/100) in the thirteen variants that QEMU has (EEP-01..05, NIC-05).

They differ in what configuration space says of them, in one word of the EEPROM, and in that the
82557 knows neither power management nor extended transmit blocks.
"""

from ..pci import Identity
from .chip import I8255x

_INTEL = 0x8086
_8255X, _82551, _82801 = 0x1229, 0x1209, 0x2449


class I82557a(I8255x):
    """``i82557a``."""

    IDENTITY = Identity(_INTEL, _8255X, 0x01)
    POWERED = EXTENDED = False


class I82557b(I82557a):
    """``i82557b``; what is in its EEPROM is for a PRO/100B."""

    IDENTITY = Identity(_INTEL, _8255X, 0x02)
    EEPROM_ID = 0x0100


class I82557c(I82557b):
    """``i82557c``."""

    IDENTITY = Identity(_INTEL, _8255X, 0x03)


class I82558a(I8255x):
    """``i82558a``."""

    IDENTITY = Identity(_INTEL, _8255X, 0x04)


class I82558b(I8255x):
    """``i82558b``."""

    IDENTITY = Identity(_INTEL, _8255X, 0x05)


class I82559a(I8255x):
    """``i82559a``."""

    IDENTITY = Identity(_INTEL, _8255X, 0x06)


class I82559b(I8255x):
    """``i82559b``."""

    IDENTITY = Identity(_INTEL, _8255X, 0x07)


class I82559c(I8255x):
    """``i82559c``, on a card of Intel's."""

    IDENTITY = Identity(_INTEL, _8255X, 0x0C, subsystem_vendor=_INTEL, subsystem=0x0040)


class I82559er(I8255x):
    """``i82559er``."""

    IDENTITY = Identity(_INTEL, _82551, 0x09)


class I82550(I8255x):
    """``i82550``."""

    IDENTITY = Identity(_INTEL, _82551, 0x0E)


class I82551(I8255x):
    """``i82551``."""

    IDENTITY = Identity(_INTEL, _82551, 0x0F)


class I82562(I8255x):
    """``i82562``."""

    IDENTITY = Identity(_INTEL, _82551, 0x0E)


class I82801(I8255x):
    """``i82801``: the one of a south bridge, which QEMU knows from a Toshiba Tecra 8200."""

    IDENTITY = Identity(_INTEL, _82801, 0x03)

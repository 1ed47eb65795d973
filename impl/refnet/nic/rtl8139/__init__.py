"""RTL8139C+: four buffers to send from and one ring to receive into, or rings of descriptors.

``eeprom`` is the 93C46 beside the chip, ``core`` its state, interrupt and timer, ``receive`` and
``transmit`` the two directions in both modes, ``offload`` what the chip does to IPv4 packets, and
``registers`` what the processor sees (RTL-01..13).
"""

from .registers import Rtl8139

__all__ = ["Rtl8139"]

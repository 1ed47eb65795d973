"""``sungem``: the Sun GEM of a UniNorth, Apple's gigabit Ethernet (GEM-01..06).

Registers of 32 bits in 2 MiB of memory, a ring of descriptors each way, and a PHY at the end of a
management interface. Nothing here takes time.
"""

from .device import Sungem

__all__ = ["Sungem"]

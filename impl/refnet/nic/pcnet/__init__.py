"""``pcnet``: an Am79C970A (PCnet-PCI II), driven by descriptor rings in memory (PCN-01..08).

There are 128 control and status registers (CSR) and 32 of the bus (BCR), reached through an address
and a data port of 16 or 32 bits. Each access first does what the chip's own poll timer would do:
look at the rings.
"""

from .device import Pcnet

__all__ = ["Pcnet"]

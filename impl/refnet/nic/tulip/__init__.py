"""``tulip``: a DEC 21143, driven by lists of descriptors in memory (TUL-01..04).

Sixteen control and status registers (CSR) of 32 bits, eight octets apart, in memory and on ports. A
serial ROM and the management bus of a PHY hang on the wires of CSR9. Nothing here takes time.
"""

from .device import Tulip

__all__ = ["Tulip"]

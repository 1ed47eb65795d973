"""The NE2000, on ISA and as RTL8029 on PCI: registers, packet memory, the receive ring."""

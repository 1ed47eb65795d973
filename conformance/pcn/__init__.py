"""The Am79C970A (PCnet-PCI II): ports, registers, rings, filters, loopback."""

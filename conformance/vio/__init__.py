"""virtio-net on PCI: legacy and modern registers, rings, headers, filters, commands, MSI-X."""

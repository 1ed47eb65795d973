"""virtio-net on PCI (OASIS Virtio 1.2; VIO-01..09).

``ring`` has the split virtqueues, ``transport`` the device's life on PCI with the registers of
``legacy`` and ``modern`` drivers, ``net`` the NIC with its ``filtering`` and its ``control`` queue.
"""

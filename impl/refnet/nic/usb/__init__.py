"""USB 1.1: a host controller (:mod:`.uhci`), what a device is, and the network interface.

The controller walks lists of transfer descriptors in memory, once a millisecond (:mod:`.schedule`);
each descriptor is one transaction with a device (:mod:`.device`). :mod:`.usbnet` is the NIC, which
speaks CDC-ECM in one configuration and RNDIS (:mod:`.rndis`) in the other.
"""

"""usb-net behind a UHCI controller: descriptors, CDC-ECM, RNDIS."""

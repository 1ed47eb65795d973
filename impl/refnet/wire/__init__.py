"""Octets to frozen values and back, one module a protocol. No time, no I/O."""

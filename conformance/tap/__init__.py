"""Tap devices of the kernel: -netdev tap and bridge."""

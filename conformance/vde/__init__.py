"""Ports of a VDE switch: -netdev vde."""

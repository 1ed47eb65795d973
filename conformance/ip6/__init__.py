"""The IPv6 side of the user network."""

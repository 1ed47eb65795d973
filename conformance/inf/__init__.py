"""The monitor: what it tells of networks, and what it says of mistakes."""

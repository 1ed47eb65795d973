"""Hubs: a frame in by one port leaves by all others."""

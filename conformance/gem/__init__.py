"""The GEM of a Macintosh, on a big-endian machine: registers, PHY, rings, filters."""

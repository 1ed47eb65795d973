"""What all NIC models share: what they do to frames, to a cable, and what they say who they are."""

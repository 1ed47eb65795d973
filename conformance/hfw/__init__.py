"""How ports of the host are forwarded to the guest."""

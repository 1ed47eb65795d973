"""ICMP on the user network: echoes, errors, and what is not answered."""

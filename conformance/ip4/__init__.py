"""IPv4 on the user network: what is accepted, reassembled, fragmented and sent."""

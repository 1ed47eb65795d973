"""How the user network answers and asks by ARP."""

"""How the user network leases addresses by DHCP and answers BOOTP."""

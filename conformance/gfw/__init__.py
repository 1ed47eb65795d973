"""How addresses of the virtual network are forwarded to devices and commands of the host."""

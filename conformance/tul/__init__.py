"""The DEC 21143 (tulip): registers, descriptor lists, filters, serial ROM and PHY."""

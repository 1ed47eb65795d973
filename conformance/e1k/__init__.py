"""Intel's 82540EM, 82544GC and 82545EM: registers, rings, offloads, filters, EEPROM, PHY."""

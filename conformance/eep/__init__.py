"""The Intel i8255x in thirteen variants: registers, EEPROM, PHY, command and receive unit."""

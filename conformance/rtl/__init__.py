"""The RTL8139C+: registers, EEPROM, four buffers and a ring, rings of descriptors, offloads."""

"""The 21143's registers and their bits (TUL-01)."""

SIZE, COUNT, SPACING = 0x80, 16, 8

BUS_MODE, TX_POLL, RX_POLL, RX_LIST, TX_LIST, STATUS, MODE, MASK = range(8)
MISSED, SERIAL, BOOT_ROM, TIMER, SIA_STATUS, SIA_LINK, SIA_TEST, SIA_GENERAL = range(8, COUNT)

#: The receive list, the transmit list and CSR10 stay as they are.
AFTER_RESET = {
    BUS_MODE: 0xFE00_0000,
    TX_POLL: 0xFFFF_FFFF,
    RX_POLL: 0xFFFF_FFFF,
    STATUS: 0xF000_0000,
    MODE: 0x3200_0040,
    MASK: 0xF3FE_0000,
    MISSED: 0xE000_0000,
    SERIAL: 0xFFF4_83FF,
    TIMER: 0xFFFE_0000,
    SIA_STATUS: 0x0000_00C6,
    SIA_LINK: 0xFFFF_0000,
    SIA_TEST: 0xFFFF_FFFF,
    SIA_GENERAL: 0x8FF0_0000,
}

# Bus mode
SOFTWARE_RESET, BIG_ENDIAN = 1 << 0, 1 << 20
SKIP, SKIP_SHIFT = 0x1F, 2

# Status and mask
TX_DONE, TX_NO_MORE, RX_DONE, RX_NO_BUFFER = 1 << 0, 1 << 2, 1 << 6, 1 << 7
ABNORMAL, NORMAL = 1 << 15, 1 << 16
#: What makes the two sums: each has causes of its own.
NORMAL_CAUSES, ABNORMAL_CAUSES = 0x0000_4845, 0x0C00_37BA
#: What is cleared by a one that is written.
CLEARABLE = 0x0C01_FFFF
RX_STATE, RX_STATE_SHIFT, RX_WAITS = 7 << 17, 17, 3
TX_STATE, TX_STATE_SHIFT, TX_SUSPENDED = 7 << 20, 20, 6

# Mode
RX_ON, INVERSE, PROMISCUOUS, ALL_GROUPS = 1 << 1, 1 << 4, 1 << 6, 1 << 7
LOOPBACK, TX_ON, ANYTHING = 3 << 10, 1 << 13, 1 << 30

# Serial interface
ROM_SELECT, ROM_CLOCK, ROM_IN, ROM_OUT, ROM = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 11
MDIO_CLOCK, MDIO_OUT, MDIO_READS, MDIO_IN = 1 << 16, 1 << 17, 1 << 18, 1 << 19

#: Negotiation is always said to be over.
SIA_SEEN = 0x5000

"""Reset values, sizes of accesses, locks, and the transceiver (RTL-01, 02, 04, 13)."""

import pytest

from vnetspec.fixtures.driver.rtl8139 import (
    COMMAND,
    CONFIG1,
    GROUPS,
    ID,
    LOCKS,
    MASK,
    READ_PLACE,
    RECEIVE_CONFIG,
    RESET,
    SEND_STATUS,
    STATUS,
    TRANSMIT_CONFIG,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import NIC

MEDIA, REVISION = 0x58, 0x5E
SUMMARY, BMCR, BMSR, ANAR, ANLPAR, ANER, CSCR = 0x60, 0x62, 0x64, 0x66, 0x68, 0x6A, 0x74
LINK_CHANGED = 0x20
AUTOLOAD, UNLOCKED = 0x40, 0xC0


@requirement("RTL-01")
def test_a_reset_gives_registers_their_values(plug, transcript):
    card, _ = plug("rtl8139")

    card.reset()

    assert bytes(card.inb(ID + place) for place in range(6)) == NIC
    assert [card.inl(SEND_STATUS + 4 * turn) for turn in range(4)] == [0x2000] * 4
    assert card.inb(COMMAND) == 0x01
    assert card.inw(READ_PLACE) == 0xFFF0
    assert card.inl(TRANSMIT_CONFIG) == 0x7480_0000
    assert [card.inb(0x51 + place) for place in range(2)] == [0x00, 0x0C]
    assert [card.inb(0x58 + place) for place in range(4)] == [0xD0, 0x01, 0x00, 0x01]
    assert card.inb(REVISION) == 0x20
    assert [card.inw(place) for place in (SUMMARY, BMCR, BMSR)] == [0x000F, 0x1000, 0x782D]
    assert [card.inw(place) for place in (ANAR, ANLPAR, ANER)] == [0x05E1, 0x05E1, 0x0001]
    assert card.inw(CSCR) == 0x0340
    transcript.matches()


@requirement("RTL-01", variant="first")
def test_a_chip_that_nobody_has_used_is_still_in_reset(plug, transcript):
    card, _ = plug("rtl8139")

    assert card.inb(COMMAND) == 0x11

    card.outb(COMMAND, 0)
    assert card.inb(COMMAND) == 0x01
    transcript.matches()


@requirement("RTL-01", variant="memory")
def test_registers_are_the_same_in_memory(plug, transcript):
    card, _ = plug("rtl8139")
    ports, memory = card.windows[0], card.windows[1]

    memory.store(MASK, 2, 0x8005)

    assert ports.load(MASK, 2) == 0x8005
    assert memory.load(TRANSMIT_CONFIG, 4) == ports.load(TRANSMIT_CONFIG, 4)
    transcript.matches()


@requirement("RTL-01", variant="kept")
def test_a_reset_spares_the_receive_configuration_and_the_group_filter(plug, transcript):
    card, _ = plug("rtl8139")
    card.outl(RECEIVE_CONFIG, 0x0000_988E)
    card.outl(GROUPS, 0x1234_5678)
    card.outb(ID, 0x02)

    card.reset()

    assert card.inl(RECEIVE_CONFIG) == 0x0000_988E
    assert card.inl(GROUPS) == 0x1234_5678
    assert card.inb(ID) == NIC[0]
    transcript.matches()


@requirement("RTL-02")
def test_a_word_is_not_read_in_octets(plug, transcript):
    card, _ = plug("rtl8139")

    assert [card.inb(place) for place in range(0x60, 0x80)] == [0] * 32
    assert card.inl(0x64) == 0
    transcript.matches()


@requirement("RTL-02", variant="written")
def test_a_word_is_not_written_in_octets(plug, transcript):
    card, _ = plug("rtl8139")

    card.outb(MASK, 0x05)
    card.outl(MASK, 0x0005_0005)
    card.outb(ANAR, 0x00)

    assert card.inw(MASK) == 0
    assert card.inw(ANAR) == 0x05E1
    transcript.matches()


@requirement("RTL-04")
@pytest.mark.parametrize("by", ["CR", "9346CR"])
def test_a_reset_ends_by_itself(plug, transcript, by):
    card, _ = plug("rtl8139")
    card.outw(MASK, 0xFFFF)

    if by == "CR":
        card.outb(COMMAND, RESET)
    else:
        card.outb(LOCKS, AUTOLOAD)

    assert card.inw(MASK) == 0
    # By CR the bit is clear at once, by 9346CR it is the driver's first command that clears it.
    assert card.inb(COMMAND) == (0x01 if by == "CR" else 0x11)
    assert card.inb(LOCKS) == 0
    transcript.matches()


@requirement("RTL-04", variant="locked")
def test_configuration_is_locked(plug, transcript):
    card, _ = plug("rtl8139")

    for place in (0x51, CONFIG1, 0x59, 0x5A):
        card.outb(place, 0xFF)

    assert [card.inb(place) for place in (0x51, CONFIG1, 0x59, 0x5A)] == [0x00, 0x0C, 0x01, 0x00]
    transcript.matches()


@requirement("RTL-04", variant="unlocked")
def test_a_key_unlocks_what_can_be_written(plug, transcript):
    card, _ = plug("rtl8139")
    card.outb(LOCKS, UNLOCKED)

    for place in (0x51, CONFIG1, 0x59, 0x5A, 0xD8):
        card.outb(place, 0xFF)

    assert [card.inb(place) for place in (0x51, CONFIG1, 0x59, 0x5A, 0xD8)] == [
        *(0x07, 0xFF, 0x71, 0xF5, 0x7F),
    ]
    transcript.matches()


@requirement("RTL-04", variant="disabled")
def test_tcr_takes_writes_only_while_the_transmitter_is_enabled(plug, transcript):
    card, _ = plug("rtl8139")

    card.outl(TRANSMIT_CONFIG, 0xFFFF_FFFF)
    assert card.inl(TRANSMIT_CONFIG) == 0x7480_0000

    card.outb(COMMAND, 0x04)
    card.outl(TRANSMIT_CONFIG, 0xFFFF_FFFF)
    assert card.inl(TRANSMIT_CONFIG) == 0x778F_07F0
    transcript.matches()


@requirement("RTL-13")
def test_the_link_bit_follows_the_cable(plug, transcript):
    card, far = plug("rtl8139")
    card.start()
    card.outw(MASK, LINK_CHANGED)

    far.monitor("set_link s0 off")

    assert card.inw(BMSR) == 0x7829
    assert card.inb(MEDIA) == 0xD4
    assert card.inw(STATUS) == LINK_CHANGED
    assert card.interrupting()
    card.outw(STATUS, LINK_CHANGED)

    far.monitor("set_link s0 on")

    assert card.inw(BMSR) == 0x782D
    assert card.inb(MEDIA) == 0xD0
    assert card.inw(STATUS) == LINK_CHANGED
    transcript.matches()


@requirement("RTL-13", variant="reset")
def test_a_reset_of_the_transceiver_keeps_the_link(plug, transcript):
    card, far = plug("rtl8139")
    far.monitor("set_link s0 off")
    card.outw(ANAR, 0x0001)
    card.outw(BMCR, 0x8000)

    assert card.inw(ANAR) == 0x05E1
    assert card.inw(BMCR) == 0x1000
    assert card.inw(BMSR) == 0x7829
    transcript.matches()


@requirement("RTL-13", variant="masks")
def test_the_transceiver_has_few_bits_to_write(plug, transcript):
    card, _ = plug("rtl8139")

    for place in (BMCR, BMSR, ANAR, ANLPAR, ANER):
        card.outw(place, 0x7FFF)

    assert [card.inw(place) for place in (BMCR, BMSR, ANAR, ANLPAR, ANER)] == [
        *(0x1200, 0x78ED, 0x7FFF, 0x05E1, 0x7FFF),
    ]
    transcript.matches()

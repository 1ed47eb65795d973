"""The 93C46 behind 9346CR (RTL-03)."""

from vnetspec.fixtures.driver.rtl8139 import LOCKS
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import NIC

SELECT, CLOCK, DATA_IN, DATA_OUT = 0x88, 0x04, 0x02, 0x01


@requirement("RTL-03")
def test_a_word_is_clocked_out(plug, transcript):
    card, _ = plug("rtl8139")

    assert card.eeprom(7) == 0x5452
    transcript.matches()


@requirement("RTL-03", variant="contents")
def test_the_eeprom_holds_who_the_chip_is(plug):
    card, _ = plug("rtl8139")

    assert [card.eeprom(place) for place in range(10)] == [
        *(0x8129, 0x10EC, 0x8139, 0, 0, 0, 0, 0x5452, 0x1200, 0x5634),
    ]
    assert card.eeprom(63) == 0
    assert card.mac() == NIC


@requirement("RTL-03", variant="written")
def test_a_write_leaves_the_eeprom_as_it_is(plug):
    card, _ = plug("rtl8139")
    enable, write = "1" + "00" + "110000", "1" + "01" + "000111" + "1" * 16

    for command in (enable, write):
        card.outb(LOCKS, 0x80)
        card.outb(LOCKS, SELECT)
        for bit in command:
            card.outb(LOCKS, SELECT | DATA_IN * int(bit))
            card.outb(LOCKS, SELECT | CLOCK | DATA_IN * int(bit))

    assert card.eeprom(7) == 0x5452


@requirement("RTL-03", variant="deselected")
def test_an_eeprom_that_is_not_selected_is_silent(plug, transcript):
    card, _ = plug("rtl8139")

    for _ in range(4):
        card.outb(LOCKS, 0x80 | DATA_IN)
        card.outb(LOCKS, 0x80 | CLOCK | DATA_IN)
        assert not card.inb(LOCKS) & DATA_OUT
    transcript.matches()

"""Where the registers are, what they say after a reset, and what is only there to be read."""

import pytest

from vnetspec.fixtures.requirements import requirement

MODELS = ["ne2k_pci", "ne2k_isa"]
both = pytest.mark.parametrize("model", MODELS)

PROM = "5252545400001212343456560000000000000000000000000000000057575757"
#: What is doubled a second time is what the first time has left.
PROM_AFTER_RESET = "5252545400001212343456561212121234343434565656560000000057575757"


@requirement("NE2K-01")
@both
def test_the_registers_are_at_32_ports(plug, transcript, model):
    card, _ = plug(model)

    for size in (1, 2, 4):
        for port in range(0, 0x20, size):
            card.bus.load_port(card.base + port, size)

    transcript.matches()


@requirement("NE2K-02")
@both
def test_the_prom_is_laid_out_in_place(plug, transcript, model):
    card, _ = plug(model)
    card.mac()

    assert card.read(0, 32).hex() == PROM
    card.inb(0x1F)
    assert card.read(0, 32).hex() == PROM_AFTER_RESET
    transcript.matches()


@requirement("NE2K-02", variant="reset")
@both
def test_a_reset_says_so(plug, transcript, model):
    card, _ = plug(model)

    card.inb(0x1F)

    assert card.inb(7) == 0x80
    card.outb(0, 0x22)
    assert card.inb(7) == 0
    card.mac()
    transcript.matches()


@requirement("NE2K-04")
@both
def test_the_identity_is_an_rtl8029_s(plug, transcript, model):
    card, _ = plug(model)

    assert (card.inb(0x0A), card.inb(0x0B)) == (0x50, 0x43)
    card.outb(0, 0xE1)
    assert [card.inb(register) for register in (3, 5, 6)] == [0x00, 0x40, 0x40]
    transcript.matches()


@requirement("NE2K-13")
@both
def test_counters_read_nought(plug, model):
    card, far = plug(model)
    card.start()
    far.says(bytes(5))

    assert [card.inb(register) for register in (0x05, 0x06, 0x0D, 0x0E, 0x0F)] == [0] * 5


@requirement("NE2K-14")
def test_the_isa_card_is_where_it_was_put(plug):
    card, _ = plug("ne2k_isa", "iobase=0x340", "irq=11")

    assert card.bus.load_port(0x30A, 1) == 0xFF
    assert card.bus.load_port(0x34A, 1) == 0x50
    card.base, card.interrupt = 0x340, 11
    card.outb(0, 0x22)
    card.outb(0x0F, 0x40)
    assert not card.interrupting()
    card.outb(0, 0x0A)
    assert card.interrupting()

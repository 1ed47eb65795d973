"""Packet memory through the data port: remote DMA."""

import pytest

from vnetspec.fixtures.requirements import requirement

MODELS = ["ne2k_pci", "ne2k_isa"]
both = pytest.mark.parametrize("model", MODELS)

RDC = 0x40
BYTES, WORDS = 0x48, 0x49


def aim(card, address, length):
    for register, value in ((8, address & 0xFF), (9, address >> 8), (10, length & 0xFF)):
        card.outb(register, value)
    card.outb(11, length >> 8)


@requirement("NE2K-03")
@both
@pytest.mark.parametrize("address", [0x0020, 0x3FFE, 0x4000, 0xBFFE, 0xC000, 0xFFFE])
def test_only_some_addresses_are_memory(plug, transcript, model, address):
    card, _ = plug(model)
    card.start()

    card.write(address, b"\x12\x34")

    there = 0x4000 <= address < 0xC000
    assert card.read(address, 2) == (b"\x12\x34" if there else b"\xff\xff")
    transcript.matches()


@requirement("NE2K-06")
@both
@pytest.mark.parametrize(("mode", "size"), [(BYTES, 1), (WORDS, 2)])
def test_what_was_written_is_read_back(plug, transcript, model, mode, size):
    card, _ = plug(model)
    card.start()
    card.outb(14, mode)
    data = card.base + 0x10

    aim(card, 0x4000, 4)
    card.outb(0, 0x12)
    for number in range(4 // size):
        assert not card.inb(7) & RDC
        card.bus.store_port(data, size, 0xA1B2 + number)
    assert card.inb(7) & RDC

    card.outb(7, RDC)
    aim(card, 0x4000, 4)
    card.outb(0, 0x0A)
    read = [card.bus.load_port(data, size) for _ in range(4 // size)]
    assert read == [(0xA1B2 + number) & (1 << 8 * size) - 1 for number in range(4 // size)]
    assert card.inb(7) & RDC
    transcript.matches()


@requirement("NE2K-06", variant="nothing")
@both
def test_a_request_for_nothing_is_done_at_once(plug, model):
    card, _ = plug(model)
    card.start()
    aim(card, 0x4000, 0)

    card.outb(0, 0x0A)

    assert card.inb(7) & RDC


@requirement("NE2K-06", variant="wrap")
@both
def test_the_address_goes_on_at_the_start_of_the_ring(plug, transcript, model):
    card, _ = plug(model)
    card.start()
    card.write(0x4600, b"\x55\xaa")

    aim(card, 0x7FFE, 4)
    card.outb(0, 0x0A)
    card.bus.load_port(card.base + 0x10, 2)

    assert card.bus.load_port(card.base + 0x10, 2) == 0xAA55
    transcript.matches()


@requirement("NE2K-07")
@both
def test_an_interrupt_lasts_until_its_cause_is_cleared(plug, transcript, model):
    card, _ = plug(model)
    card.start()
    card.outb(15, RDC)
    aim(card, 0x4000, 0)
    assert not card.interrupting()

    card.outb(0, 0x0A)
    assert card.interrupting()
    card.outb(15, 0)
    assert not card.interrupting()
    card.outb(15, RDC)
    assert card.interrupting()
    card.outb(7, RDC)
    assert not card.interrupting()
    assert card.inb(7) == 0
    transcript.matches()

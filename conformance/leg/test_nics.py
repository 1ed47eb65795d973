"""The NICs of the profile qemu-0.6."""

from vnetspec.fixtures.requirements import network, requirement

OLD = network(profile="qemu-0.6")


@requirement("LEG-15")
@OLD
def test_the_isa_card_is_at_0x300_with_interrupt_9(plug):
    card, _ = plug("ne2k_isa")

    assert [card.bus.load_port(0x30A + place, 1) for place in range(2)] == [0x50, 0x43]
    for register, value in ((0x0F, 0x40), (0x0A, 0), (0x0B, 0), (0x00, 0x0A)):
        card.bus.store_port(0x300 + register, 1, value)
    assert 9 in card.bus.interrupts()


@requirement("LEG-15", variant="pci")
@OLD
def test_the_pci_card_is_an_rtl8029(plug):
    card, _ = plug("ne2k_pci")

    assert card.function.identity() == (0x10EC, 0x8029)
    assert card.windows[0].size == 0x100

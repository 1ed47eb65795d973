"""Registers, resets, the PHY and the machine (GEM-01 to GEM-03, GEM-06)."""

import pytest

from vnetspec.fixtures.driver.sungem import (
    ACKNOWLEDGE,
    ADDRESS,
    MASK,
    RESET,
    STATUS,
    STATUS_ALIAS,
    TX_ALL,
    TX_DONE,
)
from vnetspec.fixtures.requirements import requirement

FRAME = bytes.fromhex("52540000000152540012345688b5") + bytes(46)
#: A register of each part that takes 32 bits; and one that keeps fewer.
PARTS = {"global": 0x0004, "tx": 0x2008, "rx": 0x4004, "mac": 0x6040, "pcs": 0x9000}
GAPS = [0x0020, 0x2038, 0x3000, 0x402C, 0x6138, 0x6220, 0x901C, 0x10_0000, 0x1F_FFFC]


@requirement("GEM-01")
@pytest.mark.parametrize("part", PARTS)
def test_a_register_keeps_its_bits(plug, transcript, part):
    card, _ = plug("sungem")

    card.set(PARTS[part], 0x1234_5678)

    assert card.get(PARTS[part]) == 0x1234_5678
    assert card.registers.load(PARTS[part], 1) == 0x78
    transcript.matches()


@requirement("GEM-01", variant="gaps")
def test_nothing_is_kept_between_the_parts(plug, transcript):
    card, _ = plug("sungem")

    for place in GAPS:
        card.set(place, 0xFFFF_FFFF)

    assert card.registers.size == 0x20_0000
    assert [card.get(place) for place in GAPS] == [0] * len(GAPS)
    transcript.matches()


@requirement("GEM-02", variant="new")
def test_a_new_chip_has_its_mac(plug, transcript):
    card, _ = plug("sungem")

    assert [card.get(ADDRESS + 4 * place) for place in range(3)] == [0x3456, 0x0012, 0x5254]
    assert card.mac().hex() == "525400123456"
    assert card.get(MASK) == 0x0FFF_FFFF
    assert card.get(0x6210) == 0x100
    transcript.matches()


@requirement("GEM-02")
@pytest.mark.parametrize(
    ("which", "receiver", "transmitter", "kept"),
    [(1, False, True, 1), (2, True, False, 2), (3, True, True, 0), (7, True, True, 4)],
)
def test_a_reset_sets_its_part(plug, transcript, which, receiver, transmitter, kept):
    card, _ = plug("sungem")
    for register in (0x4000, 0x4020, 0x4100, 0x4108, 0x2004):
        card.set(register, 0)
    card.set(ADDRESS, 0x1111)

    card.set(RESET, which)

    found = [card.get(register) for register in (0x4000, 0x4020, 0x4120)]
    assert found == ([0x0100_0010, 0xF8, 0x140] if receiver else [0, 0, 0x140])
    assert card.get(0x2004) == (0x0011_8010 if transmitter else 0)
    assert card.get(0x2118) == 0x90
    assert card.get(RESET) == kept
    assert card.get(ADDRESS) == 0x1111
    transcript.matches()


@requirement("GEM-03")
@pytest.mark.parametrize("address", [0, 1])
def test_the_phy_is_a_bcm5201(plug, transcript, address):
    card, _ = plug("sungem", f"phy_addr={address}")

    found = [card.phy(register, address) for register in (0, 1, 2, 3, 4, 5, 0x18, 0x1F)]

    assert found == [0, 0x402C, 0x0040, 0x6210, 0x0100, 0x0100, 3, 0]
    assert card.phy(2, 1 - address) == 0xFFFF
    transcript.matches()


@requirement("GEM-03", variant="link")
def test_the_phy_follows_the_link(plug, transcript):
    card, far = plug("sungem")

    far.monitor("set_link sungem.0 off")
    assert card.phy(1) == 0x4008

    far.monitor("set_link sungem.0 on")
    assert card.phy(1) == 0x402C
    transcript.matches()


@requirement("GEM-06", variant="function")
def test_it_is_in_slot_13_of_a_macintosh(plug, transcript):
    card, _ = plug("sungem")

    assert card.function.place == 13 << 3
    assert card.function.identity() == (0x106B, 0x0021)
    assert card.function.read(0x08) == 0x0200_0001
    assert card.function.read(0x3C) & 0xFFFF_0000 == 0x4040_0000
    transcript.matches()


@requirement("GEM-06")
def test_an_interrupt_lasts_until_the_status_is_read(plug, transcript):
    card, _ = plug("sungem")
    card.start()
    card.put(FRAME)
    assert not card.interrupting()

    card.kick()

    assert card.interrupting()
    assert card.get(STATUS_ALIAS) & 0x7 == TX_ALL | TX_DONE
    assert card.interrupting()
    assert card.get(STATUS) >> 19 == 1
    assert not card.interrupting()
    assert card.get(STATUS) & 0x7 == TX_DONE
    transcript.matches()


@requirement("GEM-06", variant="acknowledged")
def test_an_interrupt_is_acknowledged(plug, transcript):
    card, _ = plug("sungem")
    card.start()
    card.put(FRAME)
    card.kick()

    card.set(ACKNOWLEDGE, TX_ALL)

    assert not card.interrupting()
    transcript.matches()

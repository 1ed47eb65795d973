"""Ports, the PROM, and what a reset leaves (PCN-01 to PCN-03)."""

import pytest

from vnetspec.fixtures.requirements import requirement

PROM = bytes.fromhex("525400123456 000000110000 0102 5757")
CHIP_ID_LOW, STYLE = 88, 58


@requirement("PCN-01")
@pytest.mark.parametrize("window", [0, 1], ids=["ports", "memory"])
def test_both_windows_show_the_same_registers(plug, transcript, window):
    card, _ = plug("pcnet")
    registers = card.windows[window]

    registers.store(0x12, 2, CHIP_ID_LOW)

    assert registers.size == 0x20
    assert registers.load(0x12, 2) == CHIP_ID_LOW
    assert registers.load(0x10, 2) == 0x1003
    assert [registers.load(place, 1) for place in (0x10, 0x12, 0x1F)] == [0xFF] * 3
    assert registers.load(0x18, 2) == 0xFFFF
    assert registers.load(0x10 + 0x4, 4) == 0xFFFF_FFFF
    transcript.matches()


@requirement("PCN-01", variant="wide")
@pytest.mark.parametrize("how", ["data port", "BCR18"])
def test_ports_are_widened_and_a_reset_narrows_them(plug, transcript, how):
    card, _ = plug("pcnet")
    if how == "BCR18":
        card.set_bcr(18, 0x9081)
    else:
        card.ports.store(0x10, 4, 0)

    card.ports.store(0x14, 4, CHIP_ID_LOW)

    assert card.ports.load(0x10, 4) == 0x0262_1003
    assert card.ports.load(0x00, 4) == int.from_bytes(PROM[:4], "little")
    assert card.ports.load(0x00, 1) == 0xFF
    assert card.ports.load(0x12, 2) == 0xFFFF
    assert card.ports.load(0x18, 4) == 0
    assert card.bcr(18) == 0x9001
    transcript.matches()


@requirement("PCN-02")
def test_the_prom_has_mac_and_checksum(plug, transcript):
    card, _ = plug("pcnet")

    assert card.prom() == PROM
    assert bytes(card.ports.load(place, 1) for place in range(16)) == PROM
    transcript.matches()


@requirement("PCN-02", variant="written")
def test_the_prom_is_written_where_that_is_allowed(plug, transcript):
    card, _ = plug("pcnet")

    card.ports.store(0, 1, 0xAA)
    assert card.mac() == PROM[:6]

    card.set_bcr(2, 0x0102)
    card.ports.store(0, 1, 0xAA)
    card.ports.store(4, 2, 0xCCBB)
    card.reset()
    assert card.mac().hex() == "aa540012bbcc"
    assert [card.csr(12 + place) for place in range(3)] == [0x54AA, 0x1200, 0xCCBB]
    transcript.matches()


@requirement("PCN-03", variant="reset")
def test_a_reset_sets_the_registers(plug, transcript):
    card, _ = plug("pcnet")
    card.start()

    card.reset()

    expected = {
        0: 0x0004,
        3: 0,
        4: 0x0115,
        5: 0,
        12: 0x5452,
        13: 0x1200,
        14: 0x5634,
        15: 0,
        72: 1,
        74: 1,
        76: 1,
        78: 1,
        80: 0x1410,
        88: 0x1003,
        89: 0x0262,
        100: 0x0200,
        112: 0,
    }
    assert {number: card.csr(number) for number in expected} == expected
    transcript.matches()


@requirement("PCN-03", variant="new")
def test_a_new_chip_has_the_bus_registers_of_the_data_sheet(plug, transcript):
    card, _ = plug("pcnet")

    expected = {
        0: 5,
        1: 5,
        2: 2,
        4: 0x80C0,
        5: 0x84,
        6: 0x88,
        7: 0x90,
        9: 0,
        18: 0x9001,
        19: 2,
        20: 0x0200,
        22: 0xFF06,
        32: 0,
        127: 0,
    }
    assert {number: card.bcr(number) for number in expected} == expected
    assert card.csr(STYLE) == 0x0200
    transcript.matches()

"""Registers, the serial ROM and the PHY (TUL-01, TUL-04)."""

from zlib import crc32

import pytest

from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.driver.tulip import (
    BOOT_ROM,
    BUS_MODE,
    MASK,
    MODE,
    NORMAL,
    SIA_GENERAL,
    SIA_STATUS,
    SOFTWARE_RESET,
    STATUS,
    TX_NO_MORE,
    TX_ON,
    TX_POLL,
)
from vnetspec.fixtures.requirements import requirement

MAC = bytes.fromhex(GUEST_MAC.replace(":", ""))
AFTER_RESET = [
    *(0xFE00_0000, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0000_0000),
    *(0x0000_0000, 0xF000_0000, 0x3200_0040, 0xF3FE_0000),
    *(0xE000_0000, 0xFFF4_83FF, 0x0000_0000, 0xFFFE_0000),
    *(0x0000_5000, 0xFFFF_0000, 0xFFFF_FFFF, 0x8FF0_0000),
]


@requirement("TUL-01")
@pytest.mark.parametrize("window", [0, 1], ids=["ports", "memory"])
def test_a_new_chip_has_its_reset_values(plug, transcript, window):
    card, _ = plug("tulip")
    card.registers = card.windows[window]

    card.set(BUS_MODE, SOFTWARE_RESET)

    assert card.registers.size == 0x80
    assert [card.get(number) for number in range(16)] == AFTER_RESET
    assert [card.registers.load(offset, 4) for offset in (4, 0x2C, 0x7C)] == [0, 0, 0]
    transcript.matches()


@requirement("TUL-01", variant="kept")
def test_a_reset_gives_the_values_back(plug, transcript):
    card, _ = plug("tulip")
    for number in (MASK, BOOT_ROM, SIA_STATUS, SIA_GENERAL):
        card.set(number, 0x1234_5678)
    kept = [card.get(number) for number in (MASK, BOOT_ROM, SIA_STATUS, SIA_GENERAL)]

    card.set(BUS_MODE, SOFTWARE_RESET)

    assert kept == [0x1234_5678, 0x1234_5678, 0x5000, 0x1234_5678]
    assert card.get(MASK) == AFTER_RESET[MASK]
    assert card.get(BOOT_ROM) == 0x1234_5678
    transcript.matches()


@requirement("TUL-01", variant="interrupt")
def test_an_interrupt_lasts_until_its_cause_is_cleared(plug, transcript):
    card, _ = plug("tulip")
    card.start()
    card.set(STATUS, 0x1_FFFF)
    card.set(MASK, NORMAL | TX_NO_MORE)
    assert not card.interrupting()

    card.set(TX_POLL, 1)

    assert card.interrupting()
    assert card.get(STATUS) & 0x1_FFFF == NORMAL | TX_NO_MORE
    card.set(STATUS, TX_NO_MORE)
    assert not card.interrupting()
    assert card.get(STATUS) & 0x1_FFFF == 0
    transcript.matches()


@requirement("TUL-01", variant="sum")
def test_without_its_sum_no_cause_interrupts(plug, transcript):
    card, _ = plug("tulip")
    card.set(MODE, TX_ON)
    card.set(MASK, TX_NO_MORE)

    card.set(TX_POLL, 1)

    assert card.get(STATUS) & (NORMAL | TX_NO_MORE) == NORMAL | TX_NO_MORE
    assert not card.interrupting()
    transcript.matches()


@requirement("TUL-04")
def test_the_serial_rom_holds_the_mac_and_its_checks(plug):
    card, _ = plug("tulip")

    words = [card.word(number) for number in range(64)]

    octets = b"".join(word.to_bytes(2, "little") for word in words)
    assert octets[20:26] == MAC
    assert words[:2] == [0x103C, 0x104F]
    assert words[63] == crc32(octets[:126]) & 0xFFFF


@requirement("TUL-04", variant="word")
def test_a_word_is_read_bit_by_bit(plug, transcript):
    card, _ = plug("tulip")

    assert card.word(10).to_bytes(2, "little") == MAC[:2]
    transcript.matches()


@requirement("TUL-04", variant="phy")
def test_the_phy_answers_at_address_1(plug):
    card, _ = plug("tulip")

    found = [card.phy(register) for register in range(6)]

    assert found == [0x3100, 0x702C, 0x7810, 0x0000, 0x0501, 0x4181]
    assert [card.phy(1, phy=other) for other in (0, 2, 31)] == [0, 0, 0]


@requirement("TUL-04", variant="written")
@pytest.mark.parametrize(
    ("register", "kept"),
    [
        pytest.param(0, 0x3100, id="control"),
        pytest.param(4, 0x4515, id="advertised"),
        pytest.param(16, 0x0555, id="vendor"),
    ],
)
def test_some_bits_of_the_phy_can_be_written(plug, transcript, register, kept):
    card, _ = plug("tulip")

    card.phy(register, 0x5555)

    assert card.phy(register) == kept
    transcript.matches()

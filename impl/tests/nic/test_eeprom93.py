"""The 93C46: what each pin does, step by step."""

import pytest

from refnet.nic.eeprom93 import WORDS, Eeprom

ENABLE, DISABLE, ERASE_ALL, WRITE_ALL = "00110000", "00000000", "00100000", "00010000"


def tell(eeprom, bits, clocked=True):
    """Select the chip, clock bits in, deselect it; what came out with each bit."""
    levels = []
    eeprom.drive(True, False, False)
    for bit in bits:
        eeprom.drive(True, False, bit == "1")
        eeprom.drive(True, clocked, bit == "1")
        levels.append(eeprom.out)
    eeprom.drive(False, False, False)
    return levels


def word(eeprom, number):
    levels = tell(eeprom, f"0110{number:06b}" + "0" * 16)
    return int("".join("01"[level] for level in levels[10:]), 2)


@pytest.fixture
def chip():
    return Eeprom([0x0101 * number for number in range(WORDS)])


@pytest.mark.parametrize("number", [0, 1, 42, 63])
def test_words_are_read(chip, number):
    assert word(chip, number) == 0x0101 * number


def test_out_is_high_until_a_nought_announces_a_word(chip):
    assert tell(chip, "0110000001") == [True] * 9 + [False]
    assert chip.out


def test_nothing_happens_without_a_clock(chip):
    assert tell(chip, "0110000001" + "0" * 16, clocked=False) == [True] * 26


def test_nothing_happens_to_a_chip_that_is_not_selected(chip):
    for bit in f"01{ENABLE}":
        chip.drive(False, False, bit == "1")
        chip.drive(False, True, bit == "1")

    tell(chip, "0111000101")
    assert word(chip, 5) == 0x0505


@pytest.mark.parametrize("command", ["01000101" + "1" * 16, "11000101", ERASE_ALL, WRITE_ALL])
def test_nothing_is_changed_until_it_is_allowed(chip, command):
    before = list(chip.words)

    tell(chip, f"01{command}")

    assert chip.words == before


def test_nothing_is_changed_once_it_is_forbidden_again(chip):
    before = list(chip.words)
    tell(chip, f"01{ENABLE}")
    tell(chip, f"01{DISABLE}")

    tell(chip, "0111000101")

    assert chip.words == before


def test_erasing_and_writing(chip):
    tell(chip, f"01{ENABLE}")
    tell(chip, "0111000101")
    assert word(chip, 5) == 0xFFFF

    tell(chip, f"0101000101{0xF00F:016b}")
    tell(chip, f"0101000101{0x3FFF:016b}")

    assert word(chip, 5) == 0x300F
    assert word(chip, 4) == 0x0404


def test_all_words_at_once(chip):
    tell(chip, f"01{ENABLE}")

    tell(chip, f"01{WRITE_ALL}{0x00F0:016b}")
    assert chip.words == [0x0101 * number & 0x00F0 for number in range(WORDS)]
    tell(chip, f"01{ERASE_ALL}")

    assert chip.words == [0xFFFF] * WORDS


def test_a_write_needs_all_its_bits_and_no_more(chip):
    tell(chip, f"01{ENABLE}")
    tell(chip, f"0101000101{0:015b}")
    assert word(chip, 5) == 0x0505

    tell(chip, f"0101000101{0:016b}1111")

    assert word(chip, 5) == 0

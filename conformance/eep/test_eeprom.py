"""The EEPROM (EEP-02)."""

import pytest

from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.driver.i8255x import PORT, VARIANTS
from vnetspec.fixtures.requirements import requirement

MAC = bytes.fromhex(GUEST_MAC.replace(":", ""))
OTHER = bytes.fromhex("02c0ffee0042")
IDS = {"i82557b": 0x0100, "i82557c": 0x0100}

ENABLE, DISABLE, ERASE_ALL, WRITE_ALL = "00110000", "00000000", "00100000", "00010000"
WRITE, ERASE = "01", "11"
SPARE, BLANK = 40, 0xFFFF


def tell(card, command: str) -> None:
    """Clock a command into the EEPROM, and deselect it, so that it begins."""
    card.pins(select=False)
    card.pins()
    for bit in f"01{command}":
        card.clock(bit == "1")
    card.pins(select=False)


def write(card, number: int, value: int) -> None:
    tell(card, f"{WRITE}{number:06b}{value:016b}")


@requirement("EEP-02")
@pytest.mark.parametrize("model", VARIANTS)
def test_the_eeprom_holds_address_id_and_sum(plug, model):
    card, _ = plug(model)

    words = [card.word(number) for number in range(64)]

    assert b"".join(word.to_bytes(2, "little") for word in words[:3]) == MAC
    assert words[3:7] == [0, 0, IDS.get(model, 0x4000), 1]
    assert not any(words[7:63])
    assert sum(words) & 0xFFFF == 0xBABA


@requirement("EEP-02", variant="bits")
def test_a_word_follows_a_nought(plug, transcript):
    card, _ = plug("i82559c")
    card.pins(select=False)
    card.pins()

    levels = [card.clock(bit == "1") for bit in "0110000001" + "0" * 18]

    read = f"{int.from_bytes(MAC[2:4], 'little'):016b}"
    assert "".join("01"[level] for level in levels) == "1" * 9 + "0" + read + read[-1] * 2
    transcript.matches()


@requirement("EEP-02", variant="start")
@pytest.mark.parametrize("start", ["1", "01", "0001"])
def test_noughts_before_the_start_do_not_count(plug, transcript, start):
    card, _ = plug("i82559c")
    card.pins(select=False)
    card.pins()
    for bit in f"{start}10000000":
        card.clock(bit == "1")

    levels = [card.clock(False) for _ in range(16)]

    assert int("".join("01"[level] for level in levels), 2) == int.from_bytes(MAC[:2], "little")
    transcript.matches()


@requirement("EEP-02", variant="written")
def test_a_write_clears_bits_once_it_is_allowed(plug, transcript):
    card, _ = plug("i82559c")
    write(card, SPARE, 0x1234)
    tell(card, ENABLE)
    tell(card, f"{ERASE}{SPARE:06b}")
    erased = card.word(SPARE)

    write(card, SPARE, 0xF0F0)
    write(card, SPARE, 0x3333)
    tell(card, DISABLE)
    tell(card, f"{ERASE}{SPARE:06b}")

    assert [erased, card.word(SPARE)] == [BLANK, 0xF0F0 & 0x3333]
    transcript.matches()


@requirement("EEP-02", variant="short")
def test_a_write_that_was_cut_short_does_nothing(plug, transcript):
    card, _ = plug("i82559c")
    tell(card, ENABLE)
    tell(card, f"{ERASE}{SPARE:06b}")

    tell(card, f"{WRITE}{SPARE:06b}{0:015b}")

    assert card.word(SPARE) == BLANK
    transcript.matches()


@requirement("EEP-02", variant="all")
def test_all_words_are_erased_and_written_at_once(plug, transcript):
    card, _ = plug("i82559c")
    tell(card, ENABLE)

    tell(card, ERASE_ALL)
    erased = [card.word(number) for number in (0, 63)]
    tell(card, f"{WRITE_ALL}{0x1234:016b}")

    assert erased == [BLANK, BLANK]
    assert [card.word(number) for number in (0, 63)] == [0x1234, 0x1234]
    transcript.matches()


@requirement("EEP-02", variant="reset")
def test_a_reset_writes_the_address_that_was_set(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    card.listen_to(OTHER)
    tell(card, ENABLE)
    tell(card, f"{ERASE}{SPARE:06b}")
    assert card.mac() == MAC

    card.registers.store(PORT, 4, 0)

    words = [card.word(number) for number in (0, 1, 2, SPARE, 63)]
    assert b"".join(word.to_bytes(2, "little") for word in words[:3]) == OTHER
    assert words[3] == BLANK
    assert sum(words) + 0x4000 + 1 & 0xFFFF == 0xBABA
    transcript.matches()

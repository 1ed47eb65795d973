"""Registers, EEPROM, PHY and interrupts (E1K-01 to E1K-04, E1K-13, E1K-14)."""

import pytest

from vnetspec.fixtures.driver.e1000 import EECD, ICR, IMC, IMS, STATUS
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import NIC

MODELS = ["e1000", "e1000-82544gc", "e1000-82545em"]
ICS, RDTR, RADV = 0xC8, 0x2820, 0x282C
READ_AT_RESET = [
    *(
        0x0000,
        0x0008,
        0x0010,
        0x0014,
        0x0020,
        0x0038,
        0x00C0,
        0x00D0,
        0x0100,
        0x0400,
        0x0E00,
        0x1000,
    ),
    *(
        0x2800,
        0x2808,
        0x2810,
        0x2818,
        0x3800,
        0x3808,
        0x3810,
        0x3818,
        0x5200,
        0x5400,
        0x5404,
        0x5408,
    ),
    *(0x5600, 0x5820),
]
SELECT, CLOCK, DATA_IN, DATA_OUT = 0x02, 0x01, 0x04, 0x08
LINK_UP = 0x02
LINK_CHANGED, RECEIVED = 0x04, 0x80
DONE, FAILED = 1 << 28, 1 << 30
SPEED_NEGOTIATE_RESTART = 0x1340


@requirement("E1K-01")
@pytest.mark.parametrize("model", MODELS)
def test_registers_have_their_values_after_a_reset(plug, transcript, model):
    card, _ = plug(model)

    values = {register: card.read(register) for register in READ_AT_RESET}

    assert {register: value for register, value in values.items() if value} == {
        0x0000: 0x00140240,
        0x0008: 0x80080783,
        0x0010: 0x00000188,
        0x0038: 0x00008100,
        0x0E00: 0x00000602,
        0x1000: 0x00100030,
        0x5400: 0x12005452,
        0x5404: 0x80005634,
        0x5820: 0x00222300,
    }
    transcript.matches()


@requirement("E1K-02")
@pytest.mark.parametrize(
    ("model", "device"), list(zip(MODELS, [0x100E, 0x100C, 0x100F], strict=True)), ids=MODELS
)
def test_the_eeprom_holds_address_device_and_sum(plug, transcript, model, device):
    card, _ = plug(model)

    words = [card.word(number) for number in range(64)]

    assert b"".join(word.to_bytes(2, "little") for word in words[:3]) == NIC
    assert words[11] == words[13] == device
    assert sum(words) & 0xFFFF == 0xBABA
    transcript.matches()


@requirement("E1K-02", variant="microwire")
def test_a_word_is_clocked_out_of_the_eeprom(plug, transcript):
    card, _ = plug("e1000")
    card.write(EECD, 0)
    for bit in "110" + f"{11:06b}":
        card.write(EECD, SELECT | DATA_IN * int(bit))
        card.write(EECD, SELECT | DATA_IN * int(bit) | CLOCK)
    word = 0

    for _ in range(16):
        card.write(EECD, SELECT)
        word = word << 1 | bool(card.read(EECD) & DATA_OUT)
        card.write(EECD, SELECT | CLOCK)

    assert word == 0x100E
    transcript.matches()


@requirement("E1K-03")
@pytest.mark.parametrize("model", MODELS)
def test_the_phy_has_its_registers_and_no_others(plug, transcript, model):
    card, _ = plug(model)

    answers = [card.phy(number) for number in range(32)]

    there = {
        number: answer & 0xFFFF for number, answer in enumerate(answers) if not answer & FAILED
    }
    assert there == {
        0: 0x1140,
        1: 0x794D,
        2: 0x0141,
        3: 0x0C30 if model == "e1000-82544gc" else 0x0C20,
        4: 0x0DE1,
        5: 0x01E0,
        6: 0,
        9: 0x0E00,
        10: 0x3C00,
        16: 0x0360,
        17: 0xAC00,
        20: 0x0D60,
        21: 0,
    }
    assert all(answer & DONE for answer in answers)
    transcript.matches()


@requirement("E1K-03", variant="negotiation")
def test_a_negotiation_takes_half_a_second_and_changes_the_link(plug, transcript):
    card, _ = plug("e1000")

    card.phy(0, SPEED_NEGOTIATE_RESTART)

    assert not card.read(STATUS) & LINK_UP
    assert card.bus.wait(lambda: card.read(STATUS) & LINK_UP, within=10)
    assert card.phy(1) & 0x24 == 0x24
    assert card.phy(5) & 0x4000
    assert card.read(ICR) == LINK_CHANGED
    transcript.matches()


@requirement("E1K-04")
def test_the_window_of_ports_is_empty(plug, transcript):
    card, _ = plug("e1000")
    ports = card.windows[1]

    assert ports.size == 0x40
    for place in (0, 4, 0x3C):
        ports.store(place, 4, 0xFFFF_FFFF)
        assert ports.load(place, 4) == 0
    assert card.read(0) == 0x00140240
    transcript.matches()


@requirement("E1K-13")
def test_an_interrupt_soon_after_another_is_delayed(plug):
    card, _ = plug("e1000")
    card.write(IMS, RECEIVED)
    card.write(RDTR, 1)
    card.write(RADV, 0xFFFF)

    assert any(_is_delayed(card) for _ in range(20)), "no interrupt waited for the one before it"


def _is_delayed(card) -> bool:
    """Whether the second of two interrupts came later than its cause."""
    card.bus.pass_time(0.1)
    card.write(ICS, RECEIVED)
    assert card.interrupting()
    card.read(ICR)
    card.write(ICS, RECEIVED)
    delayed = not card.interrupting()
    assert card.bus.wait(card.interrupting, within=10)
    card.read(ICR)
    assert not card.interrupting()
    return delayed


@requirement("E1K-14")
def test_reading_icr_clears_it_and_ends_the_interrupt(plug, transcript):
    card, _ = plug("e1000")
    card.write(IMS, LINK_CHANGED)
    card.write(ICS, LINK_CHANGED | RECEIVED)
    assert card.interrupting()

    assert card.read(ICR) == LINK_CHANGED | RECEIVED

    assert card.read(ICR) == 0
    assert not card.interrupting()
    transcript.matches()


@requirement("E1K-14", variant="mask")
def test_a_mask_taken_away_ends_the_interrupt(plug, transcript):
    card, _ = plug("e1000")
    card.write(IMS, LINK_CHANGED)
    card.write(ICS, LINK_CHANGED)
    assert card.bus.wait(card.interrupting, within=10)

    card.write(IMC, LINK_CHANGED)

    assert not card.interrupting()
    assert card.read(ICR) == LINK_CHANGED
    transcript.matches()

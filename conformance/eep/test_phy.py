"""The PHY behind the MDI control register (EEP-03)."""

import pytest

from vnetspec.fixtures.driver.i8255x import CAUSES, MASK, MDI, VARIANTS
from vnetspec.fixtures.requirements import requirement

CONTROL, STATUS, ADVERTISED, PARTNER, EXPANSION = 0, 1, 4, 5, 6
RESET, RESTART = 0x8000, 0x0200
WRITE, READ, INTERRUPT, READY = 1 << 26, 2 << 26, 1 << 29, 1 << 28
AT_ONE = 1 << 21
DONE = 0x08


@requirement("EEP-03")
@pytest.mark.parametrize("model", VARIANTS)
def test_the_phy_has_seven_registers(plug, model):
    card, _ = plug(model)

    values = [card.phy(number) for number in range(32)]

    assert values[:7] == [0x3000, 0x782D, 0x02A8, 0x0154, 0x05E1, 0x41FE, 0x0001]
    assert not any(values[7:])


@requirement("EEP-03", variant="written")
@pytest.mark.parametrize(
    ("number", "written", "kept"),
    [
        (CONTROL, 0x7FFF, 0x7FFF & ~RESTART),
        (STATUS, 0xFFFF, 0x782D),
        (ADVERTISED, 0xFFFF, 0x3FE1),
        (ADVERTISED, 0x0000, 0x0001),
        (PARTNER, 0x0000, 0x41FE),
        (EXPANSION, 0xFFFF, 0x0001),
        (7, 0xFFFF, 0x0000),
    ],
)
def test_some_bits_can_be_written(plug, transcript, number, written, kept):
    card, _ = plug("i82559c")

    card.phy(number, written)

    assert card.phy(number) == kept
    transcript.matches()


@requirement("EEP-03", variant="reset")
def test_a_reset_of_the_phy_ends_at_once(plug, transcript):
    card, _ = plug("i82559c")
    card.phy(CONTROL, 0x0100)
    card.phy(ADVERTISED, 0x01E0)

    card.phy(CONTROL, RESET)

    assert [card.phy(number) for number in (CONTROL, ADVERTISED)] == [0x3000, 0x01E1]
    transcript.matches()


@requirement("EEP-03", variant="nobody")
@pytest.mark.parametrize(
    "frame",
    [
        READ | 0 << 21 | 1 << 16 | 0x5555,
        READ | 31 << 21 | 0x5555,
        AT_ONE | 0x5555,
        3 << 26 | AT_ONE,
    ],
)
def test_nobody_else_answers(plug, transcript, frame):
    card, _ = plug("i82559c")

    card.registers.store(MDI, 4, frame)

    assert card.registers.load(MDI, 4) == frame & ~0xFFFF | READY
    assert card.registers.load(CAUSES, 1) == 0
    transcript.matches()


@requirement("EEP-03", variant="interrupt")
@pytest.mark.parametrize("asked", [0, INTERRUPT])
def test_the_end_of_a_frame_interrupts_where_it_is_asked_for(plug, transcript, asked):
    card, _ = plug("i82559c")

    card.registers.store(MDI, 4, asked | READ | AT_ONE | STATUS << 16)

    assert card.registers.load(CAUSES, 1) == DONE
    assert card.interrupting() is bool(asked)
    card.registers.store(MASK, 1, 0)
    assert card.interrupting()
    transcript.matches()


@requirement("EEP-03", variant="octets")
def test_the_last_octet_begins(plug, transcript):
    card, _ = plug("i82559c")
    frame = READ | AT_ONE | 2 << 16

    for place in range(4):
        card.registers.store(MDI + place, 1, frame >> 8 * place & 0xFF)

    octets = [card.registers.load(MDI + place, 1) for place in range(4)]
    assert int.from_bytes(bytes(octets), "little") == frame | READY | 0x02A8
    transcript.matches()


@requirement("EEP-03", variant="link")
def test_the_phy_says_that_the_link_is_up_even_if_it_is_not(plug, transcript):
    card, far = plug("i82559c")

    far.monitor("set_link s0 off")

    assert card.phy(STATUS) == 0x782D
    transcript.matches()

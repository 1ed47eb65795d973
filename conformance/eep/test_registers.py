"""The registers, wherever they are seen, and the interrupt (EEP-01)."""

import pytest

from vnetspec.fixtures.driver.i8255x import (
    CAUSES,
    COMMAND,
    MASK,
    NOTHING,
    POINTER,
    PORT,
    STATE,
    UNIT_STOPPED,
    VARIANTS,
)
from vnetspec.fixtures.driver.pci import find_nic
from vnetspec.fixtures.requirements import requirement

SELF_TEST, SELECTIVE_RESET, SOFTWARE_RESET, UNKNOWN = 1, 2, 0, 3
MASK_ALL, ASK = 0x01, 0x02
ASKED_FOR = 0x04
IDLE, READY = 0x00, 0x10


@requirement("EEP-01")
@pytest.mark.parametrize("model", VARIANTS)
def test_registers_have_their_reset_values(plug, model):
    card, _ = plug(model)

    values = [card.registers.load(offset, 4) for offset in range(0, 0x20, 4)]

    assert values == [0, 0, 0, 8, 0x1020_0000, 0, 0, 0]


@requirement("EEP-01", variant="sizes")
@pytest.mark.parametrize("window", [0, 1, 2])
def test_registers_are_alike_in_every_window_and_size(plug, transcript, window):
    card, _ = plug("i82559c")
    seen = card.windows[window]

    for size in (1, 2, 4):
        for offset in range(0, 0x20, size):
            seen.store(offset, size, 0x2100_0042 & (1 << 8 * size) - 1)
            seen.load(offset, size)

    transcript.matches()


@requirement("EEP-01", variant="shared")
def test_what_one_window_wrote_another_reads(plug, transcript):
    card, _ = plug("i82559c")
    memory, ports, flash = card.windows[0], card.windows[1], card.windows[2]

    memory.store(POINTER, 4, 0x1234_5678)
    flash.store(POINTER, 1, 0xFF)

    assert ports.load(POINTER, 4) == 0x1234_56FF
    transcript.matches()


@requirement("EEP-01", variant="end")
def test_nothing_is_kept_beyond_the_page(plug, transcript):
    card, _ = plug("i82559c")
    memory, flash = card.windows[0], card.windows[2]

    flash.store(0xFFC, 4, 0x1111_1111)
    flash.store(0x1000, 4, 0x2222_2222)

    assert [memory.load(0xFFC, 4), flash.load(0x1000, 4)] == [0x1111_1111, 0]
    transcript.matches()


@requirement("EEP-01", variant="state")
@pytest.mark.parametrize(("size", "state"), [(1, 0), (2, 0), (4, 0x42)])
def test_the_state_can_be_written_by_32_bits_alone(plug, transcript, size, state):
    card, _ = plug("i82559c")

    card.registers.store(STATE, size, 0x42)

    assert card.registers.load(STATE, 1) == state
    transcript.matches()


@requirement("EEP-01", variant="acknowledged")
@pytest.mark.parametrize("size", [1, 2])
def test_the_interrupt_ends_with_the_last_cause(plug, transcript, size):
    card, _ = plug("i82559c")
    card.start()
    card.registers.store(MASK, 1, ASK)
    card.perform(NOTHING)
    assert card.registers.load(CAUSES, 1) == ASKED_FOR | UNIT_STOPPED

    ends = []
    for cause in (ASKED_FOR, UNIT_STOPPED):
        offset = CAUSES if size == 1 else STATE
        card.registers.store(offset, size, cause << 8 * (size - 1))
        ends.append(not card.interrupting())

    assert ends == [False, True]
    transcript.matches()


@requirement("EEP-01", variant="masked")
@pytest.mark.parametrize(
    ("mask", "interrupts"), [(0x00, True), (UNIT_STOPPED, False), (0x40, True), (MASK_ALL, False)]
)
def test_the_mask_holds_causes_back(plug, transcript, mask, interrupts):
    card, _ = plug("i82559c")
    card.start()
    card.registers.store(MASK, 1, mask)

    card.perform(NOTHING)

    assert card.interrupting() is interrupts
    assert card.registers.load(CAUSES, 1) == UNIT_STOPPED
    transcript.matches()


@requirement("EEP-01", variant="unmasked")
def test_a_cause_is_heard_when_the_mask_is_lifted(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    card.registers.store(MASK, 1, MASK_ALL)
    card.perform(NOTHING)
    assert not card.interrupting()

    card.registers.store(COMMAND, 2, 0)

    assert card.interrupting()
    transcript.matches()


@requirement("EEP-01", variant="self-test")
def test_the_self_test_passes(plug, transcript):
    card, _ = plug("i82559c")
    place = card.bus.place(b"\x55" * 16)

    card.registers.store(PORT, 4, place | SELF_TEST)

    assert card.bus.read(place, 16) == b"\xff" * 4 + bytes(4) + b"\x55" * 8
    assert card.registers.load(PORT, 4) == 0
    transcript.matches()


@requirement("EEP-01", variant="halves")
def test_the_port_is_asked_with_its_last_octet(plug, transcript):
    card, _ = plug("i82559c")
    place = card.bus.place(bytes(8))

    card.registers.store(PORT, 2, place & 0xFFFF | SELF_TEST)
    assert card.bus.read(place, 8) == bytes(8)
    card.registers.store(PORT + 2, 2, place >> 16)

    assert card.bus.read(place, 4) == b"\xff" * 4
    transcript.matches()


@requirement("EEP-01", variant="reset")
@pytest.mark.parametrize("kind", [SOFTWARE_RESET, SELECTIVE_RESET])
def test_a_reset_clears_registers_but_not_the_interrupt(plug, transcript, kind):
    card, _ = plug("i82559c")
    card.start()
    card.perform(NOTHING)
    card.registers.store(POINTER, 4, 0x1234)

    card.registers.store(PORT, 4, kind)

    assert [card.registers.load(offset, 4) for offset in (STATE, POINTER)] == [IDLE, 0]
    assert card.interrupting()
    transcript.matches()


@requirement("EEP-01", variant="bus-reset")
def test_an_interrupt_that_a_reset_of_the_machine_took_is_back_once_acknowledged(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    card.perform(NOTHING)
    far.monitor("system_reset")
    assert card.bus.wait(lambda: card.function.read(0x04, 2) == 0)
    find_nic(card.bus).enable()
    card.perform(NOTHING)
    assert not card.interrupting()

    card.causes()
    card.perform(NOTHING)

    assert card.interrupting()
    transcript.matches()


@requirement("EEP-01", variant="unknown")
def test_an_unknown_function_of_the_port_does_nothing(plug, transcript):
    card, _ = plug("i82559c")
    card.start()

    card.registers.store(PORT, 4, UNKNOWN)

    assert card.registers.load(STATE, 1) == READY
    transcript.matches()

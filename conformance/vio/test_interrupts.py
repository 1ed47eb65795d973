"""Interrupts on a line and by message, and what suppresses them (VIO-11, -12, -13)."""

import pytest

from vnetspec.fixtures.driver.virtio import (
    CONTROL,
    EVENT_IDX,
    RECEIVE,
    TRANSMIT,
    bits,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import come
from vnetspec.vio.traffic import BOTH, MODERN, frame

CONFIG = -1


@requirement("VIO-12")
@pytest.mark.parametrize("model", BOTH)
def test_reading_isr_lets_go_of_the_line(plug, transcript, model):
    card, far = plug(model)
    card.start()
    assert not card.interrupting()

    come(card, far, frame())
    assert card.interrupting()
    assert card.causes() == 1
    assert not card.interrupting()
    assert card.causes() == 0
    transcript.matches()


@requirement("VIO-12", variant="waived")
@pytest.mark.parametrize("model", BOTH)
def test_a_driver_waives_interrupts(plug, transcript, model):
    card, far = plug(model)
    card.start()
    ring = card.rings[RECEIVE]
    card.bus.store(ring.available, 2, 1)

    come(card, far, frame())
    assert not card.interrupting()
    card.bus.store(ring.available, 2, 0)
    come(card, far, frame())
    assert card.interrupting()
    transcript.matches()


@requirement("VIO-12", variant="event")
@pytest.mark.parametrize("model", BOTH)
def test_an_interrupt_comes_at_the_index_asked_for(plug, transcript, model):
    card, far = plug(model)
    card.wanted |= bits(EVENT_IDX)
    card.start()
    ring = card.rings[RECEIVE]
    come(card, far, frame())
    card.causes()
    card.bus.store(ring.available + 4 + 2 * ring.size, 2, 2)

    seen = []
    for _ in range(3):
        come(card, far, frame())
        seen.append(card.interrupting())

    assert seen == [False, True, True]
    card.bus.load(ring.used + 4 + 8 * ring.size, 2)
    transcript.matches()


@requirement("VIO-12", variant="kicks")
@pytest.mark.parametrize("model", BOTH)
def test_the_device_waives_notifications_while_it_has_buffers(plug, transcript, model):
    card, far = plug(model)
    card.start()
    flags = card.rings[RECEIVE].used

    come(card, far, frame())
    assert card.bus.load(flags, 2) == 1
    come(card, far, *[frame()] * 4)
    assert card.bus.load(flags, 2) == 0
    transcript.matches()


@requirement("VIO-11")
@pytest.mark.parametrize("model", BOTH)
def test_messages_are_written_to_memory(plug, transcript, model):
    card, far = plug(model)
    card.start()
    places = card.use_messages({CONFIG: 0, RECEIVE: 1, TRANSMIT: 2, CONTROL: 2})

    come(card, far, frame())
    found = [card.bus.load(place, 4) for place in places.values()]
    card.send(frame())
    card.bus.settle()

    assert found == [0, 0x4D534901, 0]
    assert card.bus.load(places[2], 4) == 0x4D534902
    assert not card.interrupting()
    transcript.matches()


@requirement("VIO-11", variant="masked")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("mask", ["vector", "function"])
def test_a_masked_message_is_pending(plug, transcript, model, mask):
    card, far = plug(model)
    card.start()
    place = card.use_messages({RECEIVE: 1})[1]
    control = card.capability(0x11) + 2

    if mask == "vector":
        card.windows[1].store(0x1C, 4, 1)
    else:
        card.function.write(control, 2, 0xC000)
    come(card, far, frame())
    assert card.bus.load(place, 4) == 0
    assert card.windows[1].load(0x800, 4) == 2

    if mask == "vector":
        card.windows[1].store(0x1C, 4, 0)
    else:
        card.function.write(control, 2, 0x8000)
    assert card.bus.load(place, 4) == 0x4D534901
    assert card.windows[1].load(0x800, 4) == 0
    transcript.matches()


@requirement("VIO-11", variant="vectors")
def test_a_vector_that_does_not_exist_is_none(plug, transcript):
    card, _ = plug(MODERN)
    registers = card.windows[4]

    found = []
    for vector in (0, 3, 4, 0xFFFE, 1):
        registers.store(0x10, 2, vector)
        registers.store(0x1A, 2, vector)
        found.append((registers.load(0x10, 2), registers.load(0x1A, 2)))

    assert found == [(n, n) for n in (0, 3, 0xFFFF, 0xFFFF, 1)]
    transcript.matches()


@requirement("VIO-13")
@pytest.mark.parametrize("model", BOTH)
def test_the_link_is_in_the_configuration(plug, transcript, model):
    card, far = plug(model)
    card.start()
    assert card.read_setting(6, 2) == 1

    far.monitor("set_link s0 off")

    card.bus.settle()
    assert card.causes() == 3
    assert card.read_setting(6, 2) == 0
    far.monitor("set_link s0 on")
    card.bus.settle()
    assert card.causes() == 3
    assert card.read_setting(6, 2) == 1
    transcript.matches()


@requirement("VIO-13", variant="generation")
def test_the_configuration_has_generations(plug, transcript):
    card, far = plug(MODERN)
    card.start()
    before = card.windows[4].load(0x15, 1)

    far.monitor("set_link s0 off")

    card.bus.settle()
    assert card.windows[4].load(0x15, 1) == before + 1
    transcript.matches()


@requirement("VIO-13", variant="sending")
@pytest.mark.parametrize("model", BOTH)
def test_what_is_to_be_sent_without_a_link_is_dropped(plug, golden, model):
    card, far = plug(model)
    card.start()
    far.monitor("set_link s0 off")

    card.send(frame())

    far.monitor("set_link s0 on")
    card.send(frame(length=61))
    far.listens()
    golden.matches(far.wire)

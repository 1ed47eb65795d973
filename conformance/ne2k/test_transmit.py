"""Transmission from packet memory."""

import pytest

from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import NIC, STATION, frame, heard

MODELS = ["ne2k_pci", "ne2k_isa"]
both = pytest.mark.parametrize("model", MODELS)


@requirement("NE2K-05")
@both
def test_a_transmission_is_over_at_once(plug, golden, transcript, model):
    card, far = plug(model)
    card.start()
    sent = frame(STATION, sender=NIC)

    card.send(sent)

    assert card.inb(0) == 0x22
    assert card.inb(4) == 0x01
    assert heard(far) == sent
    golden.matches(far.wire)
    transcript.matches()


@requirement("NE2K-05", variant="page")
@both
def test_a_page_past_the_end_is_one_32_kib_before(plug, model):
    card, far = plug(model)
    card.start()
    sent = frame(STATION, sender=NIC)
    card.write(0x4000, sent)

    for register, value in ((4, 0xC0), (5, len(sent)), (6, 0), (0, 0x26)):
        card.outb(register, value)

    assert heard(far) == sent


@requirement("NE2K-12")
@both
@pytest.mark.parametrize("mode", [0x02, 0x04, 0x06])
def test_loopback_keeps_no_frame_from_the_wire(plug, model, mode):
    card, far = plug(model)
    card.start()
    card.outb(13, mode)

    card.send(frame(NIC, sender=NIC))

    assert heard(far) == frame(NIC, sender=NIC)
    assert card.take_all() == []


@requirement("NE2K-12", variant="stopped")
@both
def test_a_stopped_nic_receives_nothing(plug, model):
    card, far = plug(model)
    card.start()
    card.outb(0, 0x21)
    far.says(frame(NIC, fill=1))
    card.bus.settle()
    card.outb(0, 0x22)

    far.says(frame(NIC, fill=2))

    assert [taken[:60] for taken in card.take_all()] == [frame(NIC, fill=2)]

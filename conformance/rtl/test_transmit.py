"""Four buffers to send from, and loopback (RTL-05, RTL-10)."""

import pytest

from vnetspec.fixtures.driver.rtl8139 import (
    COMMAND,
    EMPTY,
    RECEIVE_ENABLED,
    RECEIVED,
    SEND_FROM,
    SEND_STATUS,
    SENT,
    STATUS,
    TRANSMIT_CONFIG,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import NIC, STATION, frame, heard

SUMMARY = 0x60
LOOPBACK = 0x0006_0000


@requirement("RTL-05")
@pytest.mark.parametrize("length", [14, 60, 1514, 1792, 4000])
def test_a_frame_is_sent_from_its_buffer(plug, transcript, golden, length):
    card, far = plug("rtl8139")
    card.start()
    sent = frame(STATION, length, sender=NIC)

    turn = card.put(sent)

    assert heard(far) == sent
    assert card.inl(SEND_STATUS + 4 * turn) == 0xA000 | length
    assert card.inw(SUMMARY) == 0x100F
    assert card.inw(STATUS) == SENT
    assert card.interrupting()
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-05", variant="turns")
def test_buffers_take_turns(plug, transcript, golden):
    card, far = plug("rtl8139")
    card.start()

    for number in range(5):
        card.send(frame(STATION, sender=NIC, fill=number))
        assert heard(far)[-1] == number

    assert card.inw(SUMMARY) == 0xF00F
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-05", variant="out-of-turn")
def test_a_buffer_waits_for_its_turn(plug, transcript, golden):
    card, far = plug("rtl8139")
    card.start()
    for turn in range(2):
        sent = frame(STATION, sender=NIC, fill=turn)
        card.outl(SEND_FROM + 4 * turn, card.bus.place(sent))

    card.outl(SEND_STATUS + 4, 60)
    assert card.inl(SEND_STATUS + 4) == 60

    card.outl(SEND_STATUS, 60)
    assert heard(far)[-1] == 0
    assert card.inl(SEND_STATUS + 4) == 60

    card.outl(SEND_STATUS + 4, 60)
    assert heard(far)[-1] == 1
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-05", variant="disabled")
def test_a_transmitter_that_is_disabled_sends_nothing(plug, transcript):
    card, _ = plug("rtl8139")
    card.start()
    card.outb(COMMAND, RECEIVE_ENABLED)

    card.put(frame(STATION, sender=NIC))

    assert card.inl(SEND_STATUS) == 60
    assert card.inw(STATUS) == 0
    transcript.matches()


@requirement("RTL-05", variant="empty")
def test_a_frame_of_no_octets_is_done_but_not_sent(plug, transcript, golden):
    card, far = plug("rtl8139")
    card.start()

    card.send(b"")
    card.send(frame(STATION, sender=NIC))

    assert heard(far) == frame(STATION, sender=NIC)
    assert card.inl(SEND_STATUS) == 0xA000
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-10")
def test_loopback_keeps_a_frame_from_the_wire(plug, transcript, golden):
    card, far = plug("rtl8139")
    card.start()
    card.outl(TRANSMIT_CONFIG, LOOPBACK)

    card.put(frame(NIC, sender=NIC))

    assert card.inw(STATUS) == SENT | RECEIVED
    assert card.entry() == "01404000"
    assert card.take()[:60] == frame(NIC, sender=NIC)
    card.outl(TRANSMIT_CONFIG, 0)
    card.put(frame(STATION, sender=NIC))
    assert heard(far) == frame(STATION, sender=NIC)
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-10", variant="stranger")
def test_loopback_goes_through_the_filter(plug, transcript):
    card, _ = plug("rtl8139")
    card.start()
    card.outl(TRANSMIT_CONFIG, LOOPBACK)

    card.put(frame(STATION, sender=NIC))

    assert card.inw(STATUS) == SENT
    assert card.inb(COMMAND) & EMPTY
    transcript.matches()


@requirement("RTL-10", variant="half")
@pytest.mark.parametrize("bit", [0x0002_0000, 0x0004_0000], ids=["bit17", "bit18"])
def test_one_bit_is_not_loopback(plug, bit):
    card, far = plug("rtl8139")
    card.start()
    card.outl(TRANSMIT_CONFIG, bit)

    card.put(frame(NIC, sender=NIC))

    assert heard(far) == frame(NIC, sender=NIC)
    assert card.inb(COMMAND) & EMPTY

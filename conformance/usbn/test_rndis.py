"""RNDIS (USBN-04, USBN-06)."""

import struct

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.usbnet import (
    FILTER,
    INITIALIZE,
    PERMANENT_ADDRESS,
    RNDIS,
    SET,
    Refused,
)
from vnetspec.fixtures.requirements import requirement

FRAME = bytes.fromhex("52540012345652540000000188b5") + bytes(range(50))
REPLY = bytes.fromhex("52540000000152540012345688b5") + bytes(range(50))
SUCCESS, NOT_SUPPORTED = 0, 0xC00000BB
LISTED, MULTICAST, UNKNOWN = 0x00010101, 0x01010103, 0x00019999


def words(octets: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(octets) // 4}I", octets)


def fresh(plug):
    """A NIC in its RNDIS configuration, of which nothing was asked yet."""
    card, far = plug("usb-net")
    card.configuration = RNDIS
    card.connect()
    card.configure(RNDIS)
    return card, far


@requirement("USBN-04", variant="initialized")
def test_one_packet_fits_into_a_transfer(plug, transcript):
    card, _ = fresh(plug)

    card.command(INITIALIZE, 1, 1, 0, 0x4000)

    assert words(card.response()) == (0x80000002, 52, 1, 0, 1, 0, 1, 0, 1, 1580, 0, 0, 0)
    assert card.response() == b"\0"
    transcript.matches()


@requirement("USBN-04", variant="objects")
def test_every_object_that_is_listed_can_be_queried(plug):
    card, _ = fresh(plug)

    objects = words(card.query(LISTED))[6:]

    assert len(objects) == 28
    for number in objects:
        kind, length, request, status, size, start = words(card.query(number)[:24])
        assert (kind, length, request, status) == (0x80000004, 24 + size, 7, SUCCESS)
        assert start == (16 if size else 0)


@requirement("USBN-04", variant="unknown")
def test_of_an_unknown_object_nothing_is_known(plug, transcript):
    card, _ = fresh(plug)

    assert words(card.query(UNKNOWN)) == (0x80000004, 24, 7, SUCCESS, 0, 0)
    assert words(card.set(UNKNOWN, 1)) == (0x80000005, 16, 8, NOT_SUPPORTED)
    assert words(card.set(MULTICAST, 1)) == (0x80000005, 16, 8, SUCCESS)
    transcript.matches()


@requirement("USBN-04", variant="mac")
@pytest.mark.parametrize("number", [PERMANENT_ADDRESS, PERMANENT_ADDRESS + 1])
def test_its_address_is_its_own(plug, transcript, number):
    card, _ = fresh(plug)

    assert card.query(number)[24:].hex() == "525400123456"
    transcript.matches()


@requirement("USBN-04", variant="outside")
def test_information_outside_its_message_is_refused(plug, transcript):
    card, _ = fresh(plug)

    with pytest.raises(Refused):
        card.command(SET, 8, FILTER, 4, 400, 0, 15)

    assert card.response() == bytes(16)
    transcript.matches()


@requirement("USBN-04", variant="frames")
def test_frames_cross_behind_a_header_of_44_octets(plug, transcript, golden):
    card, far = plug("usb-net")
    card.configuration = RNDIS
    card.start()

    card.send(REPLY)
    assert bytes(far.hears(ANY)) == REPLY
    far.says(FRAME)

    card.bus.settle()
    message = card.take_transfer()
    assert words(message[:44]) == (1, 108, 36, 64, 0, 0, 0, 0, 0, 0, 0)
    assert message[44:] == FRAME
    transcript.matches()
    golden.matches(far.wire)


@requirement("USBN-04", variant="together")
def test_two_packets_in_one_transfer_are_sent_one_after_the_other(plug, transcript, golden):
    card, far = plug("usb-net")
    card.configuration = RNDIS
    card.start()

    # The first one is looked for with each packet of 64 octets, the second one when more comes.
    card.send_transfer(card.packet(REPLY) + card.packet(REPLY[:60]))
    assert bytes(far.hears(ANY)) == REPLY
    card.send_transfer(card.packet(FRAME))

    assert bytes(far.hears(ANY)) == REPLY[:60]
    transcript.matches()
    golden.matches(far.wire)


@requirement("USBN-06", variant="early")
@pytest.mark.parametrize("filter_", [None, 0, 0x10000])
def test_frames_are_lost_until_a_filter_is_set(plug, transcript, filter_):
    card, far = fresh(plug)
    card.command(INITIALIZE, 1, 1, 0, 0x4000)
    card.response()
    if filter_ is not None:
        card.set(FILTER, filter_)
    far.says(FRAME)
    assert card.take_all() == []

    card.set(FILTER, 0x0F)
    far.says(FRAME)

    assert card.take_all() == [FRAME]
    transcript.matches()


@requirement("USBN-06", variant="halted")
def test_frames_are_lost_after_a_halt(plug, transcript):
    card, far = plug("usb-net")
    card.configuration = RNDIS
    card.start()
    far.says(FRAME)
    assert card.take_all() == [FRAME]

    card.command(3, 1)
    far.says(FRAME)

    assert card.take_all() == []
    transcript.matches()

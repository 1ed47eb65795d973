"""The ring of C mode, its filter and its end (RTL-06 to RTL-09)."""

from zlib import crc32

import pytest

from vnetspec.fixtures.driver.rtl8139 import (
    COMMAND,
    EMPTY,
    GROUPS,
    MASK,
    MISSED,
    OVERFLOW,
    READ_PLACE,
    RECEIVED,
    SEND_ENABLED,
    STATUS,
    WRITE_PLACE,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, STRANGER, come, frame
from vnetspec.rtl.traffic import taken

#: The bit of MAR that stands for it.
GROUP_BIT = 1 << 31
ANYTHING, MINE, GROUPED, EVERYBODY = 0x01, 0x02, 0x04, 0x08
PAST_THE_END = 0x80
RING = 8192


@requirement("RTL-06")
@pytest.mark.parametrize(
    ("length", "entry"),
    [(42, "01404000"), (60, "01404000"), (61, "01404100"), (1514, "0140ee05")],
)
def test_a_frame_stands_between_header_and_fcs(plug, transcript, golden, length, entry):
    card, far = plug("rtl8139")
    card.start()

    come(card, far, frame(NIC, length))

    assert card.entry() == entry
    assert card.inw(WRITE_PLACE) == (max(60, length) + 8 + 3) & ~3
    assert card.inw(STATUS) == RECEIVED
    padded = frame(NIC, length).ljust(60, b"\0")
    assert card.take() == padded + crc32(padded).to_bytes(4, "little")
    assert card.inb(COMMAND) & EMPTY
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-06", variant="wrapped")
@pytest.mark.parametrize("config", [MINE, MINE | PAST_THE_END], ids=["around", "past-the-end"])
def test_a_frame_at_the_end_of_the_ring_is_cut_unless_it_may_pass_it(plug, transcript, config):
    card, far = plug("rtl8139")
    card.start()
    card.accept(config)
    for _ in range(5):
        come(card, far, frame(NIC, 1514))
        card.outw(READ_PLACE, card.inw(WRITE_PLACE) - 16 & 0xFFFF)

    come(card, far, frame(NIC, 1514, fill=0x7A))

    room = RING - 5 * 1524
    entry = bytes.fromhex("0140ee05") + frame(NIC, 1514, fill=0x7A)
    if config & PAST_THE_END:
        assert card.bus.read(card.ring + RING - room, len(entry)) == entry
    else:
        assert card.bus.read(card.ring + RING - room, room) == entry[:room]
        assert card.bus.read(card.ring, len(entry) - room) == entry[room:]
    assert card.inw(WRITE_PLACE) == 1524 - room
    transcript.matches()


@requirement("RTL-06", variant="size")
@pytest.mark.parametrize(
    ("bits", "place"), [(0, 0x0FF0), (1, 0x2FF0), (2, 0x6FF0), (3, 0xEFF0)], ids=str
)
def test_the_ring_has_four_sizes(plug, transcript, bits, place):
    card, _ = plug("rtl8139")
    card.start()
    card.accept(bits << 11)

    card.outw(READ_PLACE, 0xEFF0)

    assert card.inw(READ_PLACE) == place
    transcript.matches()


@requirement("RTL-07")
@pytest.mark.parametrize(
    ("config", "to", "entry"),
    [
        (ANYTHING, NIC, "01004000"),
        (ANYTHING, STRANGER, "01004000"),
        (ANYTHING | EVERYBODY, BROADCAST, "01004000"),
        (MINE, NIC, "01404000"),
        (EVERYBODY, BROADCAST, "01204000"),
        (GROUPED, GROUP, "01804000"),
    ],
    ids=["any-mine", "any-strange", "any-broadcast", "mine", "broadcast", "group"],
)
def test_a_frame_that_is_let_in_is_told_by_its_address(plug, transcript, config, to, entry):
    card, far = plug("rtl8139")
    card.start()
    card.outl(GROUPS, GROUP_BIT)
    card.accept(config)

    come(card, far, frame(to))

    assert card.entry() == entry
    transcript.matches()


@requirement("RTL-07", variant="refused")
@pytest.mark.parametrize(
    ("config", "to"),
    [
        (MINE | GROUPED | EVERYBODY, STRANGER),
        (GROUPED | EVERYBODY, NIC),
        (MINE | GROUPED, BROADCAST),
        (MINE | EVERYBODY, GROUP),
        (MINE | GROUPED | EVERYBODY, bytes.fromhex("333300000001")),
    ],
    ids=["strange", "mine", "broadcast", "group", "other-group"],
)
def test_a_frame_that_is_not_let_in_leaves_no_trace(plug, config, to):
    card, far = plug("rtl8139")
    card.start()
    card.outl(GROUPS, GROUP_BIT)
    card.accept(config)

    come(card, far, frame(to))

    assert card.inb(COMMAND) & EMPTY
    assert card.inw(STATUS) == 0


@requirement("RTL-07", variant="new-address")
def test_the_address_is_what_the_driver_has_written(plug, transcript):
    card, far = plug("rtl8139")
    card.start()
    for place, octet in enumerate(STRANGER):
        card.outb(place, octet)

    come(card, far, frame(NIC), frame(STRANGER))

    assert [each[:6] for each in card.take_all()] == [STRANGER]
    assert f"macaddr={STRANGER.hex(':')}" in far.monitor("info network")
    transcript.matches(masks=("fd",))


@requirement("RTL-08")
def test_a_full_ring_is_reported(plug, transcript):
    card, far = plug("rtl8139")
    card.start()

    come(card, far, *(frame(NIC, 1514, fill=number) for number in range(6)))

    assert card.inw(STATUS) == RECEIVED | OVERFLOW
    assert card.inl(MISSED) == 1
    assert [each[-5] for each in taken(card, 6)] == [0, 1, 2, 3, 4, 5]
    card.outl(MISSED, 0xFFFF_FFFF)
    assert card.inl(MISSED) == 0
    transcript.matches()


@requirement("RTL-08", variant="masked")
def test_a_driver_that_does_not_ask_is_not_told_of_a_full_ring(plug, transcript):
    card, far = plug("rtl8139")
    card.start()
    card.outw(MASK, RECEIVED)

    come(card, far, *(frame(NIC, 1514, fill=number) for number in range(7)))

    assert card.inw(STATUS) == RECEIVED
    assert card.inl(MISSED) == 0
    assert [each[-5] for each in taken(card, 7)] == [0, 1, 2, 3, 4, 5, 6]
    transcript.matches()


@requirement("RTL-09")
@pytest.mark.parametrize("length", [1515, 1600, 4096])
def test_a_long_frame_is_received_whole(plug, golden, length):
    card, far = plug("rtl8139")
    card.start()

    far.says(frame(NIC, length))

    assert [each[:-4] for each in card.take_all()] == [frame(NIC, length)]
    golden.matches(far.wire)


@requirement("RTL-06", variant="disabled")
def test_a_receiver_that_is_disabled_drops_frames(plug, transcript):
    card, far = plug("rtl8139")
    card.start()
    card.outb(COMMAND, SEND_ENABLED)

    come(card, far, frame(NIC, fill=0))
    card.start()
    far.says(frame(NIC, fill=1))

    assert [each[59] for each in card.take_all()] == [1]
    transcript.matches()

"""The receive unit (EEP-04)."""

import pytest

from vnetspec.fixtures.driver.i8255x import (
    ABORT,
    CAUSES,
    FRAME_RECEIVED,
    LAST,
    LOAD_RECEIVE_BASE,
    RECEIVE,
    RECEIVE_AGAIN,
    RECEIVER_STOPPED,
    STATE,
    SUSPEND,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, STRANGER, frame

OTHER_GROUP = bytes.fromhex("01005e7fff42")
LIKE_STRANGER = bytes.fromhex("525400ffff03")
TAKEN, FOR_ALL, FOREIGN = 0xA000, 0x0002, 0x0004
STATE_MASK, IDLE, SUSPENDED, NO_BUFFERS, READY = 0x3C, 0x00, 0x04, 0x08, 0x10
RESOURCES, FRAMES = 12, 9


def statuses(card) -> list[int]:
    """What the descriptors say that were used, in order."""
    card.bus.settle()
    found = []
    while (taken := card.taken(card.descriptors[len(found)])) is not None:
        found.append(taken[0])
    return found


def state(card) -> int:
    return card.registers.load(STATE, 1) & STATE_MASK


@requirement("EEP-04")
@pytest.mark.parametrize("length", [14, 42, 59, 60, 61, 1514, 1518])
def test_a_frame_stands_behind_its_descriptor(plug, transcript, golden, length):
    card, far = plug("i82559c")
    card.start()

    far.says(frame(NIC, length))
    card.bus.settle()

    assert card.taken(card.descriptors[0]) == (TAKEN, frame(NIC, length).ljust(60, b"\0"))
    assert card.causes() == FRAME_RECEIVED
    transcript.matches()
    golden.matches(far.wire)


@requirement("EEP-04", variant="filter")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [TAKEN, TAKEN | FOR_ALL, TAKEN | FOR_ALL]),
        ({"octet_21": 8}, [TAKEN, *[TAKEN | FOR_ALL] * 3]),
        (
            {"octet_15": 1},
            [
                *(TAKEN, TAKEN | FOREIGN, TAKEN | FOR_ALL, TAKEN | FOR_ALL),
                TAKEN | FOR_ALL | FOREIGN,
            ],
        ),
        ({"octet_8": 0x80}, []),
    ],
    ids=["plain", "all-groups", "promiscuous", "disabled"],
)
def test_the_configuration_says_who_is_heard(plug, transcript, settings, expected):
    card, far = plug("i82559c")
    card.start()
    card.configure(**settings)
    card.list_groups(GROUP)

    far.says(*(frame(to) for to in (NIC, STRANGER, BROADCAST, GROUP, OTHER_GROUP)))

    assert statuses(card) == expected
    transcript.matches()


@requirement("EEP-04", variant="several")
def test_several_addresses_are_told_by_another_part_of_the_sum(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    card.configure(octet_20=0x40)
    # Bits 7 to 2 of the CRC of the one listed are bits 31 to 26 of that of the one heard.
    card.list_groups(bytes.fromhex("02000000002a"))

    far.says(frame(LIKE_STRANGER), frame(STRANGER))
    card.bus.settle()

    assert card.taken(card.descriptors[0]) == (TAKEN, frame(STRANGER))
    assert statuses(card) == [TAKEN]
    transcript.matches()


@requirement("EEP-04", variant="long")
@pytest.mark.parametrize(("octet", "taken"), [(0, 0), (8, 1)])
def test_long_frames_are_taken_where_that_is_set(plug, transcript, octet, taken):
    card, far = plug("i82559c")
    card.start()
    card.configure(octet_18=octet)

    far.says(frame(NIC, 1519))

    assert len(statuses(card)) == taken
    transcript.matches()


@requirement("EEP-04", variant="cut")
@pytest.mark.parametrize("room", [59, 1, 1600])
def test_a_frame_is_cut_to_the_room_there_is(plug, transcript, room):
    card, far = plug("i82559c")
    card.start()
    place = card.descriptor(room)
    card.order(RECEIVE, place)

    far.says(frame(NIC, 100))
    card.bus.settle()

    assert card.taken(place) == (TAKEN, frame(NIC, 100)[:room])
    transcript.matches()


@requirement("EEP-04", variant="no-room")
def test_a_frame_that_found_no_room_comes_again(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    first, second = card.descriptor(0), card.descriptor()
    card.order(RECEIVE, first)
    far.says(frame(NIC))
    card.bus.settle()
    assert card.taken(first) == (TAKEN, b"")

    card.order(RECEIVE, second)
    card.bus.settle()

    assert card.taken(second) == (TAKEN, frame(NIC))
    assert card.counters()[FRAMES] == 2
    transcript.matches()


@requirement("EEP-04", variant="no-buffer")
def test_a_frame_without_a_descriptor_is_lost(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    place = card.descriptor()
    card.order(RECEIVE, place)

    far.says(frame(NIC, fill=1), frame(NIC, fill=2))
    card.bus.settle()

    assert card.taken(place) == (TAKEN, frame(NIC, fill=1))
    assert state(card) == NO_BUFFERS
    assert card.causes() == FRAME_RECEIVED | RECEIVER_STOPPED
    assert [card.counters()[number] for number in (FRAMES, RESOURCES)] == [1, 1]
    transcript.matches()


@requirement("EEP-04", variant="suspended")
def test_a_suspended_receiver_goes_on_where_it_stopped(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    second = card.descriptor()
    first = card.descriptor(command=SUSPEND, link=second)
    card.order(RECEIVE, first)
    far.says(frame(NIC, fill=1), frame(NIC, fill=2))
    card.bus.settle()
    assert state(card) == SUSPENDED

    card.order(RECEIVE_AGAIN)
    far.says(frame(NIC, fill=3))
    card.bus.settle()

    assert card.taken(second) == (TAKEN, frame(NIC, fill=3))
    transcript.matches()


@requirement("EEP-04", variant="last-and-suspended")
def test_a_last_descriptor_that_suspends_leaves_the_receiver_suspended(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    card.order(RECEIVE, card.descriptor(command=LAST | SUSPEND))

    far.says(frame(NIC))
    card.bus.settle()

    assert state(card) == SUSPENDED
    assert card.registers.load(CAUSES, 1) == FRAME_RECEIVED | RECEIVER_STOPPED
    transcript.matches()


@requirement("EEP-04", variant="abort")
@pytest.mark.parametrize(("before", "told"), [(RECEIVE, RECEIVER_STOPPED), (ABORT, 0)])
def test_an_abort_is_told_of_while_it_receives(plug, transcript, before, told):
    card, _ = plug("i82559c")
    card.start()
    card.order(before, card.descriptors[0])
    card.causes()

    card.order(ABORT)

    assert state(card) == IDLE
    assert card.registers.load(CAUSES, 1) == told
    transcript.matches()


@requirement("EEP-04", variant="base")
def test_descriptors_are_counted_from_the_base(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    place = card.descriptor()
    card.order(LOAD_RECEIVE_BASE, 0xF000_0000)
    card.order(RECEIVE, 0x1000_0000 + place)

    far.says(frame(NIC))
    card.bus.settle()

    assert card.taken(place) == (TAKEN, frame(NIC))
    transcript.matches()


@requirement("EEP-04", variant="crc")
def test_a_frame_with_its_crc_is_asked_for_in_vain(plug, transcript):
    card, far = plug("i82559c")
    card.start()
    card.configure(octet_18=4)
    card.causes()

    far.says(frame(NIC))
    card.bus.settle()

    status, octets = card.taken(card.descriptors[0])
    assert (status, octets) == (TAKEN, bytes(60))
    assert card.registers.load(CAUSES, 1) == 0
    transcript.matches()

"""The receive ring, its filters, and what is counted (E1K-05 to E1K-09, E1K-12)."""

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.e1000 import CTRL, ICR, RCTL, RDT, RECEIVE
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, STATION, STRANGER, come, frame

STRIP_FCS, LONG, STORE_BAD = 1 << 26, 1 << 5, 1 << 2
SIZE_256 = 3 << 16
ON, UNICAST, MULTICAST, EVERYBODY, VLAN_FILTER = 0x02, 0x08, 0x10, 0x8000, 1 << 18
VLAN = 1 << 30
MTA, VFTA = 0x5200, 0x5600
ROC, RNBC, MPC = 0x40AC, 0x40A0, 0x4010
OVERRUN = 0x40
DONE_WHOLE = 0x07
TAG = bytes.fromhex("8100e005")


@requirement("E1K-05")
@pytest.mark.parametrize(("length", "written"), [(42, 64), (60, 64), (61, 65), (1514, 1518)])
def test_a_frame_is_padded_and_has_room_for_its_fcs(plug, transcript, golden, length, written):
    card, far = plug("e1000")
    card.start()

    come(card, far, frame(NIC, length))

    descriptor = card.take_descriptor()
    assert int.from_bytes(descriptor[8:10], "little") == written
    assert descriptor[12] == DONE_WHOLE
    assert card.bus.read(card.buffers, written) == frame(NIC, length).ljust(written, b"\0")
    transcript.matches()
    golden.matches(far.wire)


@requirement("E1K-05", variant="stripped")
def test_the_fcs_is_left_out_if_it_is_to_be_stripped(plug, transcript):
    card, far = plug("e1000")
    card.open(RECEIVE | STRIP_FCS)

    come(card, far, frame(NIC, 100))

    assert card.take() == frame(NIC, 100)
    transcript.matches()


@requirement("E1K-05", variant="cut")
def test_a_frame_is_cut_to_the_size_of_the_buffers(plug, transcript):
    card, far = plug("e1000")
    card.open(RECEIVE | SIZE_256)

    come(card, far, frame(NIC, 600))

    parts = [card.take_descriptor() for _ in range(3)]
    assert [int.from_bytes(part[8:10], "little") for part in parts] == [256, 256, 92]
    assert [part[12] for part in parts] == [0x01, 0x01, DONE_WHOLE]
    transcript.matches()


@requirement("E1K-05", variant="tagged")
def test_a_vlan_tag_is_taken_out(plug, transcript):
    card, far = plug("e1000")
    card.start()
    card.write(CTRL, card.read(CTRL) | VLAN)
    untagged = frame(NIC, 96)

    come(card, far, untagged[:12] + TAG + untagged[12:])

    descriptor = card.take_descriptor()
    assert descriptor[12] == DONE_WHOLE | 0x08
    assert descriptor[14:16] == TAG[:1:-1]
    assert card.bus.read(card.buffers, 96) == untagged
    transcript.matches()


@requirement("E1K-06")
@pytest.mark.parametrize(
    ("control", "length", "taken"),
    [
        (0, 1522, True),
        (0, 1523, False),
        (LONG, 1523, True),
        (STORE_BAD, 1523, True),
        (LONG, 16500, False),
    ],
)
def test_a_frame_that_is_too_long_is_counted_and_dropped(plug, control, length, taken):
    card, far = plug("e1000")
    card.open(RECEIVE | control)

    come(card, far, frame(NIC, length))

    assert (card.take_descriptor() is not None) is taken
    assert card.read(ROC) == (not taken)


@requirement("E1K-07")
@pytest.mark.parametrize(
    ("control", "to", "taken"),
    [
        (0, NIC, True),
        (0, STRANGER, False),
        (UNICAST, STRANGER, True),
        (0, GROUP, False),
        (MULTICAST, GROUP, True),
        (UNICAST, GROUP, False),
        (0, BROADCAST, False),
        (EVERYBODY, BROADCAST, True),
        (MULTICAST, BROADCAST, True),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else None,
)
def test_a_frame_is_taken_by_its_destination(plug, control, to, taken):
    card, far = plug("e1000")
    card.open(ON | control)

    come(card, far, frame(to, fill=1), frame(NIC, fill=2))

    fills = [taken[-5] for taken in card.take_all()]
    assert fills == ([1, 2] if taken else [2])


@requirement("E1K-07", variant="table")
@pytest.mark.parametrize("offset", range(4))
def test_a_group_is_found_by_twelve_bits_of_its_address(plug, offset):
    card, far = plug("e1000")
    place = (GROUP[5] << 8 | GROUP[4]) >> (4, 3, 2, 0)[offset] & 0xFFF
    card.write(MTA + 4 * (place >> 5), 1 << (place & 31))
    card.open(ON | offset << 12)

    come(card, far, frame(GROUP, fill=1), frame(GROUP[:5] + b"\xff", fill=2))

    assert [taken[-5] for taken in card.take_all()] == [1]


@requirement("E1K-07", variant="vlan")
def test_a_vlan_is_found_in_its_table(plug):
    card, far = plug("e1000")
    card.write(VFTA, 1 << 5)
    card.open(RECEIVE | VLAN_FILTER)
    mine = frame(NIC, 96, fill=1)
    other = frame(NIC, 96, fill=2)

    come(card, far, mine[:12] + TAG + mine[12:], other[:12] + b"\x81\0\0\x06" + other[12:])

    assert [taken[-5] for taken in card.take_all()] == [1]


@requirement("E1K-08")
def test_frames_wait_for_a_second_after_rctl_was_written(plug):
    card, far = plug("e1000")
    card.start()
    card.write(RCTL, RECEIVE)

    come(card, far, frame(NIC))

    assert card.take_descriptor() is None
    assert card.bus.wait(lambda: card.bus.read(card.receive_ring + 12, 1)[0] & 1, within=10)
    assert card.take()[:60] == frame(NIC)


@requirement("E1K-09")
def test_a_frame_that_the_buffers_can_not_hold_is_lost_and_counted(plug, transcript):
    card, far = plug("e1000")
    card.open(RECEIVE | SIZE_256)
    card.write(RDT, 2)

    come(card, far, frame(NIC, 1000))

    assert card.take_descriptor() is None
    assert [card.read(counter) for counter in (RNBC, MPC)] == [1, 1]
    assert card.read(ICR) & OVERRUN
    transcript.matches()


@requirement("E1K-12")
def test_frames_and_octets_are_counted_until_they_are_read(plug, transcript):
    card, far = plug("e1000")
    card.open(RECEIVE | MULTICAST)

    come(card, far, frame(NIC), frame(NIC, 100), frame(STRANGER), frame(GROUP, 1514))
    card.send(frame(STATION, sender=NIC))
    far.hears(ANY)

    counted = {register: card.read(register) for register in range(0x405C, 0x4100, 4)}
    assert {register: count for register, count in counted.items() if count} == {
        0x405C: 1,
        0x4060: 1,
        0x4070: 1,
        0x4074: 3,
        0x407C: 1,
        0x4080: 1,
        0x4088: 64 + 104 + 1518,
        0x4090: 64,
        0x40C0: 64 + 104 + 1518,
        0x40C8: 64,
        0x40D0: 3,
        0x40D4: 1,
        0x40D8: 1,
    }
    assert not any(card.read(register) for register in range(0x405C, 0x4100, 4))
    transcript.matches()

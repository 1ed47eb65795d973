"""What becomes of a frame that comes (PCN-05)."""

import pytest

from vnetspec.fixtures.driver.pcnet import OWN, RECEIVED, RING
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, numbered

OTHER = bytes.fromhex("525400aaaaaa")
PROMISCUOUS, NO_BROADCAST, NO_OWN = 0x8000, 0x4000, 0x2000
STP, ENP, ERR, OFLO, BUFF = 0x0200, 0x0100, 0x4000, 0x1000, 0x0400
PAM, LFAM, BAM = 0x40, 0x20, 0x10
MISS = 0x1000
MISSED = 112


@requirement("PCN-05", variant="padded")
@pytest.mark.parametrize("length", [14, 59, 60, 61, 1514])
def test_a_frame_is_padded_and_has_room_for_an_fcs(plug, transcript, length):
    card, far = plug("pcnet")
    card.start()

    far.says(numbered(NIC, length))

    assert card.take_all() == [numbered(NIC, length).ljust(60, b"\0") + bytes(4)]
    transcript.matches()


@requirement("PCN-05", variant="filter")
@pytest.mark.parametrize(
    ("destination", "mode", "groups", "status"),
    [
        pytest.param(NIC, 0, 0, PAM, id="ours"),
        pytest.param(NIC, NO_OWN, 0, None, id="ours-unwanted"),
        pytest.param(NIC, PROMISCUOUS, 0, 0, id="ours-promiscuous"),
        pytest.param(BROADCAST, 0, 0, BAM, id="broadcast"),
        pytest.param(BROADCAST, NO_BROADCAST, 0, None, id="broadcast-unwanted"),
        pytest.param(BROADCAST, NO_BROADCAST, 0xFFFF_FFFF_FFFF_FFFF, LFAM, id="broadcast-as-group"),
        pytest.param(GROUP, 0, 0, None, id="group"),
        pytest.param(GROUP, 0, 1 << 54, LFAM, id="group-in-the-filter"),
        pytest.param(GROUP, 0, ~(1 << 54) & 0xFFFF_FFFF_FFFF_FFFF, None, id="group-beside-it"),
        pytest.param(OTHER, 0, 0xFFFF_FFFF_FFFF_FFFF, None, id="another"),
        pytest.param(OTHER, PROMISCUOUS, 0, 0, id="another-promiscuous"),
    ],
)
def test_the_filters_let_through_what_the_mode_says(
    plug, transcript, destination, mode, groups, status
):
    card, far = plug("pcnet")
    card.mode, card.groups = mode, groups.to_bytes(8, "little")
    card.start()

    far.says(numbered(destination))

    card.bus.settle()
    _, found, length = card.descriptor(card.received, 0)
    if status is None:
        assert found == OWN
    else:
        assert found == STP | ENP | status
        assert length == 64
    transcript.matches()


@requirement("PCN-05", variant="buffers")
@pytest.mark.parametrize("length", [100, 120, 180, 188, 189, 300])
def test_a_frame_goes_to_three_buffers_at_most(plug, transcript, length):
    card, far = plug("pcnet")
    card.start()
    buffers = [card.descriptor(card.received, place)[0] for place in range(RING)]
    for place in range(RING):
        card.describe(card.received, place, buffers[place], 64, OWN)
    sent = numbered(NIC, length)

    far.says(sent)

    card.bus.settle()
    used = min(3, -(-(length + 4) // 64))
    statuses = [card.descriptor(card.received, place)[1] for place in range(used + 1)]
    ends = ENP | PAM if length + 4 <= 192 else ERR | OFLO | BUFF
    assert statuses[0] & STP
    assert statuses[used - 1] & ~STP == ends
    assert statuses[used] == OWN
    octets = b"".join(card.bus.read(buffer, 64) for buffer in buffers[:used])
    assert octets[: length + 4] == (sent + bytes(4))[: 64 * used]
    transcript.matches()


@requirement("PCN-05", variant="missed")
def test_a_frame_without_a_buffer_is_missed_and_counted(plug, transcript):
    card, far = plug("pcnet")
    card.start()
    for place in range(RING):
        card.describe(card.received, place, card.descriptor(card.received, place)[0], 2048, 0)

    far.says(numbered(NIC), numbered(NIC))

    card.bus.settle()
    assert card.csr(MISSED) == 2
    assert card.csr(0) & (MISS | RECEIVED | 0x8000) == MISS | 0x8000
    assert card.interrupting()
    transcript.matches()


@requirement("PCN-05", variant="searched")
def test_the_ring_is_searched_for_a_buffer(plug, transcript):
    card, far = plug("pcnet")
    card.start()
    for place in range(3):
        card.describe(card.received, place, card.descriptor(card.received, place)[0], 2048, 0)

    far.says(numbered(NIC))

    card.bus.settle()
    assert [card.descriptor(card.received, place)[1] for place in range(5)] == [
        *(0, 0, 0),
        STP | ENP | PAM,
        OWN,
    ]
    transcript.matches()


@requirement("PCN-05", variant="interrupt")
def test_a_frame_interrupts_until_it_is_acknowledged(plug, transcript):
    card, far = plug("pcnet")
    card.start()
    assert not card.interrupting()

    far.says(numbered(BROADCAST))

    card.bus.settle()
    assert card.interrupting()
    assert card.take() is not None
    assert not card.interrupting()
    transcript.matches()


@requirement("PCN-05", variant="order")
def test_a_ring_of_frames_arrives_in_order(plug, golden):
    card, far = plug("pcnet")
    card.start()
    sent = [numbered(NIC, 60 + number) for number in range(3 * RING)]

    received = []
    for said in sent:
        far.says(said)
        received += card.take_all()

    assert received == [said + bytes(4) for said in sent]
    golden.matches(far.wire)

"""Frames that come back (PCN-07)."""

import zlib

import pytest

from vnetspec.fixtures.driver.pcnet import DEMAND, INTERRUPTS, WHOLE
from vnetspec.fixtures.requirements import requirement

OURS = bytes.fromhex("52540012345652540012345688b5") + bytes(range(66))
LOOP, INTERNAL, NO_FCS, PROMISCUOUS = 0x04, 0x40, 0x08, 0x8000
ADD_FCS = 0x2000
CRC_ERROR = 0x4800


@requirement("PCN-07")
@pytest.mark.parametrize("mode", [LOOP, LOOP | INTERNAL], ids=["external", "internal"])
@pytest.mark.parametrize("style", [1, 2])
def test_a_frame_comes_back_with_its_fcs(plug, transcript, golden, style, mode):
    card, far = plug("pcnet")
    card.style, card.mode = style, mode
    card.start()

    card.send(OURS)

    check = (~zlib.crc32(OURS) & 0xFFFF_FFFF).to_bytes(4, "big")
    assert card.take() == OURS + check
    transcript.matches()
    golden.matches(far.wire)


@requirement("PCN-07")
@pytest.mark.parametrize(
    ("style", "flag", "length"),
    [
        pytest.param(2, 0, 80, id="none"),
        pytest.param(2, ADD_FCS, 84, id="ADD_FCS"),
        pytest.param(1, 0, 84, id="style-1"),
        pytest.param(1, ADD_FCS, 80, id="style-1-NO_FCS"),
    ],
)
def test_dxmtfcs_leaves_the_fcs_to_the_descriptor(plug, transcript, style, flag, length):
    card, _ = plug("pcnet")
    card.style, card.mode = style, LOOP | INTERNAL | NO_FCS
    card.start()
    card.put(OURS, WHOLE | flag)

    card.set_csr(0, DEMAND | INTERRUPTS)

    _, status, found = card.descriptor(card.received, 0)
    assert found == length
    assert bool(status & CRC_ERROR) is (length == len(OURS))
    transcript.matches()


@requirement("PCN-07", variant="outside")
def test_frames_from_outside_are_lost_in_loopback(plug, transcript):
    card, far = plug("pcnet")
    card.mode = LOOP | PROMISCUOUS
    card.start()

    far.says(OURS)

    assert card.take_all() == []
    transcript.matches()

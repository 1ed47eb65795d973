"""What a chip does that stands still, and by itself when it runs (PCN-08)."""

import pytest

from vnetspec.fixtures.driver.pcnet import INTERRUPTS, OWN, QUIET, START, STOP
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import heard

FRAME = bytes.fromhex("52540012345652540000000188b5") + bytes(46)
OTHER = bytes.fromhex("52540012345652540000000188b5") + bytes(range(46))
REPLY = bytes.fromhex("52540000000152540012345688b5") + bytes(46)
NO_POLLING = 0x1000
SUSPEND = 1


@requirement("PCN-08")
@pytest.mark.parametrize("still", ["stopped", "suspended"])
def test_frames_for_a_chip_that_stands_still_are_lost(plug, transcript, still):
    card, far = plug("pcnet")
    card.start()
    register, value = (0, STOP) if still == "stopped" else (5, SUSPEND)
    card.set_csr(register, value)

    far.says(FRAME)

    card.bus.settle()
    card.set_csr(*((0, START | INTERRUPTS) if still == "stopped" else (5, 0)))
    far.says(OTHER)
    assert card.take_all() == [OTHER + bytes(4)]
    transcript.matches()


@requirement("PCN-08", variant="polling")
def test_polling_finds_what_is_to_be_sent(plug, golden):
    card, far = plug("pcnet")
    card.start(QUIET & ~NO_POLLING)

    place = card.put(REPLY)

    sent = card.bus.wait(lambda: not card.descriptor(card.transmitted, place)[1] & OWN)
    assert sent
    assert heard(far) == REPLY
    golden.matches(far.wire)


@requirement("PCN-08")
def test_without_polling_frames_wait_for_a_demand(plug):
    card, _ = plug("pcnet")
    card.start()

    place = card.put(REPLY)

    card.bus.pass_time(0.01)
    assert card.descriptor(card.transmitted, place)[1] & OWN

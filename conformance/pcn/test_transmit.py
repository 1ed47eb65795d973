"""What a demand has sent (PCN-06)."""

import pytest

from vnetspec.fixtures.driver.pcnet import DEMAND, ENP, INTERRUPTS, OWN, SENT, STP, WHOLE
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import heard

HEAD = bytes.fromhex("52540000000152540012345688b5")
ERR = 0x4000
BUFF_UFLO, LCAR = 0xC000_0000, 0x0800_0000
TXON, CERR, ERROR = 0x10, 0x2000, 0x8000
NO_TINT, LAST_INTERRUPTS, LTINT = 0x8000, 0x4000, 0x1000
DXSUFLO = 0x40


def demand(card) -> None:
    card.set_csr(0, DEMAND | INTERRUPTS)


@requirement("PCN-06")
@pytest.mark.parametrize("length", [14, 42, 60, 1514, 4092])
def test_a_frame_is_sent_as_it_is(plug, transcript, golden, length):
    card, far = plug("pcnet")
    card.start()
    frame = HEAD + bytes(length - len(HEAD))

    card.send(frame)

    assert heard(far) == frame
    transcript.matches()
    golden.matches(far.wire)


@requirement("PCN-06", variant="chained")
def test_buffers_from_stp_to_enp_are_one_frame(plug, transcript, golden):
    card, far = plug("pcnet")
    card.start()
    card.put(HEAD, OWN | STP)
    card.put(b"a" * 100, OWN)
    card.put(b"b" * 7, OWN | ENP)
    card.put(HEAD + b"c" * 46)

    demand(card)

    assert heard(far) == HEAD + b"a" * 100 + b"b" * 7
    assert heard(far) == HEAD + b"c" * 46
    assert [card.descriptor(card.transmitted, place)[1] for place in range(4)] == [
        *(STP, 0, ENP, STP | ENP),
    ]
    assert card.csr(0) & SENT
    transcript.matches()
    golden.matches(far.wire)


@requirement("PCN-06", variant="no-stp")
def test_a_frame_that_does_not_begin_is_skipped(plug, transcript, golden):
    card, far = plug("pcnet")
    card.start()
    card.put(b"x" * 60, OWN | ENP)
    card.put(HEAD + bytes(46))

    demand(card)

    assert heard(far) == HEAD + bytes(46)
    transcript.matches()
    golden.matches(far.wire)


@requirement("PCN-06", variant="too-long")
def test_a_frame_of_more_than_4092_octets_is_skipped(plug, transcript, golden):
    card, far = plug("pcnet")
    card.start()
    card.put(HEAD + bytes(2000), OWN | STP)
    card.put(bytes(2079), OWN | ENP)
    card.put(HEAD + bytes(46))

    demand(card)

    assert heard(far) == HEAD + bytes(46)
    transcript.matches()
    golden.matches(far.wire)


@requirement("PCN-06")
@pytest.mark.parametrize("goes_on", [False, True], ids=["stops", "DXSUFLO"])
def test_a_frame_that_does_not_end_underflows(plug, transcript, goes_on):
    card, _ = plug("pcnet")
    card.start()
    card.set_csr(3, DXSUFLO if goes_on else 0)
    card.put(HEAD + bytes(46), OWN | STP)

    demand(card)

    _, status, errors = card.descriptor(card.transmitted, 0)
    assert status == ERR | STP
    assert errors == BUFF_UFLO
    assert bool(card.csr(0) & TXON) is goes_on
    transcript.matches()


@requirement("PCN-06", variant="link-down")
def test_a_link_that_is_down_costs_the_carrier(plug, transcript):
    card, far = plug("pcnet")
    card.start()
    far.monitor("set_link pcnet.0 off")
    card.put(HEAD + bytes(46))

    demand(card)

    _, status, errors = card.descriptor(card.transmitted, 0)
    assert status == ERR | STP | ENP
    assert errors == LCAR
    assert card.csr(0) & (ERROR | CERR) == ERROR | CERR
    assert card.bcr(4) & 0x8000 == 0
    transcript.matches()


@requirement("PCN-06", variant="tint")
@pytest.mark.parametrize(
    ("flags", "status", "sent"),
    [
        pytest.param(0, WHOLE, True, id="plain"),
        pytest.param(NO_TINT, WHOLE, False, id="TOKINTD"),
        pytest.param(NO_TINT | LAST_INTERRUPTS, WHOLE, False, id="LTINTEN"),
        pytest.param(NO_TINT | LAST_INTERRUPTS, WHOLE | LTINT, True, id="LTINT"),
    ],
)
def test_tint_is_for_all_frames_or_those_that_ask_for_it(plug, transcript, flags, status, sent):
    card, _ = plug("pcnet")
    card.start()
    card.set_csr(5, flags)
    card.put(HEAD + bytes(46), status)

    demand(card)

    assert bool(card.csr(0) & SENT) is sent
    assert card.interrupting() is sent
    transcript.matches()

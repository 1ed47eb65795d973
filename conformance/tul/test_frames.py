"""What is received and sent (TUL-02, TUL-03)."""

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.tulip import (
    ABNORMAL,
    ALL_GROUPS,
    BIG_ENDIAN,
    EXTERNAL,
    FIRST,
    INTERNAL,
    INTERRUPT,
    INVERSE,
    LAST,
    MODE,
    OWN,
    PROMISCUOUS,
    RX_FIRST,
    RX_LAST,
    RX_NO_BUFFER,
    RX_ON,
    STATUS,
    TX_DONE,
    TX_ON,
)
from vnetspec.fixtures.requirements import requirement

OURS, ALL, GROUP, OTHER = "525400123456", "ffffffffffff", "01005e000001", "525400aaaaaa"
LISTED = "020000000001"
HEAD = bytes.fromhex("52540000000152540012345688b5")


def frame(destination: str, length: int = 60) -> bytes:
    head = bytes.fromhex(destination + "525400000001" + "88b5")
    return head + bytes(place & 0xFF for place in range(length - len(head)))


@requirement("TUL-02")
@pytest.mark.parametrize("bus_mode", [0, BIG_ENDIAN], ids=["little", "big"])
@pytest.mark.parametrize("length", [14, 60, 1514])
def test_a_frame_is_written_as_it_came(plug, transcript, golden, length, bus_mode):
    card, far = plug("tulip")
    card.bus_mode = bus_mode
    card.start()

    far.says(frame(OURS, length))

    card.bus.settle()
    assert card.status(card.received, 0) == RX_FIRST | RX_LAST | length + 4 << 16
    assert card.take_all() == [frame(OURS, length) + bytes(4)]
    transcript.matches()
    golden.matches(far.wire)


@requirement("TUL-02", variant="filter")
@pytest.mark.parametrize(
    ("destination", "mode", "wanted"),
    [
        pytest.param(OURS, 0, True, id="ours"),
        pytest.param(LISTED, 0, True, id="listed"),
        pytest.param(OTHER, 0, False, id="another"),
        pytest.param(OTHER, PROMISCUOUS, True, id="promiscuous"),
        pytest.param(ALL, 0, True, id="broadcast"),
        pytest.param(ALL, INVERSE, True, id="broadcast-inverse"),
        pytest.param(GROUP, 0, False, id="group"),
        pytest.param(GROUP, ALL_GROUPS, True, id="all-groups"),
        pytest.param(OURS, INVERSE, False, id="ours-inverse"),
        pytest.param(OTHER, INVERSE, True, id="another-inverse"),
    ],
)
def test_the_filter_lets_through_what_is_asked_for(plug, transcript, destination, mode, wanted):
    card, far = plug("tulip")
    card.addresses = [bytes.fromhex(LISTED)]
    card.mode = mode
    card.start()

    far.says(frame(destination))

    card.bus.settle()
    assert (card.status(card.received, 0) != OWN) is wanted
    transcript.matches()


@requirement("TUL-02", variant="buffers")
def test_a_frame_goes_on_in_the_next_descriptor(plug, transcript):
    card, far = plug("tulip")
    card.start()
    for place in range(3):
        card.describe(card.received, place, OWN, 32 | 16 << 11, *card.buffers[place : place + 2])

    far.says(frame(OURS, 100))

    card.bus.settle()
    statuses = [card.status(card.received, place) for place in range(3)]
    assert statuses == [RX_FIRST, 0, RX_LAST | 104 << 16]
    transcript.matches()


@requirement("TUL-02", variant="missing")
def test_a_frame_without_a_descriptor_is_told(plug, transcript):
    card, far = plug("tulip")
    card.start()
    card.describe(card.received, 0, 0, 0)

    far.says(frame(OURS))

    card.bus.settle()
    assert card.get(STATUS) & RX_NO_BUFFER
    assert not card.get(STATUS) & ABNORMAL
    transcript.matches()


@requirement("TUL-02", variant="off")
def test_a_frame_waits_until_the_receiver_is_on(plug, golden):
    card, far = plug("tulip")
    card.start()
    card.set(MODE, TX_ON)
    far.says(frame(OURS))
    card.bus.settle()
    assert card.take() is None

    card.set(MODE, TX_ON | RX_ON)

    assert card.take_all() == [frame(OURS) + bytes(4)]
    golden.matches(far.wire)


@requirement("TUL-03")
@pytest.mark.parametrize("length", [14, 60, 1514])
def test_a_frame_is_sent_as_it_is(plug, transcript, golden, length):
    card, far = plug("tulip")
    card.start()
    sent = HEAD + bytes(length - len(HEAD))

    card.send(sent)

    assert bytes(far.hears(ANY).original) == sent
    transcript.matches()
    golden.matches(far.wire)


@requirement("TUL-03", variant="chained")
def test_buffers_from_the_first_to_the_last_are_one_frame(plug, transcript, golden):
    card, far = plug("tulip")
    card.start()
    card.put(HEAD, FIRST, b"a" * 100)
    card.put(b"b" * 7, LAST | INTERRUPT)
    card.put(HEAD + bytes(46), FIRST | LAST)

    card.poll()

    assert bytes(far.hears(ANY).original) == HEAD + b"a" * 100 + b"b" * 7
    assert bytes(far.hears(ANY).original) == HEAD + bytes(46)
    assert card.get(STATUS) & TX_DONE
    assert card.interrupting()
    transcript.matches()
    golden.matches(far.wire)


@requirement("TUL-03", variant="longest")
@pytest.mark.parametrize(("rest", "sent"), [(1024, True), (1025, False)])
def test_a_frame_has_2048_octets_at_most(plug, golden, rest, sent):
    card, far = plug("tulip")
    card.start()
    place = card.put(HEAD + bytes(1010), FIRST | LAST, bytes(rest))

    card.poll()

    assert (card.status(card.transmitted, place) != OWN) is sent
    card.send(HEAD + b"next")
    if sent:
        assert bytes(far.hears(ANY).original) == HEAD + bytes(1010 + rest)
    assert bytes(far.hears(ANY).original) == HEAD + b"next"
    golden.matches(far.wire)


@requirement("TUL-03", variant="loopback")
@pytest.mark.parametrize("mode", [INTERNAL, EXTERNAL], ids=["internal", "external"])
def test_a_frame_comes_back_in_loopback(plug, transcript, mode):
    card, _ = plug("tulip")
    card.mode = mode
    card.start()

    card.send(frame(OURS))

    assert card.take() == frame(OURS) + bytes(4)
    transcript.matches()

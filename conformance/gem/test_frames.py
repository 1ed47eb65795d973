"""What is received and sent (GEM-04, GEM-05)."""

import pytest

from vnetspec.fixtures.driver.sungem import (
    ASK,
    CHECKSUM,
    ENABLED,
    FIRST,
    HASH,
    LAST,
    LONGEST,
    RING,
    RX_COMPLETED,
    RX_KICK,
    RX_MAC_CONFIG,
    RX_NO_BUFFER,
    SECOND_ADDRESS,
    STATUS_ALIAS,
    STRIP_FCS,
    TX_ASKED,
    XIF_CONFIG,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, heard, numbered

OTHER = bytes.fromhex("525400aaaaaa")
PROMISCUOUS, ALL_GROUPS, HASHED = 0x08, 0x10, 0x20
HEAD = bytes.fromhex("52540000000152540012345688b5")
BY_HASH, BY_SECOND = 1, 2


@requirement("GEM-04")
@pytest.mark.parametrize("strips", [False, True], ids=["fcs", "stripped"])
@pytest.mark.parametrize("length", [14, 60, 1514])
def test_a_frame_is_padded_and_counted(plug, transcript, golden, length, strips):
    card, far = plug("sungem")
    card.flags = STRIP_FCS if strips else 0
    card.start()

    far.says(numbered(NIC, length))

    assert card.take_all() == [numbered(NIC, length).ljust(60, b"\0")]
    transcript.matches()
    golden.matches(far.wire)


@requirement("GEM-04", variant="descriptor")
def test_the_descriptor_has_checksum_and_hash(plug, transcript):
    card, far = plug("sungem")
    card.start()

    far.says(numbered(NIC))

    card.bus.settle()
    status = card.descriptor(0)
    assert status >> 16 & 0x7FFF == 64
    assert status & 0xFFFF == 0xA225
    transcript.matches()


@requirement("GEM-04", variant="filter")
@pytest.mark.parametrize(
    ("destination", "flags", "match"),
    [
        pytest.param(NIC, 0, 0, id="ours"),
        pytest.param(OTHER, 0, None, id="another"),
        pytest.param(OTHER, PROMISCUOUS, 0, id="promiscuous"),
        pytest.param(bytes.fromhex("020000000001"), 0, BY_SECOND, id="second"),
        pytest.param(BROADCAST, 0, 0, id="broadcast"),
        pytest.param(GROUP, 0, None, id="group"),
        pytest.param(GROUP, ALL_GROUPS, 0, id="all-groups"),
        pytest.param(GROUP, HASHED, BY_HASH, id="hashed"),
        pytest.param(bytes.fromhex("01005e000002"), HASHED, None, id="hashed-elsewhere"),
    ],
)
def test_the_filter_lets_through_what_is_asked_for(plug, transcript, destination, flags, match):
    card, far = plug("sungem")
    card.flags = flags
    card.start()
    for place, word in enumerate((0x0001, 0x0000, 0x0200)):
        card.set(SECOND_ADDRESS + 4 * place, word)
    card.set(HASH + 4 * (0xD9 >> 4), 1 << (15 - (0xD9 & 0xF)))

    far.says(numbered(destination))

    card.bus.settle()
    assert card.get(RX_COMPLETED) == (match is not None)
    if match is not None:
        assert card.descriptor(0) >> 60 == match
    transcript.matches()


@requirement("GEM-04", variant="longest")
@pytest.mark.parametrize(("length", "taken"), [(96, True), (97, False)])
def test_a_frame_that_is_too_long_is_lost(plug, transcript, length, taken):
    card, far = plug("sungem")
    card.start()
    card.set(LONGEST, 100)

    far.says(numbered(NIC, length))

    card.bus.settle()
    assert card.get(RX_COMPLETED) == taken
    transcript.matches()


@requirement("GEM-04", variant="off")
def test_a_frame_waits_until_the_receiver_is_on(plug, golden):
    card, far = plug("sungem")
    card.start()
    card.set(RX_MAC_CONFIG, 0)
    far.says(numbered(NIC))
    card.bus.settle()
    assert card.get(RX_COMPLETED) == 0

    card.set(RX_MAC_CONFIG, ENABLED)

    assert card.take_all() == [numbered(NIC)]
    golden.matches(far.wire)


@requirement("GEM-04", variant="full")
def test_a_frame_waits_until_the_ring_has_room(plug, golden):
    card, far = plug("sungem")
    card.start()
    card.set(RX_KICK, 2)

    far.says(numbered(NIC, 60), numbered(NIC, 61))

    assert card.bus.wait(lambda: card.get(RX_COMPLETED) == 1)
    assert card.get(STATUS_ALIAS) & RX_NO_BUFFER
    card.set(RX_KICK, RING - 4)
    card.set(RX_MAC_CONFIG, ENABLED)
    assert card.bus.wait(lambda: card.get(RX_COMPLETED) == 2)
    golden.matches(far.wire)


@requirement("GEM-05", variant="plain")
@pytest.mark.parametrize("length", [14, 60, 1514, 9016])
def test_a_frame_is_sent_as_it_is(plug, transcript, golden, length):
    card, far = plug("sungem")
    card.start()
    sent = HEAD + bytes(length - len(HEAD))

    card.send(sent)

    assert heard(far) == sent
    transcript.matches()
    golden.matches(far.wire)


@requirement("GEM-05", variant="chained")
def test_buffers_from_the_first_to_the_last_are_one_frame(plug, transcript, golden):
    card, far = plug("sungem")
    card.start()
    card.put(HEAD, FIRST)
    card.put(b"a" * 100, 0)
    card.put(b"b" * 7, LAST | ASK)
    card.put(HEAD + bytes(46))

    card.kick()

    assert heard(far) == HEAD + b"a" * 100 + b"b" * 7
    assert heard(far) == HEAD + bytes(46)
    assert card.get(STATUS_ALIAS) & TX_ASKED
    transcript.matches()
    golden.matches(far.wire)


@requirement("GEM-05", variant="too-long")
def test_a_frame_is_cut_at_9016_octets(plug, transcript, golden):
    card, far = plug("sungem")
    card.start()
    card.put(HEAD + bytes(9000), FIRST)
    card.put(b"end", LAST)

    card.kick()

    assert heard(far) == HEAD + bytes(9000) + b"en"
    transcript.matches()
    golden.matches(far.wire)


@requirement("GEM-05", variant="checksum")
@pytest.mark.parametrize(
    ("start", "place", "put"), [(14, 20, True), (0, 58, True), (14, 59, False)]
)
def test_a_checksum_is_put_where_it_is_asked_for(plug, transcript, golden, start, place, put):
    card, far = plug("sungem")
    card.start()
    sent = HEAD + bytes(range(46))
    card.put(sent, FIRST | LAST | CHECKSUM | start << 15 | place << 21)

    card.kick()

    came = heard(far)
    words = [int.from_bytes(sent[at : at + 2], "big") for at in range(start, len(sent), 2)]
    check = (~(sum(words) % 0xFFFF) & 0xFFFF).to_bytes(2, "big")
    expected = sent[:place] + check + sent[place + 2 :] if put else sent
    assert came == expected
    transcript.matches()
    golden.matches(far.wire)


@requirement("GEM-05", variant="loopback")
def test_a_frame_comes_back_in_loopback(plug, transcript, golden):
    card, far = plug("sungem")
    card.start()
    card.set(XIF_CONFIG, 2)

    card.send(numbered(NIC))

    assert card.take() == numbered(NIC)
    transcript.matches()
    golden.matches(far.wire)

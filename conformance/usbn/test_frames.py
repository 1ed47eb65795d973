"""Frames in CDC-ECM (USBN-05)."""

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.uhci import IN, OUT, Transaction
from vnetspec.fixtures.driver.usbnet import FRAMES
from vnetspec.fixtures.requirements import requirement

OURS = bytes.fromhex("52540012345652540000000188b5")
THEIRS = bytes.fromhex("52540000000152540012345688b5")


def frame(head: bytes, length: int) -> bytes:
    return (head + bytes(range(256)) * 8)[:length]


@requirement("USBN-05", variant="sent")
@pytest.mark.parametrize("length", [14, 60, 63, 64, 65, 128, 1514, 2047, 2048])
def test_a_frame_ends_with_a_short_packet(plug, golden, length):
    card, far = plug("usb-net")
    card.start()

    card.send(frame(THEIRS, length))

    assert bytes(far.hears(ANY)) == frame(THEIRS, length)
    golden.matches(far.wire)


@requirement("USBN-05", variant="cut")
def test_what_the_buffer_has_no_room_for_is_cut_off(plug, golden):
    card, far = plug("usb-net")
    card.start()

    card.send(frame(THEIRS, 2060))

    assert bytes(far.hears(ANY)) == frame(THEIRS, 2048)
    golden.matches(far.wire)


@requirement("USBN-05", variant="long-packets")
def test_a_packet_of_128_octets_ends_no_frame(plug, transcript, golden):
    card, far = plug("usb-net")
    card.start()

    sent = frame(THEIRS, 200)
    card.run([Transaction(OUT, FRAMES, sent[:128]), Transaction(OUT, FRAMES, sent[128:])])

    assert bytes(far.hears(ANY)) == sent
    transcript.matches()
    golden.matches(far.wire)


@requirement("USBN-05", variant="received")
@pytest.mark.parametrize(
    ("length", "packets"),
    [
        (42, [42]),
        (63, [63]),
        (64, [64, 0]),
        (65, [64, 1]),
        (128, [64, 64, 0]),
        (1514, [64] * 23 + [42]),
        (2048, [64] * 32 + [0]),
    ],
)
def test_a_frame_of_whole_packets_ends_with_an_empty_one(plug, golden, length, packets):
    card, far = plug("usb-net")
    card.start()
    far.says(frame(OURS, length))
    card.bus.settle()

    done = card.run([Transaction(IN, FRAMES, 64, number & 1) for number in range(34)])

    came = [each.octets for each in done if each.octets is not None]
    assert [len(part) for part in came] == packets
    assert b"".join(came) == frame(OURS, length)
    golden.matches(far.wire)


@requirement("USBN-05", variant="too-long")
def test_a_frame_of_more_than_2048_octets_is_lost(plug, transcript):
    card, far = plug("usb-net")
    card.start()

    far.says(frame(OURS, 2049))
    far.says(frame(OURS, 100))

    assert card.take_all() == [frame(OURS, 100)]
    transcript.matches()


@requirement("USBN-05", variant="waiting")
def test_frames_wait_for_the_one_in_the_device(plug, transcript):
    card, far = plug("usb-net")
    card.start()

    for length in (60, 64, 100, 1514):
        far.says(frame(OURS, length))

    assert [len(each) for each in taken(card, 4)] == [60, 64, 100, 1514]
    assert card.take() is None
    transcript.matches()


@requirement("USBN-05", variant="unconfigured")
def test_frames_are_lost_without_a_configuration(plug, transcript):
    card, far = plug("usb-net")
    card.connect()
    far.says(frame(OURS, 100))
    card.bus.settle()

    card.configure(card.configuration)

    assert card.take() is None
    transcript.matches()


def taken(card, count: int) -> list[bytes]:
    """So many frames, each of which is let come."""
    frames = []
    for _ in range(count):
        card.bus.settle()
        frames.append(card.take())
    return frames

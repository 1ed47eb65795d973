"""Frames that come: headers, buffers, waiting (VIO-04, -05, -17)."""

import pytest

from vnetspec.fixtures.driver.virtio import DRIVER_OK, MRG_RXBUF, RECEIVE, bits
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import come
from vnetspec.vio.traffic import BOTH, LEGACY, MODERN, frame


@requirement("VIO-04")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("merging", [False, True], ids=["single", "merging"])
def test_a_header_stands_in_front_of_a_frame(plug, transcript, model, merging):
    card, far = plug(model)
    card.wanted |= bits(MRG_RXBUF) if merging else 0
    card.start()

    come(card, far, frame())
    octets = card.take_buffers()
    header = 12 if merging or model == MODERN else 10
    assert octets == bytes(10) + (b"\1\0" if merging else b"\0\0")[: header - 10] + frame()
    transcript.matches()


@requirement("VIO-04", variant="merged")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize(("length", "buffers"), [(52, 1), (53, 2), (116, 2), (117, 3), (244, 4)])
def test_a_frame_is_merged_from_several_buffers(plug, transcript, model, length, buffers):
    card, far = plug(model)
    card.wanted |= bits(MRG_RXBUF)
    card.start()
    card.write_status(0)
    card.start()
    ring = card.rings[RECEIVE]
    for head in range(4):
        address = card.bus.load(ring.table + 16 * head, 8)
        card.bus.write(ring.table + 16 * head, address.to_bytes(8, "little") + b"\x40\0\0\0\2\0")

    come(card, far, frame(length=length))
    assert ring.used_index() == buffers
    assert card.take() == frame(length=length)
    transcript.matches()


@requirement("VIO-04", variant="sent")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("header", [0x00, 0xFF], ids=["zeros", "ones"])
def test_the_header_of_a_frame_sent_stays_behind(plug, golden, model, header):
    card, far = plug(model)
    card.start()

    card.send_parts(bytes([header]) * card.header + frame())

    far.listens()
    golden.matches(far.wire)


@requirement("VIO-05")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("length", [14, 20, 59, 60, 1514])
def test_a_frame_is_not_padded(plug, transcript, model, length):
    card, far = plug(model)
    card.start()

    come(card, far, frame(length=length))

    assert card.take_all() == [frame(length=length)]
    transcript.matches()


@requirement("VIO-05", variant="large")
@pytest.mark.parametrize("model", BOTH)
def test_a_frame_larger_than_its_buffer_is_dropped(plug, transcript, model):
    card, far = plug(model)
    card.start()
    too_long = 0x800 - card.header + 1

    come(card, far, frame(length=too_long))
    come(card, far, frame(length=too_long - 1))

    assert card.take_all() == [frame(length=too_long - 1)]
    transcript.matches()


@requirement("VIO-17")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("merging", [False, True], ids=["single", "merging"])
def test_frames_wait_for_buffers(plug, transcript, model, merging):
    card, far = plug(model)
    card.wanted |= bits(MRG_RXBUF) if merging else 0
    card.start()
    sent = [frame(length=60 + n) for n in range(6)]

    come(card, far, *sent)
    assert [card.take() for _ in range(5)] == [*sent[:4], None]
    card.kick(RECEIVE)
    assert card.bus.wait(lambda: card.rings[RECEIVE].used_index() == 6)
    assert [card.take() for _ in range(2)] == sent[4:]
    transcript.matches()


@requirement("VIO-17", variant="not-ready")
def test_of_what_came_before_the_driver_was_ready_the_first_is_lost(plug, transcript):
    card, far = plug(LEGACY)
    card.begin()
    card.add_queue(RECEIVE)
    for _ in range(3):
        card.supply()
    sent = [frame(length=60 + n) for n in range(3)]
    come(card, far, *sent)

    card.write_status(3 | DRIVER_OK)

    assert card.bus.wait(lambda: card.rings[RECEIVE].used_index() == 2)
    assert card.take_all() == sent[1:]
    transcript.matches()

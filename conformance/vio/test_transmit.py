"""Frames that go, and chains that are wrong (VIO-07, VIO-14)."""

from itertools import pairwise

import pytest

from vnetspec.fixtures.driver.virtio import (
    CONTROL,
    INDIRECT,
    NEEDS_RESET,
    NEXT,
    TRANSMIT,
    WRITE,
    descriptor,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import come, heard
from vnetspec.vio.traffic import BOTH, LEGACY, MODERN, frame

BEYOND = 0x1000_0000


@requirement("VIO-14")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("cuts", [[], ["header"], [5], ["header", 20], [1, 2, 3, 13, 40]], ids=str)
def test_a_frame_is_taken_from_all_its_buffers(plug, golden, model, cuts):
    card, far = plug(model)
    card.start()
    octets = bytes(card.header) + frame(length=90)
    places = [0, *(card.header if cut == "header" else cut for cut in cuts), len(octets)]

    card.send_parts(*(octets[low:high] for low, high in pairwise(places)))

    assert heard(far) == frame(length=90)
    golden.matches(far.wire)


@requirement("VIO-14", variant="indirect")
@pytest.mark.parametrize("model", BOTH)
def test_a_frame_is_taken_from_an_indirect_table(plug, golden, transcript, model):
    card, far = plug(model)
    card.start()
    head, body = card.bus.place(bytes(card.header)), card.bus.place(frame())
    table = card.bus.place(
        descriptor(head, card.header, NEXT, 2) + bytes(16) + descriptor(body, 60)
    )
    ring = card.rings[TRANSMIT]

    ring.add((table, 48, INDIRECT))
    card.kick(TRANSMIT)

    assert card.bus.wait(lambda: ring.used_index() == 1)
    assert heard(far) == frame()
    golden.matches(far.wire)
    transcript.matches()


@requirement("VIO-14", variant="several")
@pytest.mark.parametrize("model", BOTH)
def test_several_frames_go_at_one_notification(plug, golden, model):
    card, far = plug(model)
    card.start()
    ring = card.rings[TRANSMIT]
    for length in (60, 61, 62):
        octets = bytes(card.header) + frame(length=length)
        ring.add((card.bus.place(octets), len(octets), 0))

    card.kick(TRANSMIT)

    assert card.bus.wait(lambda: ring.used_index() == 3)
    assert [len(heard(far)) for _ in range(3)] == [60, 61, 62]
    golden.matches(far.wire)


@requirement("VIO-14", variant="timer")
def test_a_timer_collects_frames(plug, golden):
    card, far = plug(LEGACY, "tx=timer", "x-txtimer=1000000")
    card.start()

    card.send(frame())

    assert heard(far) == frame()
    golden.matches(far.wire)


def wrong_chains(card):
    """Chains that break the rules, by name: what to put into the table."""
    page = card.bus.allocate(64)
    return {
        "empty-buffer": descriptor(page, 0),
        "nothing-readable": descriptor(page, 64, WRITE),
        "loop": descriptor(page, 64, NEXT, 0),
        "next-beyond": descriptor(page, 64, NEXT, 0x400),
        "write-then-read": descriptor(page, 64, NEXT | WRITE, 1) + descriptor(page, 64),
        "empty-table": descriptor(page, 0, INDIRECT),
        "odd-table": descriptor(page, 17, INDIRECT),
        "nothing-there": descriptor(BEYOND, 64, NEXT, 1) + descriptor(BEYOND, 64),
    }


@requirement("VIO-07")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize(
    "name",
    [
        "empty-buffer",
        "nothing-readable",
        "loop",
        "next-beyond",
        "write-then-read",
        "empty-table",
        "odd-table",
        "nothing-there",
    ],
)
def test_a_wrong_chain_breaks_the_device(plug, transcript, model, name):
    card, far = plug(model)
    card.start()
    ring = card.rings[TRANSMIT]
    card.bus.write(ring.table, wrong_chains(card)[name])

    ring.offer(0)
    card.kick(TRANSMIT)

    card.bus.settle()
    broken = NEEDS_RESET if model == MODERN else 0
    assert card.read_status() & NEEDS_RESET == broken
    assert ring.used_index() == 0
    assert card.causes() == (3 if broken else 0)
    come(card, far, frame())
    assert card.take_all() == []
    transcript.matches()


@requirement("VIO-07", variant="head")
@pytest.mark.parametrize("model", BOTH)
def test_a_head_beyond_the_table_breaks_the_device(plug, transcript, model):
    card, _ = plug(model)
    card.start()
    ring = card.rings[TRANSMIT]

    ring.offer(ring.size)
    card.kick(TRANSMIT)

    card.bus.settle()
    assert card.read_status() & NEEDS_RESET == (NEEDS_RESET if model == MODERN else 0)
    card.write_status(0)
    card.start()
    card.send(frame())
    transcript.matches()


@requirement("VIO-07", variant="command")
@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("chain", ["no answer", "no order"])
def test_a_command_without_its_parts_breaks_the_device(plug, transcript, model, chain):
    card, _ = plug(model)
    card.start()
    ring = card.rings[CONTROL]
    page = card.bus.allocate(64)

    ring.add((page, 2, 0) if chain == "no answer" else (page, 2, WRITE))
    card.kick(CONTROL)

    card.bus.settle()
    assert card.read_status() & NEEDS_RESET == (NEEDS_RESET if model == MODERN else 0)
    transcript.matches()

"""filter-buffer: frames wait for ticks (FILT-12)."""

import pytest

from refnet.clock import MICROSECOND, ManualClock
from refnet.fabric.filters import buffer
from refnet.fabric.filters.base import attach
from refnet.fabric.filters.buffer import Buffer
from refnet.fabric.port import join


class Cable:
    def __init__(self, station):
        self.clock = ManualClock(5_000)
        self.one, self.other = station("one"), station("other")
        join(self.one, self.other)
        self.buffer = Buffer("b", 100, self.clock)
        attach(self.buffer, self.one)

    def passes(self, microseconds):
        self.clock.advance(microseconds * MICROSECOND)
        self.buffer.poll()


@pytest.fixture
def cable(station):
    return Cable(station)


def test_frames_wait_for_the_next_tick_and_keep_their_order(cable):
    cable.passes(30)
    cable.one.send(b"a")
    cable.other.send(b"b")
    cable.one.send(b"c")
    cable.passes(69)
    assert cable.other.heard == []

    cable.passes(1)

    assert cable.other.heard == [b"a", b"c"]
    assert cable.one.heard == [b"b"]


def test_ticks_are_counted_from_the_beginning(cable):
    assert cable.buffer.next_deadline() is None
    cable.passes(250)
    cable.one.send(b"a")

    assert cable.buffer.next_deadline() == 5_000 + 300 * MICROSECOND


def test_a_frame_on_a_tick_waits_for_the_one_after(cable):
    cable.passes(100)
    cable.one.send(b"a")

    assert cable.buffer.next_deadline() == 5_000 + 200 * MICROSECOND


@pytest.mark.parametrize("end", [lambda it: it.switch(False), lambda it: it.close()])
def test_what_waits_goes_on_when_the_buffer_ends(cable, end):
    cable.one.send(b"a")

    end(cable.buffer)

    assert cable.other.heard == [b"a"]


def test_switched_on_again_it_counts_anew(cable):
    cable.buffer.switch(False)
    cable.passes(30)
    cable.buffer.switch(True)
    cable.one.send(b"a")

    assert cable.buffer.next_deadline() == 5_000 + 130 * MICROSECOND


def test_no_more_is_held_than_a_queue_takes(cable, monkeypatch):
    monkeypatch.setattr(buffer, "LIMIT", 2)
    for number in range(3):
        cable.one.send(b"%d" % number)
    cable.passes(100)

    assert cable.other.heard == [b"0", b"1"]


def test_a_port_without_a_peer_loses_what_waited(cable):
    cable.one.send(b"a")
    cable.one.peer = None
    cable.passes(100)

    assert cable.other.heard == []
    assert cable.buffer.next_deadline() is None

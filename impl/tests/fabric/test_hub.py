"""The repeater (HUB-01..05, HUB-11)."""

import pytest

from refnet.fabric.hub import FRAME_LIMIT, Hub
from refnet.fabric.port import join


@pytest.fixture
def hub(fabric, station):
    """A hub with three stations, ``a``, ``b`` and ``c``."""
    hub = Hub(0)
    stations = [station(name) for name in "abc"]
    for each in stations:
        join(hub.add_port(fabric), each)
    return hub, stations


def test_a_frame_leaves_at_every_other_port_once(hub):
    _, (a, b, c) = hub

    a.send(b"x")

    assert (a.heard, b.heard, c.heard) == ([], [b"x"], [b"x"])


def test_the_longest_frame_is_repeated_and_no_longer_one(hub):
    _, (a, b, _) = hub
    longest = bytes(FRAME_LIMIT)

    a.send(longest)
    a.send(longest + b"\0")

    assert b.heard == [longest]


def test_a_slow_port_does_not_hold_the_others_up(hub):
    _, (a, b, c) = hub
    b.ready = False

    a.send(b"x")
    a.send(b"y")
    assert c.heard == [b"x", b"y"]
    b.ready = True
    b.flush()
    assert b.heard == [b"x", b"y"]


def test_when_nobody_can_receive_the_sender_waits(hub):
    _, (a, b, c) = hub
    b.ready = c.ready = False
    went = []
    a.send(b"x")

    assert not a.send(b"y", lambda: went.append("y"))
    c.ready = True
    c.flush()
    assert went == ["y"]
    assert c.heard == [b"x", b"y"]
    b.ready = True
    b.flush()
    assert b.heard == [b"x", b"y"]


def test_ports_have_names_and_the_newest_is_first(fabric, hub):
    hub[0].add_port(fabric, "mine")

    assert [port.name for port in hub[0].ports] == ["mine", "hub0port2", "hub0port1", "hub0port0"]


def test_a_paused_machine_keeps_frames_in_order_through_the_hub(fabric, hub):
    _, (a, b, c) = hub
    fabric.stop()
    for frame in (b"1", b"2", b"3"):
        a.send(frame)
    fabric.resume()

    assert b.heard == c.heard == [b"1", b"2", b"3"]

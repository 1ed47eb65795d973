"""Cables, queues and link state (GEN-11, HUB-03, HUB-08)."""

import pytest

from refnet.fabric import port as port_module
from refnet.fabric.port import Port, join


@pytest.fixture
def cable(station):
    one, other = station("one"), station("other")
    join(one, other)
    return one, other


def test_a_frame_goes_to_the_peer(cable):
    one, other = cable

    assert one.send(b"a")
    assert other.heard == [b"a"]
    assert one.heard == []


def test_without_a_peer_a_frame_is_gone(station):
    assert station("alone").send(b"a")


@pytest.mark.parametrize("end", [0, 1])
def test_a_link_that_is_down_drops_frames(cable, end):
    one, other = cable
    cable[end].link_up = False

    assert one.send(b"a")
    cable[end].link_up = True
    one.send(b"b")
    assert other.heard == [b"b"]


def test_a_receiver_that_is_not_ready_gets_all_in_order_later(cable):
    one, other = cable
    sent = []
    other.ready = False

    assert not one.send(b"a", lambda: sent.append(b"a"))
    assert not one.send(b"b", lambda: sent.append(b"b"))
    other.ready = True
    assert other.flush()
    assert one.send(b"c")
    assert other.heard == [b"a", b"b", b"c"]
    assert sent == [b"a", b"b"]


def test_a_flush_may_stop_half_way(cable):
    one, other = cable
    other.ready = False
    one.send(b"a")
    one.send(b"b")

    assert not other.flush()
    other.ready = True
    assert other.flush()
    assert other.heard == [b"a", b"b"]


def test_frames_wait_while_the_machine_stands_still(fabric, cable):
    one, other = cable
    fabric.stop()

    assert not one.send(b"a")
    assert other.heard == []
    fabric.resume()
    assert other.heard == [b"a"]


def test_the_queue_has_an_end_for_those_who_do_not_wait(cable, monkeypatch):
    monkeypatch.setattr(port_module, "QUEUE_LIMIT", 2)
    one, other = cable
    other.ready = False

    for frame in (b"a", b"b", b"c"):
        one.send(frame)
    one.send(b"d", lambda: None)
    other.ready = True
    other.flush()

    assert other.heard == [b"a", b"b", b"d"]


def test_an_answer_from_within_receive_is_not_lost(station):
    one, other = station("one"), station("other")
    join(one, other)
    echoes = iter(range(3))

    def receive(frame):
        other.heard.append(frame)
        for number in echoes:
            one.send(b"%d" % number)
            break
        return True

    other.receive = receive
    one.send(b"x")

    assert other.heard == [b"x", b"0", b"1", b"2"]


def test_what_waits_from_a_port_that_goes_is_forgotten(cable, station):
    one, other = cable
    third = station("third")
    third.peer = other
    gone = []
    other.ready = False
    one.send(b"a", lambda: gone.append(b"a"))
    third.send(b"b", lambda: None)
    one.send(b"c")

    other.forget(one)
    other.ready = True
    other.flush()

    assert gone == [b"a"]
    assert other.heard == [b"b"]


def test_ports_are_found_by_name(fabric, cable):
    assert fabric.find("other") is cable[1]
    assert fabric.find("none") is None


def test_the_base_of_ports(fabric):
    base = Port(fabric, "base")

    assert base.describe() == ""
    assert base.can_receive()
    base.on_link_change()
    base.close()
    with pytest.raises(NotImplementedError):
        base.receive(b"")

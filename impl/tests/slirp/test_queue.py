"""The output queue by itself: order, patience, turns (GEN-08, GEN-12)."""

import pytest

from refnet.clock import SECOND
from refnet.slirp.queue import Flow, OutputQueue


class Line:
    """A queue whose other end is lists."""

    def __init__(self) -> None:
        self.known: dict[int, bytes] = {}
        self.sent: list[bytes] = []
        self.asked: list[int] = []
        self.queue = OutputQueue(
            lambda octets, mac: self.sent.append(octets), self.known.get, self.asked.append
        )

    def put(self, octets: bytes, flow: Flow | None = None, to: int = 1, now: int = 0) -> bool:
        return self.queue.put(octets, to, flow, now)

    def answer(self, to: int = 1, now: int = 0) -> None:
        self.known[to] = b"\2" * 6
        self.queue.flush(now)


@pytest.fixture
def line() -> Line:
    return Line()


def test_what_can_leave_leaves_at_once(line):
    line.answer()
    assert line.put(b"a")
    assert (line.sent, len(line.queue)) == ([b"a"], 0)


def test_packets_without_a_flow_each_ask(line):
    line.put(b"a")
    line.put(b"b")
    assert line.asked == [1, 1]
    line.answer()
    assert line.sent == [b"a", b"b"]


def test_only_the_first_packet_of_a_flow_asks(line):
    flow = Flow()
    line.put(b"a", flow)
    line.put(b"b", flow)
    assert (line.asked, flow.waiting) == ([1], 2)
    line.answer()
    assert (line.sent, flow.waiting, flow.since_empty) == ([b"a", b"b"], 0, 0)


def test_the_second_packet_of_a_flow_asks_when_the_first_is_dropped(line):
    flow = Flow()
    line.put(b"a", flow)
    line.put(b"b", flow)
    line.queue.flush(SECOND)
    assert line.asked == [1]
    line.queue.flush(SECOND + 1)
    assert line.asked == [1, 1]
    line.answer(now=2 * SECOND)
    assert line.sent == [b"b"]
    assert len(line.queue) == 0


def test_a_flow_keeps_its_order_even_if_the_guest_became_known(line):
    flow = Flow()
    line.put(b"a", flow)
    line.known[1] = b"\2" * 6
    line.put(b"b", flow)
    line.queue.flush(0)
    assert line.sent == [b"a", b"b"]


def test_low_delay_leaves_first_and_bulk_takes_turns(line):
    one, two, quick = Flow(), Flow(), Flow(low_delay=True)
    for octets, flow in (
        (b"1a", one),
        (b"1b", one),
        (b"2a", two),
        (b"2b", two),
        (b"qa", quick),
        (b"qb", quick),
    ):
        line.put(octets, flow)
    line.answer()
    assert line.sent == [b"qa", b"qb", b"1a", b"2a", b"1b", b"2b"]


def test_a_second_train_of_a_quick_flow_stands_behind(line):
    first, second = Flow(low_delay=True), Flow(low_delay=True)
    line.put(b"a", first)
    line.put(b"x", second)
    line.put(b"b", first)
    line.answer()
    assert line.sent == [b"a", b"x", b"b"]


def test_a_greedy_flow_is_moved_to_bulk(line):
    greedy, other = Flow(low_delay=True, since_empty=5, waiting=0), Flow(low_delay=True)
    line.put(b"g1", greedy)
    line.put(b"o1", other)
    line.answer()
    assert line.sent == [b"o1", b"g1"]


def test_one_guest_does_not_hold_up_another(line):
    line.put(b"a", to=1)
    line.answer(to=2)
    line.put(b"b", to=2)
    assert line.sent == [b"b"]


def test_what_waited_longer_leaves_first(line):
    line.put(b"a")
    line.known[1] = b"\2" * 6
    line.put(b"b")
    assert line.sent == [b"a", b"b"]


def test_each_new_packet_gives_one_turn(line):
    flow = Flow()
    line.put(b"a", flow)
    line.put(b"b", flow)
    line.known[1] = b"\2" * 6
    line.put(b"c")
    assert line.sent == [b"a", b"c"]
    line.queue.flush(0)
    assert line.sent == [b"a", b"c", b"b"]


def test_a_full_queue_takes_no_more(line, monkeypatch):
    monkeypatch.setattr("refnet.slirp.queue.CAPACITY", 3)
    for _ in range(3):
        assert line.put(b"x")
    assert not line.put(b"y")
    assert len(line.queue) == 3
    line.queue.flush(SECOND + 1)
    assert len(line.queue) == 0

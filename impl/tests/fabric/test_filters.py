"""Filters on a port: directions, row, dump (FILT-03..08)."""

import io
import struct

import pytest

from refnet.clock import ManualClock
from refnet.fabric.filters.base import Direction, Filter, attach
from refnet.fabric.filters.dump import Dump
from refnet.fabric.port import join


class Noter(Filter):
    """Writes its name down, and takes frames away if told to."""

    kind = "noter"

    def __init__(self, name, notes, **options):
        super().__init__(name, **options)
        self.notes = notes
        self.takes = False

    def handle(self, frame, direction):
        self.notes.append(self.name)
        return self.takes


@pytest.fixture
def cable(station):
    one, other = station("one"), station("other")
    join(one, other)
    return one, other


def test_tx_passes_from_head_to_tail_and_rx_back(cable):
    notes = []
    one, other = cable
    for name in "abc":
        attach(Noter(name, notes), one)

    one.send(b"x")
    assert notes == ["a", "b", "c"]
    notes.clear()
    other.send(b"x")
    assert notes == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("queue", "seen"),
    [(Direction.TX, ["sent"]), (Direction.RX, ["received"]), (Direction.ALL, ["sent", "received"])],
)
def test_a_filter_sees_its_direction(cable, queue, seen):
    notes = []
    one, other = cable
    attach(Noter("f", notes, queue=queue), one)
    directions = []

    one.send(b"x")
    directions += ["sent"] if notes else []
    notes.clear()
    other.send(b"x")
    directions += ["received"] if notes else []

    assert directions == seen


def test_a_filter_that_is_off_sees_nothing(cable):
    notes = []
    attach(Noter("f", notes, on=False), cable[0])

    cable[0].send(b"x")

    assert notes == []


@pytest.mark.parametrize("sender", [0, 1])
def test_a_filter_may_take_a_frame_away(cable, sender):
    taking = Noter("f", [])
    taking.takes = True
    attach(taking, cable[0])

    assert cable[sender].send(b"x")

    assert cable[0].heard == cable[1].heard == []


def test_filters_stand_where_they_are_put(cable):
    port = cable[0]
    names = {}
    for name, position, insert, beside in [
        ("b", "tail", "behind", None),
        ("a", "head", "behind", None),
        ("c", "id=a", "behind", "a"),
        ("d", "id=a", "before", "a"),
    ]:
        each = names[name] = Noter(name, [])
        each.position, each.insert = position, insert
        attach(each, port, names.get(beside))

    assert [each.name for each in port.filters] == ["d", "a", "c", "b"]
    names["a"].close()
    names["a"].close()
    assert [each.name for each in port.filters] == ["d", "c", "b"]


def test_the_base_of_filters():
    base = Filter("f")

    assert dict(base.properties())["netdev"] == ""
    with pytest.raises(NotImplementedError):
        base.handle(b"", Direction.RX)


class Full(io.BytesIO):
    """A disk that has room for ``limit`` octets."""

    limit = 1 << 20

    def write(self, data):
        if self.tell() + len(data) > self.limit:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_a_dump_writes_virtual_time_after_the_epoch(cable):
    clock, sink = ManualClock(), io.BytesIO()
    attach(Dump("f", "f.pcap", sink, clock, epoch=1000, maxlen=4), cable[0])

    clock.advance(2_000_005_000)
    cable[0].send(b"abcdef")

    assert sink.getvalue()[24:] == struct.pack("=IIII", 1002, 5, 4, 6) + b"abcd"


def test_a_full_disk_ends_the_dump_with_one_complaint(cable):
    said = []
    sink = Full()
    sink.limit = 24 + 16 + 1
    attach(Dump("f", "f.pcap", sink, ManualClock(), report=said.append), cable[0])

    for _ in range(3):
        cable[0].send(b"x")

    assert said == ["network dump write error - stopping dump"]
    assert len(cable[1].heard) == 3


def test_a_disk_without_room_for_the_header_is_told_too(cable):
    said = []
    sink = Full()
    sink.limit = 0

    dump = Dump("f", "f.pcap", sink, ManualClock(), report=said.append)
    attach(dump, cable[0])
    cable[0].send(b"x")
    dump.close()

    assert said == ["network dump write error - stopping dump"]
    assert sink.closed

"""filter-fault: what becomes of frames follows from the seed."""

import pytest

from refnet.clock import MICROSECOND, ManualClock
from refnet.fabric.filters.base import Direction, attach
from refnet.fabric.filters.fault import MILLION, PATIENCE, Chance, Fault, Faults
from refnet.fabric.port import join

FRAMES = [bytes([number]) * 60 for number in range(200)]


class Cable:
    """Two stations; a fault stands on the first one."""

    def __init__(self, station, **faults):
        self.clock = ManualClock()
        self.one, self.other = station("one"), station("other")
        join(self.one, self.other)
        self.fault = Fault("f", Faults(**faults), self.clock)
        attach(self.fault, self.one)

    def carry(self, frames=FRAMES):
        for frame in frames:
            self.one.send(frame)
        return self.other.heard


@pytest.fixture
def cable(station):
    return lambda **faults: Cable(station, **faults)


def test_a_cable_without_faults_changes_nothing(cable):
    assert cable().carry() == FRAMES


def test_a_share_of_the_frames_is_lost(cable):
    heard = cable(loss=MILLION // 4).carry()

    assert 30 < len(FRAMES) - len(heard) < 70
    assert heard == [frame for frame in FRAMES if frame in heard]
    assert cable(loss=MILLION).carry() == []


def test_a_seed_is_repeated_and_another_differs(cable):
    first = cable(loss=MILLION // 4, seed=1).carry()

    assert cable(loss=MILLION // 4, seed=1).carry() == first
    assert cable(loss=MILLION // 4, seed=2).carry() != first


def test_one_fault_does_not_move_another(cable):
    lost = set(FRAMES) - set(cable(loss=MILLION // 4).carry())

    heard = cable(loss=MILLION // 4, duplicate=MILLION // 2, reorder=MILLION // 2).carry()

    assert set(FRAMES) - set(heard) - {FRAMES[-1]} == lost - {FRAMES[-1]}


def test_the_answers_do_not_move_what_happens_to_the_questions(cable):
    alone = cable(loss=MILLION // 4).carry()
    both = cable(loss=MILLION // 4)
    for frame in FRAMES:
        both.other.send(frame)
        both.one.send(frame)

    assert both.other.heard == alone
    assert len(both.one.heard) < len(FRAMES)


def test_a_duplicate_follows_its_frame(cable):
    assert cable(duplicate=MILLION).carry(FRAMES[:2]) == [FRAMES[0]] * 2 + [FRAMES[1]] * 2


def test_corruption_flips_one_bit(cable):
    for sent, heard in zip(FRAMES, cable(corrupt=MILLION).carry(), strict=True):
        difference = int.from_bytes(sent, "big") ^ int.from_bytes(heard, "big")
        assert difference.bit_count() == 1


def test_an_empty_frame_can_not_be_corrupted(cable):
    assert cable(corrupt=MILLION).carry([b""]) == [b""]


def test_a_reordered_frame_goes_behind_the_next(cable):
    it = cable(reorder=MILLION)

    assert it.carry(FRAMES[:5]) == [FRAMES[1], FRAMES[0], FRAMES[3], FRAMES[2]]
    assert it.fault.next_deadline() == PATIENCE


def test_a_reordered_frame_does_not_wait_for_ever(cable):
    it = cable(reorder=MILLION)
    it.carry(FRAMES[:1])

    it.clock.advance(PATIENCE - 1)
    it.fault.poll()
    assert it.other.heard == []
    it.clock.advance(1)
    it.fault.poll()
    assert it.other.heard == FRAMES[:1]
    assert it.fault.next_deadline() is None


def test_frames_are_delayed_by_microseconds(cable):
    it = cable(delay=300)
    it.carry(FRAMES[:1])
    it.clock.advance(100 * MICROSECOND)
    it.carry(FRAMES[1:2])

    assert it.fault.next_deadline() == 300 * MICROSECOND
    it.clock.advance(200 * MICROSECOND)
    it.fault.poll()
    assert it.other.heard == FRAMES[:1]
    assert it.fault.next_deadline() == 400 * MICROSECOND


@pytest.mark.parametrize("end", [lambda fault: fault.switch(False), lambda fault: fault.close()])
def test_what_is_held_goes_on_when_the_fault_ends(cable, end):
    it = cable(delay=300, reorder=MILLION // 2)
    it.carry(FRAMES[:20])

    end(it.fault)

    assert sorted(it.other.heard) == FRAMES[:20]
    assert it.fault.next_deadline() is None


def test_what_is_held_passes_the_filters_behind(cable):
    it = cable(delay=300)
    second = Fault("g", Faults(loss=MILLION), it.clock, queue=Direction.TX)
    attach(second, it.one)
    it.carry(FRAMES[:3])
    it.other.send(b"answer")

    it.clock.advance(300 * MICROSECOND)
    it.fault.poll()

    assert it.other.heard == []
    assert it.one.heard == [b"answer"]


def test_its_properties_are_percentages(cable):
    shown = dict(cable(loss=25_000, delay=300, seed=7).fault.properties())

    assert (shown["loss"], shown["corrupt"], shown["delay"], shown["seed"]) == ("2.5", "0", 300, 7)


def test_chance_is_even():
    counts = [0] * 10
    for number in range(10_000):
        counts[Chance(5, 0, number).below(10)] += 1

    assert all(850 < count < 1150 for count in counts)

"""The event loop: readiness, deadlines on either kind of clock, waking from a signal handler."""

import os
import signal
import socket
import threading

import pytest

from refnet.backend.loop import READ, WRITE, Loop, SystemClock
from refnet.clock import MILLISECOND, SECOND, ManualClock


class Alarm:
    """A source that is due once, at ``deadline``."""

    def __init__(self, deadline):
        self.deadline = deadline
        self.fired = []

    def next_deadline(self):
        return self.deadline

    def poll(self, now):
        self.fired.append(now)
        self.deadline = None


@pytest.fixture
def loop():
    loop = Loop(ManualClock())
    yield loop
    loop.close()


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    yield one, other
    one.close()
    other.close()


def test_a_ready_descriptor_is_reported_to_its_callback(loop, pair):
    one, other = pair
    seen = []
    loop.register(one.fileno(), READ, seen.append)

    assert not loop.step()
    other.send(b"x")

    assert loop.step()
    assert seen == [READ]


def test_modify_changes_what_is_waited_for(loop, pair):
    one, _ = pair
    seen = []
    loop.register(one.fileno(), READ, seen.append)

    loop.modify(one.fileno(), READ | WRITE)

    assert loop.step()
    assert seen == [WRITE]


def test_a_descriptor_unregistered_by_an_earlier_callback_is_not_called(loop, pair):
    one, other = pair
    called = []

    def first_come(fd, rival):
        def callback(events):
            called.append(fd)
            loop.unregister(rival)

        return callback

    loop.register(one.fileno(), WRITE, first_come(one.fileno(), other.fileno()))
    loop.register(other.fileno(), WRITE, first_come(other.fileno(), one.fileno()))

    loop.step()

    assert len(called) == 1


def test_unregistering_twice_is_harmless(loop, pair):
    one, _ = pair
    loop.register(one.fileno(), READ, print)

    loop.unregister(one.fileno())
    loop.unregister(one.fileno())

    assert not loop.step()


def test_deadlines_follow_the_clock_that_was_given(loop):
    alarm = Alarm(5 * SECOND)
    loop.add_source(alarm)

    assert loop.next_deadline() == 5 * SECOND
    assert not loop.step()
    loop.clock.advance(5 * SECOND)

    assert loop.step()
    assert alarm.fired == [5 * SECOND]
    assert loop.next_deadline() is None


def test_a_removed_source_is_not_polled(loop):
    alarm = Alarm(0)
    loop.add_source(alarm)

    loop.remove_source(alarm)
    loop.remove_source(alarm)

    assert not loop.step()
    assert alarm.fired == []


def test_on_the_system_clock_the_wait_ends_at_the_deadline():
    loop = Loop()
    alarm = Alarm(loop.clock.now() + 3 * MILLISECOND)
    due = alarm.deadline
    loop.add_source(alarm)

    assert loop.step(10.0)

    assert alarm.fired[0] >= due
    alarm.deadline = loop.clock.now() + 3 * MILLISECOND
    assert loop.step(None)
    loop.close()


def test_the_shorter_of_timeout_and_deadline_wins():
    loop = Loop()
    alarm = Alarm(loop.clock.now() + 60 * SECOND)
    loop.add_source(alarm)

    assert not loop.step(0.001)

    assert alarm.fired == []
    loop.close()


def test_without_deadlines_the_timeout_alone_counts():
    loop = Loop(SystemClock())

    assert not loop.step(0.001)

    loop.close()


def test_wake_ends_a_wait_without_end(loop):
    loop.wake()
    loop.wake()

    assert loop.step(None)
    assert not loop.step()


def test_stop_from_a_signal_handler_ends_run(loop):
    before = signal.signal(signal.SIGUSR1, lambda *_: loop.stop())
    try:
        os.kill(os.getpid(), signal.SIGUSR1)
        loop.run()
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert loop.stopped


def test_a_signal_that_does_not_interrupt_the_wait_ends_it_all_the_same(loop):
    # As one does that comes just before the wait: here because another thread takes it.
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    loop.heed_signals()
    taker = threading.Thread(target=signal.raise_signal, args=[signal.SIGUSR1])
    try:
        taker.start()

        assert loop.step(None)
    finally:
        taker.join()
        signal.signal(signal.SIGUSR1, before)


def test_a_thousand_wakes_are_one(loop):
    for _ in range(70_000):
        loop.wake()

    assert loop.step(None)
    assert not loop.step()


def test_a_signal_after_the_end_does_no_harm():
    loop = Loop(ManualClock())
    loop.close()

    loop.stop()

    assert loop.stopped


def test_the_wake_descriptor_may_be_empty_again(loop):
    loop.wake()
    loop._drain_wake()
    loop._drain_wake()

    assert not loop.step()


def test_deferred_work_is_done_once_the_events_of_the_step_are_handled(loop, pair):
    one, other = pair
    order = []

    def callback(events):
        loop.defer(lambda: order.append("deferred"))
        order.append("event")

    loop.register(one.fileno(), WRITE, callback)
    loop.register(other.fileno(), WRITE, callback)

    loop.step()

    assert order == ["event", "event", "deferred", "deferred"]


def test_outside_a_step_deferred_work_is_done_at_once(loop):
    done = []

    loop.defer(lambda: done.append(1))

    assert done == [1]

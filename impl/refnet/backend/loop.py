"""The event loop: descriptors through epoll, deadlines through the clock.

One loop serves a whole process. With the system's clock it sleeps until a descriptor is ready or a
deadline has come; with any other clock, time belongs to whoever moves that clock, so the loop never
sleeps for a deadline, and :meth:`Loop.step` fires those that the clock has already passed.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from typing import Protocol, TypeAlias

from ..clock import MILLISECOND, SECOND, Clock

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
URGENT = select.EPOLLPRI
#: Always reported, whether asked for or not.
HANGUP = select.EPOLLHUP
ERROR = select.EPOLLERR

Callback: TypeAlias = Callable[[int], None]


class SystemClock:
    """The operating system's monotonic clock, which starts at zero when it is made."""

    def __init__(self) -> None:
        self._origin = time.monotonic_ns()

    def now(self) -> int:
        return time.monotonic_ns() - self._origin


class Source(Protocol):
    """Something that must be polled when its time has come."""

    def next_deadline(self) -> int | None:
        """When :meth:`poll` is next due, in ns of the loop's clock; None: not in sight."""

    def poll(self, now: int) -> None:
        """Do what is due at ``now``."""


class Loop:
    """Descriptors, deadline sources and one clock.

    Args:
        clock: what time is; a :class:`SystemClock` of its own by default.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = SystemClock() if clock is None else clock
        self.stopped = False
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callback] = {}
        self._sources: list[Source] = []
        self._deferred: list[Callable[[], None]] = []
        self._stepping = False
        self._heeds_signals = False
        self._closed = False
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._epoll.register(self._woken, READ)

    def register(self, fd: int, events: int, callback: Callback) -> None:
        """Call ``callback(ready)`` whenever any of ``events`` is ready on ``fd``.

        Raises:
            OSError: the descriptor can't be polled (a regular file) or already is.
        """
        self._epoll.register(fd, events)
        self._callbacks[fd] = callback

    def modify(self, fd: int, events: int) -> None:
        """Change which events are waited for."""
        self._epoll.modify(fd, events)

    def unregister(self, fd: int) -> None:
        """Forget ``fd``, before it is closed. Not registered: nothing happens."""
        if self._callbacks.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def add_source(self, source: Source) -> None:
        self._sources.append(source)

    def remove_source(self, source: Source) -> None:
        """Forget a source. Not there: nothing happens."""
        if source in self._sources:
            self._sources.remove(source)

    def defer(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` when the events of the step under way have been handled.

        So work that many events lead to is done once. Outside a step it is done now.
        """
        if self._stepping:
            self._deferred.append(callback)
        else:
            callback()

    def next_deadline(self) -> int | None:
        """The earliest deadline of all sources, or None."""
        deadlines = [source.next_deadline() for source in self._sources]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def step(self, timeout: float | None = 0.0) -> bool:
        """Handle what is ready and what is due, once; whether there was any of either.

        A callback may see a spurious event, if its descriptor number was closed and opened again
        within the step: descriptors are to be non-blocking.

        Args:
            timeout: how long to wait for something, in seconds; 0 not at all, None without end.
        """
        ready = self._epoll.poll(self._patience(timeout))
        self._stepping = True
        try:
            handled = self._dispatch(ready)
            self._run_deferred()
            fired = self.fire()
            self._run_deferred()
        finally:
            self._stepping = False
        return handled or fired

    def fire(self) -> bool:
        """Have the sources do what is due; whether there was anything."""
        fired = False
        for source in tuple(self._sources):
            deadline = source.next_deadline()
            if deadline is not None and deadline <= (now := self.clock.now()):
                source.poll(now)
                fired = True
        return fired

    def run(self) -> None:
        """Step until :meth:`stop` is called."""
        while not self.stopped:
            self.step(None)

    def wake(self) -> None:
        """End the wait under way, or the next one; safe in signal handlers and threads.

        Of a loop that is closed, nobody waits: nothing happens.
        """
        if self._closed:
            return
        try:
            os.write(self._wake, b"\0")
        except BlockingIOError:
            return  # Full of calls that have not been answered: one more says nothing new.

    def heed_signals(self) -> None:
        """Let every signal end a wait, so that its handler runs at once; for the main thread.

        Without this, a signal that comes between the last instruction before a wait and the wait
        itself is handled only when something else ends that wait.
        """
        self._heeds_signals = True
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def stop(self) -> None:
        """End :meth:`run` after the step under way; safe in signal handlers and threads."""
        self.stopped = True
        self.wake()

    def close(self) -> None:
        """Give back the loop's own descriptors."""
        self._closed = True
        self._epoll.close()
        if self._heeds_signals:
            signal.set_wakeup_fd(-1)
        os.close(self._woken)
        os.close(self._wake)

    def _patience(self, timeout: float | None) -> float:
        """Seconds to give to epoll: up to the next deadline; negative is without end."""
        patience = -1.0 if timeout is None else timeout
        if patience == 0.0 or not isinstance(self.clock, SystemClock):
            return patience
        deadline = self.next_deadline()
        if deadline is None:
            return patience
        # epoll counts milliseconds: round up, or the last one would be spent polling.
        until = -(-max(0, deadline - self.clock.now()) // MILLISECOND) * MILLISECOND / SECOND
        return until if patience < 0 else min(patience, until)

    def _dispatch(self, ready: list[tuple[int, int]]) -> bool:
        handled = False
        for fd, events in ready:
            callback = self._callbacks.get(fd)
            if callback is not None:
                callback(events)
                handled = True
            elif fd == self._woken:
                self._drain_wake()
                handled = True
        return handled

    def _run_deferred(self) -> None:
        while self._deferred:
            self._deferred.pop(0)()

    def _drain_wake(self) -> None:
        try:
            os.read(self._woken, 65536)
        except BlockingIOError:
            return

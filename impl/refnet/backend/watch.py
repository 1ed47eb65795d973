"""Which events of one descriptor a backend waits for."""

from collections.abc import Callable

from .loop import READ, WRITE, Loop


class Watch:
    """The registration of a descriptor that is read and written by turns.

    With neither wanted the loop forgets the descriptor, as it would report a hang-up or an error
    without end.
    """

    def __init__(self, loop: Loop, fd: int, callback: Callable[[int], None]) -> None:
        self.reading = False
        self.writing = False
        self._loop = loop
        self._fd = fd
        self._callback = callback
        self._events = 0

    def set(self, reading: bool | None = None, writing: bool | None = None) -> None:
        """Change what is waited for; None leaves it."""
        self.reading = self.reading if reading is None else reading
        self.writing = self.writing if writing is None else writing
        events = (READ if self.reading else 0) | (WRITE if self.writing else 0)
        if events == self._events:
            return
        if not events:
            self._loop.unregister(self._fd)
        elif self._events:
            self._loop.modify(self._fd, events)
        else:
            self._loop.register(self._fd, events, self._callback)
        self._events = events

    def close(self) -> None:
        """Wait for nothing more."""
        self.set(reading=False, writing=False)

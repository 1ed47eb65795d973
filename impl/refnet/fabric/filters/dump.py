"""``filter-dump``: every frame that comes past goes into a capture file (FILT-01..04)."""

from collections.abc import Callable

from ...capture.pcap import Sink, Writer
from ...clock import SECOND, Clock
from .base import Direction, Filter, Property

_BROKEN = "network dump write error - stopping dump"


class Dump(Filter):
    """Records frames. Times are ``epoch`` (whole seconds since 1970) plus the virtual clock.

    If the file can't be written, the person who runs refnet is told once and recording ends.
    """

    kind = "filter-dump"

    def __init__(
        self,
        name: str,
        path: str,
        sink: Sink,
        clock: Clock,
        *,
        epoch: int = 0,
        maxlen: int = 65536,
        queue: Direction = Direction.ALL,
        on: bool = True,
        report: Callable[[str], None] = lambda text: None,
    ) -> None:
        super().__init__(name, queue, on)
        self.path = path
        self.maxlen = maxlen
        self._clock = clock
        self._epoch = epoch * SECOND
        self._report = report
        self._sink = sink
        self._writer: Writer | None = None
        try:
            self._writer = Writer(sink, maxlen)
        except OSError:
            self._report(_BROKEN)

    def handle(self, frame: bytes, direction: Direction) -> bool:
        if self._writer is not None:
            try:
                self._writer.write(self._epoch + self._clock.now(), frame)
            except OSError:
                self._writer = None
                self._report(_BROKEN)
        return False

    def close(self) -> None:
        super().close()
        self._writer = None
        self._sink.close()

    def properties(self) -> list[tuple[str, Property]]:
        return [("file", self.path), ("maxlen", self.maxlen), *super().properties()]

"""One filter made of what ``-object`` says, with the file or the channels that it needs."""

from collections.abc import Callable

from ..backend import files
from ..backend.channel import Channel
from ..backend.framing import Framer, prefix, prefix_with_header
from ..clock import VirtualClock
from ..errors import HostError, OptionError, PeerError
from ..fabric.filters.base import Direction, Filter
from ..fabric.filters.buffer import Buffer
from ..fabric.filters.dump import Dump
from ..fabric.filters.fault import Fault
from ..fabric.filters.mirror import Mirror, Outlet, Redirector
from ..fabric.filters.passive import Replay, Rewriter
from ..options.objects import (
    FilterBuffer,
    FilterDump,
    FilterFault,
    FilterMirror,
    FilterRedirector,
    FilterReplay,
    FilterRewriter,
    FilterSpec,
)
from .consoles import Consoles

GiveBack = Callable[[], None]


def _keep_nothing() -> None:
    pass


class Maker:
    """Makes filters.

    Args:
        consoles: whose character devices the filters use.
        epoch: the time of day at the start, in seconds since 1970 (FILT-03).
    """

    def __init__(
        self,
        clock: VirtualClock,
        consoles: Consoles,
        epoch: int,
        report: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._consoles = consoles
        self._epoch = epoch
        self._report = report

    def make(self, spec: FilterSpec, on: bool) -> tuple[Filter, GiveBack]:
        """A filter, and what is to be done once it is closed.

        Raises:
            OptionError: the file can't be made, or the character device is not to be had.
        """
        name, queue = spec.common.name, Direction(spec.common.queue)
        match spec:
            case FilterDump():
                return self._dump(spec, queue, on), _keep_nothing
            case FilterMirror():
                return self._mirror(spec, queue, on)
            case FilterRedirector():
                return self._redirector(spec, queue, on)
            case FilterBuffer():
                return Buffer(name, spec.interval, self._clock, queue=queue, on=on), _keep_nothing
            case FilterFault():
                return Fault(name, spec.faults, self._clock, queue=queue, on=on), _keep_nothing
            case FilterRewriter():
                header = spec.vnet_header
                return Rewriter(name, vnet_header=header, queue=queue, on=on), _keep_nothing
            case FilterReplay():
                return Replay(name, queue, on), _keep_nothing

    def _dump(self, spec: FilterDump, queue: Direction, on: bool) -> Dump:
        try:
            sink = files.create_capture(spec.file)
        except HostError as error:
            raise OptionError(str(error)) from None
        return Dump(
            spec.common.name,
            spec.file,
            sink,
            self._clock,
            epoch=self._epoch,
            maxlen=spec.maxlen,
            queue=queue,
            on=on,
            report=self._report,
        )

    def _mirror(self, spec: FilterMirror, queue: Direction, on: bool) -> tuple[Filter, GiveBack]:
        outlet = _outlet(self._consoles.claim(spec.outdev), lambda: made.vnet_header)
        made = Mirror(
            spec.common.name,
            spec.outdev,
            outlet,
            vnet_header=spec.vnet_header,
            queue=queue,
            on=on,
        )
        return made, lambda: self._consoles.release(spec.outdev)

    def _redirector(
        self, spec: FilterRedirector, queue: Direction, on: bool
    ) -> tuple[Filter, GiveBack]:
        if spec.indev is None and spec.outdev is None:
            raise OptionError(
                "filter redirector needs 'indev' or 'outdev' at least one property set"
            )
        if spec.indev == spec.outdev:
            raise OptionError("'indev' and 'outdev' could not be same for filter redirector")
        claimed: list[str] = []

        def give_back() -> None:
            for name in claimed:
                self._consoles.release(name)

        def claim(name: str, end: str) -> Channel:
            if not self._consoles.has(name):
                raise OptionError(f"{end} Device '{name}' not found")
            channel = self._consoles.claim(name)
            claimed.append(name)
            return channel

        try:
            source = None if spec.indev is None else claim(spec.indev, "IN")
            sink = None if spec.outdev is None else claim(spec.outdev, "OUT")
        except OptionError:
            give_back()
            raise
        made = _Redirector(
            spec.common.name,
            spec.indev or "",
            spec.outdev or "",
            None if sink is None else _outlet(sink, lambda: made.vnet_header),
            vnet_header=spec.vnet_header,
            queue=queue,
            on=on,
        )
        if source is not None:
            made.listen(source, self._report)
        return made, give_back


class _Redirector(Redirector):
    """A redirector that leaves its peer unread while it is off."""

    _source: Channel | None = None

    def listen(self, source: Channel, report: Callable[[str], None]) -> None:
        """Bring in what comes from ``source``; who breaks the framing is dropped."""
        head = 8 if self.vnet_header else 4
        framer = Framer(head)

        def forget() -> None:
            nonlocal framer
            framer = Framer(head)

        def feed(data: bytes) -> None:
            try:
                frames = framer.feed(data)
            except PeerError as error:
                report(str(error))
                source.hang_up()
                return
            for frame in frames:
                self.inject(frame)

        self._source = source
        source.on_data, source.on_close = feed, forget
        source.hold(not self.on)

    def switch(self, on: bool) -> None:
        super().switch(on)
        if self._source is not None:
            self._source.hold(not on)


def _outlet(channel: Channel, has_header: Callable[[], bool]) -> Outlet:
    def put(frame: bytes) -> None:
        channel.write((prefix_with_header if has_header() else prefix)(frame))

    return put

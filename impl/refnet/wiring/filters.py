"""The filters of a machine: made, found, changed and taken away by name (FILT-02, FILT-06..08)."""

from collections.abc import Callable
from typing import Any

from ..backend.loop import Loop
from ..clock import VirtualClock
from ..errors import NotFound, OptionError
from ..fabric.filters.base import Filter, Property, TimedFilter, attach
from ..fabric.port import Fabric, Port
from ..options.objects import Common, FilterBuffer, FilterDump, FilterSpec
from . import filter_properties
from .filter_kinds import Maker
from .filter_properties import check_interval, check_length, check_status


class Filters:
    """All filters, oldest first; what holds frames is a source of deadlines for the loop."""

    def __init__(self, fabric: Fabric, loop: Loop, clock: VirtualClock, maker: Maker) -> None:
        self._fabric = fabric
        self._loop = loop
        self._clock = clock
        self._maker = maker
        self._all: list[_Entry] = []

    def add(self, spec: FilterSpec) -> None:
        """Make a filter, checking in QEMU's order.

        Raises:
            OptionError: it does not fit, or what it needs is not there.
        """
        common = spec.common
        if self._find(common.name) is not None:
            raise OptionError(
                f"attempt to add duplicate property '{common.name}' to object (type 'container')"
            )
        on = check_status(common.status)
        if isinstance(spec, FilterDump):
            check_length(spec.maxlen)
        if isinstance(spec, FilterBuffer):
            check_interval(spec.interval)
        port = self._netdev(common.netdev)
        if common.position not in ("head", "tail") and not common.position.startswith("id="):
            raise OptionError("Parameter 'position' expects 'head', 'tail' or 'id=<id>'")
        beside = self._neighbour(common, port)
        made, give_back = self._maker.make(spec, on)
        made.position, made.insert = common.position, common.insert
        attach(made, port, beside)
        self._all.append(_Entry(made, give_back))
        if isinstance(made, TimedFilter):
            timer = _Timer(made, self._fabric, self._clock)
            self._all[-1].timer = timer
            self._loop.add_source(timer)

    def remove(self, name: str) -> None:
        """Take a filter away; its file is complete, and what it holds goes on.

        Raises:
            OptionError: there is none of that name.
        """
        entry = self._find(name)
        if entry is None:
            raise OptionError(f"object '{name}' not found")
        self._all.remove(entry)
        entry.filter.close()
        entry.give_back()
        if entry.timer is not None:
            self._loop.remove_source(entry.timer)

    def remove_from(self, port: Port) -> None:
        """Take away every filter of a port."""
        for each in [each for each in self._all if each.filter.port is port]:
            self.remove(each.filter.name)

    def close(self) -> None:
        """Take all away."""
        for each in tuple(self._all):
            self.remove(each.filter.name)

    def get(self, path: str, name: str) -> Property:
        """A property.

        Raises:
            OptionError: there is no such object or property.
        """
        return filter_properties.read(self._at(path), name)

    def parse(self, path: str, name: str, text: str) -> None:
        """Set a property to what ``text`` says (FILT-07).

        Raises:
            OptionError: there is no such object, or the value does not fit.
        """
        filter_properties.parse(self._at(path), name, text)

    def set(self, path: str, name: str, value: Any) -> None:
        """Set a property to a value of JSON.

        Raises:
            OptionError: there is no such object, or the value does not fit.
        """
        filter_properties.write(self._at(path), name, value)

    def _netdev(self, name: str) -> Port:
        found = [each for each in self._fabric.ports if each.name == name and each.kind != "nic"]
        if not found:
            raise OptionError("Parameter 'netdev' expects a network backend id")
        if len(found) > 1:
            raise OptionError("multiqueue is not supported")
        return found[0]

    def list(self, path: str) -> list[tuple[str, str]]:
        """Names and types of the properties of an object, or of ``/objects``.

        Raises:
            NotFound: there is no such object.
        """
        if path.strip("/") == "objects":
            filters = (entry.filter for entry in self._all)
            inner = [(each.name, f"child<{each.kind}>") for each in filters]
            return [("type", "string"), *inner]
        return filter_properties.kinds(self._at(path))

    def _neighbour(self, common: Common, port: Port) -> Filter | None:
        if not common.position.startswith("id="):
            return None
        name = common.position.removeprefix("id=")
        beside = self._find(name)
        if beside is None and name != common.name:
            raise OptionError(f"filter '{name}' not found")
        if beside is None or beside.filter.port is not port:
            raise OptionError(f"filter '{name}' belongs to a different netdev")
        return beside.filter

    def _find(self, name: str) -> "_Entry | None":
        return next((each for each in self._all if each.filter.name == name), None)

    def _at(self, path: str) -> Filter:
        entry = self._find(path.removeprefix("/objects/"))
        if entry is None:
            raise NotFound(f"Device '{path}' not found")
        return entry.filter


class _Timer:
    """A filter as a source of deadlines; none while the machine stands still."""

    def __init__(self, filter: TimedFilter, fabric: Fabric, clock: VirtualClock) -> None:
        self._filter = filter
        self._fabric = fabric
        self._clock = clock

    def next_deadline(self) -> int | None:
        deadline = self._filter.next_deadline()
        if deadline is None or not self._fabric.running:
            return None
        return self._clock.real(deadline)

    def poll(self, now: int) -> None:
        self._filter.poll()


class _Entry:
    """A filter and what goes with it."""

    def __init__(self, filter: Filter, give_back: Callable[[], None]) -> None:
        self.filter = filter
        self.give_back = give_back
        self.timer: _Timer | None = None

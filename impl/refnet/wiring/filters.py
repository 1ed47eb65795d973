"""The filters of a machine: made, found, changed and taken away by name (FILT-02, FILT-06..08)."""

from collections.abc import Callable

from ..backend import files
from ..clock import Clock
from ..errors import HostError, OptionError
from ..fabric.filters.base import Direction, Filter, attach
from ..fabric.filters.dump import Dump
from ..fabric.port import Fabric, Port
from ..options.objects import FilterDump


class Filters:
    """All filters, oldest first.

    Args:
        epoch: the time of day at the start, in seconds since 1970 (FILT-03).
    """

    def __init__(
        self, fabric: Fabric, clock: Clock, epoch: int, report: Callable[[str], None]
    ) -> None:
        self._fabric = fabric
        self._clock = clock
        self._epoch = epoch
        self._report = report
        self._all: list[Dump] = []

    def add(self, spec: FilterDump) -> None:
        """Make a dump, checking in QEMU's order.

        Raises:
            OptionError: it does not fit, or its file can't be made.
        """
        if any(each.name == spec.name for each in self._all):
            raise OptionError(
                f"attempt to add duplicate property '{spec.name}' to object (type 'container')"
            )
        if spec.maxlen == 0:
            raise OptionError("Property 'filter-dump.maxlen' doesn't take value '0'")
        on = _parse_status(spec.status)
        if spec.position not in ("head", "tail") and not spec.position.startswith("id="):
            raise OptionError("Parameter 'position' expects 'head', 'tail' or 'id=<id>'")
        port = self._fabric.find(spec.netdev)
        if port is None:
            raise OptionError("Parameter 'netdev' expects a network backend id")
        beside = self._neighbour(spec, port)
        try:
            sink = files.create_capture(spec.file)
        except HostError as error:
            raise OptionError(str(error)) from None
        dump = Dump(
            spec.name,
            spec.file,
            sink,
            self._clock,
            epoch=self._epoch,
            maxlen=spec.maxlen,
            queue=Direction(spec.queue),
            on=on,
            report=self._report,
        )
        dump.position, dump.insert = spec.position, spec.insert
        attach(dump, port, beside)
        self._all.append(dump)

    def remove(self, name: str) -> None:
        """Take a filter away; its file is complete.

        Raises:
            OptionError: there is none of that name.
        """
        dump = self._find(name)
        if dump is None:
            raise OptionError(f"object '{name}' not found")
        self._all.remove(dump)
        dump.close()

    def remove_from(self, port: Port) -> None:
        """Take away every filter of a port."""
        for each in [each for each in self._all if each.port is port]:
            self.remove(each.name)

    def close(self) -> None:
        """Take all away."""
        for each in tuple(self._all):
            self.remove(each.name)

    def get(self, path: str, name: str) -> str:
        """A property, as text.

        Raises:
            OptionError: there is no such object or property.
        """
        properties = dict(self._at(path).properties())
        if name not in properties:
            raise OptionError(f"Property 'filter-dump.{name}' not found")
        return properties[name]

    def set(self, path: str, name: str, value: str) -> None:
        """Change a property; only ``status`` can be changed (FILT-07).

        Raises:
            OptionError: there is no such object, or the value does not fit.
        """
        dump = self._at(path)
        if name != "status":
            raise OptionError(f"Property 'filter-dump.{name}' can't be set now")
        dump.on = _parse_status(value)

    def _neighbour(self, spec: FilterDump, port: Port) -> Filter | None:
        if not spec.position.startswith("id="):
            return None
        name = spec.position.removeprefix("id=")
        beside = self._find(name)
        if beside is None and name != spec.name:
            raise OptionError(f"filter '{name}' not found")
        if beside is None or beside.port is not port:
            raise OptionError(f"filter '{name}' belongs to a different netdev")
        return beside

    def _find(self, name: str) -> Dump | None:
        return next((each for each in self._all if each.name == name), None)

    def _at(self, path: str) -> Dump:
        dump = self._find(path.removeprefix("/objects/"))
        if dump is None:
            raise OptionError(f"Device '{path}' not found")
        return dump


def _parse_status(text: str) -> bool:
    if text not in ("on", "off"):
        raise OptionError("Invalid value for netfilter status, should be 'on' or 'off'")
    return text == "on"

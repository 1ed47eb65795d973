"""A machine without a processor: netdevs, hubs, filters and monitors, made from options.

The process runs it on the system's clock; the suite runs the same code on a clock that it moves by
hand. Everything happens in :meth:`Machine.step`.
"""

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from . import wiring
from .backend import channel, files
from .backend.loop import Loop
from .backend.netdevs import Site
from .backend.stream import StreamPort
from .backend.user import UserPort
from .clock import SECOND, Clock, VirtualClock
from .errors import HostError, OptionError
from .fabric.filters import base
from .fabric.filters.base import Direction, Filter
from .fabric.filters.dump import Dump
from .fabric.hub import Hub, HubPort
from .fabric.port import Fabric, Port, join
from .monitor import hmp, qmp, readline
from .options import netdev, nic, objects, texts
from .options.argv import Arguments
from .options.chardev import ByFd, ByPath, ByPort, Chardev, Monitor, Stdio
from .options.forwards import is_character_device, parse_bound, parse_host_forward
from .options.grammar import Line, check_identifier
from .options.netdev import Dgram, Netdev, Socket, Stream
from .options.objects import FilterDump
from .options.user import User
from .slirp.stack import Slirp

_T = TypeVar("_T")

_SMB_SERVER = "/usr/sbin/smbd"
_RESOLV_CONF = "/etc/resolv.conf"


class Machine:
    """Everything that a command line asks for, running.

    Args:
        arguments: the command line, read.
        clock: what time is; None: the system's. A clock of another kind never makes
            :meth:`step` sleep for a deadline: whoever moves it does so between steps.
        report: told, line by line, what the person who runs this should know; ``warning: ...``.
        epoch: the time of day at the start, in seconds since 1970, for captures (FILT-03).
        resolv_conf: where the host's resolver is read from (DNS-05).

    Raises:
        OptionError: the command line can't be carried out. Nothing is left behind.
    """

    release = texts.RELEASE

    def __init__(
        self,
        arguments: Arguments,
        clock: Clock | None = None,
        report: Callable[[str], None] = lambda text: None,
        epoch: int = 0,
        resolv_conf: str = _RESOLV_CONF,
    ) -> None:
        self.loop = Loop(clock)
        self.clock = VirtualClock(self.loop.clock)
        self.fabric = Fabric()
        self.hubs: list[Hub] = []
        self.finished = False
        self._arguments = arguments
        self._report = report
        self._epoch = epoch
        self._resolv_conf = resolv_conf
        self._filters: list[Dump] = []
        self._channels: dict[str, channel.Channel] = {}
        self._sessions: dict[str, qmp.Session | readline.Session] = {}
        self._cards: list[nic.Card] = []
        self._named = 0
        self._closed = False
        try:
            self._build(arguments)
        except BaseException:
            self.close()
            raise

    # -- running ---------------------------------------------------------------------------------

    def step(self, timeout: float | None = 0.0) -> bool:
        """One wake-up: wait up to ``timeout`` seconds (None: without end) for something, do it.

        Returns whether there was anything to do.
        """
        return self.loop.step(timeout)

    def next_deadline(self) -> int | None:
        """The earliest timer, in ns of the clock that the machine was given; None: no timer."""
        return self.loop.next_deadline()

    def run(self) -> None:
        """Step until :meth:`quit`."""
        while not self.finished and not self.loop.stopped:
            self.loop.step(None)

    def close(self) -> None:
        """Close every port, file and monitor. Captures are complete; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        for name in [dump.name for dump in self._filters]:
            self.remove_object(name)
        for port in tuple(self.fabric.ports):
            port.close()
        for each in self._channels.values():
            each.close()
        self.loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # -- what the monitors ask (monitor.seam.Machine) --------------------------------------------

    @property
    def running(self) -> bool:
        return self.fabric.running

    def execute(self, command: str) -> str:
        """What the human monitor answers to a command; lines end in ``\\n``."""
        return hmp.execute(self, command)

    def stop(self) -> None:
        """Let time and frames stand still (GEN-10, GEN-11)."""
        if self.running:
            self.fabric.stop()
            self.clock.stop()
            self._notify("STOP")

    def resume(self) -> None:
        """Go on; frames that waited move first."""
        if not self.running:
            self.clock.resume()
            self.fabric.resume()
            self._notify("RESUME")

    def quit(self) -> None:
        """End :meth:`run`."""
        self._notify("SHUTDOWN", {"guest": False, "reason": "host-qmp-quit"})
        self.finished = True

    def timestamp(self) -> int:
        return self._epoch * SECOND + self.loop.clock.now()

    def user_port(self, name: str | None) -> UserPort:
        if name is None:
            port = next((each for each in self.fabric.ports if isinstance(each, UserPort)), None)
            if port is None:
                raise OptionError("user mode network stack not in use")
            return port
        found = self.fabric.find(name)
        if found is None:
            raise OptionError(f"unrecognized netdev id '{name}'")
        if not isinstance(found, UserPort):
            raise OptionError("invalid device specified")
        return found

    def add_host_forward(self, port: UserPort, rule: str) -> None:
        forward = parse_host_forward(rule, port.stack.config.dhcp_start)
        failures = len(port.stack.failed_forwards)
        port.stack.add_host_forward(forward)
        port.settle()
        if len(port.stack.failed_forwards) > failures:
            raise OptionError(f"Could not set up host forwarding rule '{rule}'")

    def remove_host_forward(self, port: UserPort, rule: str) -> bool:
        bound = parse_bound(rule)
        removed = port.stack.remove_host_forward(bound.protocol, bound.address, bound.port)
        port.settle()
        return removed

    def set_link(self, name: str, up: bool) -> None:
        port = self.fabric.find(name)
        if port is None:
            raise OptionError(f"Device '{name}' not found")
        port.link_up = up
        port.on_link_change()

    def add_netdev(self, text: str) -> None:
        line = netdev.split(text, self._report)
        check_identifier(line)
        try:
            self._add_netdev(line)
        except OptionError as error:
            raise _bare(error, line) from None

    def remove_netdev(self, name: str) -> None:
        port = self.fabric.find(name)
        if port is None:
            raise OptionError(f"Device '{name}' not found")
        for dump in [each for each in self._filters if each.port is port]:
            self.remove_object(dump.name)
        if port.peer is not None:
            port.peer.forget(port)
            port.peer.peer = None
        if isinstance(port, HubPort):
            port.hub.ports.remove(port)
        port.close()
        self.fabric.ports.remove(port)

    def add_object(self, text: str) -> None:
        line = objects.split(text, self._report)
        try:
            spec = objects.interpret(line)
            self._check_new_object(spec.name)
            self._add_dump(spec)
        except OptionError as error:
            raise _bare(error, line) from None

    def remove_object(self, name: str) -> None:
        dump = next((each for each in self._filters if each.name == name), None)
        if dump is None:
            raise OptionError(f"object '{name}' not found")
        self._filters.remove(dump)
        dump.close()

    def get_property(self, path: str, name: str) -> str:
        properties = dict(self._filter_at(path).properties())
        if name not in properties:
            raise OptionError(f"Property 'filter-dump.{name}' not found")
        return properties[name]

    def set_property(self, path: str, name: str, value: str) -> None:
        dump = self._filter_at(path)
        if name != "status":
            raise OptionError(f"Property 'filter-dump.{name}' can't be set now")
        dump.on = _status(value)

    # -- building --------------------------------------------------------------------------------

    def _build(self, arguments: Arguments) -> None:
        for device in arguments.chardevs:
            self._channels[device.name] = _located(device.line, partial(self._open, device))
        for line in arguments.netdevs:
            self._add_netdev(line)
        for line in arguments.nics:
            self._carry_out(nic.interpret_nic(line, self._fresh_name()))
        for line in arguments.nets:
            self._carry_out(nic.interpret_net(line, self._fresh_name()))
        for spec in arguments.objects:
            self._add_dump(spec)
        for monitor in arguments.monitors:
            self._add_monitor(monitor)
        for warning in self._loose_ends():
            self._report(f"warning: {warning}")
        if arguments.stopped:
            self.stop()
        for each in self._channels.values():
            each.start()

    def _open(self, device: Chardev) -> channel.Channel:
        match device.means:
            case Stdio():
                return channel.StdioChannel(self.loop)
            case ByFd(text):
                return channel.from_fd(self.loop, text)
            case ByPath(path, server, wait):
                return channel.from_place(self.loop, path, server, wait)
            case ByPort(host, port, server, wait):
                return channel.from_place(self.loop, (host, port), server, wait)
        return channel.Channel()

    def _add_netdev(self, line: Line) -> None:
        spec = netdev.interpret(line)
        if self.fabric.find(spec.name) is not None:
            raise line.error(f"Duplicate ID '{spec.name}'")
        _located(line, partial(self._make, spec))

    def _carry_out(self, request: nic.Request) -> None:
        """Do what a ``-nic`` or ``-net`` asks for."""
        port: Port | None = None
        if request.netdev is not None:
            if self.fabric.find(request.netdev.name) is not None:
                raise request.line.error(f"Duplicate ID '{request.netdev.name}'")
            port = _located(request.line, partial(self._make, request.netdev))
        if request.card is not None:
            wanted = request.card.netdev
            if wanted is not None and self.fabric.find(wanted) is None:
                raise request.line.error(f"netdev '{wanted}' not found")
            self._cards.append(request.card)
        if request.on_hub:
            place = self._hub(0).add_port(self.fabric)
            if port is not None:
                join(place, port)

    def _fresh_name(self) -> str:
        """A name for a netdev or card without one (CLI-17); it can't clash with a given one."""
        self._named += 1
        return f"#net{self._named - 1}00"

    def _hub(self, number: int) -> Hub:
        """The hub of that number, made at its first use (HUB-04)."""
        hub = next((each for each in self.hubs if each.number == number), None)
        if hub is None:
            hub = Hub(number)
            self.hubs.insert(0, hub)
        return hub

    def _make(self, spec: Netdev) -> Port:
        site = Site(self.fabric, self.loop, self._on_connection, self._report)
        match spec:
            case User():
                return self._make_user(spec)
            case Dgram():
                return wiring.dgram(site, spec)
            case Stream():
                return wiring.stream(site, spec)
            case Socket():
                return wiring.socket(site, spec)
        return self._make_hub_port(spec)

    def _make_hub_port(self, spec: netdev.HubPort) -> Port:
        station: Port | None = None
        if spec.netdev is not None:
            station = self.fabric.find(spec.netdev)
            if station is None:
                raise OptionError(f"netdev '{spec.netdev}' not found")
            if station.peer is not None or isinstance(station, HubPort):
                raise OptionError(f"netdev '{spec.netdev}' is already in use")
        port = self._hub(spec.hub).add_port(self.fabric, spec.name)
        if station is not None:
            join(port, station)
        return port

    def _make_user(self, spec: User) -> Port:
        stack = Slirp(spec.config, self._arguments.profile, self._arguments.seed)

        def report(text: str) -> None:
            self._report(spec.line.located(text))

        port = UserPort(
            self.fabric,
            spec.name,
            self.loop,
            stack,
            self.clock,
            spec.summary,
            report,
            self._resolv_conf,
        )
        self._check_forwards(spec, stack)
        return port

    def _check_forwards(self, spec: User, stack: Slirp) -> None:
        if stack.failed_guest_forwards:
            failed = stack.failed_guest_forwards[0]
            if not is_character_device(failed.device):
                complaint = f"'{failed.device}' is not a valid char driver"
                self._report(spec.line.located(complaint))
            raise OptionError(
                f"Could not open guest forwarding device 'guestfwd.tcp.{failed.port}'"
            )
        if stack.failed_forwards:
            forward, _ = stack.failed_forwards[0]
            rule = spec.forwards[spec.config.host_forwards.index(forward)]
            raise OptionError(f"Could not set up host forwarding rule '{rule}'")
        if spec.shared_directory is not None:
            if files.exists(_SMB_SERVER):
                raise OptionError("smb= is not supported")
            raise OptionError(f"Could not find '{_SMB_SERVER}', please install it")

    def _add_dump(self, spec: FilterDump) -> None:
        if spec.maxlen == 0:
            raise OptionError("Property 'filter-dump.maxlen' doesn't take value '0'")
        on = _status(spec.status)
        if spec.position not in ("head", "tail") and not spec.position.startswith("id="):
            raise OptionError("Parameter 'position' expects 'head', 'tail' or 'id=<id>'")
        port = self.fabric.find(spec.netdev)
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
            self.clock,
            epoch=self._epoch,
            maxlen=spec.maxlen,
            queue=Direction(spec.queue),
            on=on,
            report=self._report,
        )
        dump.position, dump.insert = spec.position, spec.insert
        base.attach(dump, port, beside)
        self._filters.append(dump)

    def _neighbour(self, spec: FilterDump, port: Port) -> Filter | None:
        if not spec.position.startswith("id="):
            return None
        name = spec.position.removeprefix("id=")
        beside = next((each for each in self._filters if each.name == name), None)
        if beside is None and name != spec.name:
            raise OptionError(f"filter '{name}' not found")
        if beside is None or beside.port is not port:
            raise OptionError(f"filter '{name}' belongs to a different netdev")
        return beside

    def _check_new_object(self, name: str) -> None:
        if any(each.name == name for each in self._filters):
            raise OptionError(
                f"attempt to add duplicate property '{name}' to object (type 'container')"
            )

    def _filter_at(self, path: str) -> Dump:
        name = path.removeprefix("/objects/")
        dump = next((each for each in self._filters if each.name == name), None)
        if dump is None:
            raise OptionError(f"Device '{path}' not found")
        return dump

    def _add_monitor(self, monitor: Monitor) -> None:
        line = monitor.line
        on = self._channels.get(monitor.chardev)
        if on is None:
            raise line.error(f'chardev "{monitor.chardev}" not found')
        if monitor.chardev in self._sessions:
            raise line.error(f"Device '{monitor.chardev}' is in use")

        def write(text: str) -> None:
            on.write(text.encode("utf-8", "surrogateescape"))

        session: qmp.Session | readline.Session
        if monitor.control:
            session = qmp.Session(self, write, monitor.pretty)
        else:
            session = readline.Session(self, write)
        self._sessions[monitor.chardev] = session
        on.on_open = session.open
        on.on_data = lambda data: session.feed(data.decode("utf-8", "surrogateescape"))

    def _loose_ends(self) -> list[str]:
        """The warnings about what leads nowhere, in QEMU's order (CLI-05..07)."""
        warnings: list[str] = []
        for hub in self.hubs:
            warnings += [
                f"hub port {port.name} has no peer" for port in hub.ports if port.peer is None
            ]
            if any(port.peer is not None and port.peer.on_host for port in hub.ports):
                warnings.append(f"hub {hub.number} with no nics")
        warnings += [
            f"netdev {port.name} has no peer" for port in self.fabric.ports if port.peer is None
        ]
        return warnings + [card.warning for card in self._cards]

    # -- events ----------------------------------------------------------------------------------

    def _notify(self, event: str, data: dict[str, Any] | None = None) -> None:
        for session in self._sessions.values():
            if isinstance(session, qmp.Session):
                session.notify(event, data)

    def _on_connection(self, port: StreamPort, address: dict[str, Any] | None) -> None:
        if address is None:
            self._notify("NETDEV_STREAM_DISCONNECTED", {"netdev-id": port.name})
        else:
            self._notify("NETDEV_STREAM_CONNECTED", {"netdev-id": port.name, "addr": address})


def _located(line: Line, make: Callable[[], _T]) -> _T:
    """Call ``make``; what it refuses is said of ``line``."""
    try:
        return make()
    except (OptionError, HostError) as error:
        raise line.error(str(error)) from None


def _bare(error: OptionError, line: Line) -> OptionError:
    """The same complaint without the place, which a monitor does not name."""
    return OptionError(str(error).removeprefix(line.located("")))


def _status(text: str) -> bool:
    if text not in ("on", "off"):
        raise OptionError("Invalid value for netfilter status, should be 'on' or 'off'")
    return text == "on"

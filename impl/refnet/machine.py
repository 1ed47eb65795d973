"""A machine without a processor: netdevs, hubs, filters and monitors, made from options.

The process runs it on the system's clock; the suite runs the same code on a clock that it moves by
hand. Everything happens in :meth:`Machine.step`.
"""

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from .backend.loop import Loop
from .backend.netdevs import Site
from .backend.stream import StreamPort
from .backend.user import UserPort
from .clock import SECOND, Clock, VirtualClock
from .errors import HostError, NotFound, OptionError
from .fabric.hub import Hub, HubPort
from .fabric.nic import Nic
from .fabric.port import Fabric, Port, join
from .options import device, netdev, nic, objects, texts
from .options.argv import Arguments
from .options.forwards import is_character_device, parse_bound, parse_host_forward
from .options.grammar import (
    Dialect,
    Line,
    Value,
    check_identifier,
    from_members,
    split_keyval,
    split_opts,
)
from .options.links import L2tpv3, Vde
from .options.netdev import Dgram, Netdev, Socket, Stream
from .options.taps import Bridge, Tap
from .options.user import User
from .options.vhost import VhostUser, VhostVdpa
from .slirp.stack import Slirp
from .wiring import links, netdevs, shares, taps, vhost
from .wiring.announcements import Announcements
from .wiring.cards import Cards
from .wiring.consoles import Consoles
from .wiring.filter_kinds import Maker
from .wiring.filters import Filters
from .wiring.hardware import Hardware
from .wiring.hotplug import Channels, Devices
from .wiring.loose_ends import loose_ends

_T = TypeVar("_T")

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
        self._consoles = Consoles(self, self.loop)
        maker = Maker(self.clock, self._consoles, epoch, report)
        self._filters = Filters(self.fabric, self.loop, self.clock, maker)
        self._board = arguments.board
        self.hardware = Hardware(
            self.loop, self.clock, self._board.chassis, arguments.memory, arguments.usb
        )
        self._cards = Cards(
            self.fabric, self._board, self.hardware, arguments.usb, arguments.display, report
        )
        self.announcements = Announcements(self.fabric, self.loop)
        self.devices = Devices(self._cards, self._board, self._consoles.notify, report)
        self.channels = Channels(self._consoles)
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
        """Step until :meth:`quit`, or until the loop is stopped."""
        while not self.finished and not self.loop.stopped:
            self.loop.step(None)
        if not self.finished:
            self._consoles.notify("SHUTDOWN", {"guest": False, "reason": "host-signal"})

    def close(self) -> None:
        """Close every port, file and monitor. Captures are complete; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        self._filters.close()
        for port in tuple(self.fabric.ports):
            port.close()
        self._consoles.close()
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
        from .monitor import hmp

        return hmp.execute(self, command)

    def stop(self) -> None:
        """Let time and frames stand still (GEN-10, GEN-11)."""
        if self.running:
            self.fabric.stop()
            self.clock.stop()
            self._consoles.notify("STOP")

    def resume(self) -> None:
        """Go on; frames that waited move first."""
        if not self.running:
            self.clock.resume()
            self.fabric.resume()
            self._consoles.notify("RESUME")

    def quit(self) -> None:
        """End :meth:`run`."""
        self.finished = True
        self._consoles.notify("SHUTDOWN", {"guest": False, "reason": "host-qmp-quit"})

    def reset(self) -> None:
        """Reset the guest that is not there, and every device; those who listen are told."""
        self.hardware.reset()
        self._consoles.notify("RESET", {"guest": False, "reason": "host-qmp-system-reset"})
        self.devices.reset()

    def power_down(self) -> None:
        """Press the button that nobody watches; those who listen are told."""
        self._consoles.notify("POWERDOWN")

    def timestamp(self) -> int:
        return self._epoch * SECOND + self.loop.clock.now()

    def user_port(self, name: str | None) -> UserPort:
        if name is None:
            port = next((each for each in self.fabric.ports if isinstance(each, UserPort)), None)
            if port is None:
                raise OptionError("user mode network stack not in use")
            return port
        found = self.fabric.find_netdev(name)
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

    def usb(self) -> list[str] | None:
        return self._cards.usb()

    def set_link(self, name: str, up: bool) -> None:
        port = self.fabric.find(name)
        if port is None:
            raise NotFound(f"Device '{name}' not found")
        # A NIC shares the cable of its netdev; the other way round it does not (HUB-08).
        ends = [port, port.peer] if isinstance(port.peer, Nic) else [port]
        for end in ends:
            end.link_up = up
            end.on_link_change()

    def add_netdev(self, text: str) -> str | None:
        prefix = Line("netdev_add", text).located("")
        line = split_opts(
            "netdev_add", text, "type", lambda said: self._report(said.removeprefix(prefix))
        )
        if netdev.wants_help(line):
            return netdev.HELP
        try:
            check_identifier(line)
            name = line.get("id")
            if isinstance(name, str) and self.fabric.find_netdev(name) is not None:
                raise line.error(f"Duplicate ID '{name}' for netdev")
        except OptionError as error:
            self._report(str(_bare(error, line)))
            return None
        self._create_netdev(line)
        return ""

    def create_netdev(self, members: dict[str, Any]) -> None:
        line = from_members("netdev_add", "", members)
        try:
            check_identifier(line)
        except OptionError as error:
            raise _bare(error, line) from None
        self._create_netdev(line)

    def _create_netdev(self, line: Line) -> None:
        try:
            self._add_netdev(line)
        except OptionError as error:
            raise _bare(error, line) from None

    def remove_netdev(self, name: str) -> None:
        port = self.fabric.find_netdev(name)
        if port is None:
            raise NotFound(f"Device '{name}' not found")
        self._filters.remove_from(port)
        if port.peer is not None:
            port.peer.forget(port)
            if not isinstance(port.peer, Nic):
                port.peer.peer = None
        if isinstance(port, HubPort):
            port.hub.ports.remove(port)
        for queue in [each for each in self.fabric.ports if _is_queue(each, port)]:
            queue.close()
            self.fabric.ports.remove(queue)

    def add_object(self, text: str) -> str:
        line = objects.split(text, lambda said: None)
        answer = objects.help_for(line)
        if answer is None:
            if line.dialect is Dialect.OPTS:
                try:
                    line = split_keyval("-object", text, "qom-type")
                except OptionError as error:
                    raise _bare(error, line) from None
            self._create_object(line)
        return answer or ""

    def create_object(self, members: dict[str, Any]) -> None:
        self._create_object(from_members("object-add", "", members))

    def _create_object(self, line: Line) -> None:
        try:
            self._filters.add(objects.interpret(line))
        except OptionError as error:
            raise _bare(error, line) from None

    def remove_object(self, name: str) -> None:
        self._filters.remove(name)

    def get_property(self, path: str, name: str) -> str | int | bool:
        return self._filters.get(path, name)

    def parse_property(self, path: str, name: str, text: str) -> None:
        self._filters.parse(path, name, text)

    def set_property(self, path: str, name: str, value: Any) -> None:
        self._filters.set(path, name, value)

    def list_properties(self, path: str) -> list[tuple[str, str]]:
        if path.strip("/") == "":
            return [("type", "string"), ("objects", "child<container>")]
        return self._filters.list(path)

    # -- building --------------------------------------------------------------------------------

    def _build(self, arguments: Arguments) -> None:
        for channel in arguments.chardevs:
            self._consoles.open(channel)
        for line in arguments.netdevs:
            self._add_netdev(line)
        for line in arguments.nics:
            self._cards.check_room(line)
            self._carry_out(nic.interpret_nic(line, self._fresh_name(line)))
        vlans = arguments.profile.has_vlans
        for line in arguments.nets:
            if line.get("type") == "nic":
                self._cards.check_room(line)
            self._check_wanted(line)
            self._carry_out(nic.interpret_net(line, self._fresh_name(line), vlans))
        for spec in arguments.objects:
            self._filters.add(spec)
        self._cards.fit()
        for line in arguments.devices:
            self._cards.plug(device.interpret(line, self._cards.surroundings()))
        for server in arguments.qtests:
            self._consoles.add_qtest(server, self.hardware)
        for monitor in arguments.monitors:
            self._consoles.add(monitor)
        if not arguments.default_network:
            self._tell_loose_ends()
        if arguments.stopped:
            self.stop()
        self._consoles.start()

    def _add_netdev(self, line: Line, suffix: str = "") -> None:
        spec = netdev.interpret(line)
        if self.fabric.find_netdev(spec.name) is not None:
            raise line.error(f"Duplicate ID '{spec.name}'{suffix}")
        _located(line, partial(self._make, spec))

    def _carry_out(self, request: nic.Request) -> None:
        """Do what a ``-nic`` or ``-net`` asks for."""
        port: Port | None = None
        if request.netdev is not None:
            if self.fabric.find_netdev(request.netdev.name) is not None:
                raise request.line.error(f"Duplicate ID '{request.netdev.name}'")
            make = partial(self._make, request.netdev, on_hub=request.hub is not None)
            port = _located(request.line, make)
        place = None if request.hub is None else self._hub(request.hub).add_port(self.fabric)
        if request.card is not None:
            on = self.fabric.find_netdev(request.card.netdev) if request.card.netdev else place
            self._cards.ask(request.card, on)
        elif place is not None and port is not None:
            join(place, port)

    def _check_wanted(self, line: Line) -> None:
        """Look at what ``-net nic`` names: its netdev is to be there, its own name not."""
        if line.get("type") != "nic":
            return
        vlans = self._arguments.profile.has_vlans
        nic.interpret_net(line._replace(pairs=_without(line, "macaddr")), "", vlans)
        name, wanted = line.get("id"), line.get("netdev")
        if isinstance(name, str) and self.fabric.find_netdev(name) is not None:
            raise line.error(f"Duplicate ID '{name}'")
        if isinstance(wanted, str) and self.fabric.find_netdev(wanted) is None:
            raise line.error(f"netdev '{wanted}' not found")

    def _fresh_name(self, line: Line) -> str:
        """A name for a netdev or card without one (CLI-17); it can't clash with a given one."""
        if line.get("id") is not None:
            return ""
        self._named += 1
        return f"#net{self._named - 1}00"

    def _hub(self, number: int) -> Hub:
        """The hub of that number, made at its first use (HUB-04)."""
        hub = next((each for each in self.hubs if each.number == number), None)
        if hub is None:
            hub = Hub(number)
            self.hubs.insert(0, hub)
        return hub

    def _make(self, spec: Netdev, on_hub: bool = False) -> Port:
        site = Site(self.fabric, self.loop, self._on_connection, self._report)
        match spec:
            case User():
                return self._make_user(spec)
            case Dgram():
                return netdevs.dgram(site, spec)
            case Stream():
                return netdevs.stream(site, spec)
            case Socket():
                return netdevs.socket(site, spec)
            case Tap():
                return taps.tap(site, spec, on_hub)
            case Bridge():
                return taps.bridge(site, spec)
            case Vde():
                return links.vde(site, spec)
            case L2tpv3():
                return links.l2tpv3(site, spec)
            case VhostUser():
                vhost.refuse_user(spec, self._consoles.means(spec.chardev))
            case VhostVdpa():
                vhost.refuse_vdpa(spec)
        return self._make_hub_port(spec)

    def _make_hub_port(self, spec: netdev.HubPort) -> Port:
        station: Port | None = None
        if spec.netdev is not None:
            station = self.fabric.find_netdev(spec.netdev)
            if station is None:
                raise OptionError(f"netdev '{spec.netdev}' not found")
            if station.peer is not None:
                raise OptionError(f"netdev '{spec.netdev}' is already in use")
        port = self._hub(spec.hub).add_port(self.fabric, spec.name)
        if station is not None:
            join(port, station)
        return port

    def _make_user(self, spec: User) -> Port:
        stack = Slirp(spec.config, self._arguments.profile, self._arguments.seed)

        starting = True

        def report(text: str) -> None:
            self._report(spec.line.located(text) if starting else text)

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
        try:
            self._check_forwards(spec, stack)
            shares.serve(port, spec)
        except (OptionError, HostError):
            port.close()
            self.fabric.ports.remove(port)
            raise
        starting = False
        return port

    def _check_forwards(self, spec: User, stack: Slirp) -> None:
        self._check_guest_ports(spec)
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

    def _check_guest_ports(self, spec: User) -> None:
        """Each port that leads to a character device is the name of one, in the whole machine."""
        users = [each for each in self.fabric.ports if isinstance(each, UserPort)]
        forwards = [each for user in users for each in user.stack.config.guest_forwards]
        ports = [each.port for each in forwards if not each.device.startswith("cmd:")]
        twice = next((port for port in ports if ports.count(port) > 1), None)
        if twice is None:
            return
        device = f"guestfwd.tcp.{twice}"
        complaint = f"attempt to add duplicate property '{device}' to object (type 'container')"
        self._report(spec.line.located(complaint))
        raise OptionError(f"Could not open guest forwarding device '{device}'")

    def _tell_loose_ends(self) -> None:
        """Warn of what leads nowhere (CLI-05..07; LEG-17)."""
        profile = self._arguments.profile
        ends = loose_ends(self.hubs, self.fabric, "vlan" if profile.has_vlans else "hub")
        for end in [*ends, *self._cards.warnings]:
            self._report(f"{'Warning' if profile.has_vlans else 'warning'}: {end}")

    # -- events ----------------------------------------------------------------------------------

    def _on_connection(self, port: StreamPort, address: dict[str, Any] | None) -> None:
        if address is None:
            self._consoles.notify("NETDEV_STREAM_DISCONNECTED", {"netdev-id": port.name})
        else:
            self._consoles.notify(
                "NETDEV_STREAM_CONNECTED", {"netdev-id": port.name, "addr": address}
            )


def _located(line: Line, make: Callable[[], _T]) -> _T:
    """Call ``make``; what it refuses is said of ``line``."""
    try:
        return make()
    except (OptionError, HostError) as error:
        raise line.error(str(error)) from None


def _bare(error: OptionError, line: Line) -> OptionError:
    """The same complaint without the place, which a monitor does not name."""
    return OptionError(str(error).removeprefix(line.located("")))


def _without(line: Line, key: str) -> tuple[tuple[str, Value], ...]:
    return tuple(pair for pair in line.pairs if pair[0] != key)


def _is_queue(one: Port, port: Port) -> bool:
    """Whether ``one`` is ``port`` or another queue of the same netdev."""
    return one.name == port.name and one.kind == port.kind

"""What the machine monitor can be asked, with QEMU's words for what is wrong with a question."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from ..errors import OptionError
from .seam import Machine, Rounds

_T = TypeVar("_T")
Reply: TypeAlias = dict[str, Any]
#: Reads the value of the member that is named.
Reader: TypeAlias = Callable[[str, Any], _T]


class CommandNotFound(OptionError):
    """There is no such command, or not now."""


class Members:
    """The arguments of a command; each is to be taken."""

    def __init__(self, members: Reply) -> None:
        self._members = dict(members)

    def take(self, name: str, reader: Reader[_T]) -> _T | None:
        """A member that may be missing: None then.

        Raises:
            OptionError: it has another type.
        """
        if name not in self._members:
            return None
        return reader(name, self._members.pop(name))

    def need(self, name: str, reader: Reader[_T]) -> _T:
        """A member that must be there.

        Raises:
            OptionError: it is missing, or has another type.
        """
        if name not in self._members:
            raise OptionError(f"Parameter '{name}' is missing")
        return reader(name, self._members.pop(name))

    def rest(self) -> Reply:
        """All that nobody took."""
        members, self._members = self._members, {}
        return members

    def finish(self) -> None:
        """Complain of a member that nobody took."""
        for name in self._members:
            raise OptionError(f"Parameter '{name}' is unexpected")


def _mistyped(name: str, kind: str) -> OptionError:
    return OptionError(f"Invalid parameter type for '{name}', expected: {kind}")


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _mistyped(name, "string")
    return value


def texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise _mistyped(name, "array")
    return [text(f"{name}[{number}]", each) for number, each in enumerate(value)]


def whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _mistyped(name, "integer")
    return value


def switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _mistyped(name, "boolean")
    return value


def anything(name: str, value: Any) -> Any:
    return value


Command: TypeAlias = Callable[[Machine, Members], Any]


def find(name: str) -> Command:
    """The command of that name.

    Raises:
        CommandNotFound: there is none.
    """
    if name not in _COMMANDS:
        raise CommandNotFound(f"The command {name} has not been found")
    return _COMMANDS[name]


def _plain(method: str) -> Command:
    """A command without arguments that ``method`` of the machine carries out."""

    def run(machine: Machine, members: Members) -> Reply:
        members.finish()
        getattr(machine, method)()
        return {}

    return run


def _constant(value: Any) -> Command:
    def run(machine: Machine, members: Members) -> Any:
        members.finish()
        return value

    return run


def _version(machine: Machine, members: Members) -> Reply:
    members.finish()
    major, minor, micro = machine.release
    return {"qemu": {"micro": micro, "minor": minor, "major": major}, "package": "refnet"}


def _status(machine: Machine, members: Members) -> Reply:
    members.finish()
    status = "running" if machine.running else "paused"
    return {"status": status, "singlestep": False, "running": machine.running}


def _commands(machine: Machine, members: Members) -> list[Reply]:
    members.finish()
    return [{"name": name} for name in ("qmp_capabilities", *_COMMANDS)]


def _receive_filters(machine: Machine, members: Members) -> list[Reply]:
    """What NICs filter: without a guest there is nothing to tell."""
    name = members.take("name", text)
    members.finish()
    if name is not None:
        port = machine.fabric.find(name)
        if port is None:
            raise OptionError(f"invalid net client name: {name}")
        if port.kind != "nic":
            raise OptionError(f"net client({name}) isn't a NIC")
        raise OptionError(f"net client({name}) doesn't support rx-filter querying")
    return []


def _announce(machine: Machine, members: Members) -> Reply:
    """Let NICs tell where they are."""
    initial, most, count, step = (
        members.need(name, whole) for name in ("initial", "max", "rounds", "step")
    )
    names = members.take("interfaces", texts)
    members.take("id", text)
    members.finish()
    chosen = None if names is None else tuple(names)
    machine.announcements.begin(Rounds(initial, step, most, count, chosen))
    return {}


def _human(machine: Machine, members: Members) -> str:
    line = members.need("command-line", text)
    processor = members.take("cpu-index", whole)
    members.finish()
    if processor is not None:
        raise OptionError("Parameter 'cpu-index' expects a CPU number")
    return machine.execute(line).replace("\n", "\r\n")


def _set_link(machine: Machine, members: Members) -> Reply:
    name, up = members.need("name", text), members.need("up", switch)
    members.finish()
    machine.set_link(name, up)
    return {}


def _netdev_add(machine: Machine, members: Members) -> Reply:
    machine.create_netdev(members.rest())
    return {}


def _object_add(machine: Machine, members: Members) -> Reply:
    machine.create_object(members.rest())
    return {}


def _delete(method: str) -> Command:
    def run(machine: Machine, members: Members) -> Reply:
        name = members.need("id", text)
        members.finish()
        getattr(machine, method)(name)
        return {}

    return run


def _device_add(machine: Machine, members: Members) -> Reply:
    machine.devices.create(members.rest())
    return {}


def _device_del(machine: Machine, members: Members) -> Reply:
    name = members.need("id", text)
    members.finish()
    machine.devices.remove(name)
    return {}


def _chardev_add(machine: Machine, members: Members) -> Reply:
    name = members.need("id", text)
    backend = members.need("backend", anything)
    members.finish()
    machine.channels.create(name, backend)
    return {}


def _chardev_remove(machine: Machine, members: Members) -> Reply:
    name = members.need("id", text)
    members.finish()
    machine.channels.remove(name)
    return {}


def _chardevs(machine: Machine, members: Members) -> list[Reply]:
    members.finish()
    return [
        {"frontend-open": is_open, "filename": description, "label": name}
        for name, description, is_open in machine.channels.rows()
    ]


def _qom_list(machine: Machine, members: Members) -> list[Reply]:
    path = members.need("path", text)
    members.finish()
    return [{"name": name, "type": kind} for name, kind in machine.list_properties(path)]


def _qom_get(machine: Machine, members: Members) -> Any:
    path, name = members.need("path", text), members.need("property", text)
    members.finish()
    return machine.get_property(path, name)


def _qom_set(machine: Machine, members: Members) -> Reply:
    path, name = members.need("path", text), members.need("property", text)
    value = members.need("value", anything)
    members.finish()
    machine.set_property(path, name, value)
    return {}


_COMMANDS: dict[str, Command] = {
    "query-version": _version,
    "query-status": _status,
    "query-name": _constant({}),
    "query-commands": _commands,
    "query-rx-filter": _receive_filters,
    "human-monitor-command": _human,
    "announce-self": _announce,
    "stop": _plain("stop"),
    "cont": _plain("resume"),
    "quit": _plain("quit"),
    "system_reset": _plain("reset"),
    "system_powerdown": _plain("power_down"),
    "set_link": _set_link,
    "netdev_add": _netdev_add,
    "netdev_del": _delete("remove_netdev"),
    "object-add": _object_add,
    "object-del": _delete("remove_object"),
    "device_add": _device_add,
    "device_del": _device_del,
    "chardev-add": _chardev_add,
    "chardev-remove": _chardev_remove,
    "query-chardev": _chardevs,
    "qom-list": _qom_list,
    "qom-get": _qom_get,
    "qom-set": _qom_set,
}

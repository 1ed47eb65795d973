"""The machine monitor: JSON commands and answers, and events (QEMU's QMP)."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import OptionError
from .seam import Machine

Reply: TypeAlias = dict[str, Any]
_NEGOTIATE = "Expecting capabilities negotiation with 'qmp_capabilities'"
#: A command longer than this is not collected any further.
_LIMIT = 1 << 20


class _Refused(Exception):
    """A command is answered with an error of this class."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Scanner:
    """Cuts a stream of characters into JSON values, without a need for line ends."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def feed(self, text: str) -> list[str]:
        """Add what arrived; the values that are complete now."""
        values: list[str] = []
        start = 0
        for index, char in enumerate(text):
            if self._quoted:
                self._quoted = self._escaped or char != '"'
                self._escaped = char == "\\" and not self._escaped
            elif char == '"':
                self._quoted = True
            elif char in "{[":
                self._depth += 1
            elif char in "}]":
                self._depth -= 1
            ended = not self._quoted and self._depth <= 0 and char in "}]\n"
            if ended or self._length + index - start > _LIMIT:
                values.append("".join((*self._parts, text[start : index + 1])))
                start = index + 1
                self._reset()
        self._parts.append(text[start:])
        self._length += len(text) - start
        return [value for value in values if value.strip()]


class Session:
    """One client of the machine monitor; ``write`` sends text to it."""

    def __init__(
        self, machine: Machine, write: Callable[[str], None], pretty: bool = False
    ) -> None:
        self._machine = machine
        self._write = write
        self._indent = 4 if pretty else None
        self._negotiated = False
        self._scanner = Scanner()

    def open(self) -> None:
        """A client is there: greet it."""
        self._negotiated = False
        self._scanner = Scanner()
        self._send({"QMP": {"version": _version(self._machine), "capabilities": []}})

    def feed(self, text: str) -> None:
        """Take what the client sent."""
        for value in self._scanner.feed(text):
            self._send(self._answer(value))

    def notify(self, event: str, data: Reply | None = None) -> None:
        """Tell of an event, once the client has negotiated."""
        if not self._negotiated:
            return
        seconds, nanoseconds = divmod(self._machine.timestamp(), 1_000_000_000)
        message: Reply = {
            "timestamp": {"seconds": seconds, "microseconds": nanoseconds // 1000},
            "event": event,
        }
        if data is not None:
            message["data"] = data
        self._send(message)

    def _send(self, message: Reply) -> None:
        self._write(json.dumps(message, indent=self._indent) + "\r\n")

    def _answer(self, text: str) -> Reply:
        identifier: Any = None
        named = False
        try:
            request = _decode(text)
            named = "id" in request
            identifier = request.get("id")
            answer: Reply = {"return": self._run(request)}
        except _Refused as error:
            answer = {"error": {"class": error.kind, "desc": str(error)}}
        except OptionError as error:
            answer = {"error": {"class": "GenericError", "desc": str(error)}}
        if named:
            answer["id"] = identifier
        return answer

    def _run(self, request: Reply) -> Any:
        name = request.get("execute", request.get("exec-oob"))
        if not isinstance(name, str):
            raise _Refused("GenericError", "QMP input lacks member 'execute'")
        if not self._negotiated and name != "qmp_capabilities":
            raise _Refused("CommandNotFound", _NEGOTIATE)
        command = _COMMANDS.get(name)
        if command is None:
            raise _Refused("CommandNotFound", f"The command {name} has not been found")
        if name == "qmp_capabilities":
            if self._negotiated:
                raise _Refused(
                    "CommandNotFound",
                    "Capabilities negotiation is already complete, command ignored",
                )
            self._negotiated = True
        arguments = request.get("arguments", {})
        if not isinstance(arguments, dict):
            raise _Refused("GenericError", "QMP input member 'arguments' must be an object")
        return command(self._machine, dict(arguments))


def _decode(text: str) -> Reply:
    try:
        request = json.loads(text)
    except json.JSONDecodeError as error:
        raise _Refused("GenericError", f"JSON parse error, {error.msg.lower()}") from None
    if not isinstance(request, dict):
        raise _Refused("GenericError", "QMP input must be a JSON object")
    return request


def _version(machine: Machine) -> Reply:
    major, minor, micro = machine.release
    return {"qemu": {"micro": micro, "minor": minor, "major": major}, "package": "refnet"}


def _text(arguments: Reply, name: str) -> str:
    if name not in arguments:
        raise _Refused("GenericError", f"Parameter '{name}' is missing")
    value = arguments.pop(name)
    if not isinstance(value, str):
        raise _Refused("GenericError", f"Invalid parameter type for '{name}', expected: string")
    return value


def _finish(arguments: Reply) -> None:
    for name in arguments:
        raise _Refused("GenericError", f"Parameter '{name}' is unexpected")


def _human(machine: Machine, arguments: Reply) -> str:
    line = _text(arguments, "command-line")
    arguments.pop("cpu-index", None)
    _finish(arguments)
    return machine.execute(line).replace("\n", "\r\n")


def _plain(method: str) -> Callable[[Machine, Reply], Reply]:
    def run(machine: Machine, arguments: Reply) -> Reply:
        _finish(arguments)
        getattr(machine, method)()
        return {}

    return run


def _named(method: str, key: str) -> Callable[[Machine, Reply], Reply]:
    def run(machine: Machine, arguments: Reply) -> Reply:
        name = _text(arguments, key)
        _finish(arguments)
        getattr(machine, method)(name)
        return {}

    return run


def _specified(method: str) -> Callable[[Machine, Reply], Reply]:
    def run(machine: Machine, arguments: Reply) -> Reply:
        getattr(machine, method)(json.dumps(arguments))
        return {}

    return run


def _capabilities(machine: Machine, arguments: Reply) -> Reply:
    arguments.pop("enable", None)
    _finish(arguments)
    return {}


def _query_version(machine: Machine, arguments: Reply) -> Reply:
    _finish(arguments)
    return _version(machine)


def _query_status(machine: Machine, arguments: Reply) -> Reply:
    _finish(arguments)
    status = "running" if machine.running else "paused"
    return {"status": status, "singlestep": False, "running": machine.running}


def _query_commands(machine: Machine, arguments: Reply) -> list[Reply]:
    _finish(arguments)
    return [{"name": name} for name in _COMMANDS]


def _set_link(machine: Machine, arguments: Reply) -> Reply:
    name = _text(arguments, "name")
    if "up" not in arguments:
        raise _Refused("GenericError", "Parameter 'up' is missing")
    up = arguments.pop("up")
    if not isinstance(up, bool):
        raise _Refused("GenericError", "Invalid parameter type for 'up', expected: boolean")
    _finish(arguments)
    try:
        machine.set_link(name, up)
    except OptionError as error:
        raise _Refused("DeviceNotFound", str(error)) from None
    return {}


def _qom_get(machine: Machine, arguments: Reply) -> str | int | bool:
    path, name = _text(arguments, "path"), _text(arguments, "property")
    _finish(arguments)
    return machine.get_property(path, name)


def _qom_set(machine: Machine, arguments: Reply) -> Reply:
    path, name = _text(arguments, "path"), _text(arguments, "property")
    value = _text(arguments, "value")
    _finish(arguments)
    machine.set_property(path, name, value)
    return {}


_COMMANDS: dict[str, Callable[[Machine, Reply], Any]] = {
    "qmp_capabilities": _capabilities,
    "query-version": _query_version,
    "query-status": _query_status,
    "query-commands": _query_commands,
    "human-monitor-command": _human,
    "stop": _plain("stop"),
    "cont": _plain("resume"),
    "quit": _plain("quit"),
    "set_link": _set_link,
    "netdev_add": _specified("add_netdev"),
    "netdev_del": _named("remove_netdev", "id"),
    "object-add": _specified("add_object"),
    "object-del": _named("remove_object", "id"),
    "qom-get": _qom_get,
    "qom-set": _qom_set,
}

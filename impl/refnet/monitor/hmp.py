"""The human monitor: commands as lines, answers as text (HFW-10, INF-08, INF-09)."""

import json
from collections.abc import Callable
from typing import NamedTuple

from ..errors import OptionError
from . import info
from .seam import Machine

PROMPT = "(qemu) "


class Command(NamedTuple):
    """One command.

    ``parameters`` are those it needs and, with a question mark, those it may have. A line with too
    few is refused with ``complaint``.
    """

    names: str
    parameters: tuple[str, ...]
    usage: str
    help: str
    run: Callable[[Machine, list[str]], str]
    complaint: str = ""


def execute(machine: Machine, line: str) -> str:
    """Carry out one line; what it prints, lines ended by ``\\n``."""
    words = _words(line)
    if not words:
        return ""
    table, name, rest, prefix = _COMMANDS, words[0], words[1:], ""
    if name == "info" and rest:
        table, name, rest, prefix = _INFOS, rest[0], rest[1:], "info "
    command = next((each for each in table if name in each.names.split("|")), None)
    if command is None:
        return f"unknown command: '{prefix}{name}'\n"
    needed = [parameter for parameter in command.parameters if not parameter.endswith("?")]
    hint = f'Try "help {prefix}{name}" for more information\n'
    if len(rest) < len(needed):
        return f"{command.complaint or f'{command.names}: string expected'}\n{hint}"
    if len(rest) > len(command.parameters):
        return f"{command.names}: extraneous characters at the end of line\n{hint}"
    return command.run(machine, rest)


def _words(line: str) -> list[str]:
    """The words of a line; one in double quotes may have spaces, and escapes with a backslash."""
    words: list[str] = []
    rest = line.strip()
    while rest:
        if rest[0] != '"':
            word, _, rest = rest.partition(" ")
        else:
            word, index = "", 1
            while index < len(rest) and rest[index] != '"':
                index += rest[index] == "\\"
                word += rest[index : index + 1]
                index += 1
            rest = rest[index + 1 :]
        words.append(word)
        rest = rest.lstrip()
    return words


def _refusal(action: Callable[[], None], prefix: str = "Error: ", hint: str = "") -> str:
    try:
        action()
    except OptionError as error:
        return f"{prefix}{error}\n{hint}"
    return ""


def _hostfwd_add(machine: Machine, words: list[str]) -> str:
    def add() -> None:
        port = machine.user_port(words[0] if len(words) > 1 else None)
        machine.add_host_forward(port, words[-1])

    return _refusal(add, prefix="")


def _hostfwd_remove(machine: Machine, words: list[str]) -> str:
    try:
        port = machine.user_port(words[0] if len(words) > 1 else None)
        removed = machine.remove_host_forward(port, words[-1])
    except OptionError as error:
        return f"{error}\n"
    outcome = "removed" if removed else "not found"
    return f"host forwarding rule for {words[-1]} {outcome}\n"


def _set_link(machine: Machine, words: list[str]) -> str:
    if words[1] not in ("on", "off"):
        return _LINK_COMPLAINT + '\nTry "help set_link" for more information\n'
    return _refusal(lambda: machine.set_link(words[0], words[1] == "on"))


def _netdev_add(machine: Machine, words: list[str]) -> str:
    hint = 'Try "help netdev_add" for more information\n'
    try:
        machine.add_netdev(words[0] if words else "")
    except OptionError as error:
        duplicate = str(error).startswith("Duplicate ID")
        return f"{error}\n{hint}" if duplicate else f"Error: {error}\n"
    return ""


def _qom_get(machine: Machine, words: list[str]) -> str:
    try:
        return f"{json.dumps(machine.get_property(words[0], words[1]))}\n"
    except OptionError as error:
        return f"Error: {error}\n"


def _status(machine: Machine, words: list[str]) -> str:
    return f"VM status: {'running' if machine.running else 'paused'}\n"


def _version(machine: Machine, words: list[str]) -> str:
    return ".".join(map(str, machine.release)) + "\n"


def _act(method: str) -> Callable[[Machine, list[str]], str]:
    def run(machine: Machine, words: list[str]) -> str:
        getattr(machine, method)()
        return ""

    return run


def _help(machine: Machine, words: list[str]) -> str:
    table, name, prefix = _COMMANDS, words[0] if words else "", ""
    if name == "info" and len(words) > 1:
        table, name, prefix = _INFOS, words[1], "info "
    elif name == "info":
        return _list_infos(machine, words)
    chosen = [each for each in table if not name or name in each.names.split("|")]
    if name and not chosen:
        return f"unknown command: '{prefix}{name}'\n"
    return "".join(_describe(command, prefix) for command in chosen)


def _list_infos(machine: Machine, words: list[str]) -> str:
    return "".join(_describe(command, "info ") for command in _INFOS)


def _describe(command: Command, prefix: str) -> str:
    return f"{prefix}{command.names} {command.usage} -- {command.help}\n"


_LINK_COMPLAINT = "Expected 'on' or 'off'"

_COMMANDS: tuple[Command, ...] = (
    Command("cont|c", (), "", "resume emulation", _act("resume")),
    Command("help|?", ("cmd?", "sub?"), "[cmd]", "show the help", _help),
    Command(
        "hostfwd_add",
        ("rule", "netdev?"),
        "[netdev_id] [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport",
        "redirect TCP or UDP connections from host to guest",
        _hostfwd_add,
    ),
    Command(
        "hostfwd_remove",
        ("rule", "netdev?"),
        "[netdev_id] [tcp|udp]:[hostaddr]:hostport",
        "remove host-to-guest TCP or UDP redirection",
        _hostfwd_remove,
    ),
    Command("info", (), "[subcommand]", "show various information", _list_infos),
    Command(
        "netdev_add", ("spec?",), "type,id=str[,prop=value][,...]", "add a netdev", _netdev_add
    ),
    Command(
        "netdev_del",
        ("id",),
        "id",
        "remove a netdev",
        lambda machine, words: _refusal(lambda: machine.remove_netdev(words[0])),
    ),
    Command(
        "object_add",
        ("spec",),
        "[qom-type=]type,id=str[,prop=value][,...]",
        "create a filter",
        lambda machine, words: _refusal(lambda: machine.add_object(words[0])),
    ),
    Command(
        "object_del",
        ("id",),
        "id",
        "destroy a filter",
        lambda machine, words: _refusal(lambda: machine.remove_object(words[0])),
    ),
    Command("qom-get", ("path", "property"), "path property", "print a property", _qom_get),
    Command(
        "qom-set",
        ("path", "property", "value"),
        "path property value",
        "set a property",
        lambda machine, words: _refusal(lambda: machine.set_property(*words)),
    ),
    Command("quit|q", (), "", "quit", _act("quit")),
    Command(
        "set_link",
        ("name", "state"),
        "name on|off",
        "change the link status of a netdev",
        _set_link,
        complaint=_LINK_COMPLAINT,
    ),
    Command("stop|s", (), "", "stop emulation", _act("stop")),
)

_INFOS: tuple[Command, ...] = (
    Command("name", (), "", "show the current VM name", lambda machine, words: ""),
    Command("network", (), "", "show the network state", lambda m, words: info.network(m)),
    Command("status", (), "", "show the current status (running|paused)", _status),
    Command(
        "usernet",
        (),
        "",
        "show user network stack connection states",
        lambda m, words: info.usernet(m),
    ),
    Command("version", (), "", "show the version", _version),
)

"""The human monitor: commands as lines, answers as text (HFW-10, INF-08, INF-09)."""

import json
from collections.abc import Callable
from typing import NamedTuple

from ..errors import OptionError
from ..wire import qjson
from . import info
from .seam import Machine, Rounds

PROMPT = "(qemu) "


class Command(NamedTuple):
    """One command.

    ``parameters`` are those it needs and, with a question mark, those it may have; with dots, one
    is the rest of the line as it is, with an exclamation mark a word without quotes. A line with
    some but too few is refused with ``complaint``.
    """

    names: str
    parameters: tuple[str, ...]
    usage: str
    help: str
    run: Callable[[Machine, list[str]], str]
    complaint: str = ""


def execute(machine: Machine, line: str) -> str:
    """Carry out one line; what it prints, lines ended by ``\\n``."""
    name, rest = _first(line)
    if not name:
        return ""
    table, prefix = _COMMANDS, ""
    if name == "info" and rest:
        table, prefix = _INFOS, "info "
        name, rest = _first(rest)
    command = next((each for each in table if name in each.names.split("|")), None)
    if command is None:
        return f"unknown command: '{prefix}{name}'\n"
    try:
        words = _words(command, rest)
    except OptionError as error:
        return f'{error}\nTry "help {prefix}{name}" for more information\n'
    return command.run(machine, words)


def _first(line: str) -> tuple[str, str]:
    """The first word and the rest, without the space around them."""
    word, *rest = line.split(None, 1) or [""]
    return word, rest[0] if rest else ""


def _words(command: Command, rest: str) -> list[str]:
    """The arguments of a command; one in double quotes may have spaces and escapes.

    Raises:
        OptionError: there are too few or too many, or one is broken off.
    """
    words: list[str] = []
    for parameter in command.parameters:
        rest = rest.lstrip()
        word: str | None = None
        if parameter.rstrip("?").endswith("..."):
            word, rest = rest or None, ""
        elif parameter.endswith("!"):
            word, rest = _first(rest)
            word = word or None
        elif rest:
            word, rest = _word(rest)
        if word is not None:
            words.append(word)
        elif rest or not parameter.endswith("?"):
            complaint = "" if rest or not words else command.complaint
            raise OptionError(complaint or f"{command.names}: string expected")
    if rest.strip():
        raise OptionError(f"{command.names}: extraneous characters at the end of line")
    return words


_ESCAPED = {"n": "\n", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


def _word(rest: str) -> tuple[str | None, str]:
    """The word in front, None if it is a broken one, and what follows."""
    if rest[0] != '"':
        word, *others = rest.split(None, 1)
        return word, others[0] if others else ""
    word, index = "", 1
    while index < len(rest) and rest[index] != '"':
        if rest[index] == "\\":
            index += 1
            if rest[index : index + 1] not in _ESCAPED:
                return None, rest
            word += _ESCAPED[rest[index]]
        else:
            word += rest[index]
        index += 1
    return (word, rest[index + 1 :]) if index < len(rest) else (None, rest)


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
    try:
        answer = machine.add_netdev(words[0] if words else "")
    except OptionError as error:
        return f"Error: {error}\n"
    return 'Try "help netdev_add" for more information\n' if answer is None else answer


def _device_add(machine: Machine, words: list[str]) -> str:
    try:
        answer = machine.devices.add(words[0] if words else "")
    except OptionError as error:
        return f"Error: {error}\n"
    return 'Try "help device_add" for more information\n' if answer is None else answer


def _object_add(machine: Machine, words: list[str]) -> str:
    try:
        return machine.add_object(words[0])
    except OptionError as error:
        return f"Error: {error}\n"


def _qom_list(machine: Machine, words: list[str]) -> str:
    if not words:
        return "/\n"
    try:
        return "".join(f"{name} ({kind})\n" for name, kind in machine.list_properties(words[0]))
    except OptionError as error:
        return f"Error: {error}\n"


def _qom_set(machine: Machine, words: list[str]) -> str:
    as_json = words[0] == "-j"
    if words[0].startswith("-") and not as_json:
        return (
            f'qom-set: unsupported option {words[0][:2]}\nTry "help qom-set" for more information\n'
        )
    path, name, text = _words(_PROPERTY, " ".join(words[1:])) if as_json else words
    if not as_json:
        return _refusal(lambda: machine.parse_property(path, name, text))
    try:
        value = qjson.loads(text)
    except qjson.JsonError as error:
        return f"Error: {error}\n"
    return _refusal(lambda: machine.set_property(path, name, value))


def _announce(machine: Machine, words: list[str]) -> str:
    names = tuple(words[0].split(",")) if words else None
    machine.announcements.begin(Rounds(names=names))
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
    table, prefix = _COMMANDS, ""
    name, rest = _asked(words[0] if words else "")
    if name == "info":
        table, prefix = _INFOS, "info "
        name, _ = _asked(rest)
    chosen = [each for each in table if not name or name in each.names.split("|")]
    if name and not chosen:
        return f"unknown command: '{prefix}{name}'\n"
    return "".join(_describe(command, prefix) for command in chosen)


def _asked(rest: str) -> tuple[str, str]:
    """The first word, out of its quotes, and the rest."""
    rest = rest.lstrip()
    word, others = _word(rest) if rest else ("", "")
    return word or "", others


def _list_infos(machine: Machine, words: list[str]) -> str:
    return "".join(_describe(command, "info ") for command in _INFOS)


def _describe(command: Command, prefix: str) -> str:
    return f"{prefix}{command.names} {command.usage} -- {command.help}\n"


_LINK_COMPLAINT = "Expected 'on' or 'off'"

_COMMANDS: tuple[Command, ...] = (
    Command(
        "announce_self",
        ("interfaces?", "id?"),
        "[interfaces] [id]",
        "Trigger GARP/RARP announcements",
        _announce,
    ),
    Command(
        "chardev-add",
        ("args",),
        "args",
        "add chardev",
        lambda machine, words: machine.channels.add(words[0]),
    ),
    Command(
        "chardev-remove",
        ("id",),
        "id",
        "remove chardev",
        lambda machine, words: _refusal(lambda: machine.channels.remove(words[0])),
    ),
    Command("cont|c", (), "", "resume emulation", _act("resume")),
    Command(
        "device_add",
        ("device?",),
        "driver[,prop=value][,...]",
        "add device, like -device on the command line",
        _device_add,
    ),
    Command(
        "device_del",
        ("id",),
        "device",
        "remove device",
        lambda machine, words: _refusal(lambda: machine.devices.remove(words[0])),
    ),
    Command("help|?", ("cmd...?",), "[cmd]", "show the help", _help),
    Command(
        "hostfwd_add",
        ("rule", "netdev?"),
        "[netdev_id] [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport",
        "redirect TCP or UDP connections from host to guest (requires -net user)",
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
        "netdev_add",
        ("spec?",),
        "[user|tap|socket|stream|dgram|vde|bridge|hubport|netmap|vhost-user]"
        ",id=str[,prop=value][,...]",
        "add host network device",
        _netdev_add,
    ),
    Command(
        "netdev_del",
        ("id",),
        "id",
        "remove host network device",
        lambda machine, words: _refusal(lambda: machine.remove_netdev(words[0])),
    ),
    Command(
        "object_add",
        ("spec...",),
        "[qom-type=]type,id=str[,prop=value][,...]",
        "create QOM object",
        _object_add,
    ),
    Command(
        "object_del",
        ("id",),
        "id",
        "destroy QOM object",
        lambda machine, words: _refusal(lambda: machine.remove_object(words[0])),
    ),
    Command("qom-get", ("path", "property"), "path property", "print QOM property", _qom_get),
    Command("qom-list", ("path?",), "path", "list QOM properties", _qom_list),
    Command(
        "qom-set",
        ("path", "property", "value..."),
        "[-j] path property value",
        "set QOM property.\n\t\t\t-j: the value is specified in json format.",
        _qom_set,
    ),
    Command("quit|q", (), "", "quit the emulator", _act("quit")),
    Command(
        "set_link",
        ("name", "state!"),
        "name on|off",
        "change the link status of a network adapter",
        _set_link,
        complaint=_LINK_COMPLAINT,
    ),
    Command("stop|s", (), "", "stop emulation", _act("stop")),
    Command("system_powerdown", (), "", "send system power down event", _act("power_down")),
    Command("system_reset", (), "", "reset the system", _act("reset")),
)

_PROPERTY = next(each for each in _COMMANDS if each.names == "qom-set")

_INFOS: tuple[Command, ...] = (
    Command("chardev", (), "", "show the character devices", lambda m, words: info.chardev(m)),
    Command("name", (), "", "show the current VM name", lambda machine, words: ""),
    Command("network", (), "", "show the network state", lambda m, words: info.network(m)),
    Command("status", (), "", "show the current VM status (running|paused)", _status),
    Command("usb", (), "", "show guest USB devices", lambda m, words: info.usb(m)),
    Command(
        "usernet",
        (),
        "",
        "show user network stack connection states",
        lambda m, words: info.usernet(m),
    ),
    Command("version", (), "", "show the version of QEMU", _version),
)

"""Character devices and what sits on them: ``-chardev``, ``-mon``, ``-monitor``, ``-qmp``."""

from typing import Any, NamedTuple, TypeAlias

from ..errors import OptionError
from .fields import Fields, whole_number
from .grammar import Line, Report, check_identifier, from_members, is_help, split_opts

HELP = "Available chardev backend types: \n  null\n  socket\n  stdio\n"

_SOCKET_SWITCHES = ("server", "wait", "nodelay", "telnet", "tn3270", "websocket", "delay")
#: What ``-chardev`` takes, whatever the kind, as ``-chardev socket,help`` tells.
_SWITCHES = frozenset(_SOCKET_SWITCHES) | {
    *("abstract", "append", "clipboard", "ipv4", "ipv6", "logappend", "mouse", "mux", "signal"),
    "tight",
}
_NUMBERS = frozenset({"cols", "debug", "height", "reconnect", "rows", "size", "to", "width"})
_TEXTS = frozenset(
    {
        *("backend", "chardev", "fd", "host", "id", "localaddr", "localport", "logfile", "name"),
        *("path", "port", "tls-authz", "tls-creds"),
    }
)


class Null(NamedTuple):
    """Takes everything and says nothing."""


class Stdio(NamedTuple):
    """The standard streams of the process."""


class ByFd(NamedTuple):
    """A connected socket that was inherited."""

    text: str


class ByPath(NamedTuple):
    """A UNIX socket."""

    path: str
    server: bool = False
    wait: bool = True


class ByPort(NamedTuple):
    """A TCP socket."""

    host: str
    port: str
    server: bool = False
    wait: bool = True


Means: TypeAlias = Null | Stdio | ByFd | ByPath | ByPort


class Chardev(NamedTuple):
    """One character device."""

    name: str
    line: Line
    means: Means


class Monitor(NamedTuple):
    """A monitor on ``chardev``: of the machine kind (QMP) if ``control``, else the human kind."""

    chardev: str
    line: Line
    control: bool = False
    pretty: bool = False


def parse(text: str, report: Report) -> Chardev:
    """Read ``-chardev``.

    Raises:
        OptionError: with QEMU's text.
    """
    line = split_opts("-chardev", text, "backend", report)
    _check_keys(line)
    check_identifier(line)
    name, kind = line.get("id"), line.get("backend")
    if not isinstance(name, str):
        raise line.error("chardev: no id specified")
    if kind is None:
        raise line.error(f'chardev: "{name}" missing backend')
    match kind:
        case "null":
            means: Means = Null()
        case "stdio":
            means = Stdio()
        case "socket":
            means = _socket(line)
        case _:
            raise line.error(f"'{kind}' is not a valid char driver name")
    return Chardev(name, line, means)


def wants_help(text: str) -> bool:
    return is_help(text)


def _check_keys(line: Line) -> None:
    """Check every key, in order: any kind of device may be given those of any other."""
    for key, value in line.pairs:
        fields = Fields(line._replace(pairs=((key, value),)))
        if key in _SWITCHES:
            fields.flag(key)
        elif key in _NUMBERS and whole_number(str(value)) is None:
            raise line.error(f"Parameter '{key}' expects a number")
        elif key not in _NUMBERS | _TEXTS:
            raise line.error(f"Invalid parameter '{key}'")


def _socket(line: Line) -> Means:
    fields = Fields(line)
    server, wait = bool(fields.flag("server")), fields.flag("wait")
    path, host, port, fd = (fields.text(key) for key in ("path", "host", "port", "fd"))
    if sum(each is not None for each in (path, host, fd)) > 1:
        raise line.error("None or one of 'path', 'fd' or 'host' option required.")
    if host is not None and port is None:
        raise line.error("chardev: socket: no port given")
    if wait is not None and not server:
        raise line.error("'wait' option is incompatible with socket in client connect mode")
    if path is not None:
        return ByPath(path, server, wait is not False)
    if host is not None and port is not None:
        return ByPort(host, port, server, wait is not False)
    if fd is None or whole_number(fd, 10) is None:
        raise line.error(f"Unable to parse FD number {fd or ''}")
    return ByFd(fd)


def from_backend(name: str, backend: Any) -> Chardev:
    """Read what ``chardev-add`` of the machine monitor gives.

    Raises:
        OptionError: with QEMU's text.
    """
    line = from_members("chardev-add", "", {"backend": backend})
    fields = Fields(line)
    outer = fields.group("backend")
    if outer is None:
        fields.missing("backend")
    kind = outer.required("type")
    if kind not in ("null", "socket", "stdio"):
        raise line.error(f"Parameter 'type' does not accept value '{kind}'")
    data = outer.group("data")
    if data is None:
        outer.missing("data")
    means: Means = Null() if kind == "null" else Stdio()
    if kind == "socket":
        means = _from_address(data)
    for switch in (*_SOCKET_SWITCHES, "signal", "logappend"):
        data.flag(switch)
    for ignored in ("logfile", "reconnect", "tls-creds", "tls-authz"):
        data.text(ignored)
    fields.finish()
    return Chardev(name, line, means)


def _from_address(data: Fields) -> Means:
    address = data.group("addr")
    if address is None:
        data.missing("addr")
    kind = address.required("type")
    if kind not in ("inet", "unix", "fd"):
        raise data.line.error(f"Parameter 'type' does not accept value '{kind}'")
    inner = address.group("data")
    if inner is None:
        address.missing("data")
    server, wait = data.flag("server") is not False, data.flag("wait") is not False
    if kind == "unix":
        return ByPath(inner.required("path"), server, wait)
    if kind == "fd":
        return ByFd(inner.required("str"))
    for family in ("numeric", "keep-alive", "ipv4", "ipv6"):
        inner.flag(family)
    inner.number("to", bits=16, signed=False)
    return ByPort(inner.required("host"), inner.required("port"), server, wait)


def parse_monitor(text: str, report: Report) -> Monitor:
    """Read ``-mon``.

    Raises:
        OptionError: with QEMU's text.
    """
    line = split_opts("-mon", text, "chardev", report)
    fields = Fields(line)
    name, mode = fields.text("chardev"), fields.choice("mode", ("readline", "control"))
    pretty = fields.flag("pretty")
    fields.finish()
    return Monitor(name or "", line, mode == "control", bool(pretty))


def parse_short(option: str, text: str, name: str, report: Report) -> tuple[Chardev, Monitor]:
    """Read ``-monitor DEVICE`` or ``-qmp DEVICE``: ``stdio``, ``null``, ``unix:``, ``tcp:``.

    Raises:
        OptionError: after a first complaint to ``report``, as QEMU does.
    """
    line = Line(option, text)
    try:
        means = _compact(line)
    except OptionError as error:
        report(str(error))
        raise line.error(f"parse error: {text}") from None
    if means is None:
        report(line.located(f"'{text}' is not a valid char driver"))
        raise line.error(f"parse error: {text}")
    control = option in ("-qmp", "-qmp-pretty")
    return Chardev(name, line, means), Monitor(name, line, control, option == "-qmp-pretty")


def _compact(line: Line) -> Means | None:
    kind, colon, rest = line.text.partition(":")
    if line.text == "null":
        return Null()
    if line.text in ("stdio", "mon:stdio"):
        return Stdio()
    if not colon or kind not in ("unix", "tcp", "telnet"):
        return None
    address, comma, options = rest.partition(",")
    inner = split_opts(line.option, options if comma else "", None, lambda said: None)
    fields = Fields(Line(line.option, line.text, inner.dialect, inner.pairs))
    switches = {switch: fields.flag(switch) for switch in _SOCKET_SWITCHES}
    server, wait = bool(switches["server"]), switches["wait"] is not False
    fields.finish()
    if kind == "unix":
        return ByPath(address, server, wait)
    host, colon, port = address.rpartition(":")
    return ByPort(host, port, server, wait) if colon else None

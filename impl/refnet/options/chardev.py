"""Character devices and what sits on them: ``-chardev``, ``-mon``, ``-monitor``, ``-qmp``."""

from typing import NamedTuple, TypeAlias

from .fields import Fields, whole_number
from .grammar import Line, Report, check_identifier, is_help, split_opts

HELP = "Available chardev backend types: \n  null\n  socket\n  stdio\n"

_SOCKET_SWITCHES = ("server", "wait", "nodelay", "telnet", "tn3270", "websocket", "delay")


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
    name, kind = line.get("id"), line.get("backend")
    check_identifier(line)
    if not isinstance(name, str):
        raise line.error("chardev: no id specified")
    fields = Fields(line)
    fields.text("id")
    fields.text("backend")
    for common in ("logfile", "logappend", "mux"):
        fields.text(common)
    match kind:
        case "null":
            means: Means = Null()
        case "stdio":
            fields.flag("signal")
            means = Stdio()
        case "socket":
            means = _socket(fields)
        case _:
            raise line.error(f"'{kind or ''}' is not a valid char driver name")
    fields.finish()
    return Chardev(name, line, means)


def wants_help(text: str) -> bool:
    return is_help(text)


def _socket(fields: Fields) -> Means:
    switches = {switch: fields.flag(switch) for switch in _SOCKET_SWITCHES}
    server, wait = bool(switches["server"]), switches["wait"] is not False
    path, host, port, fd = (fields.text(key) for key in ("path", "host", "port", "fd"))
    for ignored in ("to", "ipv4", "ipv6", "reconnect", "abstract", "tight"):
        fields.text(ignored)
    if path is not None:
        return ByPath(path, server, wait)
    if host is not None or port is not None:
        if port is None:
            raise fields.line.error("chardev: socket: no port given")
        return ByPort(host or "", port, server, wait)
    if fd is None or whole_number(fd, 10) is None:
        raise fields.line.error(f"Unable to parse FD number {fd or ''}")
    return ByFd(fd)


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
    means = _compact(line, report)
    if means is None:
        report(line.located(f"'{text}' is not a valid char driver"))
        raise line.error(f"parse error: {text}")
    control = option in ("-qmp", "-qmp-pretty")
    return Chardev(name, line, means), Monitor(name, line, control, option == "-qmp-pretty")


def _compact(line: Line, report: Report) -> Means | None:
    kind, colon, rest = line.text.partition(":")
    if line.text == "null":
        return Null()
    if line.text in ("stdio", "mon:stdio"):
        return Stdio()
    if not colon or kind not in ("unix", "tcp", "telnet"):
        return None
    address, comma, options = rest.partition(",")
    inner = split_opts(line.option, options if comma else "", None, report)
    fields = Fields(Line(line.option, line.text, inner.dialect, inner.pairs))
    switches = {switch: fields.flag(switch) for switch in _SOCKET_SWITCHES}
    server, wait = bool(switches["server"]), switches["wait"] is not False
    fields.finish()
    if kind == "unix":
        return ByPath(address, server, wait)
    host, colon, port = address.rpartition(":")
    return ByPort(host, port, server, wait) if colon else None

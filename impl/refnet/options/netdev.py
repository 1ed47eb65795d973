"""``-netdev``: which backend, with which settings (CLI-01, CLI-10, SOCK-07..13)."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from . import links, taps, user, vhost
from .fields import Fields
from .grammar import Dialect, Line, Report, is_help, split_json, split_keyval, split_opts

#: In the order of ``-netdev help``.
TYPES = ("socket", "stream", "dgram", "hubport", "tap", "user", "l2tpv3", "vde", "bridge")
_DOTTED = ("stream", "dgram")

HELP = "Available netdev backend types:\n" + "".join(f"{name}\n" for name in TYPES)


class HubPort(NamedTuple):
    """A port of hub ``hub``; joined to the netdev ``netdev`` if that is named (HUB-06)."""

    name: str
    line: Line
    hub: int
    netdev: str | None = None


class Inet(NamedTuple):
    """An IPv4 address and port, both as given."""

    host: str
    port: str


class Unix(NamedTuple):
    """A path in the file system, or a name in the abstract namespace."""

    path: str
    abstract: bool = False
    tight: bool = True


class Descriptor(NamedTuple):
    """An inherited descriptor, by number (as text, for the name of a monitor's one is refused)."""

    number: str


class Vsock(NamedTuple):
    """A VM socket; no backend takes one."""

    cid: str
    port: str


Endpoint: TypeAlias = Inet | Unix | Descriptor | Vsock


class Dgram(NamedTuple):
    """``-netdev dgram``: one frame a datagram (SOCK-13)."""

    name: str
    line: Line
    local: Endpoint | None
    remote: Endpoint | None


class Stream(NamedTuple):
    """``-netdev stream``: frames with a length in front (SOCK-12)."""

    name: str
    line: Line
    address: Endpoint
    server: bool


class Socket(NamedTuple):
    """``-netdev socket``: the old form of both, in five ways (SOCK-05..11)."""

    name: str
    line: Line
    fd: str | None
    listen: str | None
    connect: str | None
    mcast: str | None
    localaddr: str | None
    udp: str | None


Netdev: TypeAlias = (
    user.User
    | HubPort
    | Dgram
    | Stream
    | Socket
    | taps.Tap
    | taps.Bridge
    | links.Vde
    | links.L2tpv3
    | vhost.VhostUser
    | vhost.VhostVdpa
)


def split(text: str, report: Report, check: Callable[[Line], None]) -> Line:
    """Take the argument of ``-netdev`` apart, in the dialect that fits its type; ``check`` looks at
    it in the old one.

    Raises:
        OptionError: it can't be taken apart.
    """
    if text.startswith("{"):
        return split_json("-netdev", text)
    line = split_opts("-netdev", text, "type", lambda message: None)
    if line.get("type") in _DOTTED:
        return split_keyval("-netdev", text, "type")
    return split_opts("-netdev", text, "type", report, check)


def wants_help(line: Line) -> bool:
    """Whether the line asks for the list of types."""
    return line.dialect is Dialect.OPTS and is_help(line.get("type"))


def interpret(line: Line) -> Netdev:
    """Read one ``-netdev``.

    Raises:
        OptionError: with QEMU's text.
    """
    fields = Fields(line)
    name = fields.required("id")
    kind = fields.required("type")
    if kind in _ABSENT:
        _ABSENT[kind](fields)
        fields.finish()
        raise line.error(absent(kind))
    if kind not in _READERS:
        raise line.error(f"Parameter 'type' does not accept value '{kind}'")
    spec = _READERS[kind](name, line, fields)
    fields.finish()
    return spec


def absent(kind: str) -> str:
    """What is said of a type that QEMU knows and refnet does not have."""
    return f"network backend '{kind}' is not compiled into this binary"


def _hubport(name: str, line: Line, fields: Fields) -> HubPort:
    hub = fields.number("hubid", bits=32)
    if hub is None:
        fields.missing("hubid")
    return HubPort(name, line, hub, fields.text("netdev"))


def _socket(name: str, line: Line, fields: Fields) -> Socket:
    keys = ("fd", "listen", "connect", "mcast", "localaddr", "udp")
    return Socket(name, line, *(fields.text(key) for key in keys))


def _dgram(name: str, line: Line, fields: Fields) -> Dgram:
    local, remote = fields.group("local"), fields.group("remote")
    near = _endpoint(local) if local else None
    far = _endpoint(remote) if remote else None
    return Dgram(name, line, near, far)


def _stream(name: str, line: Line, fields: Fields) -> Stream:
    address = fields.group("addr")
    if address is None:
        fields.missing("type" if line.dialect is Dialect.OPTS else "addr")
    return Stream(name, line, _endpoint(address), bool(fields.flag("server")))


def _endpoint(fields: Fields) -> Endpoint:
    endpoint = _place(fields)
    fields.finish()
    return endpoint


def _place(fields: Fields) -> Endpoint:
    kind = fields.required("type")
    match kind:
        case "inet":
            spec: Endpoint = Inet(fields.required("host"), fields.required("port"))
            for switch in ("numeric", "ipv4", "ipv6", "keep-alive", "mptcp"):
                fields.flag(switch)
            fields.number("to", bits=16, signed=False)
            return spec
        case "unix":
            path = fields.required("path")
            tight = fields.flag("tight")
            return Unix(path, bool(fields.flag("abstract")), tight is not False)
        case "fd":
            return Descriptor(fields.required("str"))
        case "vsock":
            return Vsock(fields.required("cid"), fields.required("port"))
    raise fields.line.error(f"Parameter 'type' does not accept value '{kind}'")


#: Who takes the keys of each type; a key that nobody has taken is then refused.
_READERS: dict[str, Callable[[str, Line, Fields], Netdev]] = {
    "hubport": _hubport,
    "socket": _socket,
    "dgram": _dgram,
    "stream": _stream,
    "user": user.interpret,
    "tap": taps.take_tap,
    "bridge": taps.take_bridge,
    "vde": links.take_vde,
    "l2tpv3": links.take_l2tpv3,
    "vhost-user": vhost.take_user,
    "vhost-vdpa": vhost.take_vdpa,
}


def _nic(fields: Fields) -> None:
    for key in ("netdev", "macaddr", "model", "addr"):
        fields.text(key)
    fields.number("vectors", bits=32, signed=False)


def _netmap(fields: Fields) -> None:
    fields.required("ifname")
    fields.text("devname")


#: Who takes the keys of the types that QEMU 7.2 knows and is built without.
_ABSENT: dict[str, Callable[[Fields], None]] = {
    "none": lambda fields: None,
    "nic": _nic,
    "netmap": _netmap,
}

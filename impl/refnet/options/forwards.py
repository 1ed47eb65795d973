"""The rules of ``hostfwd`` and ``guestfwd``: ``tcp:127.0.0.1:5555-10.0.2.15:22`` (HFW-01, GFW-01).

Also those of the monitor's ``hostfwd_add`` and ``hostfwd_remove``, and of the legacy ``-redir``.
"""

from typing import NamedTuple

from ..errors import OptionError
from ..slirp.seam import Config, GuestForward, HostForward
from .address import parse_ipv4
from .fields import leading_number

TCP = 6
UDP = 17
_PROTOCOLS = {"": TCP, "tcp": TCP, "udp": UDP}


def parse_host_forward(rule: str, dhcp_start: int) -> HostForward:
    """Read ``[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport``.

    Raises:
        OptionError: with QEMU's reason (HFW-09).
    """

    def bad(reason: str) -> OptionError:
        return OptionError(f"Invalid host forwarding rule '{rule}' ({reason})")

    name, colon, rest = rule.partition(":")
    if not colon:
        raise bad("No : separators")
    if name not in _PROTOCOLS:
        raise bad("Bad protocol name")
    host, colon, rest = rest.partition(":")
    if not colon:
        raise bad("Missing : separator")
    host_address = parse_ipv4(host) if host else 0
    if host_address is None:
        raise bad("Bad host address")
    port, dash, rest = rest.partition("-")
    if not dash:
        raise bad("Bad host port separator")
    host_port = _port(port, lowest=0)
    if host_port is None:
        raise bad("Bad host port")
    guest, colon, port = rest.partition(":")
    if not colon:
        raise bad("Missing guest address")
    guest_address = parse_ipv4(guest) if guest else dhcp_start
    if guest_address is None:
        raise bad("Bad guest address")
    guest_port = _port(port, lowest=1)
    if guest_port is None:
        raise bad("Bad guest port")
    return HostForward(
        _PROTOCOLS[name], host_address, host_port, guest_address or dhcp_start, guest_port
    )


#: How the character devices that QEMU knows begin.
_DEVICES = (
    "cmd:",
    "file:",
    "pipe:",
    "tcp:",
    "telnet:",
    "tn3270:",
    "websocket:",
    "udp:",
    "unix:",
    "chardev:",
    "mon:",
    "/dev/",
)
_DEVICE_WORDS = ("null", "stdio", "pty", "vc", "vc:", "msmouse", "wctablet", "testdev")


def is_character_device(text: str) -> bool:
    """Whether a text names a character device of QEMU's, even if refnet opens no such one."""
    return text in _DEVICE_WORDS or text.startswith(_DEVICES)


class Bound(NamedTuple):
    """What ``hostfwd_remove`` names: the host's side of a rule."""

    protocol: int
    address: int
    port: int


def parse_bound(text: str) -> Bound:
    """Read ``[tcp|udp]:[hostaddr]:hostport`` (HFW-10).

    Raises:
        OptionError: ``invalid format``.
    """
    name, first, rest = text.partition(":")
    host, second, port = rest.partition(":")
    address = parse_ipv4(host) if host else 0
    number, tail, found = leading_number(port, 10)
    if not first or not second or name not in _PROTOCOLS or address is None or tail or not found:
        raise OptionError("invalid format")
    return Bound(_PROTOCOLS[name], address, number & 0xFFFF)


def parse_guest_forward(rule: str, config: Config) -> GuestForward:
    """Read ``[tcp]:server:port-device`` (GFW-01).

    Raises:
        OptionError: the rule is malformed, or its address is not free for it.
    """
    name, first, rest = rule.partition(":")
    server, second, rest = rest.partition(":")
    text, dash, device = rest.partition("-")
    address = parse_ipv4(server) if server else 0
    port = _port(text, lowest=1, base=10)
    if not (first and second and dash) or name not in ("", "tcp") or address is None or not port:
        raise OptionError(f"Invalid guest forwarding rule '{rule}'")
    address = address or config.network | 0x0204 & ~config.netmask
    if not config.contains(address) or address in (config.host, config.nameserver):
        raise OptionError(f"Conflicting/invalid host:port in guest forwarding rule '{rule}'")
    return GuestForward(address, port, device)


def from_redirection(text: str) -> str:
    """The ``hostfwd`` rule for ``-redir tcp|udp:hport:[guest]:gport`` (LEG-13).

    Raises:
        OptionError: not of that form.
    """
    parts = text.split(":")
    if len(parts) != 4 or parts[0] not in ("tcp", "udp"):
        raise OptionError(f"Invalid redirection '{text}'")
    protocol, host_port, guest, guest_port = parts
    if _port(host_port, lowest=0) is None or _port(guest_port, lowest=1) is None:
        raise OptionError(f"Invalid redirection '{text}'")
    return f"{protocol}::{host_port}-{guest}:{guest_port}"


def _port(text: str, lowest: int, base: int = 0) -> int | None:
    value, rest, _ = leading_number(text, base)
    return value if not rest and lowest <= value <= 65535 else None

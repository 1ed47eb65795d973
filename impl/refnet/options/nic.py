"""``-nic`` and ``-net``: a netdev with a NIC, or a netdev or a NIC on a hub (HUB-04, LEG-16)."""

from collections.abc import Callable
from typing import NamedTuple

from . import ethernet, netdev
from .fields import Fields, whole_number
from .grammar import Line, Report, is_help, split_opts
from .netdev import Netdev


class Card(NamedTuple):
    """A NIC that was asked for; ``netdev`` is the one it wants to be on.

    Attributes:
        mac: nought octets if it is to be given one.
        address: where on the bus; None: anywhere.
    """

    name: str | None = None
    model: str | None = None
    netdev: str | None = None
    mac: bytes = ethernet.NONE
    address: str | None = None

    @property
    def warning(self) -> str:
        """What is said of a NIC that the machine has no place for (CLI-05)."""
        name = self.name or "anonymous"
        model = "unspecified" if self.model is None else self.model
        return (
            f"requested NIC ({name}, model {model}) was not created"
            " (not supported by this machine?)"
        )


class Request(NamedTuple):
    """What one ``-nic`` or ``-net`` asks for; ``hub`` is the one that it joins."""

    line: Line
    netdev: Netdev | None = None
    card: Card | None = None
    hub: int | None = None

    @property
    def on_hub(self) -> bool:
        return self.hub is not None


def split(option: str, text: str, report: Report, check: Callable[[Line], None]) -> Line:
    """Take the argument apart; ``check`` looks at it before ``report`` is told of anything."""
    return split_opts(option, text, "type", report, check)


def wants_help(line: Line) -> bool:
    """Whether the line asks for the list of models."""
    return is_help(line.get("model")) and (line.option == "-nic" or line.get("type") == "nic")


def interpret_nic(line: Line, name: str) -> Request:
    """Read ``-nic``; ``name`` is that of the netdev if it is not given one.

    Raises:
        OptionError: with QEMU's text.
    """
    mac = _mac(line, "mac", "NIC cannot have multicast MAC address")
    pairs = tuple(pair for pair in line.pairs if pair[0] not in ("mac", "model"))
    if line.get("type") is None:
        pairs = (("type", "user"), *pairs)
    spec = netdev.interpret(_named(line._replace(pairs=pairs), name))
    return Request(line, spec, Card(model=_text(line, "model"), netdev=spec.name, mac=mac))


def interpret_net(line: Line, name: str, vlans: bool = False) -> Request:
    """Read ``-net``; ``name`` is that of the netdev or card if it is not given one.

    ``vlans``: it may say which hub, and a name, as before QEMU 3.0 (LEG-16, CLI-14).

    Raises:
        OptionError: with QEMU's text.
    """
    hub = 0
    if vlans:
        hub, line = _vlan(line)
    if line.get("type") == "nic":
        fields = Fields(_named(line, name))
        fields.text("type")
        card = Card(fields.text("id"), fields.text("model"), fields.text("netdev"))
        for ignored in ("macaddr", "addr"):
            fields.text(ignored)
        fields.number("vectors", bits=32, signed=False)
        fields.finish()
        mac = _mac(line, "macaddr", "NIC cannot have multicast MAC address (odd 1st byte)")
        card = card._replace(mac=mac, address=_text(line, "addr"))
        return Request(line, card=card, hub=hub if card.netdev is None else None)
    spec = netdev.interpret(_named(line, name))
    if isinstance(spec, netdev.HubPort):
        raise line.error("network backend 'hubport' is only supported with -netdev/-nic")
    return Request(line, spec, hub=hub)


def _vlan(line: Line) -> tuple[int, Line]:
    """The hub that the line names, and the line without what today's QEMU does not know."""
    text = line.get("vlan")
    number = 0 if text is None else whole_number(str(text))
    if number is None or number < 0:
        raise line.error(f"Parameter 'vlan' expects a number: '{text}'")
    pairs = tuple(
        ("id" if key == "name" else key, value) for key, value in line.pairs if key != "vlan"
    )
    return number, line._replace(pairs=pairs)


def _mac(line: Line, key: str, complaint: str) -> bytes:
    text = _text(line, key)
    if text is None:
        return ethernet.NONE
    mac = ethernet.parse_loose(text)
    if mac is None:
        raise line.error("invalid syntax for ethernet address")
    if mac[0] & 1:
        raise line.error(complaint)
    return mac


def _text(line: Line, key: str) -> str | None:
    value = line.get(key)
    return value if isinstance(value, str) else None


def _named(line: Line, name: str) -> Line:
    if line.get("id") is not None:
        return line
    return line._replace(pairs=(*line.pairs, ("id", name)))

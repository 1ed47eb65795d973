"""``-nic`` and ``-net``: a netdev with a card, or a netdev or a card on hub 0 (HUB-04, LEG-16).

refnet has no cards: as on a machine that has no place for one, a card that is asked for is not
made, and the person is told so (CLI-05).
"""

from typing import NamedTuple

from . import netdev
from .fields import Fields
from .grammar import Line, Report, check_identifier, split_opts
from .netdev import Netdev

#: Cards of QEMU's x86 program, none of which finds a bus here.
MODELS = frozenset(
    {
        "e1000",
        "e1000-82544gc",
        "e1000-82545em",
        "e1000e",
        "i82550",
        "i82551",
        "i82557a",
        "i82557b",
        "i82557c",
        "i82558a",
        "i82558b",
        "i82559a",
        "i82559b",
        "i82559c",
        "i82559er",
        "i82562",
        "i82801",
        "ne2k_pci",
        "pcnet",
        "rtl8139",
        "tulip",
        "virtio-net-pci",
        "vmxnet3",
    }
)


class Card(NamedTuple):
    """A card that was asked for; ``netdev`` is the one it wants to be on."""

    name: str | None = None
    model: str | None = None
    netdev: str | None = None

    @property
    def warning(self) -> str:
        name, model = self.name or "anonymous", self.model or "unspecified"
        return (
            f"requested NIC ({name}, model {model}) was not created"
            " (not supported by this machine?)"
        )


class Request(NamedTuple):
    """What one ``-nic`` or ``-net`` asks for; ``on_hub`` is hub 0."""

    line: Line
    netdev: Netdev | None = None
    card: Card | None = None
    on_hub: bool = False


def split(option: str, text: str, report: Report) -> Line:
    """Take the argument apart.

    Raises:
        OptionError: its identifier is malformed.
    """
    line = split_opts(option, text, "type", report)
    check_identifier(line)
    return line


def interpret_nic(line: Line, name: str) -> Request:
    """Read ``-nic``; ``name`` is that of the netdev if it is not given one.

    Raises:
        OptionError: with QEMU's text.
    """
    own = {"mac", "model", "macaddr"}
    card = Card(model=_text(line, "model"))
    pairs = tuple(pair for pair in line.pairs if pair[0] not in own)
    return Request(line, netdev.interpret(_named(line._replace(pairs=pairs), name)), card)


def interpret_net(line: Line, name: str) -> Request:
    """Read ``-net``; ``name`` is that of the netdev or card if it is not given one.

    Raises:
        OptionError: with QEMU's text.
    """
    if line.get("type") == "nic":
        fields = Fields(_named(line, name))
        fields.text("type")
        card = Card(fields.text("id"), fields.text("model"), fields.text("netdev"))
        for ignored in ("macaddr", "addr", "vectors"):
            fields.text(ignored)
        fields.finish()
        return Request(line, card=card, on_hub=card.netdev is None)
    spec = netdev.interpret(_named(line, name))
    if isinstance(spec, netdev.HubPort):
        raise line.error("network backend 'hubport' is only supported with -netdev/-nic")
    return Request(line, spec, on_hub=True)


def _text(line: Line, key: str) -> str | None:
    value = line.get(key)
    return value if isinstance(value, str) else None


def _named(line: Line, name: str) -> Line:
    if line.get("id") is not None:
        return line
    return line._replace(pairs=(*line.pairs, ("id", name)))

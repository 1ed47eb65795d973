"""The NICs of a machine: asked for by ``-net nic`` and ``-nic``, which fit if the machine has a
place, or plugged in by ``-device`` (CLI-04, CLI-11..13, GEN-15).
"""

from typing import NamedTuple

from ..errors import OptionError
from ..fabric.nic import Nic
from ..fabric.port import Fabric, Port, join
from ..options import ethernet
from ..options.boards import Board
from ..options.device import Device, Slot, parse_slot
from ..options.grammar import Line
from ..options.models import Model, for_nic
from ..options.nic import Card
from .hardware import Hardware

#: How many NICs ``-net`` and ``-nic`` may ask for (CLI-12).
_MOST = 8
#: The port and the interrupt of each ISA NIC that a machine makes (CLI-13).
_ISA_PLACES = ((0x300, 9), (0x320, 10), (0x340, 11), (0x360, 3), (0x280, 4), (0x380, 5))
_PREFIX = bytes.fromhex("5254001234")
_OCTETS = range(0x56, 0xFF)


class _Wanted(NamedTuple):
    card: Card
    mac: bytes
    peer: Port | None


class Cards:
    """All NICs of a machine: those it makes by itself, then those of ``-device``."""

    def __init__(self, fabric: Fabric, board: Board, hardware: Hardware) -> None:
        self._fabric = fabric
        self._hardware = hardware
        self._board = board
        self._wanted: list[_Wanted] = []
        self._missing: list[Card] = []
        self._octets: set[int] = set()
        self._isa = 0
        self._slots: dict[Slot, str] = {}

    @property
    def warnings(self) -> list[str]:
        """What is said of NICs that were asked for and not made (CLI-05)."""
        return [card.warning for card in self._missing]

    def check_room(self, line: Line) -> None:
        """Look for a place for one more.

        Raises:
            OptionError: there is none.
        """
        if len(self._wanted) == _MOST:
            raise line.error(
                "too many NICs"
                if line.option == "-net"
                else "no more on-board/default NIC slots available"
            )

    def ask(self, card: Card, peer: Port | None) -> None:
        """Put a NIC on the machine's list, with its MAC; ``peer`` is what it will be joined to."""
        self._wanted.append(_Wanted(card, self._mac(card.mac), peer))

    def fit(self) -> None:
        """Make the NICs on the list.

        Raises:
            OptionError: the machine has no such NIC, or its cable is taken.
        """
        for wanted in self._wanted:
            if self._board.nic is None or not self._fit(wanted, self._board.nic):
                self._missing.append(wanted.card)

    def plug(self, device: Device) -> None:
        """Make the NIC of a ``-device``.

        Raises:
            OptionError: its netdev does not exist, or is taken.
        """
        model = device.model
        peer: Port | None = None
        if device.netdev is not None:
            peer = self._fabric.find_netdev(device.netdev)
            if peer is None:
                place = f"Property '{model.name}.netdev'"
                raise device.line.error(f"{place} can't find value '{device.netdev}'")
            if peer.peer is not None:
                raise device.line.error(_taken(model, device.netdev))
        if device.slot is not None and (complaint := self._occupy(device.slot, model, device.name)):
            raise device.line.error(complaint)
        nic = self._make(model, device.name, self._mac(device.mac), peer)
        try:
            self._hardware.equip(nic, _texts(device.line), _place(device.slot))
        except OptionError as error:
            raise device.line.error(str(error)) from None

    def _fit(self, wanted: _Wanted, default: str) -> bool:
        card = wanted.card
        name = default if card.model is None else card.model
        model = for_nic(name, self._board)
        if model is None:
            raise OptionError(f"Unsupported NIC model: {name}")
        if model.bus == "ISA":
            if self._isa == len(_ISA_PLACES):
                return False
            self._isa += 1
        elif "PCI" not in self._board.buses:
            raise OptionError("No primary PCI bus")
        slot: Slot | None = None
        if model.bus != "ISA" and card.address is not None:
            slot = parse_slot(card.address)
            if slot is None:
                place = f"PCI device address {card.address} for device {model.name}"
                raise OptionError(f"Invalid {place}")
            if complaint := self._occupy(slot, model, None):
                raise OptionError(complaint)
        if wanted.peer is not None and wanted.peer.peer is not None:
            raise OptionError(_taken(model, wanted.peer.name))
        nic = self._make(model, None, wanted.mac, wanted.peer)
        options = {}
        if model.bus == "ISA":
            port, line = _ISA_PLACES[self._isa - 1]
            options = {"iobase": hex(port), "irq": str(line)}
        self._hardware.equip(nic, options, _place(slot))
        return True

    def _make(self, model: Model, name: str | None, mac: bytes, peer: Port | None) -> Nic:
        alike = [
            port
            for port in self._fabric.ports
            if isinstance(port, Nic) and port.model == model.name
        ]
        nic = Nic(
            self._fabric,
            name or f"{model.name}.{len(alike)}",
            model.name,
            mac,
            holds=model.holds,
            pads=model.pads,
        )
        if peer is not None:
            join(nic, peer)
        return nic

    def _occupy(self, slot: Slot, model: Model, name: str | None) -> str:
        """Take a place on the bus; what is wrong with that, or nothing."""
        if slot in self._slots:
            return (
                f"PCI: slot {slot.number} function {slot.function} not available for {model.name},"
                f" in use by {self._slots[slot]}"
            )
        self._slots[slot] = f"{model.name},id={name or '(null)'}"
        return ""

    def _mac(self, given: bytes) -> bytes:
        """The address given, or the lowest that is free (GEN-15)."""
        if given != ethernet.NONE:
            if given[:5] == _PREFIX:
                self._octets.add(given[5])
            return given
        free = next((octet for octet in _OCTETS if octet not in self._octets), None)
        if free is None:
            raise OptionError("no MAC is left for another NIC")
        self._octets.add(free)
        return _PREFIX + bytes([free])


def _place(slot: Slot | None) -> int | None:
    """A slot as a PCI bus counts places."""
    return None if slot is None else slot.number << 3 | slot.function


def _texts(line: Line) -> dict[str, str]:
    """The properties of a device."""
    return {key: value for key, value in line.pairs if isinstance(value, str)}


def _taken(model: Model, netdev: str) -> str:
    return f"Property '{model.name}.netdev' can't take value '{netdev}', it's in use"

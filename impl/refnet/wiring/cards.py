"""The NICs of a machine: asked for by ``-net nic`` and ``-nic``, which fit if the machine has a
place, or plugged in by ``-device`` (CLI-04, CLI-11..13, GEN-15).
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ..errors import NotFound, OptionError
from ..fabric.nic import Nic
from ..fabric.port import Fabric, Port, join
from ..nic.usb.device import Device as UsbDevice
from ..options import demands, ethernet
from ..options.boards import Board
from ..options.device import Device, Slot, Surroundings, check_hotplug, parse_slot
from ..options.grammar import Line, Report, Value
from ..options.models import Model, for_nic
from ..options.nic import Card
from .hardware import Hardware
from .slots import PciSlots, UsbPorts

#: How many NICs ``-net`` and ``-nic`` may ask for (CLI-12).
_MOST = 8
#: The port and the interrupt of each ISA NIC that a machine makes (CLI-13).
_ISA_PLACES = ((0x300, 9), (0x320, 10), (0x340, 11), (0x360, 3), (0x280, 4), (0x380, 5))
_PREFIX = bytes.fromhex("5254001234")
_OCTETS = range(0x56, 0xFF)
_USB_PRODUCT, _USB_HUB = "QEMU USB Network Interface", "QEMU USB Hub"


#: What is told of a device that is gone: its path, and its name if it has one.
Removed: TypeAlias = dict[str, str]


class _Wanted(NamedTuple):
    card: Card
    mac: bytes
    peer: Port | None


@dataclass(slots=True)
class _Plugged:
    """A NIC in its place; it is ``leaving`` once somebody has asked for that."""

    nic: Nic
    device: Device
    slot: Slot | None
    port: str | None
    path: str
    leaving: bool = False


class Cards:
    """All NICs of a machine: those it makes by itself, then those of ``-device``.

    Args:
        hardware: what gives them registers.
        display: see :class:`~refnet.wiring.slots.PciSlots`.
        report: told of values that are not heeded.
    """

    def __init__(
        self,
        fabric: Fabric,
        board: Board,
        hardware: Hardware,
        usb: bool,
        display: str,
        report: Report,
    ) -> None:
        self._fabric = fabric
        self._hardware = hardware
        self._board = board
        self._usb = usb
        self._report = report
        self._slots = PciSlots(board, usb, display)
        self._ports = UsbPorts(board)
        self._plugged: list[_Plugged] = []
        self._nameless = 0
        self._wanted: list[_Wanted] = []
        self._missing: list[Card] = []
        self._octets: list[int] = []
        self._isa = 0

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

    def surroundings(self, running: bool = False) -> Surroundings:
        """What a ``-device`` comes into."""
        return Surroundings(self._board, self._usb, self._check, running)

    def plug(self, device: Device, running: bool = False) -> None:
        """Make the NIC of a ``-device``; ``running``: the machine runs already.

        Raises:
            OptionError: its place is taken, or its properties do not go together.
        """
        line, settings = device.line, device.settings
        peer = None if device.netdev is None else self._fabric.find_netdev(device.netdev)
        slot: Slot | None = None
        port: str | None = None
        try:
            demands.check_before(settings)
            self._check_index(settings.get("acpi-index"))
            if device.model.bus == "PCI":
                many = settings.get("multifunction") is True
                slot = self._slots.occupy(
                    device.slot, device.model.name, device.name, many, running
                )
            elif device.model.bus == "usb-bus":
                wanted = settings.get("port")
                port = self._ports.occupy(wanted if isinstance(wanted, str) else None)
            alone = not settings.get("multifunction") and (slot is None or not slot.function)
            express = "pcie.0" in self._board.roots
            demands.check_after(
                settings,
                alone,
                express,
                device.model.name.endswith("non-transitional"),
                lambda text: self._report(line.located(text)),
            )
        except OptionError as error:
            if slot is not None:
                self._slots.leave(slot)
            raise line.error(str(error)) from None
        nic = self._make(device.model, device.name, self._mac(device.mac), peer)
        self._hardware.equip(nic, settings, _place(slot), port, running)
        self._plugged.append(_Plugged(nic, device, slot, port, self._path(device)))

    def _check_index(self, index: Value) -> None:
        if index and any(each.device.settings.get("acpi-index") == index for each in self._plugged):
            raise OptionError(f"a PCI device with acpi-index = {index} already exist")

    def usb(self) -> list[str] | None:
        """What is on the USB bus, a line each (USBN-01); None: there is none."""
        if not self._usb or not self._board.usb_chips:
            return None
        nics = {each.port: each for each in self._plugged if each.port is not None}
        lines = []
        for port in self._ports.taken:
            address, product = 0, _USB_HUB
            if port not in self._ports.hubs:
                name, behind = nics[port].device.name, nics[port].nic.device
                product = _USB_PRODUCT if name is None else f"{_USB_PRODUCT}, ID: {name}"
                address = behind.address if isinstance(behind, UsbDevice) else 0
            lines.append(f"  Device 0.{address}, Port {port}, Speed 12 Mb/s, Product {product}")
        return lines

    def _path(self, device: Device) -> str:
        """Where QEMU's tree of objects has the device."""
        if device.name is not None:
            return f"/machine/peripheral/{device.name}"
        self._nameless += 1
        return f"/machine/peripheral-anon/device[{self._nameless - 1}]"

    def unplug(self, name: str) -> list[Removed]:
        """Ask for the end of the NIC of a ``-device``, by its name or its path.

        One on a PCI bus stays until the guest lets it go, which none does before the machine is
        reset; the others go at once. What is gone is returned.

        Raises:
            NotFound: there is no such device.
            OptionError: its bus does not allow that.
        """
        found = next(
            (each for each in self._plugged if name in (each.device.name, each.path)), None
        )
        if found is None:
            raise NotFound(f"Device '{name}' not found")
        bare = Line("device_del", "")
        try:
            check_hotplug(bare, found.device.model, self._board)
        except OptionError as error:
            raise OptionError(str(error).removeprefix(bare.located(""))) from None
        found.leaving = True
        return [] if found.slot is not None else self.let_go()

    def let_go(self) -> list[Removed]:
        """Take away every NIC that is to go; what is gone is returned."""
        gone: list[Removed] = []
        for each in [each for each in self._plugged if each.leaving]:
            self._plugged.remove(each)
            self._take_out(each)
            if each.device.model.part:
                gone.append({"path": f"{each.path}/virtio-backend"})
            named = {} if each.device.name is None else {"device": each.device.name}
            gone.append({**named, "path": each.path})
        return gone

    def _take_out(self, gone: _Plugged) -> None:
        nic, peer = gone.nic, gone.nic.peer
        if peer is not None:
            peer.forget(nic)
            nic.forget(peer)
            peer.peer = None
        self._fabric.ports.remove(nic)
        self._hardware.remove(nic)
        if nic.mac[:5] == _PREFIX and nic.mac[5] in self._octets:
            self._octets.remove(nic.mac[5])
        if gone.slot is not None:
            self._slots.leave(gone.slot)
        if gone.port is not None:
            self._ports.leave(gone.port)

    def _check(self, model: Model, name: str, value: Value) -> None:
        """Refuse a netdev that is not there or taken; a name and a place in the boot order that
        another one has.
        """
        if name == "id" and value is not None:
            if any(each.device.name == value for each in self._plugged):
                raise OptionError(f"Duplicate device ID '{value}'")
        elif name == "netdev":
            peer = self._fabric.find_netdev(str(value))
            if peer is None:
                raise OptionError(
                    f"Property '{model.owner(name)}.netdev' can't find value '{value}'"
                )
            if peer.peer is not None:
                raise OptionError(_taken(model, str(value)))
        elif name == "bootindex" and isinstance(value, int) and value >= 0:
            others = (each.device.settings.get("bootindex") for each in self._plugged)
            if value in others:
                raise OptionError(f"The bootindex {value} has already been used")

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
        if model.bus != "ISA":
            slot = self._slots.occupy(_address(card, model), model.name, None, False)
        if wanted.peer is not None and wanted.peer.peer is not None:
            raise OptionError(_taken(model, wanted.peer.name))
        nic = self._make(model, None, wanted.mac, wanted.peer)
        options = {}
        if model.bus == "ISA":
            options = dict(zip(("iobase", "irq"), _ISA_PLACES[self._isa - 1], strict=True))
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

    def _mac(self, given: bytes) -> bytes:
        """The address given, or the lowest that is free (GEN-15)."""
        if given != ethernet.NONE:
            if given[:5] == _PREFIX:
                self._octets.append(given[5])
            return given
        free = next((octet for octet in _OCTETS if octet not in self._octets), None)
        if free is None:
            raise OptionError("no MAC is left for another NIC")
        self._octets.append(free)
        return _PREFIX + bytes([free])


def _place(slot: Slot | None) -> int | None:
    """A slot as a PCI bus counts places."""
    return None if slot is None else slot.number << 3 | slot.function


def _address(card: Card, model: Model) -> Slot | None:
    """Where ``addr=`` of ``-net nic`` says; None: it is not given."""
    if card.address is None:
        return None
    slot = parse_slot(card.address)
    if slot is None or slot.function:
        raise OptionError(f"Invalid PCI device address {card.address} for device {model.name}")
    return slot


def _taken(model: Model, netdev: str) -> str:
    return f"Property '{model.owner('netdev')}.netdev' can't take value '{netdev}', it's in use"

"""``-device``, of which refnet knows the NICs (CLI-11, CLI-13, CLI-20, CLI-21)."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from ..errors import OptionError
from . import ethernet, properties
from .boards import Board
from .grammar import (
    Dialect,
    Line,
    Report,
    Value,
    is_help,
    split_json,
    split_opts,
)
from .models import Model, for_device, list_devices

_PCI_ADDRESS = re.compile(r"\s*\+?(?:0[xX])?([0-9a-fA-F]+)(?:\.\s*\+?(?:0[xX])?0*([0-7]))?\Z")
_BUSES = {"pci.0": "PCI", "pcie.0": "PCIE", "isa.0": "ISA", "usb-bus.0": "usb-bus"}


class Slot(NamedTuple):
    """A place on a PCI bus: device 0 to 31, function 0 to 7."""

    number: int
    function: int = 0


class Device(NamedTuple):
    """A NIC to be plugged in; ``mac`` of nought octets is to be given one.

    Attributes:
        settings: the values of the other properties that were given.
    """

    line: Line
    model: Model
    name: str | None
    mac: bytes
    netdev: str | None
    slot: Slot | None = None
    settings: Mapping[str, Value] = MappingProxyType({})


class Surroundings(NamedTuple):
    """What a device comes into.

    Attributes:
        usb: whether there is a USB bus.
        running: whether the machine runs already.
        check: refuses an ``id`` or property that goes with no other device:
            ``check(model, name, value)`` raises :class:`OptionError`.
    """

    board: Board
    usb: bool
    check: Callable[[Model, str, Value], None]
    running: bool = False


def split(text: str, report: Report, check: Callable[[Line], None]) -> Line:
    """Take the argument of ``-device`` apart; ``check`` looks at it in the old dialect.

    Raises:
        OptionError: it can't be taken apart.
    """
    if text.startswith("{"):
        return split_json("-device", text)
    return split_opts("-device", text, "driver", report, check)


def help_for(line: Line, board: Board) -> str | None:
    """The answer, if the line asks for help.

    Raises:
        OptionError: there is no such model.
    """
    driver = line.get("driver")
    if line.dialect is Dialect.JSON or not isinstance(driver, str):
        return None
    if is_help(driver):
        return list_devices(board)
    if line.get("help") is None:
        return None
    model = for_device(driver, board)
    if model is None:
        raise line.error(f"Device '{driver}' not found")
    return model.help


def interpret(line: Line, into: Surroundings) -> Device:
    """Read one ``-device``, checking in QEMU's order.

    Raises:
        OptionError: with QEMU's text.
    """
    driver = line.get("driver")
    if not isinstance(driver, str):
        raise line.error("Parameter 'driver' is missing")
    model = for_device(driver, into.board)
    if model is None:
        raise line.error(f"'{driver}' is not a valid device model name")
    _check_bus(line, model, into)
    _refuse_as(line, partial(into.check, model, "id", line.get("id")))
    settings = _settings(line, model, into)
    mac, slot = settings.pop("mac", ethernet.NONE), settings.pop("addr", None)
    name, netdev = line.get("id"), settings.pop("netdev", None)
    return Device(
        line,
        model,
        name if isinstance(name, str) else None,
        mac if isinstance(mac, bytes) else ethernet.NONE,
        netdev if isinstance(netdev, str) else None,
        slot if isinstance(slot, Slot) else None,
        {key: value for key, value in settings.items() if not isinstance(value, bytes | Slot)},
    )


def _check_bus(line: Line, model: Model, into: Surroundings) -> None:
    board = into.board
    buses = board.buses | {"usb-bus"} if into.usb else board.buses
    roots = board.roots | {"usb-bus.0"} if into.usb else board.roots
    bus = line.get("bus")
    if isinstance(bus, str):
        if bus not in roots:
            raise line.error(f"Bus '{bus}' not found")
        kind = _BUSES[bus]
        if kind.removesuffix("E") != model.bus:
            raise line.error(f"Device '{model.name}' can't go on {kind} bus")
    if model.bus not in buses:
        raise line.error(f"No '{model.bus}' bus found for device '{model.name}'")
    if into.running:
        check_hotplug(line, model, board)


def _settings(line: Line, model: Model, into: Surroundings) -> dict[str, Value | bytes | Slot]:
    settings: dict[str, Value | bytes | Slot] = {}
    given = (key for key, _ in line.pairs if key not in ("driver", "id", "bus"))
    for key in properties.in_order(given):
        value = properties.read(line, model.name, model.properties, key)
        settings[key] = value
        if key == "mac":
            settings[key] = ethernet.parse_strict(str(value)) or _refuse(line, model, key, value)
        elif key == "addr" and isinstance(value, int):
            settings[key] = None if value < 0 else Slot(value >> 3, value & 7)
        elif key == "addr":
            settings[key] = parse_slot(str(value)) or _refuse(line, model, key, value)
        _refuse_as(line, partial(into.check, model, key, value))
    return settings


def _refuse_as(line: Line, check: Callable[[], None]) -> None:
    try:
        check()
    except OptionError as error:
        raise line.error(str(error)) from None


def parse_slot(text: str) -> Slot | None:
    """A slot, 0 to 1f, and perhaps a function, both in base 16; None: it is not that."""
    match = _PCI_ADDRESS.match(text)
    if match is None or int(match[1], 16) > 0x1F:
        return None
    return Slot(int(match[1], 16), int(match[2] or "0", 16))


def _refuse(line: Line, model: Model, key: str, value: Value) -> NoReturn:
    raise line.error(f"Property '{model.owner(key)}.{key}' doesn't take value '{value}'")


def check_hotplug(line: Line, model: Model, board: Board) -> None:
    """Look whether NICs of that model may come and go while the machine runs.

    Raises:
        OptionError: with QEMU's text.
    """
    if model.bus == "ISA" or (model.bus == "PCI" and not board.hotplug):
        bus = next(
            each for each in sorted(board.roots) if _BUSES[each].removesuffix("E") == model.bus
        )
        raise line.error(f"Bus '{bus}' does not support hotplugging")

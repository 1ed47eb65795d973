"""``-device``, of which refnet knows the NICs (CLI-11, CLI-13, CLI-20, CLI-21)."""

import re
from typing import NamedTuple, NoReturn

from . import ethernet
from .boards import Board
from .grammar import Line, Report, Value, check_identifier, split_json, split_opts
from .models import Model, for_device

_PCI_ADDRESS = re.compile(r"(?:0x)?([0-9a-fA-F]{1,2})(?:\.([0-7]))?\Z")


class Slot(NamedTuple):
    """A place on a PCI bus: device 0 to 31, function 0 to 7."""

    number: int
    function: int = 0


class Device(NamedTuple):
    """A NIC to be plugged in; ``mac`` of nought octets is to be given one."""

    line: Line
    model: Model
    name: str | None
    mac: bytes
    netdev: str | None
    slot: Slot | None = None


def split(text: str, report: Report) -> Line:
    """Take the argument of ``-device`` apart.

    Raises:
        OptionError: it can't be taken apart, or its identifier is malformed.
    """
    if text.startswith("{"):
        return split_json("-device", text)
    line = split_opts("-device", text, "driver", report)
    check_identifier(line)
    return line


def interpret(line: Line, board: Board, usb: bool) -> Device:
    """Read one ``-device``; ``usb``: whether there is a USB bus.

    Raises:
        OptionError: with QEMU's text.
    """
    driver = line.get("driver")
    if not isinstance(driver, str):
        raise line.error("Parameter 'driver' is missing")
    model = for_device(driver, board)
    if model is None:
        raise line.error(f"'{driver}' is not a valid device model name")
    buses = board.buses | {"usb-bus"} if usb else board.buses
    roots = board.roots | {"usb-bus.0"} if usb else board.roots
    bus = line.get("bus")
    if bus is not None and bus not in roots:
        raise line.error(f"Bus '{bus}' not found")
    if model.bus not in buses:
        raise line.error(f"No '{model.bus}' bus found for device '{model.name}'")
    mac, slot = ethernet.NONE, None
    for key, value in line.pairs:
        if key in ("driver", "id", "bus"):
            continue
        if key not in model.properties:
            raise line.error(f"Property '{model.name}.{key}' not found")
        if key == "mac":
            mac = ethernet.parse_strict(str(value)) or _refuse(line, model, key, value)
        elif key == "addr":
            slot = parse_slot(str(value)) or _refuse(line, model, key, value)
    name, netdev = line.get("id"), line.get("netdev")
    return Device(
        line,
        model,
        name if isinstance(name, str) else None,
        mac,
        netdev if isinstance(netdev, str) else None,
        slot,
    )


def parse_slot(text: str) -> Slot | None:
    """A slot, 0 to 1f, and perhaps a function, both in base 16; None: it is not that."""
    match = _PCI_ADDRESS.match(text)
    if match is None or int(match[1], 16) > 0x1F:
        return None
    return Slot(int(match[1], 16), int(match[2] or 0))


def _refuse(line: Line, model: Model, key: str, value: Value) -> NoReturn:
    raise line.error(f"Property '{model.name}.{key}' doesn't take value '{value}'")

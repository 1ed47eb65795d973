"""The properties of a filter, as ``qom-get`` and ``qom-set`` know them (FILT-07, INF-05).

All can be written while a filter runs, as on QEMU 7.2, but most do nothing then: a filter stays
where it is, on the devices and the file that it was made with, and only tells the new value.
"""

from typing import Any

from ..errors import OptionError
from ..fabric.filters.base import Direction, Filter, Property
from ..fabric.filters.buffer import Buffer
from ..fabric.filters.mirror import Mirror, Redirector
from ..fabric.filters.passive import Rewriter
from ..options.fields import whole_number

_UNSIGNED = 1 << 64
_ON = ("on", "yes", "true", "y")
_OFF = ("off", "no", "false", "n")


def read(filter: Filter, name: str) -> Property:
    """A property.

    Raises:
        OptionError: there is none of that name.
    """
    properties = {"type": filter.kind, **dict(filter.told())}
    if name not in properties:
        raise OptionError(f"Property '{filter.kind}.{name}' not found")
    return properties[name]


def kinds(filter: Filter) -> list[tuple[str, str]]:
    """Names and types of all properties, as QEMU calls them."""
    return [("type", "string"), *((name, _kind(name, value)) for name, value in filter.told())]


def parse(filter: Filter, name: str, text: str) -> None:
    """Write a property; ``text`` says the value.

    Raises:
        OptionError: there is no such property, or it does not take the value.
    """
    current = _writable(filter, name)
    value: Property = text
    if isinstance(current, bool):
        if text not in _ON + _OFF:
            raise OptionError(f"Parameter '{name}' expects 'on' or 'off'")
        value = text in _ON
    elif isinstance(current, int):
        number = whole_number(text)
        if number is None or not -(_UNSIGNED >> 1) <= number < _UNSIGNED:
            raise OptionError(f"Parameter '{name}' expects uint64")
        value = number
    _set(filter, name, value)


def write(filter: Filter, name: str, value: Any) -> None:
    """Write a property; ``value`` is one of JSON, whose type must fit.

    Raises:
        OptionError: there is no such property, or it does not take the value.
    """
    current = _writable(filter, name)
    for kind, called in ((bool, "boolean"), (str, "string")):
        if isinstance(current, kind) and not isinstance(value, kind):
            raise OptionError(f"Invalid parameter type for '{name}', expected: {called}")
    if type(current) is int and type(value) is not int:
        raise OptionError(f"Parameter '{name}' expects uint64")
    _set(filter, name, value)


def check_status(text: str) -> bool:
    """Whether ``text`` says on.

    Raises:
        OptionError: it says neither on nor off.
    """
    if text not in ("on", "off"):
        raise OptionError("Invalid value for netfilter status, should be 'on' or 'off'")
    return text == "on"


def check_interval(interval: int) -> None:
    """Look whether a buffer can have that interval.

    Raises:
        OptionError: it can't.
    """
    if interval == 0:
        raise OptionError("Property 'filter-buffer.interval' requires a positive value")


def check_length(maxlen: int) -> None:
    """Look whether a dump can have that length.

    Raises:
        OptionError: it can't.
    """
    if maxlen == 0:
        raise OptionError("Property 'filter-dump.maxlen' doesn't take value '0'")


def _writable(filter: Filter, name: str) -> Property:
    if name == "type":
        raise OptionError(f"Property '{filter.kind}.{name}' is not writable")
    return read(filter, name)


def _set(filter: Filter, name: str, value: Property) -> None:
    if isinstance(value, int) and not isinstance(value, bool):
        value %= _UNSIGNED
        if value >= 1 << 32:
            raise OptionError(f"Parameter '{name}' expects uint32_t")
    match name, value, filter:
        case "status", str(), _:
            filter.switch(check_status(value))
        case "queue", str(), _:
            if value not in ("all", "rx", "tx"):
                raise OptionError(f"Parameter 'queue' does not accept value '{value}'")
            filter.queue = Direction(value)
        case "insert", str(), _:
            if value not in ("before", "behind"):
                raise OptionError(
                    "Invalid value for netfilter insert, should be 'before' or 'behind'"
                )
            filter.insert = value
        case "interval", int(), Buffer():
            check_interval(value)
            filter.interval = value
        case "vnet_hdr_support", bool(), Mirror() | Redirector() | Rewriter():
            filter.vnet_header = value
        case "maxlen", int(), _:
            check_length(value)
            filter.stated[name] = value
        case _ if filter.kind == "filter-fault":
            raise OptionError(f"Property '{filter.kind}.{name}' can't be set now")
        case _:
            filter.stated[name] = value


def _kind(name: str, value: Property) -> str:
    if name == "queue":
        return "NetFilterDirection"
    return {bool: "bool", int: "uint32", str: "string"}[type(value)]

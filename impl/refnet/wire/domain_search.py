"""The DHCP domain search list (RFC 3397): names compressed as in DNS (RFC 1035 section 4.1.4)."""

from collections.abc import Iterable
from typing import TypeAlias

from ..errors import WireError

Labels: TypeAlias = tuple[bytes, ...]

LONGEST_LABEL = 63
_POINTER = 0xC0
_FARTHEST = 0x3FFE


def parse_name(name: str) -> Labels:
    """The labels of a domain name; one dot at the end is allowed.

    Raises:
        ValueError: the name is empty, or has a label that is empty or longer than 63 octets.
    """
    labels = tuple(label.encode() for label in name.removesuffix(".").split("."))
    if not all(0 < len(label) <= LONGEST_LABEL for label in labels):
        raise ValueError(f"{name!r} is not a domain name")
    return labels


def encode(names: Iterable[Labels]) -> bytes:
    """Write names one behind the other, the longest ending that came before as a pointer.

    Endings are compared octet for octet, and only those of a pointer's reach are used.
    """
    octets = bytearray()
    endings: dict[Labels, int] = {}
    for name in names:
        for index in range(len(name)):
            position = endings.get(name[index:])
            if position is not None:
                octets += ((_POINTER << 8) | position).to_bytes(2, "big")
                break
            if len(octets) <= _FARTHEST:
                endings[name[index:]] = len(octets)
            octets += bytes((len(name[index]),)) + name[index]
        else:
            octets.append(0)
    return bytes(octets)


def decode(data: bytes) -> list[Labels]:
    """Read the names, pointers followed.

    Raises:
        WireError: a name does not end, or a pointer does not point backwards.
    """
    names = []
    position = 0
    while position < len(data):
        labels, position = _name(data, position)
        names.append(labels)
    return names


def _name(data: bytes, position: int) -> tuple[Labels, int]:
    """The labels of the name at ``position``, and where the next name begins."""
    labels: list[bytes] = []
    behind: int | None = None
    while True:
        if position >= len(data):
            raise WireError("domain search list: a name has no end")
        length = data[position]
        if length == 0:
            return tuple(labels), behind if behind is not None else position + 1
        if length >= _POINTER:
            target = int.from_bytes(data[position : position + 2], "big") & 0x3FFF
            if position + 2 > len(data) or target >= position:
                raise WireError("domain search list: pointer")
            behind = behind if behind is not None else position + 2
            position = target
            continue
        if length > LONGEST_LABEL:
            raise WireError(f"domain search list: label of {length} octets")
        labels.append(data[position + 1 : position + 1 + length])
        position += 1 + length


def split(octets: bytes, size: int = 255) -> list[bytes]:
    """Cut into the values of successive options (RFC 3396)."""
    return [octets[start : start + size] for start in range(0, len(octets), size)]

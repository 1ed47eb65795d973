"""Addresses as C's library reads them, and ``host:port`` pairs as ``-netdev socket`` does."""

from ..errors import OptionError
from .fields import leading_number

_SPACE = " \t\n\v\f\r"


def parse_ipv4(text: str) -> int | None:
    """inet_aton: one to four numbers, decimal, octal or hexadecimal; white space ends it (HFW-15).

    The last number fills all octets that are left. None if ``text`` is no address.
    """
    head = text
    for index, char in enumerate(text):
        if char in _SPACE:
            head = text[:index]
            break
    parts = head.split(".")
    if len(parts) > 4:
        return None
    address = 0
    for index, part in enumerate(parts):
        value, rest, found = leading_number(part)
        if not found or rest or not part[0].isdigit():
            return None
        last = index == len(parts) - 1
        width = 8 * (4 - index) if last else 8
        if value >= 1 << width:
            return None
        address = address << width | value
    return address


def format_ipv4(address: int) -> str:
    """Dotted decimal."""
    return ".".join(str(address >> shift & 0xFF) for shift in (24, 16, 8, 0))


def parse_ipv6(text: str) -> int | None:
    """inet_pton: the 128-bit number, or None."""
    from ipaddress import AddressValueError, IPv6Address

    try:
        return int(IPv6Address(text)) if "%" not in text else None
    except AddressValueError:
        return None


def split_host_port(text: str) -> tuple[str, str]:
    """Part ``[host]:port`` (SOCK-07).

    Raises:
        OptionError: there is no colon.
    """
    host, colon, port = text.partition(":")
    if not colon:
        raise OptionError(f"host address '{text}' doesn't contain ':' separating host from port")
    return host, port

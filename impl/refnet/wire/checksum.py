"""The Internet checksum (RFC 1071) and the pseudo-header of UDP and TCP (RFC 768, RFC 9293)."""

from ._types import Buffer


def total(data: Buffer) -> int:
    """The ones' complement sum of 16-bit words, folded to 0..0xffff, not complemented.

    An odd octet at the end counts as the high half of a word. As 2**16 is 1 modulo 0xffff, the
    whole buffer read as one number has the same residue as the sum of its words.
    """
    if not len(data):
        return 0
    number = int.from_bytes(data, "big") << (8 * (len(data) & 1))
    return number % 0xFFFF or (0xFFFF if number else 0)


def fold(value: int) -> int:
    """Bring a sum of 16-bit words back to 16 bits, carries added in."""
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return value


def internet(data: Buffer, initial: int = 0) -> int:
    """The checksum to put in a header whose checksum field is zero, or 0 if ``data`` verifies.

    ``initial`` is an uncomplemented sum to start from, such as :func:`pseudo_ipv4`.
    """
    return ~fold(initial + total(data)) & 0xFFFF


def pseudo_ipv4(source: int, destination: int, protocol: int, length: int) -> int:
    """The uncomplemented sum of the IPv4 pseudo-header (RFC 9293 section 3.1)."""
    return fold(
        (source >> 16)
        + (source & 0xFFFF)
        + (destination >> 16)
        + (destination & 0xFFFF)
        + protocol
        + length
    )


def pseudo(source: int | bytes, destination: int | bytes, protocol: int, length: int) -> int:
    """The uncomplemented sum of either pseudo-header, by what the addresses are.

    Two numbers are IPv4's, 16 octets each IPv6's (RFC 8200 section 8.1).
    """
    if isinstance(source, int):
        assert isinstance(destination, int)
        return pseudo_ipv4(source, destination, protocol, length)
    assert isinstance(destination, bytes)
    return fold(total(source + destination) + protocol + (length >> 16) + (length & 0xFFFF))

"""What cases of DNS have in common."""

from vnetspec.fixtures.frames import dns_query
from vnetspec.fixtures.host import UdpSocket


def asked(server: UdpSocket, question: bytes | None = None) -> int:
    """Take the next datagram, which is ``question`` but for its identifier; return that.

    Whether an identifier is kept is DNS-01 alone: a nameserver that asks another one for its
    clients has to choose its own (RFC 5452 section 9.2).
    """
    expected, found = question or dns_query(), server.takes()
    assert found[2:] == expected[2:], (
        f"the host was asked {found!r}, MUST be {expected!r} but for its first two octets"
    )
    return int.from_bytes(found[:2], "big")

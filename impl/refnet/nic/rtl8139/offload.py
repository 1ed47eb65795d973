"""What the chip does to IPv4 packets on their way out: checksums, and cutting TCP into segments.

The task bits stand in the first word of the descriptor that ends a packet. A packet that does not
look as it should goes out as it is (RTL-11; data sheet of the RTL8139C+, 6.1 and 6.2).
"""

from collections.abc import Iterator

from ...wire import checksum

FIRST, LAST, _SEGMENT = 1 << 29, 1 << 28, 1 << 27
_IP_SUM, _UDP_SUM, _TCP_SUM = 1 << 18, 1 << 17, 1 << 16
_SEGMENT_SIZE, _SEGMENT_SHIFT = 0x7FF, 16

_ETHERNET, _TYPE_IPV4 = 14, b"\x08\x00"
_IP_SHORTEST, _TCP_SHORTEST = 20, 20
_TCP, _UDP = 6, 17
_IP_LENGTH, _IP_ID, _IP_PROTOCOL, _IP_CHECKSUM, _IP_ADDRESSES = 2, 4, 9, 10, 12
_TCP_SEQUENCE, _TCP_OFFSET, _TCP_FLAGS, _TCP_CHECKSUM, _UDP_CHECKSUM = 4, 12, 13, 16, 6
_FIN_AND_PUSH = 0x09


def finished(packet: bytes, command: int) -> Iterator[bytes]:
    """The frames to send for a packet, as the task bits of ``command`` want them."""
    header = _header(packet) if command & (_SEGMENT | _IP_SUM | _UDP_SUM | _TCP_SUM) else b""
    if not header:
        yield packet
        return
    start = _ETHERNET + len(header)
    ends = _ETHERNET + int.from_bytes(header[_IP_LENGTH:_IP_ID], "big")
    protocol = header[_IP_PROTOCOL]
    if command & _SEGMENT:
        size = command >> _SEGMENT_SHIFT & _SEGMENT_SIZE
        body = packet[start:ends]
        if protocol == _TCP and size and _has_tcp_header(body):
            yield from _segments(packet[:_ETHERNET], header, body, size)
        else:
            yield packet
        return
    done = bytearray(packet)
    if command & _IP_SUM:
        done[_ETHERNET:start] = _with_ip_sum(header)
    if command & _TCP_SUM and protocol == _TCP:
        _fill_sum(done, start, ends, header, _TCP_CHECKSUM)
    elif command & _UDP_SUM and protocol == _UDP:
        _fill_sum(done, start, ends, header, _UDP_CHECKSUM)
    yield bytes(done[: len(packet)])


def _header(packet: bytes) -> bytes:
    """The IPv4 header with its options; nothing, if there is none that makes sense."""
    if len(packet) < _ETHERNET + _IP_SHORTEST or packet[12:14] != _TYPE_IPV4:
        return b""
    first = packet[_ETHERNET]
    size = 4 * (first & 0x0F)
    room = len(packet) - _ETHERNET
    if first >> 4 != 4 or not _IP_SHORTEST <= size <= room:
        return b""
    header = packet[_ETHERNET : _ETHERNET + size]
    if not size <= int.from_bytes(header[_IP_LENGTH:_IP_ID], "big") <= room:
        return b""
    return header


def _has_tcp_header(body: bytes) -> bool:
    if len(body) < _TCP_SHORTEST:
        return False
    return _TCP_SHORTEST <= 4 * (body[_TCP_OFFSET] >> 4) <= len(body)


def _segments(ethernet: bytes, header: bytes, body: bytes, size: int) -> Iterator[bytes]:
    """Cut a TCP segment into such of ``size`` octets; one without data is lost.

    FIN and PSH go with none, if there are several: what QEMU takes off the first it does not put
    back on the last.
    """
    start = 4 * (body[_TCP_OFFSET] >> 4)
    template, data = bytearray(body[:start]), body[start:]
    sequence = int.from_bytes(body[_TCP_SEQUENCE : _TCP_SEQUENCE + 4], "big")
    identification = int.from_bytes(header[_IP_ID : _IP_ID + 2], "big")
    for number, place in enumerate(range(0, len(data), size)):
        chunk = data[place : place + size]
        if place + size < len(data):
            template[_TCP_FLAGS] &= ~_FIN_AND_PUSH
        now = sequence + place & 0xFFFF_FFFF
        template[_TCP_SEQUENCE : _TCP_SEQUENCE + 4] = now.to_bytes(4, "big")
        segment = template + chunk
        _fill_sum(segment, 0, len(segment), header, _TCP_CHECKSUM)
        ip = bytearray(header)
        ip[_IP_LENGTH:_IP_ID] = (len(header) + len(segment)).to_bytes(2, "big")
        ip[_IP_ID : _IP_ID + 2] = (identification + number & 0xFFFF).to_bytes(2, "big")
        yield ethernet + _with_ip_sum(ip) + segment


def _with_ip_sum(header: bytes | bytearray) -> bytes:
    done = bytearray(header)
    done[_IP_CHECKSUM : _IP_CHECKSUM + 2] = bytes(2)
    done[_IP_CHECKSUM : _IP_CHECKSUM + 2] = checksum.internet(done).to_bytes(2, "big")
    return bytes(done)


def _fill_sum(packet: bytearray, start: int, end: int, header: bytes, offset: int) -> None:
    """Put the checksum of UDP or TCP into its place, though the body may be too short for it.

    A sum of nought stays nought, also in UDP.
    """
    place = slice(start + offset, start + offset + 2)
    packet.extend(bytes(max(0, place.stop - len(packet))))
    packet[place] = bytes(2)
    source = int.from_bytes(header[_IP_ADDRESSES : _IP_ADDRESSES + 4], "big")
    destination = int.from_bytes(header[_IP_ADDRESSES + 4 : _IP_ADDRESSES + 8], "big")
    pseudo = checksum.pseudo_ipv4(source, destination, header[_IP_PROTOCOL], end - start)
    packet[place] = checksum.internet(packet[start:end], pseudo).to_bytes(2, "big")

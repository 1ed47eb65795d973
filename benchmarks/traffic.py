"""Traffic of a user network, made up: the same frames each time, right in every checksum.

Most of it is TCP, as in a capture of a guest at work; between its segments a guest boots by DHCP,
asks ARP and DNS, pings, and fetches files by TFTP.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from itertools import count, cycle, islice

GUEST, ROUTER = bytes.fromhex("525400123456"), bytes.fromhex("52550a000202")
NAMESERVER, EVERYONE = bytes.fromhex("52550a000203"), b"\xff" * 6
_GUEST, _ROUTER = bytes((10, 0, 2, 15)), bytes((10, 0, 2, 2))
_NAMESERVER, _OUTSIDE = bytes((10, 0, 2, 3)), bytes((192, 0, 2, 7))
_ALL = b"\xff" * 4
_COOKIE = b"\x63\x82\x53\x63"
_SEGMENT = 1440
_FIN, _SYN, _PUSH, _ACK = 1, 2, 8, 16

#: Source and destination of a datagram or segment: address and port, address and port.
_Ends = tuple[bytes, int, bytes, int]


def checksum(octets: bytes) -> int:
    """The checksum of RFC 1071 over ``octets``, as it is sent."""
    octets += b"\0" * (len(octets) % 2)
    return 0xFFFF - int.from_bytes(octets, "big") % 0xFFFF


class Traffic:
    """What a guest and its network say to each other."""

    def __init__(self, seed: int) -> None:
        self._luck = random.Random(seed)
        #: Who sends an IPv4 packet numbers it: the guest has one counter, its network another.
        self._numbers = {GUEST: count(self._luck.getrandbits(16)), ROUTER: count()}
        self._starts = count(64_000, 64_000)

    def frames(self) -> Iterator[bytes]:
        """Frames without end."""
        between: list[Callable[[], Iterator[bytes]]] = [
            self.resolution,
            self.lookup,
            self.ping,
            self.file,
        ]
        yield from self.boot()
        for other in cycle(between):
            yield from other()
            yield from self.connection()

    def boot(self) -> Iterator[bytes]:
        """A lease: four messages."""
        xid = self._luck.randbytes(4)
        for kind, reply in ((1, False), (2, True), (3, False), (5, True)):
            head = bytes((2 if reply else 1, 1, 6, 0)) + xid + bytes(8)
            head += (_GUEST + _ROUTER if reply else bytes(8)) + bytes(4)
            options = _COOKIE + bytes((53, 1, kind))
            if reply:
                options += b"\x36\x04" + _ROUTER + b"\x01\x04\xff\xff\xff\0\x03\x04" + _ROUTER
                options += b"\x06\x04" + _NAMESERVER + b"\x33\x04\0\1\x51\x80"
            elif kind == 3:
                options += b"\x36\x04" + _ROUTER + b"\x32\x04" + _GUEST
            data = head + GUEST.ljust(16, b"\0") + bytes(192) + options + b"\xff"
            ends = (_ROUTER, 67, _ALL, 68) if reply else (bytes(4), 68, _ALL, 67)
            source = ROUTER if reply else GUEST
            yield self._udp(EVERYONE + source, ends, data.ljust(548, b"\0"), service=0x10)

    def resolution(self) -> Iterator[bytes]:
        """Who has the router's address, and the nameserver's."""
        head = b"\x08\x06\0\1\x08\0\6\4\0"
        for mac, address in ((ROUTER, _ROUTER), (NAMESERVER, _NAMESERVER)):
            asked = EVERYONE + GUEST + head + b"\1" + GUEST + _GUEST + bytes(6) + address
            told = GUEST + mac + head + b"\2" + mac + address + GUEST + _GUEST
            yield asked.ljust(60, b"\0")
            yield told.ljust(64, b"\0")

    def lookup(self) -> Iterator[bytes]:
        """A name, and its address."""
        identifier, port = self._luck.randbytes(2), self._luck.randrange(32768, 61000)
        name = b"\4host\7example\0\0\1\0\1"
        asked = identifier + b"\1\0\0\1\0\0\0\0\0\0" + name
        told = identifier + b"\x81\x80\0\1\0\1\0\0\0\0" + name + b"\xc0\x0c\0\1\0\1\0\0\1\0\0\4"
        yield self._udp(NAMESERVER + GUEST, (_GUEST, port, _NAMESERVER, 53), asked)
        yield self._udp(GUEST + ROUTER, (_NAMESERVER, 53, _GUEST, port), told + _OUTSIDE)

    def ping(self) -> Iterator[bytes]:
        """Four echoes."""
        identifier, data = self._luck.randbytes(2), bytes(range(56))
        for sequence in range(4):
            rest = identifier + sequence.to_bytes(2, "big") + data
            for macs, ends, kind, lifetime in (
                (ROUTER + GUEST, _GUEST + _ROUTER, 8, 64),
                (GUEST + ROUTER, _ROUTER + _GUEST, 0, 255),
            ):
                total = checksum(bytes((kind, 0, 0, 0)) + rest)
                message = bytes((kind, 0)) + total.to_bytes(2, "big") + rest
                yield self._ip(macs, ends, 1, message, lifetime=lifetime)

    def file(self) -> Iterator[bytes]:
        """Twenty blocks by TFTP."""
        port = self._luck.randrange(1024, 32768)
        up, down = (_GUEST, port, _ROUTER, 69), (_ROUTER, 69, _GUEST, port)
        yield self._udp(ROUTER + GUEST, up, b"\0\1boot.img\0octet\0")
        for block in range(1, 21):
            number = block.to_bytes(2, "big")
            data = bytes(512 if block < 20 else 100)
            yield self._udp(GUEST + ROUTER, down, b"\0\3" + number + data, service=0x10)
            yield self._udp(ROUTER + GUEST, up, b"\0\4" + number)

    def connection(self) -> Iterator[bytes]:
        """A download of some hundred segments, an acknowledgement for every two."""
        port, total = self._luck.randrange(32768, 61000), self._luck.randrange(50, 400)
        up, down = (_GUEST, port, _OUTSIDE, 5001), (_OUTSIDE, 5001, _GUEST, port)
        ours, theirs = self._luck.getrandbits(32), next(self._starts)
        maximum, asked = b"\x02\x04\x05\xb4", b"send me the data\n"
        yield self._tcp(up, (ours, 0), _SYN, options=maximum)
        yield self._tcp(down, (theirs, ours + 1), _SYN | _ACK, options=maximum)
        ours, theirs = ours + 1, theirs + 1
        yield self._tcp(up, (ours, theirs), _ACK)
        yield self._tcp(up, (ours, theirs), _PUSH | _ACK, asked)
        ours += len(asked)
        yield self._tcp(down, (theirs, ours), _ACK)
        for segment in range(total):
            data = self._luck.randbytes(_SEGMENT)
            yield self._tcp(down, (theirs, ours), _ACK, data)
            theirs += _SEGMENT
            if segment % 2:
                yield self._tcp(up, (ours, theirs), _ACK)
        yield self._tcp(down, (theirs, ours), _FIN | _ACK)
        yield self._tcp(up, (ours, theirs + 1), _FIN | _ACK)
        yield self._tcp(down, (theirs + 1, ours + 1), _ACK)

    def _tcp(
        self,
        ends: _Ends,
        numbers: tuple[int, int],
        flags: int,
        data: bytes = b"",
        options: bytes = b"",
    ) -> bytes:
        """A frame with a segment; ``numbers`` are sequence and acknowledgement."""
        source, sport, destination, dport = ends
        size = 20 + len(options)
        sequence, acknowledgement = (each % (1 << 32) for each in numbers)
        ports = struct.pack(">HHII", sport, dport, sequence, acknowledgement)
        head = ports + struct.pack(">BBHHH", size << 2, flags, 65535, 0, 0)
        pseudo = source + destination + struct.pack(">BBH", 0, 6, size + len(data))
        total = checksum(pseudo + head + options + data)
        segment = head[:16] + total.to_bytes(2, "big") + head[18:] + options + data
        macs = ROUTER + GUEST if source == _GUEST else GUEST + ROUTER
        return self._ip(macs, source + destination, 6, segment)

    def _udp(self, macs: bytes, ends: _Ends, data: bytes, service: int = 0) -> bytes:
        """A frame with a datagram."""
        source, sport, destination, dport = ends
        head = struct.pack(">HHHH", sport, dport, 8 + len(data), 0)
        pseudo = source + destination + struct.pack(">BBH", 0, 17, 8 + len(data))
        total = checksum(pseudo + head + data) or 0xFFFF
        datagram = head[:6] + total.to_bytes(2, "big") + data
        return self._ip(macs, source + destination, 17, datagram, service=service)

    def _ip(
        self,
        macs: bytes,
        ends: bytes,
        protocol: int,
        data: bytes,
        service: int = 0,
        lifetime: int = 64,
    ) -> bytes:
        """A frame with an IPv4 packet; ``macs`` and ``ends`` are the addresses, as in a frame."""
        number = next(self._numbers[macs[6:]]) & 0xFFFF
        size = 20 + len(data)
        head = struct.pack(">BBHHHBBH", 0x45, service, size, number, 0, lifetime, protocol, 0)
        total = checksum(head + ends)
        packet = head[:10] + total.to_bytes(2, "big") + ends + data
        return (macs + b"\x08\x00" + packet).ljust(60, b"\0")


def traffic(number: int, seed: int = 1) -> Iterator[tuple[float, bytes]]:
    """So many frames, with their times in seconds, a tenth of a millisecond apart."""
    for index, frame in enumerate(islice(Traffic(seed).frames(), number)):
        yield 1_700_000_000 + index / 10_000, frame


def altered(frames: Iterator[tuple[float, bytes]], every: int) -> Iterator[tuple[float, bytes]]:
    """The same frames, but for the TTL of one in so many: IPv4's, its checksum made right."""
    for index, (time, frame) in enumerate(frames):
        if index % every == every - 1 and frame[12:14] == b"\x08\x00":
            head = frame[14:22] + bytes((63,)) + frame[23:24] + b"\0\0" + frame[26:34]
            total = checksum(head).to_bytes(2, "big")
            frame = frame[:14] + head[:10] + total + head[12:] + frame[34:]
        yield time, frame


def renumbered(frames: Iterator[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """The same frames, but for the identification of every IPv4 packet."""
    for index, (time, frame) in enumerate(frames):
        if frame[12:14] == b"\x08\x00":
            number = (index * 7919 & 0xFFFF).to_bytes(2, "big")
            head = frame[14:18] + number + frame[20:24] + b"\0\0" + frame[26:34]
            total = checksum(head).to_bytes(2, "big")
            frame = frame[:14] + head[:10] + total + head[12:] + frame[34:]
        yield time, frame

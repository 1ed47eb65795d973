"""A small network that is wrong on purpose: ``faulty.py MISTAKE CARRIER...``.

It answers ARP, echoes and DHCP at QEMU's addresses, out of the standard library alone, and carries
frames on ``dgram FD``, ``stream FD``, ``at PATH [PEER]`` (datagrams), ``listen PATH`` or
``connect PATH`` (streams). MISTAKE is one of the functions of :class:`Faults`, or ``none``.
"""

import os
import socket
import struct
import sys
import zlib
from pathlib import Path

ROUTER, NAMESERVER = bytes([10, 0, 2, 2]), bytes([10, 0, 2, 3])
NETWORK = bytes([10, 0, 2])


def total(octets):
    even = octets + bytes(len(octets) % 2)
    value = sum(struct.unpack(f"!{len(even) // 2}H", even))
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return (value ^ 0xFFFF).to_bytes(2, "big")


class Network:
    """What a network answers to a frame. ``router`` and ``leases`` may be others' choice."""

    def __init__(self):
        self.router, self.nameserver, self.network = ROUTER, NAMESERVER, NETWORK
        self.leases = {}
        self.echoes = self.dhcp = True

    def answers(self, frame):
        kind = frame[12:14]
        if kind == b"\x08\x06" and frame[20:22] == b"\0\1":
            if frame[38:42] in (self.router, self.nameserver) and frame[28:32] != frame[38:42]:
                yield self.arp_reply(frame)
        elif kind == b"\x08\x00" and frame[23] == 1 and frame[34] == 8:
            if self.echoes and frame[30:34] == self.router:
                yield self.echo_reply(frame)
        elif kind == b"\x08\x00" and frame[23] == 17 and frame[36:38] == b"\0\x43" and self.dhcp:
            reply = self.dhcp_reply(frame)
            if reply:
                yield reply

    def mac(self, address):
        return b"\x52\x55" + address

    def arp_reply(self, frame):
        own = self.mac(frame[38:42])
        arp = frame[14:20] + b"\0\2" + own + frame[38:42] + frame[22:32]
        return (frame[6:12] + own + b"\x08\x06" + arp).ljust(60, b"\0")

    def echo_reply(self, frame):
        packet = bytearray(frame[14 : 14 + int.from_bytes(frame[16:18], "big")])
        packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
        packet[8], packet[10:12] = 255, b"\0\0"
        packet[10:12] = total(bytes(packet[:20]))
        packet[20], packet[22:24] = 0, b"\0\0"
        packet[22:24] = total(bytes(packet[20:]))
        return (frame[6:12] + self.mac(self.router) + b"\x08\x00" + packet).ljust(60, b"\0")

    def dhcp_reply(self, frame):
        bootp = frame[42:]
        options, at = {}, 240
        while at < len(bootp) and bootp[at] != 255:
            if bootp[at]:
                options[bootp[at]] = bootp[at + 2 : at + 2 + bootp[at + 1]]
            at += 1 if not bootp[at] else 2 + bootp[at + 1]
        client = bytes(bootp[28:34])
        if options.get(53) not in (b"\1", b"\3"):
            return None
        address = self.lease(client, options.get(50), options[53] == b"\3")
        said = b"\x35\1" + (b"\2" if options[53] == b"\1" else b"\5")
        said += b"\1\4\xff\xff\xff\0\3\4" + self.router + b"\6\4" + self.nameserver
        said += b"\x36\4" + self.router + b"\x33\4\0\1\x51\x80\xff"
        head = b"\2\1\6\0" + bootp[4:8] + bytes(4) + bytes(4) + address + self.router + bytes(4)
        data = (head + bootp[28:44] + bytes(192) + b"\x63\x82\x53\x63" + said).ljust(300, b"\0")
        udp = struct.pack("!HHHH", 67, 68, 8 + len(data), 0) + data
        header = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0))
        header += self.router + b"\xff" * 4
        header[10:12] = total(bytes(header))
        return b"\xff" * 6 + self.mac(self.router) + b"\x08\x00" + bytes(header) + udp

    def lease(self, client, wish, keep):
        """The address of a client: its own, the one it wishes for, or the next."""
        if client in self.leases:
            return self.leases[client]
        pool = [self.network + bytes([low]) for low in range(15, 31)]
        free = [address for address in pool if address not in self.leases.values()]
        chosen = wish if wish in free else free[0]
        if keep:
            self.leases[client] = chosen
        return chosen


class Carrier:
    """Frames as they must be."""

    def __init__(self, kind, *where):
        self.is_stream = kind in ("stream", "listen", "connect")
        self.peer = None
        self.rest = b""
        if kind in ("dgram", "stream"):
            self.socket = socket.socket(fileno=int(where[0]))
        elif kind == "at":
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind(where[0])
            self.peer = where[1] if len(where) > 1 else None
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            if kind == "connect":
                self.socket.connect(where[0])
            else:
                listener = self.socket
                listener.bind(where[0])
                listener.listen()
                self.socket = listener.accept()[0]

    def take(self):
        """What came: a message, or as much of a stream as there is."""
        octets, sender = self.socket.recvfrom(1 << 17)
        if not self.is_stream:
            self.peer = self.peer or sender
        if self.is_stream and not octets:
            raise SystemExit
        return octets

    def give(self, octets):
        if self.peer:
            self.socket.sendto(octets, self.peer)
        else:
            self.socket.sendall(octets)

    def read(self, octets):
        """The frames in what came."""
        if not self.is_stream:
            yield octets
            return
        self.rest += octets
        while len(self.rest) >= 4:
            length = int.from_bytes(self.rest[:4], "big")
            if not 0 < length < 70000 or len(self.rest) < 4 + length:
                return
            yield self.rest[4 : 4 + length]
            self.rest = self.rest[4 + length :]

    def write(self, frame):
        return (len(frame).to_bytes(4, "big") if self.is_stream else b"") + frame


class Framed(Carrier):
    """Frames that are written otherwise: ``front`` and ``behind`` make the difference."""

    front = behind = staticmethod(lambda frame: b"")
    #: Whether frames are read as they are written.
    strict = False
    shift = 0

    def read(self, octets):
        for frame in super().read(octets):
            if not self.strict:
                yield frame
                continue
            inner = frame[self.shift :]
            if frame[: self.shift] == self.front(inner):
                yield inner

    def write(self, frame):
        return super().write(self.front(frame) + frame + self.behind(frame))


def framed(front=None, behind=None, strict=False, shift=0):
    members = {"strict": strict, "shift": shift}
    if front:
        members["front"] = staticmethod(front)
    if behind:
        members["behind"] = staticmethod(behind)
    return type("Framed", (Framed,), members)


class Unprefixed(Carrier):
    """A stream without lengths."""

    def read(self, octets):
        yield octets[4:]

    def write(self, frame):
        return frame


class Reversed(Carrier):
    """A stream whose lengths are little-endian, when they are written."""

    def write(self, frame):
        return len(frame).to_bytes(4, "little") + frame


class Short(Carrier):
    """A stream whose lengths have two octets, in both directions."""

    def read(self, octets):
        self.rest += octets
        while len(self.rest) >= 2 and len(self.rest) >= 2 + int.from_bytes(self.rest[:2], "big"):
            length = int.from_bytes(self.rest[:2], "big")
            yield self.rest[2 : 2 + length]
            self.rest = self.rest[2 + length :]

    def write(self, frame):
        return len(frame).to_bytes(2, "big") + frame


class Swapped(Carrier):
    def write(self, frame):
        even = frame + bytes(len(frame) % 2)
        return bytes(even[index ^ 1] for index in range(len(even)))


class Layer3(Carrier):
    """Packets without Ethernet: it tells everybody about a prefix."""

    def write(self, frame):
        return bytes.fromhex("6000000000003aff") + bytes(32)


CARRIERS = {
    "vnet10": framed(lambda frame: bytes(10)),
    "vnet12": framed(lambda frame: bytes(12)),
    "vnet12-both": framed(lambda frame: bytes(12), strict=True, shift=12),
    "pi": framed(lambda frame: b"\0\0" + frame[12:14]),
    "pi-both": framed(lambda frame: b"\0\0" + frame[12:14], strict=True, shift=4),
    "prefix": framed(lambda frame: len(frame).to_bytes(4, "big")),
    "prefix-both": framed(lambda frame: len(frame).to_bytes(4, "big"), strict=True, shift=4),
    "fcs": framed(behind=lambda frame: zlib.crc32(frame).to_bytes(4, "little")),
    "unprefixed": Unprefixed,
    "little-endian": Reversed,
    "short-length": Short,
    "swapped": Swapped,
    "layer3": Layer3,
}


class Faults:
    """What is wrong with answers, each from those that are right."""

    def __init__(self):
        self.count = 0
        self.held = []

    def none(self, frames):
        return frames

    def silent(self, frames):
        return []

    def loses(self, frames):
        self.count += len(frames)
        return [] if self.count > 20 and self.count % 7 == 0 else frames

    def doubles(self, frames):
        self.count += len(frames)
        return frames * 2 if self.count > 20 else frames

    def reorders(self, frames):
        """Each second answer comes before the one before it."""
        self.count += len(frames)
        if self.count < 20:
            return frames
        self.held = [*frames, *self.held]
        if len(self.held) < 2:
            return []
        given, self.held = self.held, []
        return given

    def alters(self, frames):
        return [f[:50] + b"\xee" + f[51:] if len(f) > 70 else f for f in frames]

    def cuts(self, frames):
        return [frame[:1000] for frame in frames]

    def trails(self, frames):
        return [frame + b"trailer!" if frame[12:14] == b"\x08\x00" else frame for frame in frames]

    def offloads(self, frames):
        return [f[:36] + b"\0\0" + f[38:] if f[23:24] == b"\x01" else f for f in frames]

    def overtaken(self, frames):
        """Echoes are answered late, after the ARP that follows."""
        is_echo = any(frame[12:15] == b"\x08\x00\x45" and frame[23] == 1 for frame in frames)
        self.count += is_echo
        if is_echo and self.count > 8:
            self.held = frames
            return []
        given, self.held = [*frames, *self.held], []
        return given


def main(mistake, kind, *where):
    network, faults = Network(), Faults()
    if mistake == "ends":
        print("no such interface", file=sys.stderr)
        raise SystemExit(4)
    if mistake == "elsewhere":
        network.network = bytes([192, 168, 127])
        network.router, network.nameserver = bytes([192, 168, 127, 1]), bytes([192, 168, 127, 1])
    if mistake == "strange-mac":
        network.mac = lambda address: b"\x02\xaa" + address
    network.echoes = mistake != "no-echoes"
    network.dhcp = mistake != "no-dhcp"
    remembered = Path(os.environ.get("FAULTY_MEMORY", "/nonexistent"))
    if mistake == "remembers" and remembered.exists():
        for line in remembered.read_text().splitlines():
            client, address = map(bytes.fromhex, line.split())
            network.leases[client] = address
    carrier = CARRIERS.get(mistake, Carrier)(kind, *where)
    change = getattr(faults, mistake, faults.none)
    while True:
        octets = carrier.take()
        if mistake == "loops":
            carrier.give(octets)
            continue
        for frame in carrier.read(octets):
            if mistake == "dies" and frame[12:14] == b"\x08\x00":
                print("segment of doom", file=sys.stderr)
                os.abort()
            for answer in change(list(network.answers(frame))):
                carrier.give(carrier.write(answer))
            if mistake == "remembers":
                lines = (f"{a.hex()} {b.hex()}\n" for a, b in network.leases.items())
                remembered.write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])

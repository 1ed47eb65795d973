"""Goldens as exchanges that can be judged, and changed."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import vnetspec.captures
from vnetspec.fixtures.analysis.passive.judge import Judge
from vnetspec.fixtures.analysis.passive.roles import Wanted, find
from vnetspec.fixtures.captures import Shelf

SHELF = Shelf(Path(vnetspec.captures.__path__[0]))
NAMES = [name for name in SHELF.names() if name.endswith(".pcap")]

SECOND = 1_000_000_000
ROUTER_MAC = bytes.fromhex("52550a000202")


@dataclass(frozen=True)
class Step:
    """A frame of a golden; time in nanoseconds, ``told`` as :meth:`Judge.run` takes it."""

    time: int
    frame: bytes
    guest: bool
    port: int = 0


def load(name):
    return [
        Step(round(each.time * SECOND), each.frame, each.direction == "guest", each.port)
        for each in SHELF.load(name)
    ]


def roles_of(name, steps):
    """The roles in a golden: what its frames do not show is in its command line."""
    options = {}
    for argument in SHELF.sources[name].arguments:
        if argument.startswith("user,"):
            pairs = (part.split("=", 1) for part in argument.split(",") if "=" in part)
            options |= dict(pairs)
    network = options.get("net", "")
    wanted = Wanted(
        network=IPv4Network(network, strict=False) if "/" in network else None,
        router=IPv4Address(options["host"]) if "host" in options else None,
        nameserver=IPv4Address(options["dns"]) if "dns" in options else None,
    )
    roles = find((step.frame for step in steps), wanted)
    if options.get("restrict") in ("on", "y", "yes", "true"):
        roles = replace(roles, restricted=True)
    return roles


def judge(steps, roles):
    """The findings on each guest's end of the wire, together."""
    judges = {0: Judge(roles)}
    for number, step in enumerate(steps, 1):
        one = judges.setdefault(step.port, Judge(roles))
        frame = step.time, step.frame, len(step.frame)
        one.run([(number, frame)], told=False if step.guest else None)
    first, *others = [one.finish() for one in judges.values()]
    for each in others:
        first.add(each)
    return first


# -- mending --------------------------------------------------------------------------------------


def total(octets):
    octets += b"\0" * (len(octets) % 2)
    return sum(struct.unpack(f"!{len(octets) // 2}H", octets))


def checksum(octets):
    value = total(octets)
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return (~value & 0xFFFF).to_bytes(2, "big")


def mend(frame):
    """The frame with the checksums that belong to its octets."""
    kind = frame[12:14]
    if kind == b"\x08\x00":
        length, end = (frame[14] & 15) * 4, 14 + int.from_bytes(frame[16:18], "big")
        header = frame[14 : 14 + length]
        header = header[:10] + checksum(header[:10] + b"\0\0" + header[12:]) + header[12:]
        data, rest = frame[14 + length : end], frame[end:]
        if not int.from_bytes(header[6:8], "big") & 0x3FFF:
            data = mended(data, header[12:20], header[9])
        return frame[:14] + header + data + rest
    if kind == b"\x86\xdd":
        end = 54 + int.from_bytes(frame[18:20], "big")
        return frame[:54] + mended(frame[54:end], frame[22:54], frame[20]) + frame[end:]
    return frame


def mended(data, addresses, protocol):
    at = {6: 16, 17: 6, 1: 2, 58: 2}.get(protocol)
    if at is None or len(data) < at + 2:
        return data
    zeroed = data[:at] + b"\0\0" + data[at + 2 :]
    pseudo = b"" if protocol == 1 else addresses + struct.pack("!II", len(data), protocol)
    value = checksum(pseudo + zeroed)
    value = b"\xff\xff" if protocol == 17 and value == b"\0\0" else value
    return data[:at] + value + data[at + 2 :]


def edited(frame, edits):
    for offset, octets in edits.items():
        frame = frame[:offset] + octets + frame[offset + len(octets) :]
    return mend(frame)


def numbered(steps):
    """The network's packets with numbers of one counter."""
    number, found = 0, []
    for step in steps:
        frame = step.frame
        if not step.guest and frame[12:14] == b"\x08\x00" and len(frame) > 34:
            if int.from_bytes(frame[20:22], "big") & 0x1FFF:
                number -= 1
            frame = put(frame, {18: (number & 0xFFFF).to_bytes(2, "big"), 24: b"\0\0"})
            frame = put(frame, {24: checksum(frame[14 : 14 + (frame[14] & 15) * 4])})
            number += 1
        found.append(replace(step, frame=frame))
    return found


# -- changes --------------------------------------------------------------------------------------


def is_of(kind, frame):
    """Whether a frame of the network is of a kind that mutations name."""
    protocol = frame[23:24]
    ip, ip6 = frame[12:14] == b"\x08\x00", frame[12:14] == b"\x86\xdd"
    tests = {
        "arp": frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2",
        "who-has": frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1",
        "ncsi": frame[12:14] == b"\x88\xf8",
        "dhcp": ip and frame[34:38] == b"\0\x43\0\x44",
        "offer": ip and frame[282:285] == b"\x35\1\2",
        "ack": ip and frame[282:285] == b"\x35\1\5",
        "nak": ip and frame[282:285] == b"\x35\1\6",
        "udp": ip and protocol == b"\x11",
        "tftp": ip and protocol == b"\x11" and frame[34:36] == b"\0\x45",
        "block": ip and frame[34:36] == b"\0\x45" and frame[42:44] == b"\0\3",
        "oack": ip and frame[34:36] == b"\0\x45" and frame[42:44] == b"\0\6",
        "echo": ip and protocol == b"\1" and frame[34:35] == b"\0",
        "error": ip and protocol == b"\1" and frame[34:35] in (b"\3", b"\x0b"),
        "fragment": ip and bool(int.from_bytes(frame[20:22], "big") & 0x3FFF),
        "tcp": ip and protocol == b"\6",
        "syn": ip and protocol == b"\6" and frame[47] & 0x12 == 2,
        "syn-ack": ip and protocol == b"\6" and frame[47] & 0x12 == 0x12,
        "rst": ip and protocol == b"\6" and bool(frame[47] & 4),
        "fin": ip and protocol == b"\6" and bool(frame[47] & 1),
        "segment": ip and protocol == b"\6" and frame[47] & 7 == 0 and frame[16:18] > b"\0\x28",
        "pure": ip and protocol == b"\6" and frame[47] & 7 == 0 and frame[16:18] == b"\0\x28",
        "ra": ip6 and frame[54:55] == b"\x86",
        "na": ip6 and frame[54:55] == b"\x88",
        "ns": ip6 and frame[54:55] == b"\x87",
        "echo6": ip6 and frame[54:55] == b"\x81",
        "error6": ip6 and frame[20:21] == b"\x3a" and frame[54] < 4,
        "syn-ack6": ip6 and frame[20:21] == b"\6" and frame[67] & 0x12 == 0x12,
        "udp6": ip6 and frame[20:21] == b"\x11",
    }
    return tests[kind]


def which(steps, kind, nth=1):
    """The index of the network's nth frame of a kind."""
    found = [i for i, s in enumerate(steps) if not s.guest and is_of(kind, s.frame)]
    return found[nth - 1]


Change = Callable[[list[Step]], list[Step]]


def edit(kind, edits, nth=1) -> Change:
    """Change octets of a frame, by offset."""

    def change(steps):
        at = which(steps, kind, nth)
        frame = edited(steps[at].frame, {k: bytes.fromhex(v) for k, v in edits.items()})
        return [*steps[:at], replace(steps[at], frame=frame), *steps[at + 1 :]]

    return change


def raw(kind, edits, nth=1) -> Change:
    """Change octets of a frame and mend nothing."""

    def change(steps):
        at = which(steps, kind, nth)
        frame = put(steps[at].frame, {k: bytes.fromhex(v) for k, v in edits.items()})
        return [*steps[:at], replace(steps[at], frame=frame), *steps[at + 1 :]]

    return change


def other(steps):
    """The same questions with other numbers: of an echo, of a BOOTP transaction."""
    found = []
    for step in steps:
        frame = step.frame
        if step.guest and frame[12:14] == b"\x08\x00" and not frame[21] and frame[20] in (0, 32):
            at = 14 + (frame[14] & 15) * 4
            if frame[23] == 1 and frame[at] == 8:
                value = int.from_bytes(frame[at + 2 : at + 4], "big") - 1
                edits = {at + 2: value.to_bytes(2, "big"), at + 6: frame[at + 6 : at + 7]}
                edits[at + 7] = bytes((frame[at + 7] + 1,))
                frame = put(frame, edits)
        if frame[23:24] == b"\x11" and b"\0\x43" in (frame[34:36], frame[36:38]):
            frame = edited(frame, {46: b"\x12\x34\x56\x78"})
        if step.guest and frame[12:14] == b"\x86\xdd" and frame[54] == 128:
            frame = edited(frame, {60: b"\x12\x34"})
        if step.guest and frame[12:14] == b"\x88\xf8":
            frame = put(frame, {17: bytes((frame[17] + 1,))})
        found.append(replace(step, frame=frame))
    return found


def resized(kind, size, nth=1) -> Change:
    """Cut a frame, or fill it up with zeros."""

    def change(steps):
        at = which(steps, kind, nth)
        frame = steps[at].frame[:size].ljust(size, b"\0")
        return [*steps[:at], replace(steps[at], frame=frame), *steps[at + 1 :]]

    return change


def unanswered(kind, nth=1) -> Change:
    """The golden three times, in the second without the answer."""

    def change(steps):
        at = which(steps, kind, nth)
        return [*steps, *other(steps[:at] + steps[at + 1 :]), *steps]

    return change


def again(kind, seconds, nth=1) -> Change:
    """A frame of the network comes again, so many seconds later."""

    def change(steps):
        at = which(steps, kind, nth)
        wait = round(seconds * SECOND)
        late = [replace(s, time=s.time + wait) for s in steps[at + 1 :]]
        copy = replace(steps[at], time=steps[at].time + wait)
        return [*steps[: at + 1], copy, *late]

    return change


def hasty(kind, seconds, nth=1) -> Change:
    """A frame of the network comes earlier, and all that follow."""

    def change(steps):
        at = which(steps, kind, nth)
        return [
            replace(s, time=s.time - round(seconds * SECOND)) if i >= at else s
            for i, s in enumerate(steps)
        ]

    return change


def spoken(like, make, after=0) -> Change:
    """The network says something more behind frame ``after`` (counted from 1; 0: the last): what
    ``make`` makes of the first frame of a kind in a golden."""
    name, kind = like

    def change(steps):
        other = load(name)
        frame = other[which(other, kind)].frame
        at = after or len(steps)
        said = replace(steps[at - 1], frame=mend(make(frame, steps[at - 1].frame)), guest=False)
        return [*steps[:at], said, *steps[at:]]

    return change


def both(*changes) -> Change:
    def change(steps):
        for each in changes:
            steps = each(steps)
        return steps

    return change


def put(frame, edits):
    for offset, octets in edits.items():
        frame = frame[:offset] + octets + frame[offset + len(octets) :]
    return frame


def options(steps_kind, rest) -> Change:
    """Other options behind the cookie of a DHCP reply."""

    def change(steps):
        at = which(steps, steps_kind)
        frame = put(steps[at].frame, {282: bytes.fromhex(rest).ljust(308, b"\0")})
        return [*steps[:at], replace(steps[at], frame=mend(frame)), *steps[at + 1 :]]

    return change


def shortened(kind, octets, nth=1) -> Change:
    """A packet with so many octets fewer at its end (more, if negative)."""

    def change(steps):
        at = which(steps, kind, nth)
        frame = steps[at].frame
        size = int.from_bytes(frame[16:18], "big") - octets
        frame = frame[:14] + (frame[14:] + bytes(64))[:size]
        frame = put(frame, {16: size.to_bytes(2, "big")})
        if frame[23] == 17:
            frame = put(frame, {38: (size - 20).to_bytes(2, "big")})
        frame = mend(frame).ljust(60, b"\0")
        return [*steps[:at], replace(steps[at], frame=frame), *steps[at + 1 :]]

    return change


def broken(name, change, *, number=True, roles=None):
    """The rules that notice a change of a golden."""
    steps = load(name)
    known = roles_of(name, steps)
    steps = change(steps)
    found = judge(numbered(steps) if number else steps, roles or known)
    assert not found.faults, found.faults
    return found

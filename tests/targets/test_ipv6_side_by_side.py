"""IPv6 frames made at random, to refnet and to libslirp: both answer each in the same way.

Time passes on both clocks, but never so much that an unsolicited advertisement may come, whose time
is chance. What libslirp does wrong, refnet does with ``quirks=on``.
"""

import ipaddress
import struct

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.targets.contract import Network, Unsupported
from vnetspec.fixtures.targets.libslirp import Libslirp
from vnetspec.fixtures.targets.refnet import EmbeddedRefnet

QUIRKS = ("-profile", "qemu-7.2,quirks=on")
MAC = bytes.fromhex(GUEST_MAC.replace(":", ""))
ICMP, UDP, TCP = 58, 17, 6


def octets_of(text):
    return ipaddress.IPv6Address(text).packed


GUESTS = [octets_of(text) for text in ("fec0::15", "fe80::15", "fec0::16", "2001:db8::15")]
ODD_SOURCES = [octets_of(text) for text in ("::", "ff02::1", "::1")]
OWN = [octets_of(text) for text in ("fec0::2", "fec0::3", "fe80::2", "fe80::3")]
OTHERS = [
    octets_of(text)
    for text in ("fec0::55", "fe80::55", "ff02::1", "ff02::2", "ff02::1:2", "::1", "2001:db8::9")
]
SOURCES = st.sampled_from(GUESTS * 3 + ODD_SOURCES)
DESTINATIONS = st.sampled_from(OWN * 2 + OTHERS)
OPTION = st.sampled_from([b"", b"\1\1" + MAC, b"\2\1" + MAC])
HOP_LIMITS = st.sampled_from([255, 255, 255, 64, 254, 2, 1, 0])


def checksum(source, destination, protocol, payload):
    """The Internet checksum over the pseudo-header and ``payload``."""
    octets = source + destination + struct.pack("!II", len(payload), protocol) + payload
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, destination, protocol, payload, hop_limit=255):
    """A frame; a checksum of zero in the payload is filled in."""
    position = {ICMP: 2, UDP: 6, TCP: 16}.get(protocol, len(payload))
    if payload[position : position + 2] == b"\0\0":
        value = checksum(source, destination, protocol, payload) or 0xFFFF
        payload = payload[:position] + value.to_bytes(2, "big") + payload[position + 2 :]
    header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, hop_limit)
    return b"\x52\x56\0\0\0\2" + MAC + b"\x86\xdd" + header + source + destination + payload


@st.composite
def discovery(draw):
    """One of the five messages of neighbour discovery."""
    source = draw(SOURCES)
    kind = draw(st.integers(133, 137))
    code = draw(st.sampled_from([0, 0, 0, 1]))
    target = draw(st.sampled_from(OWN * 2 + GUESTS + OTHERS))
    solicited = b"\xff\2" + bytes(9) + b"\1\xff" + target[-3:]
    destination = draw(st.sampled_from([solicited, target, OTHERS[2], OTHERS[3]]))
    flags = draw(st.sampled_from([0, 0x20, 0x60, 0xE0])) << 24 if kind == 136 else 0
    body = struct.pack("!BBHI", kind, code, 0, flags)
    if kind in (135, 136):
        body += target
    return packet(source, destination, ICMP, body + draw(OPTION), draw(HOP_LIMITS))


@st.composite
def echoes(draw):
    kind = draw(st.sampled_from([128, 128, 128, 129, 1, 3]))
    size = draw(st.sampled_from([0, 1, 8, 56, 1452, 1453, 2000]))
    body = struct.pack("!BBHI", kind, draw(st.integers(0, 1)), 0, 0x42420001) + bytes(size)
    return packet(draw(SOURCES), draw(DESTINATIONS), ICMP, body, draw(HOP_LIMITS))


@st.composite
def datagrams(draw):
    """UDP: to ports that are closed on the host, and to the servers of the stack."""
    port = draw(st.sampled_from([7, 53, 69, 547]))
    payload = {
        69: st.sampled_from([b"\0\1nofile\0octet\0", b"\0\1f\0mail\0", b"\0\4\0\0", b"\0"]),
        547: st.sampled_from(
            [
                bytes.fromhex("0b112233 00010006000300010203 000600040017003b".replace(" ", "")),
                bytes.fromhex("0b112233 00060002003b"),
                bytes.fromhex("0b112233 00060003001700"),
                bytes.fromhex("0b112233 00050000 0006000200170000"),
                bytes.fromhex("0b112233 0006ffff0017"),
                bytes.fromhex("01112233 000600020017"),
                b"\x0b\1",
            ]
        ),
    }
    data = draw(payload.get(port, st.binary(max_size=20)))
    length = 8 + len(data) + draw(st.sampled_from([0, 0, 0, 0, 1]))
    message = struct.pack("!HHHH", draw(st.integers(2000, 2003)), port, length, 0) + data
    return packet(draw(SOURCES), draw(DESTINATIONS), UDP, message, draw(HOP_LIMITS))


@st.composite
def segments(draw):
    """TCP: to a closed port, so that every connection is refused."""
    flags = draw(st.sampled_from([0x02, 0x02, 0x10, 0x12, 0x04, 0x11, 0x00]))
    head = struct.pack("!HHIIBBHHH", draw(st.integers(3000, 3003)), 7, 5, 6, 0x50, flags, 99, 0, 0)
    data = draw(st.sampled_from([b"", b"data"]))
    return packet(draw(SOURCES), draw(DESTINATIONS), TCP, head + data, draw(HOP_LIMITS))


@st.composite
def mutations(draw):
    """Any frame with an octet changed, cut, or with more behind it."""
    octets = bytearray(draw(st.one_of(discovery(), echoes(), datagrams(), segments())))
    position = draw(st.integers(14, len(octets) - 1))
    change = draw(st.sampled_from(["set", "cut", "append"]))
    if change == "set":
        octets[position] = draw(st.integers(0, 255))
    elif change == "cut":
        del octets[position:]
    else:
        assume(leads_to_no_error(octets))
        octets += draw(st.binary(min_size=1, max_size=8))
    assume(not is_cut_and_too_big(octets))
    return bytes(octets)


def is_cut_and_too_big(octets):
    """Whether a packet is too big and not all there: libslirp complains, refnet keeps silent."""
    length = int.from_bytes(octets[18:20], "big")
    return length + 40 > 1500 and len(octets) < length + 54


def leads_to_no_error(octets):
    """Whether nothing will be quoted: libslirp quotes also what is behind the packet."""
    length, protocol, hop_limit = struct.unpack_from("!HBB", octets, 18)
    return protocol == ICMP and hop_limit > 0 and length + 40 <= 1500


FRAMES = st.one_of(discovery(), discovery(), echoes(), datagrams(), segments(), mutations())
STEPS = st.lists(st.one_of(FRAMES, FRAMES, FRAMES, st.sampled_from([0.5, 1.5])), max_size=25)
SETTINGS = st.sampled_from(
    [
        (),
        (("ipv4", "off"),),
        (("ipv6", "off"),),
        (("restrict", "on"),),
        (("bootfile", ""),),
        (("bootfile", "pxe"), ("tftp", "{dir}")),
        (("ipv6-net", "2001:db8::/56"), ("ipv6-host", "2001:db8::53")),
        (("ipv6-prefix", "fec0::5"), ("ipv6-prefixlen", "126")),
    ]
)


@pytest.fixture(scope="module")
def libslirp(network_namespace):
    target = Libslirp()
    try:
        target.version()
    except Unsupported as error:
        pytest.skip(str(error))
    yield target
    target.close()


def answers(link, steps):
    """What is heard after each step: frames, and when they came."""
    told = []
    for step in steps:
        if isinstance(step, bytes):
            link.send(step)
            heard = list(iter(link.receive, None))
        else:
            heard = []
            end = link.now() + step
            while (left := end - link.now()) > 0:
                frame = link.receive(within=left)
                if frame is not None:
                    heard.append((round(link.now(), 3), frame))
        told.append(heard)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("nameservers", [["127.0.0.1"], ["::1"]], ids=["ipv4", "ipv6"])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(options=SETTINGS, steps=STEPS)
def test_both_say_the_same(libslirp, network_namespace, tmp_path, nameservers, options, steps):
    network_namespace.set_nameservers(*nameservers)
    told = []
    for target, arguments in ((libslirp, ()), (EmbeddedRefnet(), QUIRKS)):
        link = target.open(Network(options, arguments=arguments), tmp_path)
        try:
            told.append(answers(link, steps))
        finally:
            link.close()
    for step, theirs, ours in zip(steps, *told, strict=True):
        assert ours == theirs, step

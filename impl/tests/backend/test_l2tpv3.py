"""Sessions of L2TPv3 (SOCK-18)."""

import socket

import pytest

from refnet.backend import l2tpv3
from refnet.backend.l2tpv3 import Header, L2tpv3Port
from refnet.errors import HostError
from refnet.fabric.port import join

PLAIN = Header(
    udp=False,
    sent_session=0x11,
    expected_session=0x22,
    cookie_size=0,
    sent_cookie=0,
    expected_cookie=0,
    counts=False,
    pinned=False,
    gap=0,
)
FULL = PLAIN._replace(
    udp=True, cookie_size=4, sent_cookie=0xA1A2A3A4, expected_cookie=0xB1B2B3B4, counts=True, gap=3
)
#: What QEMU 7.2 sends first with these settings.
FULL_OCTETS = bytes.fromhex("00030000 00000011 a1a2a3a4 00000001 000000")
EXPECTED_OCTETS = bytes.fromhex("00030000 00000022 b1b2b3b4 00000009 ffffff")


@pytest.mark.parametrize(
    ("header", "octets"),
    [
        (PLAIN, "00000011"),
        (PLAIN._replace(udp=True), "0003000000000011"),
        (PLAIN._replace(cookie_size=8, sent_cookie=0xA1), "0000001100000000000000a1"),
        (PLAIN._replace(cookie_size=4, sent_cookie=0xFF000000A1), "00000011000000a1"),
        (PLAIN._replace(counts=True), "0000001100000001"),
        (PLAIN._replace(counts=True, pinned=True), "0000001100000000"),
        (PLAIN._replace(gap=2), "000000110000"),
        (FULL, FULL_OCTETS.hex()),
    ],
)
def test_the_header_is_that_of_the_options(header, octets):
    assert header.form(1).hex() == octets


class Peer:
    """The other end of a session over UDP."""

    def __init__(self, site, header):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        here = "127.0.0.1", str(self.socket.getsockname()[1])
        sock, address = l2tpv3.connect(("127.0.0.1", "0"), here, ipv6=False, udp=True)
        self.place = sock.getsockname()
        self.port = L2tpv3Port(site, "l0", sock, address, header, 0)
        self.site = site

    def says(self, *packets):
        for packet in packets:
            self.socket.sendto(packet, self.place)
        while self.site.loop.step(0):
            pass


@pytest.fixture
def peer(site, guest):
    peer = Peer(site, FULL)
    join(peer.port, guest)
    yield peer
    peer.socket.close()


def test_frames_go_out_with_a_header_that_counts(peer, guest):
    guest.send(b"one")
    guest.send(b"two")

    assert peer.socket.recv(100) == FULL_OCTETS + b"one"
    assert peer.socket.recv(100) == FULL_OCTETS.replace(b"\1", b"\2") + b"two"


def test_frames_come_in_from_behind_the_header(peer, guest, told):
    peer.says(EXPECTED_OCTETS + b"frame", b"\xff" * 4 + EXPECTED_OCTETS[4:] + b"other flags")

    assert guest.heard == [b"frame", b"other flags"]
    assert told == []


@pytest.mark.parametrize(
    ("packet", "complaints"),
    [
        (EXPECTED_OCTETS.replace(b"\xb1", b"\0") + b"f", ["unknown cookie id"]),
        (EXPECTED_OCTETS.replace(b"\x22", b"\0") + b"f", ["session mismatch"]),
        (EXPECTED_OCTETS, []),
        (b"short", []),
    ],
)
def test_what_is_of_another_session_is_dropped_and_told_once(peer, guest, told, packet, complaints):
    peer.says(packet, packet, b"\0" * 100, EXPECTED_OCTETS + b"good")

    assert guest.heard == [b"good"]
    assert told == [*complaints, "l2tpv3 header verification failed"]


def test_it_is_described(peer):
    assert (peer.port.kind, peer.port.describe()) == ("l2tpv3", "l2tpv3: connected")


@pytest.mark.parametrize(
    ("source", "destination", "complaint"),
    [
        (("1.2.3.4", "0"), ("127.0.0.1", "9"), r"could not bind socket err=\d+"),
        (("127.0.0.1", "x y"), ("127.0.0.1", "9"), "could not resolve src, errno = Servname"),
        (("::1", "0"), ("::1", "9"), "could not resolve src, errno = Address family"),
        (("127.0.0.1", "0"), ("::1", "9"), "could not resolve dst, error = Address family"),
    ],
)
def test_what_the_host_refuses_is_told(source, destination, complaint):
    with pytest.raises(HostError, match=complaint):
        l2tpv3.connect(source, destination, ipv6=False, udp=True)


def test_raw_ip_leaves_its_own_header_in_front():
    assert l2tpv3.skipped_octets(ipv6=False, udp=False) == 20
    assert l2tpv3.skipped_octets(ipv6=True, udp=False) == 0
    assert l2tpv3.skipped_octets(ipv6=False, udp=True) == 0

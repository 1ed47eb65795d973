"""No sequence of arbitrary frames raises, wedges, or grows memory without bound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.clock import MILLISECOND
from refnet.slirp import hostio, icmp, ip, queue, udp
from refnet.slirp.hostio import Failure
from refnet.slirp.profile import PROFILES
from refnet.slirp.seam import HostForward
from refnet.slirp.stack import Slirp
from refnet.wire import checksum, ipv4, tcp, tftp

FORWARDS = (
    HostForward(ipv4.UDP, 0, 5555, 0x0A00020F, 7),
    HostForward(ipv4.TCP, 0, 5555, 0x0A00020F, 22),
)
SETTINGS = {
    "tftp_directory": "/srv",
    "hostname": "h",
    "bootfile": "f",
    "dns_search": ("a.b", "a..b"),
    "host_forwards": FORWARDS,
}


def samples(guest) -> list[bytes]:
    """One valid frame of each kind."""
    segment = tcp.Segment(1, 2, 3, 4, tcp.SYN, 5, b"data", options=b"\2\4\5\xb4")
    octets = tcp.encode(segment, guest.address, guest.outside)
    return [
        guest.arp(),
        guest.arp(operation=2, sender=0x0A000299),
        guest.echo(guest.host),
        guest.echo(guest.outside, bytes(2000), source=0x0A000277),
        guest.ip(guest.host, ipv4.ICMP, bytes(64), more_fragments=True, offset=8),
        guest.ip(guest.host, ipv4.UDP, bytes(64), offset=64),
        guest.udp(guest.outside, 1, 2, b"x"),
        guest.udp(guest.nameserver, 1, 53, b"x"),
        guest.udp(guest.host, 7, 6000, b"x"),
        guest.dhcp(1),
        guest.dhcp(3, 0x0A000213),
        guest.tftp(tftp.Request(b"f", options=((b"tsize", b"0"), (b"blksize", b"9")))),
        guest.tftp(tftp.Acknowledgment(1)),
        guest.tftp(tftp.Error(0, b"")),
        guest.ip(guest.outside, ipv4.TCP, octets),
    ]


@st.composite
def mutations(draw, frame: bytes) -> bytes:
    """``frame`` with a few octets changed, cut or put in, its IPv4 checksum made right or not."""
    octets = bytearray(frame)
    for _ in range(draw(st.integers(0, 3))):
        position = draw(st.integers(0, max(0, len(octets) - 1)))
        change = draw(st.sampled_from(("set", "cut", "insert")))
        if change == "cut":
            del octets[position:]
        elif change == "insert":
            octets[position:position] = draw(st.binary(max_size=4))
        elif octets:
            octets[position] = draw(st.integers(0, 255))
    if len(octets) >= 34 and draw(st.booleans()):
        octets[24:26] = b"\0\0"
        octets[24:26] = checksum.internet(octets[14:34]).to_bytes(2, "big")
    return bytes(octets)


EVENTS = st.sampled_from(
    [
        lambda handle: hostio.UdpReceived(handle, b"x", 0x7F000001, 5),
        lambda handle: hostio.UdpReceived(handle, bytes(4000), 5, 5),
        lambda handle: hostio.UdpFailed(handle, Failure.OTHER),
        lambda handle: hostio.UdpFailed(handle, hostio.IcmpError(3, 3, 9)),
        lambda handle: hostio.PingReply(handle, b"x"),
        lambda handle: hostio.PingUnavailable(handle),
        lambda handle: hostio.PingFailed(handle, Failure.OTHER, False),
        lambda handle: hostio.Listening(handle, 0, 9),
        lambda handle: hostio.ListenFailed(handle, Failure.OTHER),
        lambda handle: hostio.FileRead(handle, bytes(9)),
        lambda handle: hostio.FileRead(handle, bytes(512)),
        lambda handle: hostio.FileSize(handle, 99),
        lambda handle: hostio.FileFailed(handle, Failure.NOT_FOUND, True),
    ]
)


def check_bounds(stack: Slirp) -> None:
    assert len(stack._queue) <= queue.CAPACITY
    assert stack._reassembly.octets <= ip.MOST_OCTETS
    assert len(stack._icmp._pings) <= icmp.MOST_PINGS
    assert len(stack._udp._sessions) <= udp.MOST_SESSIONS
    assert sum(map(len, stack._udp._by_guest.values())) == len(stack._udp._sessions)
    assert len(stack.dropped) < 40


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(data=st.data(), profile=st.sampled_from(sorted(PROFILES)))
def test_nothing_that_guest_or_host_do_raises_or_grows_without_bound(make_guest, data, profile):
    guest = make_guest(PROFILES[profile], known=False, **SETTINGS)
    kinds = samples(guest)
    for _ in range(data.draw(st.integers(1, 25))):
        step = data.draw(st.sampled_from(("frame", "frame", "frame", "noise", "event", "time")))
        if step == "frame":
            guest.says(data.draw(mutations(data.draw(st.sampled_from(kinds)))))
        elif step == "noise":
            guest.says(data.draw(st.binary(max_size=80)))
        elif step == "event":
            handle = data.draw(st.integers(1, guest.stack._next_handle))
            owner = guest.stack._owners.get(handle)
            event = data.draw(EVENTS)(handle)
            if owner is not guest.stack._tcp or isinstance(
                event, hostio.Listening | hostio.ListenFailed
            ):
                guest.host_tells(event)
        else:
            guest.waits(data.draw(st.integers(0, 3000)))
        check_bounds(guest.stack)
    guest.stack.take_actions()
    guest.hears()
    guest.says(guest.arp(), guest.echo(guest.host, b"fence"))
    assert any(frame.endswith(b"fence") for frame in guest.hears())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=100), max_size=20))
def test_noise_is_dropped_in_silence(make_guest, frames):
    guest = make_guest()
    guest.says(*(frame for frame in frames if frame[12:14] not in (b"\x08\0", b"\x08\6")))
    assert guest.hears() == []


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_stack_comes_to_rest(make_guest, data):
    """After ten minutes without the guest nothing is kept and no timer is wanted."""
    guest = make_guest(tftp_directory="/srv")
    kinds = samples(guest)[:-1]
    for _ in range(data.draw(st.integers(1, 15))):
        guest.says(data.draw(mutations(data.draw(st.sampled_from(kinds)))))
    polls = 0
    while (deadline := guest.stack.next_deadline()) is not None and polls < 3000:
        assert deadline >= guest.now
        guest.now = max(guest.now, deadline)
        guest.stack.poll(guest.now)
        polls += 1
    assert guest.now <= 600_000 * MILLISECOND
    assert (guest.stack.next_deadline(), guest.stack.rows()) == (None, [])
    assert (len(guest.stack._queue), len(guest.stack._reassembly)) == (0, 0)

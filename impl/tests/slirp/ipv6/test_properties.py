"""No sequence of arbitrary IPv6 frames raises, wedges, or grows memory without bound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.slirp import hostio, queue, udp
from refnet.slirp.guests import TABLE_SIZE
from refnet.slirp.hostio import Failure, IcmpError
from refnet.wire import checksum, ipv6, tcp, tftp
from refnet.wire.ipv6 import parse_address


def samples(guest):
    """One valid frame of each kind."""
    return [
        guest.router_solicitation(),
        guest.solicitation(guest.host),
        guest.solicitation(guest.host, source=ipv6.UNSPECIFIED),
        guest.advertisement(),
        guest.advertisement(source=parse_address("fec0::99"), destination=guest.host),
        guest.echo(guest.host),
        guest.echo(guest.outside, bytes(2000)),
        guest.echo(guest.router, hop_limit=0, source=parse_address("fec0::77")),
        guest.udp(guest.outside, 1, 2, b"x"),
        guest.udp(guest.nameserver, 1, 53, b"x"),
        guest.udp(guest.host, 1, 547, bytes.fromhex("0b000001 0001000101 00060002003b")),
        guest.udp(guest.host, 2, 69, tftp.encode(tftp.Request(b"f", options=((b"tsize", b"0"),)))),
        guest.udp(guest.host, 2, 69, tftp.encode(tftp.Acknowledgment(1))),
        guest.tcp(guest.outside, 80, options=tcp.mss_option(1440)),
        guest.tcp(guest.outside, 80, tcp.ACK | tcp.PSH, text=b"data"),
        guest.ip(guest.host, 44, bytes(16)),
    ]


@st.composite
def mutations(draw, frame):
    """``frame`` with a few octets changed, cut or put in, its checksum made right or not."""
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
    if len(octets) >= 54 and draw(st.booleans()):
        mend(octets)
    return bytes(octets)


def mend(octets):
    """Make the checksum of the payload right, if there is room for one."""
    payload = octets[54:]
    position = {ipv6.ICMP: 2, ipv6.UDP: 6, ipv6.TCP: 16}.get(octets[20], len(payload))
    if position + 2 <= len(payload):
        octets[18:20] = len(payload).to_bytes(2, "big")
        payload[position : position + 2] = b"\0\0"
        pseudo = checksum.pseudo(
            bytes(octets[22:38]), bytes(octets[38:54]), octets[20], len(payload)
        )
        value = checksum.internet(payload, pseudo) or 0xFFFF
        octets[54 + position : 56 + position] = value.to_bytes(2, "big")


EVENTS = st.sampled_from(
    [
        lambda handle: hostio.UdpReceived(handle, b"x", ipv6.LOOPBACK, 5),
        lambda handle: hostio.UdpReceived(handle, bytes(60000), ipv6.LOOPBACK, 5),
        lambda handle: hostio.UdpFailed(handle, Failure.OTHER),
        lambda handle: hostio.UdpFailed(handle, IcmpError(1, 4, ipv6.LOOPBACK)),
        lambda handle: hostio.FileRead(handle, bytes(512)),
        lambda handle: hostio.FileFailed(handle, Failure.NOT_FOUND, False),
        lambda handle: hostio.NameserverFound(handle, True),
    ]
)


def check_bounds(stack):
    assert len(stack._queue) <= queue.CAPACITY
    assert len(stack._ipv6.neighbours.table) <= TABLE_SIZE
    assert len(stack._udp._sessions) <= udp.MOST_SESSIONS
    assert len(stack.dropped) < 40


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(data=st.data(), restricted=st.booleans())
def test_nothing_that_guest_or_host_do_raises_or_grows_without_bound(make_guest, data, restricted):
    guest = make_guest(known=False, restricted=restricted, tftp_directory="/srv")
    kinds = samples(guest)
    for _ in range(data.draw(st.integers(1, 25))):
        step = data.draw(st.sampled_from(("frame", "frame", "frame", "noise", "event", "time")))
        if step == "frame":
            guest.says(data.draw(mutations(data.draw(st.sampled_from(kinds)))))
        elif step == "noise":
            guest.says(bytes(12) + b"\x86\xdd" + data.draw(st.binary(max_size=80)))
        elif step == "event":
            handle = data.draw(st.integers(1, guest.stack._next_handle))
            if guest.stack._owners.get(handle) is not guest.stack._tcp:
                guest.host_tells(data.draw(EVENTS)(handle))
        else:
            guest.waits(data.draw(st.integers(0, 3000)))
        check_bounds(guest.stack)
    guest.stack.take_frames()
    guest.says(guest.advertisement(), guest.echo(guest.host, b"fence"))
    assert any(frame.endswith(b"fence") for frame in guest.stack.take_frames())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=100), max_size=20))
def test_noise_is_dropped_in_silence(make_guest, payloads):
    guest = make_guest()
    guest.says(*(bytes(12) + b"\x86\xdd" + payload for payload in payloads))
    assert guest.hears() == []

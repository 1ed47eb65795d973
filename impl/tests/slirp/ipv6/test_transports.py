"""UDP, DNS, TFTP and TCP over IPv6 (IP6-13..15, IP6-18, TFTP-23)."""

import pytest

from refnet.slirp import hostio
from refnet.slirp.hostio import Failure, IcmpError, Nameserver
from refnet.slirp.profile import QEMU_7_2, with_quirks
from refnet.wire import icmpv6, ipv6, tcp, tftp, udp
from refnet.wire.ipv6 import parse_address

MEANINGS = pytest.mark.parametrize(
    ("text", "port", "meaning"),
    [
        ("fec0::2", 7, ipv6.LOOPBACK),
        ("fec0::55", 7, ipv6.LOOPBACK),
        ("ff02::1", 7, ipv6.LOOPBACK),
        ("fec0::3", 53, Nameserver.IPV6),
        ("fe80::2", 7, parse_address("fe80::2")),
        ("2001:db8::9", 53, parse_address("2001:db8::9")),
    ],
)


def hears_udp(guest):
    heard = []
    for packet, _, _ in guest.hears():
        assert (packet.protocol, packet.hop_limit) == (ipv6.UDP, 255)
        heard.append((packet, udp.decode(packet.payload, packet.source, packet.destination)))
    return heard


def hears_tcp(guest):
    heard = []
    for packet, _, _ in guest.hears():
        assert (packet.protocol, packet.hop_limit) == (ipv6.TCP, 255)
        heard.append((packet, tcp.decode(packet.payload, packet.source, packet.destination)))
    return heard


# -- UDP -----------------------------------------------------------------------------------------


@MEANINGS
def test_what_a_destination_means_for_a_datagram(guest, text, port, meaning):
    guest.says(guest.udp(parse_address(text), 4000, port, b"x", hop_limit=9))

    opened, sent = guest.host_is_asked()

    assert opened == hostio.OpenUdp(opened.handle, 6)
    assert (sent.address, sent.port, bytes(sent.payload), sent.ttl) == (meaning, port, b"x", 8)


@pytest.mark.parametrize(
    ("text", "peer", "source"),
    [
        ("fec0::2", "::1", "fec0::2"),
        ("fec0::2", "2001:db8::9", "2001:db8::9"),
        ("fec0::55", "2001:db8::9", "fec0::55"),
        ("fec0::3", "2001:db8::9", "fec0::3"),
        ("ff02::1", "::1", "::1"),
        ("2001:db8::9", "2001:db8::a", "2001:db8::a"),
    ],
)
def test_whom_an_answer_seems_to_come_from(guest, text, peer, source):
    guest.says(guest.udp(parse_address(text), 4000, 53, b"x"))
    handle = guest.host_is_asked()[0].handle

    guest.host_tells(hostio.UdpReceived(handle, b"answer", parse_address(peer), 53))

    [(packet, message)] = hears_udp(guest)
    assert (packet.source, packet.destination) == (parse_address(source), guest.address)
    assert message == udp.Datagram(53, 4000, b"answer")


@pytest.mark.parametrize(
    ("error", "source", "kind"),
    [
        (IcmpError(1, 4, ipv6.LOOPBACK), ipv6.LOOPBACK, (1, 4)),
        (Failure.NET_UNREACHABLE, parse_address("fe80::2"), (1, 0)),
    ],
)
def test_an_error_is_handed_on(guest, error, source, kind):
    guest.says(guest.udp(guest.host, 4000, 9, b"x"))
    handle = guest.host_is_asked()[0].handle

    guest.host_tells(hostio.UdpFailed(handle, error))

    [(packet, message)] = guest.hears_icmp()
    assert (packet.source, (message.type, message.code)) == (source, kind)
    assert ipv6.decode(message.body[4:]).destination == guest.host


def test_the_quote_ends_with_the_datagram(guest):
    octets = udp.encode(udp.Datagram(4000, 9, b"x"), guest.address, guest.nameserver)
    guest.says(guest.ip(guest.nameserver, ipv6.UDP, octets + b"behind"))
    [(_, message)] = guest.hears_icmp()
    assert bytes(ipv6.decode(message.body[4:]).payload) == octets


def test_the_name_server_has_one_port(guest):
    guest.says(guest.udp(guest.nameserver, 4000, 54, b"x"))
    [(_, message)] = guest.hears_icmp()
    assert (message.type, message.code) == (icmpv6.UNREACHABLE, icmpv6.UNREACHABLE_ROUTE)


def test_the_last_hop_is_here(guest):
    guest.says(guest.udp(guest.outside, 4000, 9, b"x", hop_limit=1))
    [(_, message)] = guest.hears_icmp()
    assert (message.type, message.code) == (icmpv6.TIME_EXCEEDED, 0)


def test_sessions_of_both_families_are_told_apart(guest):
    low = (1).to_bytes(16, "big")
    guest.says(
        guest.udp(guest.outside, 4000, 9, b"x", source=low),
        guest.udp(guest.outside, 4000, 9, b"x"),
    )
    opened = [act for act in guest.host_is_asked() if isinstance(act, hostio.OpenUdp)]
    assert len(opened) == 2


def test_tftp_answers_at_the_hosts_address(make_guest):
    guest = make_guest(tftp_directory="/srv")
    request = tftp.encode(tftp.Request(b"f"))
    guest.says(guest.udp(guest.host, 4000, tftp.PORT, request))
    [read] = guest.host_is_asked()

    guest.host_tells(hostio.FileRead(read.handle, b"text"))

    [(packet, message)] = hears_udp(guest)
    assert packet.source == guest.host
    assert (message.source_port, message.destination_port) == (tftp.PORT, 4000)
    assert bytes(message.payload) == tftp.encode(tftp.Data(1, b"text"))


@pytest.mark.parametrize("port", [7, 53, 69, 547])
def test_a_restricted_guest_has_no_udp(make_guest, port):
    guest = make_guest(restricted=True, tftp_directory="/srv")
    guest.says(guest.udp(guest.host, 4000, port, b"\0\1f\0octet\0"))
    assert (guest.hears(), guest.host_is_asked()) == ([], [])


# -- TCP -----------------------------------------------------------------------------------------


@MEANINGS
def test_what_a_destination_means_for_a_connection(guest, text, port, meaning):
    guest.says(guest.tcp(parse_address(text), port))
    [connect] = guest.host_is_asked()
    assert (connect.address, connect.port) == (meaning, port)


def connects(guest):
    """Open a connection to port 80 of the host; its handle and the SYN,ACK."""
    guest.says(guest.tcp(guest.host, 80, options=tcp.mss_option(9000)))
    handle = guest.host_is_asked()[0].handle
    guest.host_tells(hostio.Connected(handle))
    [(packet, syn_ack)] = hears_tcp(guest)
    assert packet.source == guest.host
    return handle, syn_ack


def test_segments_leave_room_for_the_longer_header(guest):
    _, syn_ack = connects(guest)
    assert tcp.maximum_segment_size(syn_ack.options) == 1440


def test_a_stream_passes_both_ways(guest):
    handle, syn_ack = connects(guest)
    ack = syn_ack.sequence + 1
    guest.says(guest.tcp(guest.host, 80, tcp.ACK, 1001, ack))
    guest.says(guest.tcp(guest.host, 80, tcp.ACK | tcp.PSH, 1001, ack, b"question"))
    sent = [act for act in guest.host_is_asked() if isinstance(act, hostio.Send)]
    assert [bytes(act.data) for act in sent] == [b"question"]
    guest.hears()

    guest.host_tells(hostio.Received(handle, bytes(2000)))

    assert [len(segment.payload) for _, segment in hears_tcp(guest)] == [1440, 560]


def test_a_refused_connection_is_reset(guest):
    guest.says(guest.tcp(guest.host, 80))
    handle = guest.host_is_asked()[0].handle
    guest.host_tells(hostio.ConnectFailed(handle, Failure.REFUSED, at_once=True))
    [(_, segment)] = hears_tcp(guest)
    assert segment.flags == tcp.RST | tcp.ACK


@pytest.mark.parametrize(
    ("error", "code"),
    [(Failure.NET_UNREACHABLE, 0), (Failure.HOST_UNREACHABLE, 3), (Failure.OTHER, 0)],
)
@pytest.mark.parametrize(
    ("profile", "length"), [(QEMU_7_2, "0014"), (with_quirks(QEMU_7_2), "1400")]
)
def test_a_connection_that_can_not_be_tried_is_unreachable(
    make_guest, profile, length, error, code
):
    guest = make_guest(profile)
    guest.says(guest.tcp(guest.outside, 80))
    handle = guest.host_is_asked()[0].handle

    guest.host_tells(hostio.ConnectFailed(handle, error, at_once=True))

    [(packet, message)] = guest.hears_icmp()
    assert packet.source == guest.router
    assert (message.type, message.code) == (icmpv6.UNREACHABLE, code)
    assert bytes(message.body[8:10]).hex() == length


def test_a_restricted_guest_is_refused(make_guest):
    guest = make_guest(restricted=True)
    guest.says(guest.tcp(guest.host, 80))
    [(_, segment)] = hears_tcp(guest)
    assert segment.flags == tcp.RST | tcp.ACK
    assert guest.host_is_asked() == []


# -- the monitor's table -------------------------------------------------------------------------


@pytest.mark.parametrize("quirks", [False, True])
def test_the_table_of_sockets(make_guest, quirks):
    guest = make_guest(with_quirks(QEMU_7_2) if quirks else QEMU_7_2)
    guest.says(guest.tcp(guest.host, 80), guest.udp(guest.outside, 4001, 9, b"x"))

    rows = [
        (row.protocol, row.source, row.source_port, row.destination, row.destination_port)
        for row in guest.stack.rows()
    ]

    near = None if quirks else guest.address
    assert rows == [
        ("TCP", near, 4000, 0 if quirks else guest.host, 80),
        ("UDP", near, 4001, 0 if quirks else guest.outside, 9),
    ]

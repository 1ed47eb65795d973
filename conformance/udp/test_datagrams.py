"""UDP datagrams as they pass: checksums, lengths, header fields, contents (RFC 768)."""

from ipaddress import IPv4Address

import pytest

from vnetspec.fixtures.addresses import GUEST, REMOTE, ROUTER
from vnetspec.fixtures.checkers import FRAGMENT, TIME_EXCEEDED, UDP_DATAGRAM, payload, quoting
from vnetspec.fixtures.conversation import session
from vnetspec.fixtures.frames import fragments, ip, udp
from vnetspec.fixtures.oracle import IP, UDP, Raw
from vnetspec.fixtures.requirements import requirement


@requirement("UDP-06")
def test_a_datagram_without_checksum_is_accepted(guest, golden, host):
    server = host.udp(7101)

    guest.says(udp(ROUTER, 7101, b"unchecked", checksum=0))

    server.hears(b"unchecked")
    golden.matches(guest.wire)


@requirement("UDP-06", variant="wrong")
def test_a_datagram_with_a_wrong_checksum_is_dropped(guest, golden, host):
    server = host.udp(7101)

    guest.says(udp(ROUTER, 7101, b"wrong", checksum=0xBEEF), udp(ROUTER, 7101, b"right"))

    server.hears(b"right")
    server.hears_nothing()
    golden.matches(guest.wire)


@requirement("UDP-06", variant="answer")
@pytest.mark.parametrize("checksum", [None, 0])
def test_an_answer_has_a_checksum(guest, golden, host, checksum):
    server = session(guest, host, checksum=checksum)

    server.says(b"answer")

    answer = guest.hears_only(UDP_DATAGRAM.carrying(b"answer"))
    assert answer[UDP].chksum != 0
    golden.matches(guest.wire)


@requirement("UDP-06", variant="zero")
def test_a_checksum_of_zero_is_sent_as_all_ones(guest, golden, host):
    server = session(guest, host)
    answer = IP(src=ROUTER, dst=GUEST) / UDP(sport=7101, dport=40000) / Raw(bytes(2))
    makes_it_zero = IP(bytes(answer))[UDP].chksum.to_bytes(2, "big")

    server.says(makes_it_zero)

    guest.hears_only(UDP_DATAGRAM.where(UDP, chksum=0xFFFF).carrying(makes_it_zero))
    golden.matches(guest.wire)


@requirement("UDP-07")
def test_octets_beyond_the_datagrams_length_are_trimmed(guest, golden, host):
    server = host.udp(7101)
    datagram = UDP(sport=40000, dport=7101, len=12, chksum=0)

    guest.says(ip(ROUTER) / datagram / Raw(b"fourand more"))

    server.hears(b"four")
    golden.matches(guest.wire)


@requirement("UDP-07", variant="long")
@pytest.mark.parametrize("length", [17, 0xFFFF])
def test_a_datagram_longer_than_its_packet_is_dropped(guest, golden, host, length):
    server = host.udp(7101)
    datagram = UDP(sport=40000, dport=7101, len=length, chksum=0)

    guest.says(ip(ROUTER) / datagram / Raw(b"payload!"), udp(ROUTER, 7101, b"right"))

    server.hears(b"right")
    server.hears_nothing()
    golden.matches(guest.wire)


@requirement("UDP-07", variant="short")
@pytest.mark.parametrize("length", [0, 7])
def test_a_datagram_shorter_than_its_header_is_dropped(guest, host, length):
    server = host.udp(7101)
    datagram = UDP(sport=40000, dport=7101, len=length, chksum=0)

    guest.says(ip(ROUTER) / datagram / Raw(b"payload!"), udp(ROUTER, 7101, b"right"))

    server.hears(b"right")
    server.hears_nothing()


@requirement("UDP-07", variant="empty")
def test_an_empty_datagram_passes_both_ways(guest, golden, host):
    guest.announces()
    server = host.udp(7101)

    guest.says(udp(ROUTER, 7101, b""))
    server.hears(b"")
    server.says(b"")

    guest.hears_only(UDP_DATAGRAM.where(UDP, sport=7101, len=8).carrying(b""))
    golden.matches(guest.wire)


@requirement("UDP-08")
@pytest.mark.parametrize("address", [ROUTER, REMOTE])
@pytest.mark.parametrize("ttl", [0, 1])
def test_a_datagram_with_no_hop_left_brings_time_exceeded(guest, golden, host, address, ttl):
    guest.announces()
    server = host.udp(7101, REMOTE)
    sent = udp(address, 7101, ttl=ttl)

    guest.says(sent)

    guest.hears_only(quoting(TIME_EXCEEDED.where(IP, src=ROUTER, dst=GUEST), sent))
    guest.says(udp(REMOTE, 7101, b"right"))
    server.hears(b"right")
    golden.matches(guest.wire)


@requirement("UDP-08", variant="host")
@pytest.mark.parametrize("ttl", [2, 64, 255])
def test_the_host_sends_with_a_hop_less(guest, golden, host, ttl):
    server = host.udp(7101, REMOTE)

    guest.says(udp(REMOTE, 7101, ttl=ttl))

    server.hears()
    assert server.ttl == ttl - 1
    golden.matches(guest.wire)


@requirement("UDP-08", variant="changes")
def test_each_datagram_has_its_own_time_to_live(guest, golden, host):
    server = host.udp(7101, REMOTE)
    for ttl in (10, 20, 5):
        guest.says(udp(REMOTE, 7101, ttl=ttl))

        server.hears()
        assert server.ttl == ttl - 1
    golden.matches(guest.wire)


@requirement("UDP-09")
@pytest.mark.parametrize(("checksum", "returned"), [(None, 0), (0, 0xB8)])
def test_the_type_of_service_comes_back_if_there_was_no_checksum(
    guest, golden, host, checksum, returned
):
    server = session(guest, host, tos=0xB8, checksum=checksum)

    server.says(b"answer")

    guest.hears_only(UDP_DATAGRAM.where(IP, tos=returned))
    golden.matches(guest.wire)


@requirement("UDP-12")
def test_a_fragmented_datagram_reaches_the_host_whole(guest, golden, host):
    server = host.udp(7101)
    data = bytes(range(250)) * 16

    guest.says(*fragments(udp(ROUTER, 7101, data), 1480, 1480))

    server.hears(data)
    golden.matches(guest.wire)


@requirement("UDP-12", variant="answer")
@pytest.mark.parametrize("size", [1473, 4000, 9000])
def test_a_large_answer_reaches_the_guest_in_fragments(guest, golden, host, size):
    server = session(guest, host)
    data = (bytes(range(250)) * 40)[:size]

    server.says(data)

    count = -(-(size + 8) // 1480)
    heard = guest.hears_each(*[FRAGMENT.where(IP, src=ROUTER)] * count)
    guest.hears_nothing()
    assert b"".join(map(payload, heard))[8:] == data
    golden.matches(guest.wire)


@requirement("UDP-16")
@pytest.mark.parametrize("port", [517, 518, 7648, 7649])
def test_no_application_is_rewritten(guest, golden, host, port):
    guest.announces()
    server = host.udp(port)
    data = (b"\0\1" + IPv4Address(GUEST).packed + b"\x9c\x40") * 12

    guest.says(udp(ROUTER, port, data))
    server.hears(data)
    server.says(data)

    guest.hears_only(UDP_DATAGRAM.where(IP, src=ROUTER).carrying(data))
    golden.matches(guest.wire)

"""Echoes and errors (IP6-08..10, IP6-14)."""

import pytest

from refnet.wire import icmpv6, ipv6
from refnet.wire.ipv6 import parse_address


@pytest.mark.parametrize("text", ["fec0::2", "fec0::3", "fe80::2", "fe80::3"])
def test_the_stack_answers_echoes(guest, text):
    guest.says(guest.echo(parse_address(text), code=7, traffic_class=9, flow_label=5, hop_limit=1))

    [(packet, message)] = guest.hears_icmp()

    assert (packet.source, packet.destination) == (parse_address(text), guest.address)
    assert (packet.traffic_class, packet.flow_label) == (0, 0)
    assert (message.type, message.code) == (icmpv6.ECHO_REPLY, 7)
    assert bytes(message.body) == b"\x12\x34\0\1payload"


def test_a_reply_comes_from_the_mac_of_its_address(guest):
    guest.says(guest.echo(guest.nameserver))
    [(_, destination, source)] = guest.hears()
    assert (destination, source) == (guest.mac, b"\x52\x56\0\0\0\3")


@pytest.mark.parametrize("text", ["fec0::55", "2001:db8::9", "ff02::1"])
def test_nobody_else_is_pinged(guest, text):
    guest.says(guest.echo(parse_address(text)))
    assert guest.hears() == []
    assert guest.host_is_asked() == []
    assert guest.stack.take_lines() == ["Slirp: external icmpv6 not supported yet"]


def test_a_wrong_checksum_is_not_answered(guest):
    frame = guest.echo(guest.host)
    guest.says(frame[:-1] + b"\xff")
    assert guest.hears() == []


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 129, 130, 200])
def test_other_messages_are_dropped(guest, kind):
    guest.says(guest.icmp(guest.host, kind, bytes(40)))
    assert guest.hears() == []
    assert guest.stack.dropped == {"ICMPv6 type": 1}


def test_a_hop_limit_of_zero_is_exceeded(guest):
    guest.says(guest.echo(guest.host, hop_limit=0))

    [(packet, message)] = guest.hears_icmp()

    assert (packet.source, packet.destination) == (guest.router, guest.address)
    assert (message.type, message.code) == (icmpv6.TIME_EXCEEDED, 0)
    assert bytes(message.body[:4]) == bytes(4)
    assert ipv6.decode(message.body[4:]).destination == guest.host


@pytest.mark.parametrize(("length", "big"), [(1460 - 8, False), (1460 - 7, True), (9000, True)])
def test_a_packet_longer_than_the_mtu_is_too_big(guest, length, big):
    guest.says(guest.echo(guest.host, bytes(length)))

    [(packet, message)] = guest.hears_icmp()

    assert (message.type == icmpv6.TOO_BIG) is big
    if big:
        assert bytes(message.body[:4]) == (1500).to_bytes(4, "big")
        assert ipv6.HEADER + len(packet.payload) == 1500


@pytest.mark.parametrize("source", ["::", "ff02::5"])
def test_there_is_no_error_for_those_who_are_nobody(guest, source):
    guest.says(guest.echo(guest.host, hop_limit=0, source=parse_address(source)))
    assert guest.hears() == []


@pytest.mark.parametrize("protocol", [0, 2, 43, 44, 50, 59, 60, 132])
def test_other_protocols_and_extension_headers_are_dropped(guest, protocol):
    guest.says(guest.ip(guest.host, protocol, bytes(40)))
    assert guest.hears() == []
    assert guest.stack.dropped == {"IPv6 next header": 1}


def test_ipv4_off_leaves_ipv6(make_guest):
    guest = make_guest(ipv4=False)
    guest.says(guest.echo(guest.host))
    assert len(guest.hears()) == 1

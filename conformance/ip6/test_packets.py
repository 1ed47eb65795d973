"""IPv6 packets and the frames around them."""

import pytest

from vnetspec.fixtures.addresses import LOOPBACK6, ROUTER6, ROUTER_MAC
from vnetspec.fixtures.checkers6 import ECHO6_REPLY
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import udp
from vnetspec.fixtures.frames6 import echo6_request
from vnetspec.fixtures.oracle import Ether, ICMPv6EchoReply, IPv6
from vnetspec.fixtures.requirements import needs, requirement

_LENGTH = 18

TRAILERS = {"zeros": b"\0" * 8, "text": b"more octets than padding"}


def longer(by):
    """An echo request that says that it is ``by`` octets longer than it is."""
    octets = bytearray(bytes(echo6_request()))
    length = int.from_bytes(octets[_LENGTH : _LENGTH + 2]) + by
    octets[_LENGTH : _LENGTH + 2] = length.to_bytes(2)
    return bytes(octets)


@requirement("IP6-22")
@pytest.mark.parametrize("version", [0, 4, 5, 7, 15])
def test_another_version_is_dropped(guest, golden, version):
    guest.announces6()

    guest.says(echo6_request(version=version))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-22", variant="length")
@pytest.mark.parametrize("by", [1, 100, 1000])
def test_a_packet_that_is_cut_short_is_dropped(guest, golden, by):
    guest.announces6()

    guest.says(longer(by))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-22", variant="header")
@pytest.mark.parametrize("length", [0, 1, 39])
def test_a_packet_without_all_of_its_header_is_dropped(guest, golden, length):
    guest.announces6()

    guest.says(bytes(echo6_request())[: 14 + length])

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-22", variant="empty")
def test_a_packet_of_nothing_but_a_header_is_dropped(guest, golden):
    guest.announces6()

    guest.says(bytes(echo6_request())[:18] + b"\0\0" + bytes(echo6_request())[20:54])

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-22", variant="trailer")
@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
@needs("icmp")
def test_what_comes_after_an_echo_is_left_out(guest, golden, trailer):
    guest.announces6()

    guest.says(bytes(echo6_request()) + trailer)

    guest.hears_only(ECHO6_REPLY.where(ICMPv6EchoReply, data=b"vnetspec"))
    golden.matches(guest.wire)


@requirement("IP6-22", variant="datagram")
@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
def test_what_comes_after_a_datagram_is_left_out(guest, host, trailer):
    guest.announces6()
    server = host.udp(7101, LOOPBACK6)

    guest.says(bytes(udp(ROUTER6, 7101, b"abc")) + trailer)

    server.hears(b"abc")


@requirement("IP6-22", variant="segment")
@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
def test_what_comes_after_a_segment_is_left_out(guest, host, trailer):
    guest.announces6()
    server = host.tcp(8080, LOOPBACK6)
    conversation = Conversation(guest, ROUTER6, 8080).opens()
    stream = server.accepts()

    guest.says(bytes(conversation.segment("PA", b"abc")) + trailer)
    conversation.seq += 3
    conversation.hears("A", b"")
    conversation.says("PA", b"def")

    stream.hears(b"abcdef")


@requirement("IP6-22", variant="mac")
@needs("icmp")
def test_the_destination_mac_is_not_looked_at(guest, golden):
    guest.announces6()
    frame = echo6_request()
    frame[Ether].dst = ROUTER_MAC

    guest.says(frame)

    guest.hears_only(ECHO6_REPLY.where(IPv6, src=ROUTER6))
    golden.matches(guest.wire)

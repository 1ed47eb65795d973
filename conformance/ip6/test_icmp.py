"""ICMPv6: echoes, and the errors of a router."""

import pytest

from vnetspec.fixtures.addresses import (
    ALL_NODES,
    GUEST6,
    GUEST6_LOCAL,
    LOOPBACK6,
    NAMESERVER6,
    NAMESERVER6_LOCAL,
    REMOTE6,
    ROUTER6,
    ROUTER6_LOCAL,
    UNSPECIFIED6,
    at6,
)
from vnetspec.fixtures.checkers6 import (
    ECHO6_REPLY,
    HOP_LIMIT_EXCEEDED,
    PACKET_TOO_BIG,
    quoting6,
)
from vnetspec.fixtures.frames import ip6, tcp, udp
from vnetspec.fixtures.frames6 import echo6_request
from vnetspec.fixtures.oracle import (
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6PacketTooBig,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
)
from vnetspec.fixtures.requirements import requirement

STACK = [ROUTER6, ROUTER6_LOCAL, NAMESERVER6, NAMESERVER6_LOCAL]


@requirement("IP6-08")
@pytest.mark.parametrize("sender", [GUEST6, GUEST6_LOCAL])
@pytest.mark.parametrize("address", STACK)
def test_an_echo_is_answered(guest, golden, address, sender):
    guest.announces6(sender)

    guest.says(echo6_request(address, sender=sender, identifier=0x1234, sequence=77))

    guest.hears_only(
        ECHO6_REPLY.where(IPv6, src=address, dst=sender, hlim=255).where(
            ICMPv6EchoReply, id=0x1234, seq=77, data=b"vnetspec"
        )
    )
    golden.matches(guest.wire)


@requirement("IP6-08", variant="size")
@pytest.mark.parametrize("size", [0, 1, 1452])
def test_an_echo_of_any_size_is_answered(guest, golden, size):
    guest.announces6()

    data = (bytes(range(256)) * 6)[:size]

    guest.says(echo6_request(data=data))

    guest.hears_only(ECHO6_REPLY.carrying(data))
    golden.matches(guest.wire)


@requirement("IP6-08", variant="others")
@pytest.mark.parametrize(
    "address",
    [at6("::4"), at6("::55"), GUEST6, at6("::4", "fe80::"), ALL_NODES, LOOPBACK6, REMOTE6],
)
def test_an_echo_elsewhere_is_dropped(guest, golden, address):
    guest.announces6()

    guest.says(echo6_request(address))

    guest.says(echo6_request(), note="fence")
    guest.hears_only(ECHO6_REPLY.where(IPv6, src=ROUTER6))
    golden.matches(guest.wire)


def damaged():
    frame = echo6_request()
    frame[ICMPv6EchoRequest].cksum = 0x1234
    return frame


@requirement("IP6-08", variant="checksum")
def test_a_damaged_echo_is_dropped(guest, golden):
    guest.announces6()

    guest.says(damaged())

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-09")
@pytest.mark.parametrize(
    "frame",
    [
        echo6_request(hlim=0),
        echo6_request(REMOTE6, hlim=0),
        udp(ROUTER6, 7101, hlim=0),
        tcp(ROUTER6, 8080, hlim=0),
    ],
    ids=["echo", "echo-elsewhere", "udp", "tcp"],
)
def test_no_hops_left_is_an_error(guest, golden, frame):
    guest.announces6()

    guest.says(frame)

    guest.hears_only(
        quoting6(HOP_LIMIT_EXCEEDED, frame).where(IPv6, src=ROUTER6_LOCAL, dst=GUEST6, hlim=255)
    )
    golden.matches(guest.wire)


@requirement("IP6-09", variant="nobody")
@pytest.mark.parametrize("sender", [UNSPECIFIED6, ALL_NODES])
def test_no_error_goes_to_nobody_or_to_many(guest, golden, sender):
    guest.announces6()

    guest.says(udp(ROUTER6, 7101, sender=sender, hlim=0))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-09", variant="last")
@pytest.mark.parametrize("address", [ROUTER6, REMOTE6])
def test_a_datagram_has_no_hop_left_to_be_forwarded(guest, host, golden, address):
    server = host.udp(7101, LOOPBACK6 if address == ROUTER6 else address)
    guest.announces6()
    sent = udp(address, 7101, hlim=1)

    guest.says(sent)

    guest.hears_only(quoting6(HOP_LIMIT_EXCEEDED, sent).where(IPv6, src=ROUTER6_LOCAL))
    server.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-09", variant="answered")
def test_an_echo_needs_no_hop(guest, golden):
    guest.announces6()

    guest.says(echo6_request(hlim=1))

    guest.hears_only(ECHO6_REPLY.where(IPv6, src=ROUTER6))
    golden.matches(guest.wire)


@requirement("IP6-10")
@pytest.mark.parametrize("size", [1461, 4000])
@pytest.mark.parametrize("address", [ROUTER6, REMOTE6])
def test_a_packet_beyond_the_mtu_is_too_big(guest, golden, address, size):
    guest.announces6()
    sent = udp(address, 7101, b"w" * (size - 8))

    guest.says(sent)

    guest.hears_only(
        quoting6(PACKET_TOO_BIG, sent)
        .where(IPv6, src=ROUTER6_LOCAL, dst=GUEST6)
        .where(ICMPv6PacketTooBig, mtu=1500)
    )
    golden.matches(guest.wire)


@requirement("IP6-10", variant="largest")
def test_a_packet_of_the_mtu_is_taken(guest, host, golden):
    server = host.udp(7101, LOOPBACK6)
    guest.announces6()

    guest.says(udp(ROUTER6, 7101, b"x" * 1452))

    server.hears(b"x" * 1452)
    guest.hears_nothing()
    golden.matches(guest.wire)


EXTENSIONS = {
    "fragment": IPv6ExtHdrFragment(id=1, m=1, offset=0),
    "whole-fragment": IPv6ExtHdrFragment(id=1),
    "hop-by-hop": IPv6ExtHdrHopByHop(),
    "destination": IPv6ExtHdrDestOpt(),
}


@requirement("IP6-10", variant="extension")
@pytest.mark.parametrize("extension", EXTENSIONS.values(), ids=EXTENSIONS)
def test_extension_headers_are_not_known(guest, golden, extension):
    guest.announces6()

    guest.says(ip6(ROUTER6) / extension / ICMPv6EchoRequest(data=b"vnetspec"))

    guest.hears_nothing()
    golden.matches(guest.wire)

"""restrict=on over IPv6."""

import pytest

from vnetspec.fixtures.addresses import (
    GUEST6_LOCAL,
    LOOPBACK6,
    NAMESERVER6,
    NAMESERVER6_MAC,
    REMOTE6,
    ROUTER6,
    ROUTER6_LOCAL,
    ROUTER6_MAC,
    at6,
)
from vnetspec.fixtures.checkers import RST_ACK
from vnetspec.fixtures.checkers6 import ECHO6_REPLY, ROUTER_ADVERTISEMENT, is_at
from vnetspec.fixtures.frames import tcp, tftp_read, udp
from vnetspec.fixtures.frames6 import (
    aaaa_query,
    echo6_request,
    information_request,
    neighbour_solicitation,
    router_solicitation,
)
from vnetspec.fixtures.oracle import TCP, ICMPv6NDOptRDNSS, IPv6
from vnetspec.fixtures.requirements import network, requirement


@requirement("RST-10")
@network(restrict="on")
def test_a_router_solicitation_is_answered(guest, golden):
    guest.says(router_solicitation())

    heard = guest.hears_only(ROUTER_ADVERTISEMENT.where(IPv6, src=ROUTER6_LOCAL))

    assert ICMPv6NDOptRDNSS not in heard
    golden.matches(guest.wire)


@requirement("RST-10", variant="neighbour")
@network(restrict="on")
@pytest.mark.parametrize(
    ("address", "mac"), [(ROUTER6, ROUTER6_MAC), (NAMESERVER6, NAMESERVER6_MAC)]
)
def test_a_neighbour_solicitation_is_answered(guest, golden, address, mac):
    guest.says(neighbour_solicitation(address))

    guest.hears_only(is_at(address, mac))
    golden.matches(guest.wire)


@requirement("RST-10", variant="echo")
@network(restrict="on")
@pytest.mark.parametrize("address", [ROUTER6, ROUTER6_LOCAL, NAMESERVER6])
def test_an_echo_is_answered(guest, golden, address):
    guest.announces6()

    guest.says(echo6_request(address))

    guest.hears_only(ECHO6_REPLY.where(IPv6, src=address))
    golden.matches(guest.wire)


@requirement("RST-11")
@network(restrict="on", tftp="{dir}")
@pytest.mark.parametrize(
    "frame",
    [
        udp(ROUTER6, 7101),
        udp(REMOTE6, 7101),
        udp("ff02::1", 7101),
        udp(NAMESERVER6, 53, aaaa_query()),
        tftp_read("boot", to=ROUTER6),
        information_request(23),
    ],
    ids=["router", "remote", "all-nodes", "dns", "tftp", "dhcp"],
)
def test_udp_is_dropped(guest, host, golden, frame):
    host.file("boot", b"kernel")
    resolver = host.nameserver(LOOPBACK6)
    servers = [resolver, host.udp(7101, LOOPBACK6), host.udp(7101, REMOTE6)]
    guest.announces6()
    guest.announces6(GUEST6_LOCAL)

    guest.says(frame)

    guest.hears_nothing()
    for server in servers:
        server.hears_nothing()
    golden.matches(guest.wire)


@requirement("RST-12")
@network(restrict="on")
@pytest.mark.parametrize(
    ("address", "port"), [(ROUTER6, 8080), (NAMESERVER6, 53), (REMOTE6, 8080), (at6("::55"), 8080)]
)
def test_tcp_is_refused(guest, host, golden, address, port):
    servers = [host.tcp(8080, LOOPBACK6), host.tcp(53, LOOPBACK6), host.tcp(8080, REMOTE6)]
    guest.announces6()

    guest.says(tcp(address, port, "S", seq=5000))

    guest.hears_only(RST_ACK.where(IPv6, src=address).where(TCP, seq=0, ack=5001, sport=port))
    for server in servers:
        server.accepts_nothing()
    golden.matches(guest.wire)

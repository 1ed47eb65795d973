"""Connections that the guest opens: what a SYN leads to, and where."""

import pytest

from vnetspec.fixtures import outside
from vnetspec.fixtures.addresses import (
    BARRED,
    BROADCAST,
    GUEST,
    LOOPBACK,
    NAMESERVER,
    NETWORK_BROADCAST,
    NOWHERE,
    REMOTE,
    ROUTER,
    SMB_SERVER,
    at,
)
from vnetspec.fixtures.checkers import (
    HOST_UNREACHABLE,
    NET_UNREACHABLE,
    RST_ACK,
    SYN_ACK,
    quoting,
)
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import tcp
from vnetspec.fixtures.oracle import IP, TCP
from vnetspec.fixtures.outside import Outside
from vnetspec.fixtures.requirements import needs, network, requirement


@requirement("TCP-01")
@pytest.mark.parametrize("flags", ["S", "SP", "SEC"])
def test_a_syn_is_answered_once_the_host_has_connected(guest, golden, host, flags):
    server = host.tcp(8080)
    guest.announces()

    guest.says(tcp(ROUTER, 8080, flags))

    guest.hears_only(SYN_ACK.where(IP, src=ROUTER, dst=GUEST).where(TCP, sport=8080, ack=1001))
    server.accepts()
    golden.matches(guest.wire)


@requirement("TCP-01", variant="pending")
def test_a_syn_is_not_answered_before_the_host_has_connected(guest, golden, host):
    internet = Outside(host)
    guest.announces()

    guest.says(tcp(outside.ADDRESS, 8080))
    syn = internet.hears_syn(8080)
    guest.hears_nothing()

    internet.accepts(syn)
    guest.hears_only(SYN_ACK.where(IP, src=outside.ADDRESS))
    golden.matches(guest.wire)


@requirement("TCP-01", variant="again")
def test_a_repeated_syn_makes_no_second_connection(guest, golden, host):
    internet = Outside(host)
    guest.announces()

    again = tcp(outside.ADDRESS, 8080)
    guest.says(again, again, tcp(outside.ADDRESS, 8080, source_port=40001))

    first, last = internet.hears_syn(8080), internet.hears_syn(8080)
    internet.hears_nothing()
    internet.accepts(first)
    guest.hears(SYN_ACK.where(TCP, dport=40000))
    internet.accepts(last)
    guest.hears_only(SYN_ACK.where(TCP, dport=40001))
    golden.matches(guest.wire)


@requirement("TCP-04")
def test_a_refused_connection_is_reset(guest, golden):
    guest.announces()

    guest.says(tcp(ROUTER, 8080, seq=5000))

    guest.hears_only(
        RST_ACK.where(TCP, sport=8080, seq=0, ack=5001, window=65535).where(IP, src=ROUTER, ttl=64)
    )
    golden.matches(guest.wire)


@requirement("TCP-05")
@needs("world")
@pytest.mark.parametrize(
    ("address", "answer"),
    [(NOWHERE, NET_UNREACHABLE), (BARRED, HOST_UNREACHABLE)],
    ids=["network", "host"],
)
def test_a_host_without_a_route_says_unreachable(guest, golden, address, answer):
    guest.announces()
    syn = tcp(address, 8080)

    guest.says(syn)

    guest.hears_only(quoting(answer.where(IP, src=ROUTER), syn))
    golden.matches(guest.wire)


@requirement("TCP-06")
def test_a_connection_refused_late_is_reset(guest, golden, host):
    internet = Outside(host)
    guest.announces()
    guest.says(tcp(outside.ADDRESS, 8080))
    syn = internet.hears_syn(8080)
    guest.hears_nothing()

    internet.refuses(syn)

    guest.hears_only(RST_ACK.where(TCP, seq=0, ack=1001).where(IP, src=outside.ADDRESS))
    golden.matches(guest.wire)


@requirement("TCP-06", variant="unreachable")
def test_a_connection_found_unreachable_late_is_reset(guest, host):
    internet = Outside(host)
    guest.announces()
    guest.says(tcp(outside.ADDRESS, 8080))

    internet.is_unreachable(internet.hears_syn(8080))

    guest.hears_only(RST_ACK.where(TCP, seq=0, ack=1001).where(IP, src=outside.ADDRESS))


@requirement("TCP-07")
def test_a_connection_that_hangs_is_reset_after_75_seconds(guest, golden, host):
    internet = Outside(host)
    guest.announces()
    guest.says(tcp(outside.ADDRESS, 8080))
    internet.hears_syn(8080)
    start = guest.clock()

    guest.hears_only(RST_ACK.where(TCP, seq=0, ack=1001), within=77)

    assert guest.clock() - start == pytest.approx(75, abs=1)
    golden.matches(guest.wire)


@requirement("TCP-08")
@pytest.mark.parametrize("address", [ROUTER, BROADCAST])
def test_the_router_and_the_broadcast_address_are_the_hosts_loopback(guest, golden, host, address):
    server = host.tcp(8080)
    guest.announces()

    Conversation(guest, address, 8080).opens()

    assert server.accepts().peer[0] == LOOPBACK
    golden.matches(guest.wire)


@requirement("TCP-08", variant="literal")
@pytest.mark.parametrize("address", [REMOTE, LOOPBACK, "127.0.0.9"])
def test_other_addresses_are_taken_as_they_are(guest, golden, host, address):
    server = host.tcp(8080, address)
    guest.announces()

    Conversation(guest, address, 8080).opens()

    server.accepts()
    golden.matches(guest.wire)


@requirement("TCP-09")
@pytest.mark.parametrize("address", [at(1), SMB_SERVER, at(99), NETWORK_BROADCAST])
def test_nobody_is_at_the_other_addresses_of_the_network(guest, golden, address):
    guest.announces()
    syn = tcp(address, 445)

    guest.says(syn)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER), syn))
    golden.matches(guest.wire)


@requirement("TCP-31")
@pytest.mark.parametrize("ttl", [1, 255])
def test_the_ttl_is_not_looked_at(guest, golden, host, ttl):
    host.tcp(8080)
    guest.announces()

    guest.says(tcp(ROUTER, 8080, ttl=ttl))

    guest.hears_only(SYN_ACK)
    golden.matches(guest.wire)


@requirement("TCP-33")
@network(restrict="on")
@pytest.mark.parametrize(
    ("address", "port"), [(ROUTER, 8080), (NAMESERVER, 53), (REMOTE, 8080), (NOWHERE, 80)]
)
def test_a_restricted_guest_is_reset(guest, golden, host, address, port):
    servers = [host.tcp(port, LOOPBACK), host.tcp(port, REMOTE)]
    guest.announces()

    guest.says(tcp(address, port, seq=5000))

    guest.hears_only(RST_ACK.where(TCP, seq=0, ack=5001, window=0).where(IP, src=address, ttl=255))
    for server in servers:
        server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("TCP-37")
def test_the_host_sees_loopback_and_a_port_of_its_own(guest, golden, host):
    server = host.tcp(8080)
    guest.announces()

    Conversation(guest, port=8080, source_port=1000).opens()

    address, port = server.accepts().peer
    assert address == LOOPBACK
    assert port != 1000
    golden.matches(guest.wire)

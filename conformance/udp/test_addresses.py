"""UDP destinations on the host, and the sources that the guest sees."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    GUEST,
    LOOPBACK,
    NAMESERVER,
    NETWORK_BROADCAST,
    NOWHERE,
    REMOTE,
    ROUTER,
    SMB_SERVER,
)
from vnetspec.fixtures.checkers import (
    DHCP_ACK,
    NET_UNREACHABLE,
    PORT_UNREACHABLE,
    UDP_DATAGRAM,
    quoting,
)
from vnetspec.fixtures.frames import dhcp, tftp_read, udp
from vnetspec.fixtures.oracle import IP, UDP
from vnetspec.fixtures.requirements import needs, network, requirement, tolerates


@requirement("UDP-03")
@pytest.mark.parametrize("address", [ROUTER, BROADCAST])
def test_the_router_and_broadcasts_are_the_hosts_loopback(guest, golden, host, address):
    server = host.udp(7101)

    guest.says(udp(address, 7101, b"for the host"))

    assert server.hears(b"for the host")[0] == LOOPBACK
    golden.matches(guest.wire)


@requirement("UDP-03", variant="literal")
@pytest.mark.parametrize("address", [REMOTE, LOOPBACK, "127.0.0.9"])
def test_other_addresses_are_taken_as_they_are(guest, golden, host, address):
    server = host.udp(7101, address)

    guest.says(udp(address, 7101, b"for you"))

    server.hears(b"for you")
    golden.matches(guest.wire)


@requirement("UDP-04")
@pytest.mark.parametrize(
    ("asked", "bound", "source"),
    [
        (ROUTER, LOOPBACK, ROUTER),
        (LOOPBACK, LOOPBACK, LOOPBACK),
        (REMOTE, REMOTE, REMOTE),
        (BROADCAST, LOOPBACK, LOOPBACK),
    ],
)
def test_an_answer_comes_from_where_the_question_went(guest, golden, host, asked, bound, source):
    guest.announces()
    server = host.udp(7101, bound)
    guest.says(udp(asked, 7101))
    server.hears()

    server.says(b"answer")

    guest.hears_only(
        UDP_DATAGRAM.where(IP, src=source, dst=GUEST)
        .where(UDP, sport=7101, dport=40000)
        .carrying(b"answer")
    )
    golden.matches(guest.wire)


@requirement("UDP-04", variant="last")
def test_the_last_destination_decides_where_answers_seem_to_come_from(guest, golden, host):
    guest.announces()
    local, remote = host.udp(7101), host.udp(7101, REMOTE)
    guest.says(udp(ROUTER, 7101), udp(REMOTE, 7101))
    local.hears()
    remote.hears()

    local.says(b"from loopback")
    guest.hears_only(UDP_DATAGRAM.where(IP, src=LOOPBACK).carrying(b"from loopback"))

    guest.says(udp(ROUTER, 7101))
    local.hears()
    local.says(b"from the router")
    guest.hears_only(UDP_DATAGRAM.where(IP, src=ROUTER).carrying(b"from the router"))
    golden.matches(guest.wire)


@requirement("UDP-10")
@needs("world")
@pytest.mark.parametrize("address", [NOWHERE, SMB_SERVER])
def test_each_datagram_that_cannot_be_sent_brings_net_unreachable(guest, golden, address):
    guest.announces()
    for data in (b"first", b"second"):
        sent = udp(address, 7101, data)

        guest.says(sent)

        guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER, dst=GUEST), sent))
    golden.matches(guest.wire)


@requirement("UDP-10", variant="refused")
def test_each_datagram_that_the_host_refuses_brings_an_error(guest, golden):
    guest.announces()
    for data in (b"first", b"second"):
        sent = udp(ROUTER, 7101, data)

        guest.says(sent)

        guest.hears_only(quoting(PORT_UNREACHABLE.where(IP, dst=GUEST), sent))
    golden.matches(guest.wire)


@requirement("UDP-10", variant="recovers")
def test_a_session_goes_on_after_an_error(guest, golden, host):
    guest.announces()
    guest.says(udp(ROUTER, 7101, b"nobody"))
    guest.hears_only(PORT_UNREACHABLE)
    server = host.udp(7101)

    guest.says(udp(ROUTER, 7101, b"somebody"))
    server.hears(b"somebody")
    server.says(b"present")

    guest.hears_only(UDP_DATAGRAM.where(IP, src=ROUTER).carrying(b"present"))
    golden.matches(guest.wire)


@requirement("UDP-11")
def test_the_subnets_broadcast_is_taken_as_it_is(guest, golden):
    guest.announces()
    sent = udp(NETWORK_BROADCAST, 7101)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER), sent))
    golden.matches(guest.wire)


@requirement("UDP-14")
@network(restrict="on")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, BROADCAST, LOOPBACK, REMOTE, NOWHERE])
def test_a_restricted_guest_sends_no_datagram(guest, golden, host, address):
    guest.announces()
    silent = [host.udp(7101), host.udp(7101, REMOTE), host.nameserver()]

    guest.says(udp(address, 7101), udp(address, 53))

    guest.hears_nothing()
    for server in silent:
        server.hears_nothing()
    golden.matches(guest.wire)


@requirement("UDP-14", variant="dhcp")
@network(restrict="on")
def test_a_restricted_guest_has_dhcp(guest, golden):
    guest.says(dhcp(3))

    guest.hears_only(DHCP_ACK)

    golden.matches(guest.wire)


@requirement("UDP-14", variant="tftp")
@network(restrict="on", tftp="{dir}")
def test_a_restricted_guest_has_tftp(guest, golden, host):
    host.file("hello", b"hello")
    guest.announces()

    guest.says(tftp_read("hello"))

    guest.hears_only(UDP_DATAGRAM.where(UDP, sport=69).carrying(b"\0\3\0\1hello"))
    golden.matches(guest.wire)


@requirement("UDP-15")
@tolerates("Malformed Packet", reason="the host's server speaks no DHCP")
@pytest.mark.parametrize("port", [67, 69])
@pytest.mark.parametrize("address", [LOOPBACK, REMOTE])
def test_dhcp_and_tftp_of_other_servers_are_forwarded(guest, golden, host, address, port):
    guest.announces()
    server = host.udp(port, address)

    guest.says(udp(address, port, b"a question"))
    server.hears(b"a question")
    server.says(b"an answer")

    guest.hears_only(
        UDP_DATAGRAM.where(IP, src=address).where(UDP, sport=port).carrying(b"an answer")
    )
    golden.matches(guest.wire)

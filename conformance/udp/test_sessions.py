"""UDP sessions: which host socket serves which guest port, and for how long."""

import pytest

from vnetspec.fixtures.addresses import GUEST, LOOPBACK, REMOTE, ROUTER, guest_address
from vnetspec.fixtures.checkers import UDP_DATAGRAM
from vnetspec.fixtures.frames import arp_reply, udp
from vnetspec.fixtures.host import UdpSocket
from vnetspec.fixtures.oracle import IP, UDP
from vnetspec.fixtures.requirements import network, requirement

#: A response of a nameserver, with nothing in it.
DNS_ANSWER = b"\x12\x34\x81\x80" + bytes(8)


@requirement("UDP-01")
def test_one_host_socket_serves_a_guest_port_for_every_destination(guest, host):
    servers = [host.udp(7101), host.udp(7102), host.udp(7101, REMOTE)]

    guest.says(udp(ROUTER, 7101), udp(ROUTER, 7102), udp(REMOTE, 7101))

    ports = {server.hears()[1] for server in servers}
    assert len(ports) == 1


@requirement("UDP-01", variant="table")
def test_the_table_of_connections_shows_the_last_destination(guest, host):
    servers = [host.udp(7101), host.udp(7102)]
    for server in servers:
        guest.says(udp(ROUTER, server.port))
        server.hears()

    (row,) = sessions_in(guest.monitor("info usernet"))

    assert row[3:7] == [GUEST, "40000", ROUTER, "7102"]


@requirement("UDP-01", variant="others")
def test_other_guest_ports_and_addresses_have_sockets_of_their_own(guest, host):
    server = host.udp(7101)
    ports = set()
    for sender, source_port in [(GUEST, 40000), (GUEST, 40001), (guest_address(1), 40000)]:
        guest.says(udp(ROUTER, 7101, sender=sender, source_port=source_port))
        ports.add(server.hears()[1])

    assert len(ports) == 3


@requirement("UDP-02")
@network(ipv6="off")
def test_a_session_ends_after_four_minutes(guest, host):
    server = open_session(guest, host)

    assert guest.waits(239) == []
    assert len(sessions_in(guest.monitor("info usernet"))) == 1

    assert guest.waits(2) == []
    assert sessions_in(guest.monitor("info usernet")) == []
    guest.says(udp(ROUTER, 7101, source_port=40001))
    forgotten = server.peer
    server.hears()
    server.says(b"too late", forgotten)
    server.says(b"in time")
    guest.hears_only(UDP_DATAGRAM.where(UDP, dport=40001).carrying(b"in time"))


@requirement("UDP-02", variant="guest")
@network(ipv6="off")
def test_a_datagram_of_the_guest_prolongs_a_session(guest, golden, host):
    server = open_session(guest, host)
    assert guest.waits(200) == []

    guest.says(udp(ROUTER, 7101))
    server.hears()
    assert guest.waits(200) == []
    server.says(b"still there?")

    guest.hears_only(UDP_DATAGRAM.carrying(b"still there?"))
    golden.matches(guest.wire)


@requirement("UDP-02", variant="host")
@network(ipv6="off")
def test_a_datagram_of_the_host_prolongs_a_session(guest, golden, host):
    server = open_session(guest, host)
    assert guest.waits(200) == []

    server.says(b"first")
    guest.hears_only(UDP_DATAGRAM.carrying(b"first"))
    assert guest.waits(200) == []
    server.says(b"second")

    guest.hears_only(UDP_DATAGRAM.carrying(b"second"))
    golden.matches(guest.wire)


@requirement("UDP-02", variant="dns")
@network(ipv6="off")
def test_a_session_with_a_nameserver_ends_ten_seconds_after_its_answer(guest, host):
    server = host.udp(53, REMOTE)
    guest.announces()
    guest.says(udp(REMOTE, 53))
    server.hears()
    server.says(DNS_ANSWER)
    guest.hears_only(UDP_DATAGRAM.where(IP, src=REMOTE).carrying(DNS_ANSWER))

    assert guest.waits(9) == []
    assert len(sessions_in(guest.monitor("info usernet"))) == 1

    assert guest.waits(2) == []
    assert sessions_in(guest.monitor("info usernet")) == []


@requirement("UDP-02", variant="lifetime")
def test_the_table_of_connections_counts_a_session_down(guest, host):
    open_session(guest, host)

    (row,) = sessions_in(guest.monitor("info usernet"))

    assert row[:2] in (["UDP[239", "sec]"], ["UDP[240", "sec]"])


@requirement("UDP-02", variant="hostfwd")
@network(ipv6="off", hostfwd=f"udp:127.0.0.1:7103-{GUEST}:7")
def test_a_forwarded_port_does_not_end(guest, golden, host):
    guest.announces()
    assert guest.waits(600) == []
    client = host.udp(7104)

    client.says(b"anybody?", (LOOPBACK, 7103))

    guest.hears_only(UDP_DATAGRAM.where(UDP, dport=7).carrying(b"anybody?"))
    golden.matches(guest.wire)


@requirement("UDP-05")
@pytest.mark.parametrize(("address", "source"), [(LOOPBACK, ROUTER), (REMOTE, REMOTE)])
def test_datagrams_of_third_parties_are_delivered(guest, golden, host, address, source):
    server = open_session(guest, host)
    stranger = host.udp(7109, address)

    stranger.says(b"hello", server.peer)

    guest.hears_only(
        UDP_DATAGRAM.where(IP, src=source, dst=GUEST)
        .where(UDP, sport=7109, dport=40000)
        .carrying(b"hello")
    )
    golden.matches(guest.wire)


@requirement("UDP-13")
@pytest.mark.parametrize("address", [LOOPBACK, REMOTE])
def test_the_host_sees_a_port_of_its_own_choice(guest, host, address):
    server = host.udp(7101, address)

    guest.says(udp(ROUTER if address == LOOPBACK else address, 7101, source_port=1234))

    peer, port = server.hears()
    assert peer == address
    assert port != 1234


def open_session(guest, host) -> UdpSocket:
    """A session of the guest with port 7101 of the host; the guest's MAC is known."""
    server = host.udp(7101)
    guest.says(arp_reply(), udp(ROUTER, 7101))
    server.hears()
    return server


def sessions_in(table: str) -> list[list[str]]:
    """The UDP rows of ``info usernet``, in columns."""
    return [line.split() for line in table.splitlines() if line.lstrip().startswith("UDP")]

"""Echoes to hosts beyond the stack: ping sockets, and what stands in for them."""

import pytest

from vnetspec.fixtures.addresses import GUEST, LOOPBACK, REMOTE, ROUTER, ROUTER_MAC
from vnetspec.fixtures.checkers import ECHO_REPLY, FRAGMENT, PSEUDO_PING, TIME_EXCEEDED, quoting
from vnetspec.fixtures.frames import echo_request
from vnetspec.fixtures.oracle import ICMP, IP, Ether
from vnetspec.fixtures.requirements import needs, network, requirement


@requirement("ICM-05")
@pytest.mark.parametrize("address", [LOOPBACK, REMOTE])
def test_the_host_pings_for_the_guest(guest, golden, host, address):
    guest.announces()
    before = host.kernel.echo_requests()

    guest.says(echo_request(address, data=b"ping", identifier=0xBEEF, sequence=513, tos=0x28))

    guest.hears_only(
        ECHO_REPLY.where(IP, src=address, dst=GUEST, ttl=255, tos=0x28)
        .where(ICMP, id=0xBEEF, seq=513)
        .where(Ether, src=ROUTER_MAC)
        .carrying(b"ping")
    )
    assert host.kernel.echo_requests() == before + 1
    golden.matches(guest.wire)


@requirement("ICM-05", variant="several")
@needs("world")
def test_answers_go_to_the_echoes_that_they_answer(guest):
    guest.announces()
    asked = [(REMOTE, 1, 1), (REMOTE, 1, 2), (LOOPBACK, 1, 1), (REMOTE, 2, 1)]
    for address, identifier, sequence in asked:
        data = f"{address} {identifier} {sequence}".encode()
        guest.says(echo_request(address, data=data, identifier=identifier, sequence=sequence))

        guest.hears_only(
            ECHO_REPLY.where(IP, src=address)
            .where(ICMP, id=identifier, seq=sequence)
            .carrying(data)
        )


@requirement("ICM-05", variant="large")
@needs("world")
def test_a_large_echo_is_forwarded_whole(guest, golden):
    guest.announces()
    guest.says(echo_request(REMOTE, data=bytes(3000)))

    guest.hears_each(FRAGMENT.where(IP, flags="MF"), FRAGMENT.where(IP, flags="MF"))
    guest.hears_only(FRAGMENT.where(IP, src=REMOTE, flags=0))

    golden.matches(guest.wire)


@requirement("ICM-06")
def test_an_echo_waits_in_the_table_of_connections(guest, host):
    host.kernel.ignores_echoes()
    guest.announces()

    guest.says(echo_request(REMOTE, identifier=0xBEEF))

    guest.hears_nothing()
    (row,) = echoes_in(guest.monitor("info usernet"))
    assert row[0] in ("ICMP[239", "ICMP[240")
    assert row[1] == "sec]"
    assert row[3:7] == [GUEST, "-", REMOTE, "-"]


@requirement("ICM-06", variant="answered")
@needs("world")
def test_an_answered_echo_leaves_the_table_of_connections(guest):
    guest.announces()
    guest.says(echo_request(REMOTE))
    guest.hears_only(ECHO_REPLY)

    assert echoes_in(guest.monitor("info usernet")) == []


@requirement("ICM-06", variant="expired")
@network(ipv6="off")
def test_an_unanswered_echo_is_given_up_after_four_minutes(guest, host):
    host.kernel.ignores_echoes()
    guest.announces()
    guest.says(echo_request(REMOTE))

    assert guest.waits(239) == []
    assert len(echoes_in(guest.monitor("info usernet"))) == 1

    assert guest.waits(2) == []
    assert echoes_in(guest.monitor("info usernet")) == []


@requirement("ICM-07")
@needs("udp")
def test_a_datagram_stands_in_for_an_echo(guest, host):
    host.forbids_ping_sockets()
    server = host.udp(7, REMOTE)
    guest.announces()

    guest.says(echo_request(REMOTE, data=b"may I?", identifier=0xBEEF, sequence=3))
    server.hears(PSEUDO_PING)
    server.says(b"anything")

    guest.hears_only(
        ECHO_REPLY.where(IP, src=REMOTE, dst=GUEST, ttl=255)
        .where(ICMP, id=0xBEEF, seq=3)
        .carrying(b"may I?")
    )


@requirement("ICM-08")
@needs("world")
@pytest.mark.parametrize("ttl", [1, 2, 255])
def test_the_guests_time_to_live_does_not_limit_an_echo(guest, golden, ttl):
    guest.announces()
    guest.says(echo_request(REMOTE, ttl=ttl))

    guest.hears_only(ECHO_REPLY.where(IP, src=REMOTE, ttl=255))

    golden.matches(guest.wire)


@requirement("ICM-08", variant="datagram")
@needs("udp")
def test_the_datagram_in_an_echos_stead_has_a_hop_less(guest, host):
    host.forbids_ping_sockets()
    server = host.udp(7, REMOTE)

    guest.says(echo_request(REMOTE, ttl=9))

    server.hears(PSEUDO_PING)
    assert server.ttl == 8


@requirement("ICM-08", variant="expired")
@needs("udp")
def test_the_datagram_in_an_echos_stead_is_not_sent_without_hops(guest, golden, host):
    host.forbids_ping_sockets()
    server = host.udp(7, REMOTE)
    guest.announces()
    expired = echo_request(REMOTE, ttl=1)

    guest.says(expired)

    guest.hears_only(quoting(TIME_EXCEEDED.where(IP, src=ROUTER, dst=GUEST), expired))
    guest.says(echo_request(REMOTE))
    server.hears(PSEUDO_PING)
    server.hears_nothing()
    golden.matches(guest.wire)


@requirement("ICM-16")
def test_the_range_of_groups_allows_ping_sockets(guest, golden, host):
    guest.announces()
    before = host.kernel.echo_requests()

    guest.says(echo_request(REMOTE))

    guest.hears_only(ECHO_REPLY.where(IP, src=REMOTE))
    assert host.kernel.echo_requests() == before + 1
    golden.matches(guest.wire)


@requirement("ICM-16", variant="nobody")
@needs("udp")
def test_an_empty_range_of_groups_allows_no_ping_socket(guest, host):
    host.forbids_ping_sockets()
    server = host.udp(7, REMOTE)
    guest.announces()
    before = host.kernel.echo_requests()

    guest.says(echo_request(REMOTE))

    server.hears(PSEUDO_PING)
    guest.hears_nothing()
    assert host.kernel.echo_requests() == before


def echoes_in(table: str) -> list[list[str]]:
    """The ICMP rows of ``info usernet``, in columns."""
    return [line.split() for line in table.splitlines() if line.lstrip().startswith("ICMP")]

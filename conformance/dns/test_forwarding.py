"""DNS by UDP and TCP through the virtual nameserver, and what it does not take."""

import re

import pytest

from vnetspec.fixtures.addresses import LOOPBACK, NAMESERVER, REMOTE, ROUTER
from vnetspec.fixtures.checkers import NET_UNREACHABLE, PORT_UNREACHABLE, UDP_DATAGRAM, quoting
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import dns_answer, dns_query, tcp, udp
from vnetspec.fixtures.oracle import IP, UDP
from vnetspec.fixtures.requirements import needs, requirement

ANSWER = UDP_DATAGRAM.where(IP, src=NAMESERVER).where(UDP, sport=53)


@requirement("DNS-01")
@pytest.mark.parametrize("resolver", [LOOPBACK, REMOTE])
def test_a_question_reaches_the_hosts_nameserver(guest, host, golden, resolver):
    server = host.nameserver(resolver)
    guest.announces()

    guest.says(udp(NAMESERVER, 53, dns_query()))

    server.hears(dns_query())
    server.says(dns_answer())
    guest.hears_only(ANSWER.where(UDP, dport=40000).carrying(dns_answer()))
    golden.matches(guest.wire)


@requirement("DNS-01", variant="unchanged")
def test_an_answer_to_something_else_is_not_held_back(guest, host, golden):
    server = host.nameserver()
    guest.announces()

    guest.says(udp(NAMESERVER, 53, dns_query("one.example.org", identifier=1)))

    server.hears(dns_query("one.example.org", identifier=1))
    other = dns_answer("two.example.org", identifier=2)
    server.says(other)
    guest.hears_only(ANSWER.carrying(other))
    golden.matches(guest.wire)


@requirement("DNS-01", variant="no-cache")
def test_the_same_question_is_forwarded_again(guest, host, golden):
    server = host.nameserver()
    guest.announces()

    for address in ("192.0.2.1", "192.0.2.2"):
        guest.says(udp(NAMESERVER, 53, dns_query()))
        server.hears(dns_query())
        server.says(dns_answer(address=address))
        guest.hears_only(ANSWER.carrying(dns_answer(address=address)))

    golden.matches(guest.wire)


@requirement("DNS-01", variant="ports")
def test_every_port_of_the_guest_has_a_socket_of_its_own(guest, host, golden):
    server = host.nameserver()
    guest.announces()
    guest.says(*(udp(NAMESERVER, 53, dns_query(), source_port=port) for port in (40001, 40002)))
    first, second = server.hears(dns_query()), server.hears(dns_query())

    server.says(dns_answer(), to=second)
    guest.hears(ANSWER.where(UDP, dport=40002))
    server.says(dns_answer(), to=first)
    guest.hears_only(ANSWER.where(UDP, dport=40001))

    golden.matches(guest.wire)


@requirement("DNS-02")
def test_a_connection_reaches_the_hosts_nameserver(guest, host, golden):
    server = host.tcp(53)
    guest.announces()
    conversation = Conversation(guest, NAMESERVER, 53).opens()
    stream = server.accepts()

    conversation.says("PA", framed(dns_query()))
    stream.hears(framed(dns_query()))
    conversation.hears("A", b"")
    stream.says(framed(dns_answer()))
    conversation.hears("PA", framed(dns_answer()))

    conversation.acknowledges()
    guest.hears_nothing()
    golden.matches(guest.wire)


def framed(message):
    """A DNS message as it stands in a stream, behind its length."""
    return len(message).to_bytes(2, "big") + message


@requirement("DNS-03")
@pytest.mark.parametrize("port", [52, 54, 5353])
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
def test_other_ports_are_unreachable(guest, golden, segment, port):
    guest.announces()
    sent = segment(NAMESERVER, port)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE, sent).where(IP, src=ROUTER))
    golden.matches(guest.wire)


@requirement("DNS-04")
@needs("udp")
def test_port_53_of_the_router_is_that_of_the_host(guest, host, golden):
    local, resolver = host.udp(53), host.nameserver(REMOTE)
    guest.announces()

    guest.says(udp(ROUTER, 53, b"local"), udp(NAMESERVER, 53, dns_query(), source_port=40001))

    local.hears(b"local")
    resolver.hears(dns_query())
    local.hears_nothing()
    resolver.hears_nothing()
    golden.matches(guest.wire)


@requirement("DNS-04", variant="closed")
@needs("udp")
def test_port_53_of_the_router_may_be_closed(guest, host, golden):
    host.nameserver(REMOTE)
    guest.announces()

    guest.says(udp(ROUTER, 53, dns_query()))

    guest.hears(PORT_UNREACHABLE.where(IP, src=LOOPBACK))
    golden.matches(guest.wire)


@requirement("DNS-08")
def test_a_session_ends_ten_seconds_after_the_last_answer(guest, host):
    server = host.nameserver()
    guest.announces()
    guest.says(udp(NAMESERVER, 53, dns_query()))
    server.hears(dns_query())

    for _ in range(2):
        server.says(dns_answer())
        guest.hears(ANSWER)
        guest.waits(8)
    guest.waits(4)

    server.says(dns_answer())
    guest.hears_nothing()


@requirement("DNS-08", variant="unanswered")
def test_a_session_waits_four_minutes_for_its_answer(guest, host):
    server = host.nameserver()
    guest.announces()
    guest.says(udp(NAMESERVER, 53, dns_query()))
    server.hears(dns_query())

    guest.waits(235)

    server.says(dns_answer())
    guest.hears(ANSWER)


@requirement("DNS-08", variant="monitor")
def test_the_monitor_shows_the_time_a_session_has_left(guest, host, golden):
    server = host.nameserver()
    guest.announces()

    guest.says(udp(NAMESERVER, 53, dns_query()))
    server.hears(dns_query())
    assert re.search(r"UDP\[(239|240) sec\]", guest.monitor("info usernet"))
    server.says(dns_answer())
    guest.hears(ANSWER)
    assert re.search(r"UDP\[(9|10) sec\]", guest.monitor("info usernet"))

    golden.matches(guest.wire)

"""UDP, TCP and DNS over IPv6."""

import pytest

from vnetspec.fixtures.addresses import (
    GUEST6,
    GUEST6_LOCAL,
    LOOPBACK,
    LOOPBACK6,
    NAMESERVER6,
    NOWHERE6,
    REMOTE6,
    ROUTER6,
    ROUTER6_LOCAL,
    at6,
)
from vnetspec.fixtures.checkers import RST, RST_ACK, UDP_DATAGRAM
from vnetspec.fixtures.checkers6 import NO_ROUTE, PORT6_UNREACHABLE, quoting6
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import tcp, udp
from vnetspec.fixtures.frames6 import aaaa_query
from vnetspec.fixtures.oracle import TCP, UDP, IPv6
from vnetspec.fixtures.requirements import needs, network, requirement

#: What the guest calls, and where it arrives.
DESTINATIONS = {
    ROUTER6: LOOPBACK6,
    at6("::55"): LOOPBACK6,
    at6("::ffff:1:2:3"): LOOPBACK6,
    LOOPBACK6: LOOPBACK6,
    REMOTE6: REMOTE6,
}
#: QEMU 7.2 quotes the length of a segment with its octets in the wrong order.
SWAPPED = ("iperror6.plen",)
UNREACHABLE = [NOWHERE6, ROUTER6_LOCAL, at6("::55", "fe80::")]


@requirement("IP6-13")
@pytest.mark.parametrize(("asked", "bound"), DESTINATIONS.items())
def test_a_datagram_reaches_the_host_and_is_answered(guest, host, golden, asked, bound):
    guest.announces6()
    server = host.udp(7101, bound)

    guest.says(udp(asked, 7101, b"question"))
    assert server.hears(b"question")[0] == bound
    server.says(b"answer")

    guest.hears_only(
        UDP_DATAGRAM.where(IPv6, src=asked, dst=GUEST6)
        .where(UDP, sport=7101, dport=40000)
        .carrying(b"answer")
    )
    golden.matches(guest.wire)


@requirement("IP6-13", variant="tcp")
@pytest.mark.parametrize(("asked", "bound"), DESTINATIONS.items())
def test_a_connection_reaches_the_host(guest, host, golden, asked, bound):
    guest.announces6()
    server = host.tcp(8080, bound)

    conversation = Conversation(guest, asked, 8080).opens()
    stream = server.accepts()
    conversation.says("PA", b"hello\n")
    stream.hears(b"hello\n")
    conversation.hears("A", b"")
    stream.says(b"world\n")
    conversation.hears("PA", b"world\n")
    conversation.acknowledges()

    assert stream.peer[0] == bound
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-13", variant="close")
def test_a_connection_is_closed_by_both(guest, host, golden):
    guest.announces6()
    server = host.tcp(8080, LOOPBACK6)
    conversation = Conversation(guest, ROUTER6, 8080).opens()
    stream = server.accepts()

    conversation.says("FA")
    conversation.hears("A", b"")
    stream.hears_end()
    stream.finishes()
    conversation.hears("FA", b"")
    conversation.acknowledges()

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-13", variant="segment")
def test_the_segment_size_leaves_room_for_the_header(guest, host, golden):
    guest.announces6()
    server = host.tcp(8080, LOOPBACK6)
    conversation = Conversation(guest, ROUTER6, 8080)

    conversation.says("S")
    heard = conversation.hears_syn_ack()
    conversation.says("A")
    server.accepts().says(b"z" * 3000)

    for size in (1440, 1440):
        conversation.hears(data=b"z" * size)
    conversation.acknowledges()
    conversation.hears(data=b"z" * 120)
    conversation.acknowledges()
    assert heard[TCP].options == [("MSS", 1440)]
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-13", variant="multicast")
def test_all_nodes_are_the_host(guest, host, golden):
    guest.announces6()
    server = host.udp(7101, LOOPBACK6)

    guest.says(udp("ff02::1", 7101, b"question"))
    server.hears(b"question")
    server.says(b"answer")

    guest.hears_only(UDP_DATAGRAM.where(IPv6, src=LOOPBACK6, dst=GUEST6).carrying(b"answer"))
    golden.matches(guest.wire)


@requirement("IP6-13", variant="link-local")
def test_a_link_local_guest_is_served(guest, host, golden):
    guest.announces6(GUEST6_LOCAL)
    server = host.udp(7101, LOOPBACK6)

    guest.says(udp(ROUTER6, 7101, b"question", sender=GUEST6_LOCAL))
    server.hears(b"question")
    server.says(b"answer")

    guest.hears_only(UDP_DATAGRAM.where(IPv6, src=ROUTER6, dst=GUEST6_LOCAL).carrying(b"answer"))
    golden.matches(guest.wire)


@requirement("IP6-13", variant="idle")
def test_a_session_ends_after_four_minutes(guest, host):
    guest.announces6()
    server = host.udp(7101, LOOPBACK6)
    guest.says(udp(ROUTER6, 7101))
    server.hears()
    guest.waits(230)
    server.says(b"in time")
    guest.hears(UDP_DATAGRAM.carrying(b"in time"))

    guest.waits(250)
    server.says(b"too late")

    guest.hears_nothing()


@requirement("IP6-13", variant="checksum")
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
def test_what_is_damaged_is_dropped(guest, host, golden, segment):
    guest.announces6()
    servers = host.udp(7101, LOOPBACK6), host.tcp(7101, LOOPBACK6)

    guest.says(segment(ROUTER6, 7101, checksum=0x1234))

    guest.hears_nothing()
    servers[0].hears_nothing()
    servers[1].accepts_nothing()
    golden.matches(guest.wire)


@requirement("IP6-13", variant="no-checksum")
def test_a_datagram_without_checksum_is_dropped(guest, host, golden):
    guest.announces6()
    server = host.udp(7101, LOOPBACK6)

    guest.says(udp(ROUTER6, 7101, checksum=0))

    guest.hears_nothing()
    server.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-14")
@needs("world")
@pytest.mark.parametrize(
    ("address", "offender"), [(ROUTER6, LOOPBACK6), (at6("::55"), LOOPBACK6), (REMOTE6, REMOTE6)]
)
def test_a_closed_port_is_unreachable(guest, golden, address, offender):
    guest.announces6()
    for data in (b"first", b"second"):
        sent = udp(address, 7101, data)

        guest.says(sent)

        guest.hears_only(
            quoting6(PORT6_UNREACHABLE, sent).where(IPv6, src=offender, dst=GUEST6, hlim=255)
        )
    golden.matches(guest.wire)


@requirement("IP6-14", variant="no-route")
@needs("world")
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
@pytest.mark.parametrize("address", UNREACHABLE)
def test_what_can_not_be_reached_has_no_route(guest, golden, address, segment):
    guest.announces6()
    sent = segment(address, 7101)

    guest.says(sent)

    guest.hears_only(NO_ROUTE.where(IPv6, src=ROUTER6_LOCAL, dst=GUEST6))
    golden.matches(guest.wire, masks=SWAPPED)


@requirement("IP6-14", variant="quote")
@needs("world")
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
@pytest.mark.parametrize("address", UNREACHABLE)
def test_what_has_no_route_is_quoted(guest, address, segment):
    guest.announces6()
    sent = segment(address, 7101)

    guest.says(sent)

    guest.hears_only(quoting6(NO_ROUTE, sent))


@requirement("IP6-14", variant="tcp")
@needs("world")
@pytest.mark.parametrize("address", [ROUTER6, at6("::55"), REMOTE6])
def test_a_connection_that_is_refused_is_reset(guest, golden, address):
    guest.announces6()

    guest.says(tcp(address, 8080, "S", seq=5000))

    guest.hears_only(
        RST_ACK.where(IPv6, src=address, dst=GUEST6).where(TCP, seq=0, ack=5001, sport=8080)
    )
    golden.matches(guest.wire)


@requirement("IP6-14", variant="stray")
def test_a_segment_of_no_connection_is_reset(guest, golden):
    guest.announces6()

    guest.says(tcp(ROUTER6, 8080, "A", seq=5000, ack=77))

    guest.hears_only(RST.where(IPv6, src=ROUTER6).where(TCP, seq=77, sport=8080))
    golden.matches(guest.wire)


@requirement("IP6-15")
@pytest.mark.parametrize("resolver", [LOOPBACK6, REMOTE6])
def test_a_question_reaches_the_hosts_nameserver(guest, host, golden, resolver):
    server = host.nameserver(resolver)
    guest.announces6()

    guest.says(udp(NAMESERVER6, 53, aaaa_query()))
    server.hears(aaaa_query())
    server.says(aaaa_query("answer.example.org"))

    guest.hears_only(
        UDP_DATAGRAM.where(IPv6, src=NAMESERVER6)
        .where(UDP, sport=53)
        .carrying(aaaa_query("answer.example.org"))
    )
    golden.matches(guest.wire)


@requirement("IP6-15", variant="first")
def test_the_first_nameserver_over_ipv6_counts(guest, host, golden):
    servers = [host.udp(53, address) for address in (LOOPBACK, REMOTE6, LOOPBACK6)]
    host.namespace.set_nameservers(LOOPBACK, REMOTE6, LOOPBACK6)
    guest.announces6()

    guest.says(udp(NAMESERVER6, 53, aaaa_query()))

    servers[1].hears(aaaa_query())
    servers[0].hears_nothing()
    servers[2].hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-15", variant="tcp")
def test_a_connection_reaches_the_hosts_nameserver(guest, host, golden):
    host.namespace.set_nameservers(LOOPBACK6)
    server = host.tcp(53, LOOPBACK6)
    guest.announces6()

    conversation = Conversation(guest, NAMESERVER6, 53).opens()
    stream = server.accepts()
    conversation.says("PA", b"\0\x05query")
    stream.hears(b"\0\x05query")
    conversation.hears("A", b"")

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-15", variant="none")
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
def test_without_a_nameserver_over_ipv6_there_is_no_route(guest, host, golden, segment):
    host.nameserver()
    guest.announces6()
    sent = segment(NAMESERVER6, 53)

    guest.says(sent)

    guest.hears_only(NO_ROUTE.where(IPv6, src=ROUTER6_LOCAL))
    golden.matches(guest.wire, masks=SWAPPED)


@requirement("IP6-15", variant="ports")
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
@pytest.mark.parametrize("port", [52, 54, 8080])
def test_other_ports_of_the_nameserver_have_no_route(guest, host, golden, segment, port):
    host.namespace.set_nameservers(LOOPBACK6)
    guest.announces6()
    sent = segment(NAMESERVER6, port)

    guest.says(sent)

    guest.hears_only(NO_ROUTE.where(IPv6, src=ROUTER6_LOCAL))
    golden.matches(guest.wire, masks=SWAPPED)


@requirement("IP6-15", variant="elsewhere")
@network(ipv6_dns=at6("::b:2"))
def test_the_nameserver_is_where_it_was_put(guest, host, golden):
    server = host.nameserver(LOOPBACK6)
    guest.announces6()

    guest.says(udp(at6("::b:2"), 53, aaaa_query()))

    server.hears(aaaa_query())
    guest.hears_nothing()
    golden.matches(guest.wire)

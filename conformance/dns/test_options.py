"""What the options of the user network change about the virtual nameserver."""

from vnetspec.dns.questions import asked
from vnetspec.fixtures.addresses import NAMESERVER, REMOTE, at
from vnetspec.fixtures.checkers import NET_UNREACHABLE, RST_ACK, UDP_DATAGRAM, quoting
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import arp_request, dns_answer, dns_query, tcp, udp
from vnetspec.fixtures.oracle import IP, TCP, UDP
from vnetspec.fixtures.requirements import network, requirement

INSIDE, OUTSIDE = at(53), "192.0.2.53"
ANSWER = UDP_DATAGRAM.where(UDP, sport=53, dport=40000).carrying(dns_answer())


@requirement("DNS-09")
@network(dns=INSIDE)
def test_the_nameserver_is_where_dns_puts_it(guest, host, golden):
    server = host.nameserver()
    guest.announces()

    guest.says(udp(INSIDE, 53, dns_query()))

    identifier = asked(server)
    server.says(dns_answer(identifier=identifier))
    guest.hears(ANSWER.where(IP, src=INSIDE))
    golden.matches(guest.wire)


@requirement("DNS-09", variant="outside")
@network(dns=OUTSIDE)
def test_a_nameserver_outside_answers_in_the_name_of_the_hosts(guest, host, golden):
    server = host.nameserver(REMOTE)
    guest.announces()

    guest.says(udp(OUTSIDE, 53, dns_query()))

    identifier = asked(server)
    server.says(dns_answer(identifier=identifier))
    guest.hears(ANSWER.where(IP, src=REMOTE))
    golden.matches(guest.wire)


@requirement("DNS-09", variant="outside-tcp")
@network(dns=OUTSIDE)
def test_a_nameserver_outside_takes_connections(guest, host, golden):
    server = host.tcp(53)
    guest.announces()

    Conversation(guest, OUTSIDE, 53).opens()

    server.accepts()
    golden.matches(guest.wire)


@requirement("DNS-09", variant="moved")
@network(dns=INSIDE)
def test_the_usual_address_is_nobodys_then(guest, host, golden):
    host.nameserver()
    guest.announces()
    sent = udp(NAMESERVER, 53, dns_query())

    guest.says(arp_request(NAMESERVER), sent)

    guest.hears(quoting(NET_UNREACHABLE, sent))
    golden.matches(guest.wire)


@requirement("DNS-09", variant="arp")
@network(dns=OUTSIDE)
def test_an_address_outside_is_not_resolved(guest, golden):
    guest.says(arp_request(OUTSIDE))

    guest.hears_nothing(fence=guest.resolves)

    golden.matches(guest.wire)


@requirement("DNS-09", variant="restrict")
def test_a_restricted_network_has_its_nameserver_inside(refuses):
    message = refuses(restrict="on", dns=OUTSIDE)

    assert message.endswith("DNS doesn't belong to network")


@requirement("DNS-10")
@network(restrict="on")
def test_a_restricted_network_drops_questions(guest, host, golden):
    server = host.nameserver()
    guest.announces()

    guest.says(udp(NAMESERVER, 53, dns_query()))

    guest.hears_nothing()
    server.hears_nothing()
    golden.matches(guest.wire)


@requirement("DNS-10", variant="tcp")
@network(restrict="on")
def test_a_restricted_network_resets_connections_to_the_nameserver(guest, host, golden):
    server = host.tcp(53, REMOTE)
    host.namespace.set_nameservers(REMOTE)
    guest.announces()

    guest.says(tcp(NAMESERVER, 53))

    guest.hears_only(RST_ACK.where(IP, src=NAMESERVER, ttl=255).where(TCP, window=0, ack=1001))
    server.accepts_nothing()
    golden.matches(guest.wire)

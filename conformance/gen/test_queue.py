"""The queue towards the guest: packets that wait for a MAC, and their order (GEN)."""

from vnetspec.fixtures.addresses import ROUTER, at
from vnetspec.fixtures.checkers import ARP_REQUEST, ECHO_REPLY, UDP_DATAGRAM
from vnetspec.fixtures.conversation import session
from vnetspec.fixtures.frames import arp_reply, echo_request, gratuitous_arp, udp
from vnetspec.fixtures.oracle import ARP, ICMP, IP, UDP, Ether
from vnetspec.fixtures.requirements import needs, requirement

pytestmark = needs("fresh")

STRANGER = at(40)
STRANGER_MAC = "02:00:00:00:00:40"
QUESTION = ARP_REQUEST.where(ARP, pdst=STRANGER)


@requirement("GEN-08")
@needs("icmp")
def test_each_waiting_packet_asks_and_an_answer_releases_all(guest, golden):
    for number in range(3):
        guest.says(echo_request(ROUTER, sender=STRANGER, sequence=number))
        guest.hears(QUESTION)

    guest.says(arp_reply(STRANGER, mac=STRANGER_MAC))

    for number in range(3):
        guest.hears(ECHO_REPLY.where(ICMP, seq=number).where(Ether, dst=STRANGER_MAC))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("GEN-08", variant="announced")
@needs("icmp")
def test_an_announcement_releases_as_an_answer_does(guest, golden):
    guest.says(echo_request(ROUTER, sender=STRANGER))
    guest.hears(QUESTION)

    guest.says(gratuitous_arp(STRANGER, mac=STRANGER_MAC))

    guest.hears_only(ECHO_REPLY.where(Ether, dst=STRANGER_MAC))
    golden.matches(guest.wire)


@requirement("GEN-08", variant="in-time")
@needs("icmp")
def test_a_packet_still_waits_after_most_of_a_second(guest, golden):
    asked = guest.clock()
    guest.says(echo_request(ROUTER, sender=STRANGER))
    guest.hears(QUESTION)
    assert guest.waits(0.6) == []
    guest.is_in_time(0.8, since=asked)

    guest.says(arp_reply(STRANGER, mac=STRANGER_MAC))

    guest.hears_only(ECHO_REPLY.where(IP, dst=STRANGER))
    golden.matches(guest.wire)


@requirement("GEN-08", variant="late")
@needs("icmp")
def test_a_packet_is_discarded_in_silence_after_a_second(guest, golden):
    guest.says(echo_request(ROUTER, sender=STRANGER, sequence=1))
    guest.hears(QUESTION)
    assert guest.waits(1.3) == []

    guest.says(arp_reply(STRANGER, mac=STRANGER_MAC))
    guest.says(echo_request(ROUTER, sender=STRANGER, sequence=2))

    guest.hears_only(ECHO_REPLY.where(ICMP, seq=2))
    golden.matches(guest.wire)


@requirement("GEN-12")
@needs("udp")
def test_datagrams_of_a_session_keep_their_order(guest, host):
    server = session(guest, host)

    for number in range(60):
        server.says(b"datagram %d" % number)

    for number in range(60):
        guest.hears(UDP_DATAGRAM.where(UDP, dport=40000).carrying(b"datagram %d" % number))


@requirement("GEN-13")
@needs("udp")
def test_no_more_than_five_datagrams_of_a_session_wait_for_the_guest(guest, host):
    server = host.udp(7101)
    guest.says(udp(ROUTER, 7101, sender=STRANGER))
    _, port = server.hears()
    for number in range(5):
        server.says(b"datagram %d" % number)
    guest.hears_only(QUESTION)
    assert host.unread_octets(port) == 0

    server.says(b"datagram 5")

    guest.hears_nothing()
    assert host.unread_octets(port) > 0
    guest.says(arp_reply(STRANGER, mac=STRANGER_MAC))
    for number in range(6):
        guest.hears(UDP_DATAGRAM.where(IP, dst=STRANGER).carrying(b"datagram %d" % number))
    assert host.unread_octets(port) == 0


@requirement("GEN-08", variant="order")
@needs("udp")
def test_datagrams_that_waited_for_a_mac_keep_their_order(guest, host):
    server = host.udp(7101)
    guest.says(udp(ROUTER, 7101, sender=STRANGER))
    server.hears()
    for number in range(8):
        server.says(b"datagram %d" % number)
    guest.hears_only(QUESTION)

    guest.says(arp_reply(STRANGER, mac=STRANGER_MAC))

    for number in range(8):
        guest.hears(UDP_DATAGRAM.where(IP, dst=STRANGER).carrying(b"datagram %d" % number))
    guest.hears_nothing()

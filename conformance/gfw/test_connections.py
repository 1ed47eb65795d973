"""Connections to a guestfwd server, whatever is behind it."""

import pytest

from vnetspec.fixtures.addresses import ROUTER, at, slirp_mac
from vnetspec.fixtures.checkers import ARP_REPLY, NET_UNREACHABLE, SYN_ACK, quoting
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import arp_request, tcp, udp
from vnetspec.fixtures.oracle import ARP, IP, TCP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import sessions

SERVER = at(100)
CAT = f"tcp:{SERVER}:7-cmd:/bin/cat"


@requirement("GFW-02")
@network(guestfwd=CAT)
def test_the_handshake_needs_no_host(guest, golden):
    guest.announces()

    guest.says(tcp(SERVER, 7))

    guest.hears_only(SYN_ACK.where(IP, src=SERVER).where(TCP, sport=7, seq=1, window=65535))
    golden.matches(guest.wire)


@requirement("GFW-02", variant="start")
@network(guestfwd=CAT)
def test_the_command_starts_with_the_acknowledgement(guest, golden):
    guest.announces()
    conversation = Conversation(guest, SERVER, 7)

    conversation.says("S")
    conversation.hears_syn_ack()
    (row,) = sessions(guest)
    assert (row.state, row.fd) == ("SYN_RCVD", -1)

    conversation.says("A")
    guest.hears_nothing()
    (row,) = sessions(guest)
    assert row.state == "ESTABLISHED"
    assert row.fd >= 0
    golden.matches(guest.wire)


@requirement("GFW-06")
@network(guestfwd=CAT)
@pytest.mark.parametrize("port", [8, 80])
def test_other_ports_of_the_server_are_not_served(guest, golden, port):
    guest.announces()
    syn = tcp(SERVER, port)

    guest.says(syn)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER), syn))
    golden.matches(guest.wire)


@requirement("GFW-06", variant="arp")
@network(guestfwd=CAT)
def test_arp_answers_for_the_server(guest, golden):
    guest.says(arp_request(SERVER))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=SERVER, hwsrc=slirp_mac(SERVER)))
    golden.matches(guest.wire)


@requirement("GFW-06", variant="elsewhere")
@network(guestfwd=CAT)
def test_the_port_is_not_served_at_other_addresses(guest, golden):
    guest.announces()
    syn = tcp(at(101), 7)

    guest.says(syn)

    guest.hears_only(quoting(NET_UNREACHABLE, syn))
    golden.matches(guest.wire)


@requirement("GFW-07")
@network(guestfwd=f"tcp:{SERVER}:7-cmd:/bin/echo {'x' * 899}")
@pytest.mark.parametrize(
    ("mss", "sizes"),
    [(536, (536, 364)), (1460, (900,)), (16, (32,) * 28 + (4,))],
    ids=["536", "1460", "16"],
)
def test_the_guests_mss_is_kept(guest, golden, mss, sizes):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens(options=[("MSS", mss)])

    for size in sizes[:-1]:
        conversation.hears("A", b"x" * size)
    conversation.hears("PA", b"x" * (sizes[-1] - 1) + b"\n")
    conversation.hears("FA", b"")
    golden.matches(guest.wire)


@requirement("GFW-08")
@network(guestfwd=CAT, restrict="on")
def test_a_restricted_guest_may_connect(guest, golden):
    guest.announces()
    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.says("PA", b"hello\n")

    conversation.hears("A", b"")
    conversation.hears("PA", b"hello\n")
    golden.matches(guest.wire)


@requirement("GFW-10")
@network(guestfwd=CAT)
def test_the_port_is_not_served_by_udp(guest, golden):
    guest.announces()
    datagram = udp(SERVER, 7, b"hello")

    guest.says(datagram)

    guest.hears_only(quoting(NET_UNREACHABLE, datagram))
    golden.matches(guest.wire)


@requirement("GFW-10", variant="rule")
def test_a_rule_for_udp_is_refused(refuses, transcript):
    rule = f"udp:{SERVER}:7-null"

    assert refuses(guestfwd=rule) == (
        f"-netdev user,id=u0,guestfwd={rule}: Invalid guest forwarding rule '{rule}'"
    )

    transcript.matches()

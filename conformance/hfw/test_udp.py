"""Datagrams from the host to the guest."""

import pytest

from vnetspec.fixtures.addresses import BROADCAST_MAC, GUEST, LOOPBACK, REMOTE, ROUTER
from vnetspec.fixtures.checkers import ARP_REPLY, ARP_REQUEST, UDP_DATAGRAM
from vnetspec.fixtures.frames import arp_request, udp
from vnetspec.fixtures.oracle import ARP, IP, UDP, Ether
from vnetspec.fixtures.requirements import network, requirement

FORWARDED = (LOOPBACK, 5007)


@requirement("HFW-07")
@network(hostfwd=f"udp:{LOOPBACK}:5007-:7")
def test_a_datagram_is_forwarded_and_answered(guest, golden, host):
    guest.announces()
    client = host.udp(41053)

    client.says(b"question", to=FORWARDED)
    guest.hears_only(
        UDP_DATAGRAM.where(IP, src=ROUTER, dst=GUEST)
        .where(UDP, sport=41053, dport=7)
        .carrying(b"question")
    )
    guest.says(udp(ROUTER, 41053, b"answer", source_port=7))

    assert client.hears(b"answer") == FORWARDED
    golden.matches(guest.wire)


@requirement("HFW-07", variant="clients")
@network(hostfwd=f"udp:{LOOPBACK}:5007-:7")
def test_each_client_gets_the_answer_that_is_addressed_to_it(guest, golden, host):
    guest.announces()
    clients = [host.udp(41054), host.udp(41055)]
    for client in clients:
        client.says(b"question", to=FORWARDED)
        guest.hears(UDP_DATAGRAM.where(UDP, sport=client.port))

    guest.says(udp(ROUTER, 41054, b"to the first", source_port=7))
    guest.says(udp(ROUTER, 41055, b"to the second", source_port=7))

    assert clients[0].hears(b"to the first") == FORWARDED
    assert clients[1].hears(b"to the second") == FORWARDED
    golden.matches(guest.wire)


@requirement("HFW-07", variant="unasked")
@network(hostfwd=f"udp:{LOOPBACK}:5007-:7")
def test_the_guest_speaks_from_the_forwarded_port_unasked(guest, golden, host):
    guest.announces()
    server = host.udp(7101)

    guest.says(udp(ROUTER, 7101, b"news", source_port=7))

    assert server.hears(b"news") == FORWARDED
    golden.matches(guest.wire)


@requirement("HFW-07", variant="remote")
@network(hostfwd="udp::5007-:7")
def test_a_client_elsewhere_keeps_its_address(guest, golden, host):
    guest.announces()
    client = host.udp(41056, REMOTE)

    client.says(b"question", to=(REMOTE, 5007))
    guest.hears_only(UDP_DATAGRAM.where(IP, src=REMOTE).where(UDP, sport=41056))
    guest.says(udp(REMOTE, 41056, b"answer", source_port=7))

    assert client.hears(b"answer") == (REMOTE, 5007)
    golden.matches(guest.wire)


@requirement("HFW-07", variant="unknown")
@network(hostfwd=f"udp:{LOOPBACK}:5007-:7")
def test_a_guest_of_unknown_mac_is_asked_for(guest, golden, host):
    client = host.udp(41057)
    guest.says(arp_request(ROUTER, sender="0.0.0.0"), note="teaches nothing (ARP-09)")
    guest.hears(ARP_REPLY)

    client.says(b"question", to=FORWARDED)
    guest.hears(ARP_REQUEST.where(ARP, pdst=GUEST).where(Ether, dst=BROADCAST_MAC))
    guest.announces()

    guest.hears_only(UDP_DATAGRAM.carrying(b"question"))
    golden.matches(guest.wire)


@requirement("HFW-07", variant="large")
@network(hostfwd=f"udp:{LOOPBACK}:5007-:7")
@pytest.mark.parametrize("size", [0, 1, 1472])
def test_datagrams_of_any_size_that_fits_a_frame_pass(guest, golden, host, size):
    guest.announces()
    client = host.udp(41058)

    client.says(bytes(size), to=FORWARDED)

    guest.hears_only(UDP_DATAGRAM.where(UDP, len=8 + size).carrying(bytes(size)))
    golden.matches(guest.wire)

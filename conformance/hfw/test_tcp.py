"""TCP connections from the host to the guest."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST_MAC,
    GUEST,
    LOOPBACK,
    REMOTE,
    ROUTER,
    guest_address,
)
from vnetspec.fixtures.checkers import ARP_REPLY, ARP_REQUEST, SYN
from vnetspec.fixtures.conversation import answers
from vnetspec.fixtures.frames import arp_request, tcp
from vnetspec.fixtures.oracle import ARP, IP, TCP, Ether
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import sessions, states

SSH = f"tcp:{LOOPBACK}:5522-:22"


@requirement("HFW-02")
@network(hostfwd=SSH)
def test_a_connection_is_a_syn_to_the_guest(guest, golden, host):
    guest.announces()

    host.connects(5522, source=(LOOPBACK, 41002))

    syn = guest.hears_only(
        SYN.where(IP, src=ROUTER, dst=GUEST).where(TCP, sport=41002, dport=22, window=65535)
    )
    assert syn[TCP].options == [("MSS", 1460)]
    golden.matches(guest.wire)


@requirement("HFW-02", variant="talk")
@network(hostfwd=SSH)
def test_both_ends_may_speak_and_finish(guest, golden, host):
    guest.announces()
    client = host.connects(5522, source=(LOOPBACK, 41003))
    conversation = answers(guest, 22)

    client.says(b"hello")
    conversation.hears("PA", b"hello")
    conversation.says("PA", b"SSH-2.0")
    conversation.hears("A", b"", within=0.002)
    client.hears(b"SSH-2.0")

    conversation.says("FA")
    conversation.hears("A", b"")
    client.hears_end()
    client.finishes()
    conversation.hears("FA", b"")
    golden.matches(guest.wire)


@requirement("HFW-03")
@network(hostfwd="tcp::5522-:22")
@pytest.mark.parametrize(
    ("client", "seen"), [(LOOPBACK, ROUTER), ("127.0.0.9", ROUTER), (REMOTE, REMOTE)]
)
def test_a_client_on_loopback_appears_as_the_router(guest, golden, host, client, seen):
    guest.announces()

    host.connects(5522, address=client, source=(client, 41004))

    guest.hears_only(SYN.where(IP, src=seen, dst=GUEST).where(TCP, sport=41004))
    golden.matches(guest.wire)


@requirement("HFW-04")
@network(hostfwd=SSH)
def test_a_guest_that_refuses_ends_the_clients_connection(guest, golden, host):
    guest.announces()
    client = host.connects(5522, source=(LOOPBACK, 41005))
    syn = guest.hears(SYN)

    guest.says(tcp(ROUTER, syn[TCP].sport, "RA", source_port=22, seq=0, ack=syn[TCP].seq + 1))

    guest.hears_nothing()
    client.hears_end()
    assert states(guest) == ["HOST_FORWARD"]
    golden.matches(guest.wire)


@requirement("HFW-05")
@network(hostfwd=SSH)
def test_a_guest_of_unknown_mac_is_asked_for_until_it_answers(guest, golden, host):
    question = ARP_REQUEST.where(ARP, pdst=GUEST).where(Ether, dst=BROADCAST_MAC)
    guest.says(arp_request(ROUTER, sender="0.0.0.0"), note="teaches nothing (ARP-09)")
    guest.hears(ARP_REPLY)
    start = guest.clock()
    host.connects(5522, source=(LOOPBACK, 41006))

    guest.hears(question)
    guest.hears(question, within=7)

    assert guest.clock() - start == pytest.approx(6, abs=1)
    guest.announces()
    guest.hears_only(SYN)
    golden.matches(guest.wire)


@requirement("HFW-05", variant="again")
@network(hostfwd=SSH)
def test_the_syn_is_sent_again_for_75_seconds(guest, golden, host):
    guest.announces()
    client = host.connects(5522, source=(LOOPBACK, 41007))
    syn = SYN.where(TCP, sport=41007)
    guest.hears_only(syn)
    start = guest.clock()

    for seconds in (6, 18, 30, 42, 54, 66):
        guest.hears(syn, within=13)
        assert guest.clock() - start == pytest.approx(seconds, abs=1)
    assert guest.waits(20) == []

    client.hears_end()
    assert states(guest) == ["HOST_FORWARD"]
    golden.matches(guest.wire)


@requirement("HFW-06")
@network(hostfwd=SSH)
def test_each_client_is_a_connection_of_its_own(guest, golden, host):
    guest.announces()

    first = host.connects(5522, source=(LOOPBACK, 41008))
    one = answers(guest, 22)
    second = host.connects(5522, source=(LOOPBACK, 41009))
    other = answers(guest, 22)

    for client, conversation, words in ((first, one, b"first"), (second, other, b"second")):
        client.says(words)
        conversation.hears("PA", words)
        conversation.acknowledges()
    golden.matches(guest.wire)


@requirement("HFW-06", variant="after")
@network(hostfwd=SSH)
def test_the_rule_outlives_its_connections(guest, golden, host):
    guest.announces()
    client = host.connects(5522, source=(LOOPBACK, 41010))
    conversation = answers(guest, 22)
    client.resets()
    conversation.hears("RA")

    host.connects(5522, source=(LOOPBACK, 41011))

    guest.hears_only(SYN.where(TCP, sport=41011))
    golden.matches(guest.wire)


@requirement("HFW-11")
@network(hostfwd=SSH, restrict="on")
def test_a_restricted_guest_may_be_connected_to(guest, golden, host):
    guest.announces()
    client = host.connects(5522, source=(LOOPBACK, 41012))
    conversation = answers(guest, 22)

    client.says(b"hello")

    conversation.hears("PA", b"hello")
    golden.matches(guest.wire)


@requirement("HFW-12")
@network(hostfwd=[f"tcp::5523-{guest_address(5)}:23", SSH])
def test_the_rows_of_rules_and_connections(guest, golden, host):
    guest.announces()
    host.connects(5522, source=(LOOPBACK, 41013))
    answers(guest, 22)

    connected, *rules = sessions(guest)

    assert connected.state == "ESTABLISHED"
    assert (connected.source, connected.source_port) == (LOOPBACK, 5522)
    assert (connected.destination, connected.destination_port) == (GUEST, "22")
    assert [(each.state, each.source, each.source_port) for each in rules] == [
        ("HOST_FORWARD", "*", 5523),
        ("HOST_FORWARD", LOOPBACK, 5522),
    ]
    assert [(each.destination, each.destination_port) for each in rules] == [
        (guest_address(5), "23"),
        (GUEST, "22"),
    ]
    golden.matches(guest.wire)

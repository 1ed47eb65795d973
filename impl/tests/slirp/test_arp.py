"""ARP: catalogue section 2, and how packets wait for it (GEN-07, GEN-08)."""

import dataclasses

import pytest

from refnet.slirp.arp import Neighbours, mac_of
from refnet.slirp.profile import QEMU_0_6, QEMU_7_2
from refnet.slirp.seam import Config, GuestForward
from refnet.wire import arp, ethernet

ADDRESSES = pytest.mark.parametrize("target", [0x0A000202, 0x0A000203])


@ADDRESSES
def test_the_host_and_the_name_server_are_answered(stranger, target):
    stranger.says(stranger.arp(target))

    (reply,) = stranger.hears()

    frame = ethernet.decode(reply)
    own = b"\x52\x55" + target.to_bytes(4, "big")
    assert (frame.destination, frame.source) == (stranger.mac, own)
    assert arp.decode(frame.payload) == arp.Packet(
        arp.REPLY, own, target, stranger.mac, stranger.address
    )
    assert len(reply) == 64


@pytest.mark.parametrize(
    "target", [0x0A000201, 0x0A000204, 0x0A00020F, 0x0A0002FF, 0x0A000302, 0x08080808]
)
def test_no_other_address_is_answered(stranger, target):
    stranger.says(stranger.arp(target, sender=0x0A00024D))
    assert stranger.hears() == []


def test_guest_forwards_are_answered(make_guest):
    guest = make_guest(guest_forwards=(GuestForward(0x0A000264, 80, "cmd:cat"),))
    guest.says(guest.arp(0x0A000264), guest.arp(0x0A000265))
    assert [packet.sender for packet in guest.hears_arp()] == [0x0A000264]


def test_a_name_server_outside_the_network_is_not_answered(make_guest):
    guest = make_guest(nameserver=0x09090909)
    guest.says(guest.arp(0x09090909), guest.arp(0x0A000203))
    assert guest.hears() == []


def test_the_ethernet_source_and_the_sender_field_are_kept_apart(stranger):
    stranger.says(stranger.arp(sender_mac=b"\2\2\2\2\2\2"))
    frame = ethernet.decode(stranger.hears()[0])
    assert frame.destination == stranger.mac
    assert arp.decode(frame.payload).target_mac == b"\2\2\2\2\2\2"


def test_the_kinds_of_addresses_are_not_looked_at(stranger):
    stranger.says(stranger.arp(hardware=9, protocol=1, hardware_length=3, protocol_length=9))
    (packet,) = stranger.hears_arp()
    assert (packet.hardware, packet.hardware_length, packet.protocol_length) == (1, 6, 4)


def test_a_short_request_is_dropped_and_counted(stranger):
    stranger.says(stranger.arp()[:41])
    assert stranger.hears() == []
    assert stranger.stack.dropped["ARP"] == 1


@pytest.mark.parametrize("operation", [arp.REQUEST, arp.REPLY])
def test_a_gratuitous_packet_is_learned_and_not_answered(stranger, operation):
    stranger.says(stranger.arp(stranger.address, operation=operation))
    assert stranger.hears() == []
    stranger.says(stranger.echo(stranger.host))
    assert len(stranger.hears_ip()) == 1


def test_a_probe_is_answered_and_not_learned(stranger):
    stranger.says(stranger.arp(sender=0))
    assert stranger.hears_arp()[0].target == 0
    stranger.says(stranger.echo(stranger.host))
    assert stranger.hears_arp()[0].operation == arp.REQUEST


def test_other_operations_are_ignored(stranger):
    stranger.says(stranger.arp(operation=3))
    stranger.says(stranger.echo(stranger.host))
    assert stranger.hears_arp()[0].operation == arp.REQUEST


@pytest.mark.parametrize("address", [0, 0xFFFFFFFF, 0x0A0002FF])
def test_addresses_of_everybody_are_never_stored(address):
    neighbours = Neighbours(Config(), QEMU_7_2)
    neighbours.learn(address, b"\1" * 6)
    assert neighbours.lookup(address) == ethernet.BROADCAST


def test_the_table_holds_sixteen_and_forgets_in_turn():
    neighbours = Neighbours(Config(), QEMU_7_2)
    macs = [bytes((2, 0, 0, 0, 0, index)) for index in range(18)]
    for index in range(17):
        neighbours.learn(0x0A000220 + index, macs[index])
    neighbours.learn(0x0A000221, macs[17])
    assert neighbours.lookup(0x0A000220) is None
    assert neighbours.lookup(0x0A000221) == macs[17]
    neighbours.learn(0x0A000299, macs[0])
    assert neighbours.lookup(0x0A000221) is None
    assert neighbours.lookup(0x0A000230) == macs[16]


def test_entries_never_age(guest):
    guest.waits(3_600_000)
    guest.says(guest.echo(guest.host))
    assert len(guest.hears_ip()) == 1


def test_the_stack_asks_by_broadcast(stranger):
    stranger.says(stranger.echo(stranger.host))
    (request,) = stranger.hears()
    frame = ethernet.decode(request)
    assert (frame.destination, frame.source) == (ethernet.BROADCAST, stranger.stack_mac)
    assert arp.decode(frame.payload) == arp.Packet(
        arp.REQUEST, stranger.stack_mac, stranger.host, arp.NO_ADDRESS, stranger.address
    )
    assert len(request) == 42


def test_each_packet_asks_and_an_answer_within_a_second_releases_all(stranger):
    stranger.says(*(stranger.echo(stranger.host, bytes((index,))) for index in range(3)))
    assert len(stranger.hears_arp()) == 3
    stranger.waits(1000)
    stranger.says(stranger.arp(operation=arp.REPLY))
    assert [bytes(message.payload) for _, message in stranger.hears_icmp()] == [
        b"\0",
        b"\1",
        b"\2",
    ]


def test_an_answer_after_a_second_releases_nothing(stranger):
    stranger.says(stranger.echo(stranger.host))
    stranger.hears()
    stranger.waits(1001)
    stranger.says(stranger.arp(operation=arp.REPLY))
    assert stranger.hears() == []
    assert stranger.stack.next_deadline() is None


def test_a_request_for_the_stack_also_releases(stranger):
    stranger.says(stranger.echo(stranger.host))
    stranger.hears()
    stranger.says(stranger.arp())
    kinds = [ethernet.decode(frame).ethertype for frame in stranger.hears()]
    assert kinds == [ethernet.ARP, ethernet.IPV4]


@pytest.mark.parametrize("source", [0, 0xFFFFFFFF, 0x0A0002FF])
def test_packets_for_everybody_are_broadcast_unasked(stranger, source):
    stranger.says(stranger.echo(stranger.host, source=source))
    assert ethernet.decode(stranger.hears()[0]).destination == ethernet.BROADCAST


def test_restrict_changes_nothing(make_guest):
    guest = make_guest(restricted=True)
    guest.says(guest.arp(guest.host), guest.arp(guest.nameserver))
    assert len(guest.hears_arp()) == 2


def test_without_ipv4_nothing_is_answered(make_guest):
    guest = make_guest(ipv4=False)
    guest.says(guest.arp(), guest.echo(guest.host))
    assert guest.hears() == []


def test_macs_of_both_profiles():
    assert mac_of(0xC0A84C02, QEMU_7_2) == b"\x52\x55\xc0\xa8\x4c\x02"
    assert mac_of(0x0A000203, QEMU_0_6) == b"\x52\x54\x00\x12\x35\x03"


def test_in_0_6_the_reply_has_42_octets_and_its_own_mac(make_guest):
    guest = make_guest(QEMU_0_6, known=False)
    guest.says(guest.arp(guest.nameserver))
    (reply,) = guest.hears()
    assert len(reply) == 42
    assert ethernet.decode(reply).source == b"\x52\x54\x00\x12\x35\x03"


def test_in_0_6_there_is_one_guest_and_nobody_is_asked_for(make_guest):
    guest = make_guest(QEMU_0_6, known=False)
    guest.says(guest.echo(guest.host))
    assert ethernet.decode(guest.hears()[0]).destination == arp.NO_ADDRESS
    asked = guest.arp(sender_mac=b"\4" * 6, sender=0x0A000210)
    guest.says(asked[:6] + b"\2" * 6 + asked[12:])
    guest.hears()
    guest.says(guest.arp(operation=arp.REPLY), guest.arp(guest.address), guest.echo(guest.host))
    assert [ethernet.decode(frame).destination for frame in guest.hears()] == [b"\2" * 6]


def test_a_profile_can_mix(make_guest):
    guest = make_guest(dataclasses.replace(QEMU_7_2, arp_reply_length=60), known=False)
    guest.says(guest.arp())
    assert len(guest.hears()[0]) == 60

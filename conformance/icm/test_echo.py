"""Echoes to the stack's own addresses, and messages that are not answered (RFC 792)."""

import pytest

from vnetspec.fixtures.addresses import GUEST, LOOPBACK, NAMESERVER, REMOTE, ROUTER, SMB_SERVER, at
from vnetspec.fixtures.checkers import ECHO_REPLY, FRAGMENT, payload
from vnetspec.fixtures.frames import echo_request, fragments, icmp, ip
from vnetspec.fixtures.oracle import ICMP, IP, Raw
from vnetspec.fixtures.requirements import network, requirement

SERVER = at(100)


@requirement("ICM-01")
@pytest.mark.parametrize("data", [b"", b"x", b"vnetspec", bytes(range(256)) * 5], ids=len)
def test_the_router_answers_an_echo(guest, golden, data):
    guest.announces()
    guest.says(echo_request(ROUTER, data=data, identifier=0xBEEF, sequence=7))

    guest.hears_only(
        ECHO_REPLY.where(IP, src=ROUTER, dst=GUEST, ttl=255)
        .where(ICMP, id=0xBEEF, seq=7)
        .carrying(data)
    )

    golden.matches(guest.wire)


@requirement("ICM-02")
def test_the_nameserver_answers_an_echo(guest, golden):
    guest.announces()
    guest.says(echo_request(NAMESERVER, data=b"to the nameserver", identifier=3, sequence=9))

    guest.hears_only(
        ECHO_REPLY.where(IP, src=NAMESERVER, dst=GUEST, ttl=255)
        .where(ICMP, id=3, seq=9)
        .carrying(b"to the nameserver")
    )

    golden.matches(guest.wire)


@requirement("ICM-02", variant="network")
@network(net="192.168.76.0/24", dns="192.168.76.200")
def test_the_nameservers_address_follows_its_option(guest, golden):
    guest.says(echo_request("192.168.76.200", sender="255.255.255.255"))

    guest.hears(ECHO_REPLY.where(IP, src="192.168.76.200"))

    golden.matches(guest.wire)


@requirement("ICM-03")
@pytest.mark.parametrize("length", range(8))
def test_a_message_shorter_than_eight_octets_is_dropped(guest, golden, length):
    guest.announces()
    message = bytes(ICMP(type=8, id=0, seq=0))[:length]

    guest.says(ip(ROUTER, proto=1) / Raw(message))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("ICM-03", variant="checksum")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER, LOOPBACK])
def test_a_message_with_a_wrong_checksum_is_dropped(guest, golden, host, address):
    guest.announces()
    before = host.kernel.echo_requests()

    guest.says(ip(address) / ICMP(type=8, id=1, seq=1, chksum=0xBEEF) / Raw(b"vnetspec"))

    guest.hears_nothing()
    assert host.kernel.echo_requests() == before
    golden.matches(guest.wire)


@requirement("ICM-04")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
@pytest.mark.parametrize(
    "type_", [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 30, 42, 255]
)
def test_other_messages_are_ignored(guest, golden, type_, address):
    guest.announces()

    guest.says(icmp(type_, address))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("ICM-13")
@network(restrict="on")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
def test_the_stack_answers_a_restricted_guest(guest, golden, address):
    guest.announces()
    guest.says(echo_request(address))

    guest.hears_only(ECHO_REPLY.where(IP, src=address))

    golden.matches(guest.wire)


@requirement("ICM-13", variant="others")
@network(restrict="on", guestfwd=f"tcp:{SERVER}:80-cmd:/bin/cat")
@pytest.mark.parametrize("address", [REMOTE, LOOPBACK, SMB_SERVER, SERVER])
def test_a_restricted_guest_pings_nobody_else(guest, golden, host, address):
    guest.announces()
    before = host.kernel.echo_requests()

    guest.says(echo_request(address))

    guest.hears_nothing()
    assert host.kernel.echo_requests() == before
    golden.matches(guest.wire)


@requirement("ICM-15")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
def test_a_large_echo_is_answered_in_fragments(guest, golden, address):
    data = bytes(range(250)) * 20
    guest.announces()

    guest.says(*fragments(echo_request(address, data=data), 1480, 1480, 1480))

    heard = guest.hears_each(
        *(FRAGMENT.where(IP, src=address, frag=185 * n, flags="MF", len=1500) for n in range(3)),
        FRAGMENT.where(IP, src=address, frag=555, flags=0, len=588),
    )
    guest.hears_nothing()
    assert b"".join(map(payload, heard))[8:] == data
    golden.matches(guest.wire)

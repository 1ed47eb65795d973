"""The DHCPv6 server (IP6-11, IP6-12)."""

import pytest

from refnet.slirp.profile import QEMU_7_2, with_quirks
from refnet.wire import dhcpv6, udp
from refnet.wire.dhcpv6 import Code

#: By the MAC of the router.
SERVER = (Code.SERVER_IDENTIFIER, bytes.fromhex("0003 0001 525600000002"))
URL = b"tftp://[fec0:0000:0000:0000:0000:0000:0000:0002]/"


def asks(guest, *options, kind=dhcpv6.INFORMATION_REQUEST, to=dhcpv6.SERVERS):
    """Send a message; the replies to it, with their ports."""
    request = dhcpv6.encode(dhcpv6.Message(kind, 0x112233, options))
    guest.says(guest.udp(to, dhcpv6.CLIENT_PORT, dhcpv6.SERVER_PORT, request))
    replies = []
    for packet, _, _ in guest.hears():
        assert (packet.source, packet.destination) == (guest.host, guest.address)
        datagram = udp.decode(packet.payload, packet.source, packet.destination)
        assert datagram.destination_port == dhcpv6.CLIENT_PORT
        replies.append((datagram.source_port, dhcpv6.decode(datagram.payload)))
    return replies


def requested(*codes):
    return (Code.REQUESTED, b"".join(code.to_bytes(2, "big") for code in codes))


def test_a_client_is_told_what_it_asks_for(make_guest):
    guest = make_guest(bootfile="pxe/boot")

    [(port, reply)] = asks(guest, (Code.CLIENT_IDENTIFIER, b"me"), requested(59, 24, 23))

    assert port == dhcpv6.SERVER_PORT
    assert (reply.type, reply.transaction) == (dhcpv6.REPLY, 0x112233)
    assert reply.options == (
        (Code.CLIENT_IDENTIFIER, b"me"),
        SERVER,
        (Code.NAMESERVERS, guest.nameserver),
        (Code.BOOTFILE_URL, URL + b"pxe/boot"),
    )


def test_a_client_that_asks_for_nothing_is_told_nothing(guest):
    [(_, reply)] = asks(guest, to=guest.host)
    assert reply.options == (SERVER,)


@pytest.mark.parametrize(
    ("profile", "port", "options"),
    [
        (QEMU_7_2, 547, (SERVER,)),
        (with_quirks(QEMU_7_2), 8962, ((Code.BOOTFILE_URL, URL + b"(null)"),)),
    ],
)
def test_without_a_boot_file_there_is_no_url(make_guest, profile, port, options):
    guest = make_guest(profile)
    [(told, reply)] = asks(guest, requested(Code.BOOTFILE_URL))
    assert (told, reply.options) == (port, options)


@pytest.mark.parametrize(
    "options",
    [
        [(Code.ADDRESS, b"")],
        [(Code.CLIENT_IDENTIFIER, bytes(257))],
        [(Code.REQUESTED, bytes(3))],
    ],
    ids=str,
)
def test_what_is_no_proper_request_is_ignored(guest, options):
    assert asks(guest, *options) == []


def test_other_options_are_passed_over(guest):
    [(_, reply)] = asks(guest, (8, b"\0\0"), requested(Code.NAMESERVERS), (3, bytes(12)))
    assert reply.options == (SERVER, (Code.NAMESERVERS, guest.nameserver))


def test_an_empty_boot_file_is_one(make_guest):
    [(_, reply)] = asks(make_guest(bootfile=""), requested(Code.BOOTFILE_URL))
    assert reply.options == (SERVER, (Code.BOOTFILE_URL, URL))


@pytest.mark.parametrize("kind", [dhcpv6.SOLICIT, 3, dhcpv6.REPLY, 0])
def test_other_messages_are_ignored(guest, kind):
    assert asks(guest, kind=kind) == []


def test_the_longest_identifier_is_told(guest):
    [(_, reply)] = asks(guest, (Code.CLIENT_IDENTIFIER, bytes(256)))
    assert reply.options == ((Code.CLIENT_IDENTIFIER, bytes(256)), SERVER)


def test_a_restricted_guest_is_not_answered(make_guest):
    assert asks(make_guest(restricted=True)) == []

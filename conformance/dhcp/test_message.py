"""The fixed fields of a DHCP reply (RFC 2131 section 2)."""

import pytest

from vnetspec.fixtures.addresses import GUEST, GUEST_MAC, ROUTER, at, elsewhere
from vnetspec.fixtures.checkers import DHCP_ACK, DHCP_NAK, DHCP_OFFER, dhcp_options
from vnetspec.fixtures.frames import discover, request
from vnetspec.fixtures.oracle import BOOTP, IP, UDP
from vnetspec.fixtures.requirements import network, requirement

REPLIES = pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (discover, DHCP_OFFER),
        (request, DHCP_ACK),
        (lambda **fields: request(address=elsewhere("192.168.1.5"), **fields), DHCP_NAK),
    ],
    ids=["offer", "ack", "nak"],
)


@requirement("DHCP-05")
@REPLIES
def test_every_reply_has_590_octets(guest, golden, asked, reply):
    guest.says(asked())

    heard = guest.hears_only(reply.long(590).where(IP, len=576).where(UDP, len=556))

    options = bytes(heard[BOOTP])[240:]
    used = sum(2 + len(value) for _, value in dhcp_options(heard))
    assert options[used:] == b"\xff" + bytes(312 - 4 - used - 1)
    golden.matches(guest.wire)


@requirement("DHCP-05", variant="short")
def test_the_length_does_not_depend_on_the_request(guest, golden):
    guest.says(discover(("vendor_class_id", b"v" * 200)))

    guest.hears_only(DHCP_OFFER.long(590))

    golden.matches(guest.wire)


@requirement("DHCP-06")
@REPLIES
def test_the_header_is_filled_in(guest, golden, asked, reply):
    hardware = bytes.fromhex(GUEST_MAC.replace(":", ""))

    guest.says(
        asked(
            xid=0xCAFEF00D,
            chaddr=hardware + b"\xaa" * 10,
            hops=3,
            secs=7,
            flags="B",
            giaddr=at(99),
            sname=b"server",
            htype=9,
            hlen=16,
        )
    )

    guest.hears_only(
        reply.where(BOOTP, op=2, htype=1, hlen=6, xid=0xCAFEF00D, chaddr=hardware + bytes(10))
        .where(BOOTP, hops=0, secs=0, flags=0, ciaddr="0.0.0.0", giaddr="0.0.0.0")
        .where(BOOTP, sname=bytes(64))
    )
    golden.matches(guest.wire)


@requirement("DHCP-07")
@REPLIES
def test_the_next_server_is_the_router(guest, golden, asked, reply):
    guest.says(asked())

    guest.hears_only(reply.where(BOOTP, siaddr=ROUTER))

    golden.matches(guest.wire)


@requirement("DHCP-08")
@network(bootfile="/pxelinux.0")
@REPLIES
def test_the_boot_file_is_named_to_whoever_gets_an_address(guest, golden, asked, reply):
    guest.says(asked())

    name = b"" if reply is DHCP_NAK else b"/pxelinux.0"
    guest.hears_only(reply.where(BOOTP, file=name.ljust(128, b"\0")))
    golden.matches(guest.wire)


@requirement("DHCP-08", variant="longest")
@network(bootfile="b" * 127)
def test_a_boot_file_of_127_octets_is_sent(guest, golden):
    guest.says(request(address=GUEST))

    guest.hears_only(DHCP_ACK.where(BOOTP, file=b"b" * 127 + b"\0"))

    golden.matches(guest.wire)


@requirement("DHCP-08", variant="too-long")
def test_a_boot_file_of_128_octets_is_refused(refuses):
    assert refuses(bootfile="b" * 128).endswith("'bootfile' parameter cannot exceed 127 bytes")

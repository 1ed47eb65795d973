"""DHCPv6 without addresses: information requests."""

from ipaddress import IPv6Address

import pytest

from vnetspec.fixtures.addresses import (
    GUEST6_LOCAL,
    LOOPBACK6,
    NAMESERVER6,
    ROUTER6,
    ROUTER6_MAC,
    at6,
)
from vnetspec.fixtures.checkers6 import DHCP6_REPLY, dhcp6_options
from vnetspec.fixtures.frames6 import DHCP6_XID, GUEST_DUID, dhcp6, information_request
from vnetspec.fixtures.oracle import (
    DHCP6,
    UDP,
    DHCP6_InfoRequest,
    DHCP6_Reply,
    DHCP6OptClientId,
    DHCP6OptElapsedTime,
    DHCP6OptIAAddress,
    DHCP6OptOptReq,
    Ether,
    IPv6,
    Raw,
)
from vnetspec.fixtures.requirements import network, requirement

CLIENT, SERVER, NAMESERVERS, BOOT_FILE = 1, 2, 23, 59
FULL_ROUTER = IPv6Address(ROUTER6).exploded

OTHER = at6("::1:2345:6789")

#: To the octet as QEMU 7.2 has it: from another port, and without the identifier of the server.
QUIRKS = "qemu-7.2,quirks=on"

#: A DUID by the link-layer address of the router (RFC 8415 section 11.4).
ROUTER_DUID = bytes.fromhex("0003 0001" + ROUTER6_MAC.replace(":", ""))

REPLY = DHCP6_REPLY.where(DHCP6_Reply, trid=DHCP6_XID).where(IPv6, src=ROUTER6, dst=GUEST6_LOCAL)


def packed(address):
    return IPv6Address(address).packed


@requirement("IP6-11", profile=QUIRKS)
@network(bootfile="boot/kernel")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((), [CLIENT]),
        ((NAMESERVERS,), [CLIENT, NAMESERVERS]),
        ((BOOT_FILE,), [CLIENT, BOOT_FILE]),
        ((BOOT_FILE, NAMESERVERS), [CLIENT, NAMESERVERS, BOOT_FILE]),
        ((24, NAMESERVERS, 31), [CLIENT, NAMESERVERS]),
        ((24,), [CLIENT]),
    ],
    ids=["nothing", "nameserver", "bootfile", "both", "among-others", "others"],
)
def test_a_request_is_answered_with_what_it_asks_for(guest, golden, wanted, found):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(*wanted))

    options = dhcp6_options(guest.hears_only(REPLY.where(Ether, src=ROUTER6_MAC)))
    assert [code for code, _ in options] == found
    assert dict(options)[CLIENT] == GUEST_DUID
    if NAMESERVERS in found:
        assert dict(options)[NAMESERVERS] == packed(NAMESERVER6)
    golden.matches(guest.wire)


@requirement("IP6-11", variant="server")
@network(bootfile="boot/kernel")
def test_a_reply_names_its_server(guest):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(BOOT_FILE, NAMESERVERS))

    options = dhcp6_options(guest.hears_only(REPLY.where(Ether, src=ROUTER6_MAC)))
    assert [code for code, _ in options] == [CLIENT, SERVER, NAMESERVERS, BOOT_FILE]
    assert dict(options)[SERVER] == ROUTER_DUID


@requirement("IP6-11", variant="port")
def test_a_reply_comes_from_the_port_of_servers(guest):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(NAMESERVERS))

    guest.hears_only(REPLY.where(UDP, sport=547))


@requirement("IP6-11", profile=QUIRKS, variant="resolver")
def test_the_nameserver_is_the_virtual_one(guest, host, golden):
    host.namespace.set_nameservers(LOOPBACK6)
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(NAMESERVERS))

    options = dict(dhcp6_options(guest.hears_only(REPLY)))
    assert options[NAMESERVERS] == packed(NAMESERVER6)
    golden.matches(guest.wire)


@requirement("IP6-11", profile=QUIRKS, variant="anonymous")
def test_a_request_without_identifier_is_answered_without(guest, golden):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(NAMESERVERS, duid=None))

    assert [code for code, _ in dhcp6_options(guest.hears_only(REPLY))] == [NAMESERVERS]
    golden.matches(guest.wire)


@requirement("IP6-11", profile=QUIRKS, variant="options")
def test_other_options_are_passed_over(guest, golden):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(NAMESERVERS, options=DHCP6OptElapsedTime(elapsedtime=7)))

    assert [code for code, _ in dhcp6_options(guest.hears_only(REPLY))] == [CLIENT, NAMESERVERS]
    golden.matches(guest.wire)


@requirement("IP6-11", profile=QUIRKS, variant="unicast")
def test_a_request_to_the_router_is_answered(guest, golden):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(NAMESERVERS, to=ROUTER6, hlim=64))

    guest.hears_only(REPLY)
    golden.matches(guest.wire)


IGNORED = {
    "solicit": 1,
    "request": 3,
    "confirm": 4,
    "renew": 5,
    "rebind": 6,
    "reply": 7,
    "release": 8,
    "decline": 9,
}


@requirement("IP6-11", variant="ignored")
@pytest.mark.parametrize("kind", IGNORED.values(), ids=IGNORED)
def test_other_messages_are_ignored(guest, golden, kind):
    guest.announces6(GUEST6_LOCAL)
    options = DHCP6OptClientId(duid=Raw(GUEST_DUID)) / DHCP6OptOptReq(reqopts=[NAMESERVERS])

    guest.says(dhcp6(DHCP6(msgtype=kind, trid=DHCP6_XID) / options))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-11", variant="address")
def test_a_request_with_an_address_is_ignored(guest, golden):
    guest.announces6(GUEST6_LOCAL)
    address = DHCP6OptIAAddress(addr=at6("::15"))

    guest.says(information_request(NAMESERVERS, options=address))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-11", variant="damaged")
@pytest.mark.parametrize(
    "octets",
    [b"\0\1\0\x20short", b"\0\6\0\3\0\x17\0"],
    ids=["beyond-the-end", "odd-request"],
)
def test_a_damaged_request_is_ignored(guest, golden, octets):
    guest.announces6(GUEST6_LOCAL)

    guest.says(dhcp6(DHCP6_InfoRequest(trid=DHCP6_XID) / Raw(octets)))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("IP6-12", profile=QUIRKS)
@pytest.mark.parametrize(
    ("options", "server"),
    [
        ({}, FULL_ROUTER),
        ({"ipv6-host": OTHER}, IPv6Address(OTHER).exploded),
        ({"tftp": "{dir}"}, FULL_ROUTER),
    ],
    ids=["router", "host", "tftp"],
)
def test_the_boot_file_is_on_the_router(launch, golden, options, server):
    guest = launch(bootfile="boot/kernel", **options)
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(BOOT_FILE))

    options = dict(dhcp6_options(guest.hears_only(DHCP6_REPLY)))
    assert options[BOOT_FILE] == f"tftp://[{server}]/boot/kernel".encode()
    golden.matches(guest.wire)


@requirement("IP6-12", variant="url")
@network(bootfile="boot/kernel")
def test_the_boot_file_has_a_url(guest):
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(BOOT_FILE))

    options = dict(dhcp6_options(guest.hears_only(DHCP6_REPLY)))
    assert options[BOOT_FILE] == f"tftp://[{FULL_ROUTER}]/boot/kernel".encode()


@requirement("IP6-12", variant="none")
@pytest.mark.parametrize("options", [{}, {"tftp": "{dir}"}], ids=["nothing", "tftp"])
def test_no_boot_file_has_no_url(launch, options):
    guest = launch(**options)
    guest.announces6(GUEST6_LOCAL)

    guest.says(information_request(NAMESERVERS, BOOT_FILE))

    found = dhcp6_options(guest.hears_only(REPLY))
    assert BOOT_FILE not in dict(found)

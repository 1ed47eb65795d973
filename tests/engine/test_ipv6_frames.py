"""How the suite builds and reads frames of IPv6."""

import pytest

from vnetspec.fixtures.addresses import (
    ALL_NODES,
    GUEST6,
    GUEST_MAC,
    ROUTER6,
    ROUTER6_MAC,
    guest_address6,
    guest_mac,
    multicast_mac,
    solicited_node,
)
from vnetspec.fixtures.checkers import payload
from vnetspec.fixtures.checkers6 import NO_ROUTE, dhcp6_options, quoting6
from vnetspec.fixtures.frames import ip6, tcp, tftp_read, udp
from vnetspec.fixtures.frames6 import (
    GUEST_DUID,
    echo6_request,
    information_request,
    neighbour_solicitation,
    router_solicitation,
)
from vnetspec.fixtures.oracle import (
    Ether,
    ICMPv6DestUnreach,
    IPv6,
    Raw,
    checksum_faults,
    dissect,
    parse,
    summary,
)

FRAMES = {
    "udp": (udp(ROUTER6, 7), "udp.chksum"),
    "tcp": (tcp(ROUTER6, 80, data=b"x"), "tcp.chksum"),
    "echo": (echo6_request(), "icmpv6.cksum"),
    "solicitation": (neighbour_solicitation(ROUTER6), "icmpv6.cksum"),
    "dhcp": (information_request(23), "udp.chksum"),
}


def octets(frame):
    return bytes(frame)


@pytest.mark.parametrize(("frame", "field"), FRAMES.values(), ids=FRAMES)
def test_a_wrong_checksum_is_found(frame, field):
    right = octets(frame)
    wrong = right[:-1] + bytes([right[-1] ^ 1])

    assert checksum_faults(right) == []
    assert checksum_faults(wrong) == [field]


def test_a_datagram_needs_a_checksum():
    assert checksum_faults(octets(udp(ROUTER6, 7, checksum=0))) == ["udp.chksum"]


def test_a_frame_goes_to_the_router_or_to_the_group():
    assert parse(octets(udp(ROUTER6, 7))).dst == ROUTER6_MAC
    assert parse(octets(udp(ALL_NODES, 7))).dst == "33:33:00:00:00:01"
    assert parse(octets(neighbour_solicitation(ROUTER6))).dst == "33:33:ff:00:00:02"


def test_addresses_follow_from_one_another():
    assert guest_address6(0) == GUEST6
    assert guest_mac(0) == GUEST_MAC
    assert guest_address6(200) == "fec0::5054:ff:fe12:351e"
    assert guest_mac(200) == "52:54:00:12:35:1e"
    assert solicited_node("2001:db8::12:3456") == "ff02::1:ff12:3456"
    assert multicast_mac("ff02::1:ff12:3456") == "33:33:ff:12:34:56"


@pytest.mark.parametrize(
    ("frame", "data"),
    [
        (udp(ROUTER6, 7, b"abc"), b"abc"),
        (tcp(ROUTER6, 80, "PA", b"abc"), b"abc"),
        (tftp_read("x", to=ROUTER6), b"\0\1x\0octet\0"),
        (ip6(ROUTER6, nh=99) / Raw(b"12345678abc"), b"abc"),
    ],
    ids=["udp", "tcp", "tftp", "other"],
)
def test_the_payload_leaves_headers_and_padding_out(frame, data):
    assert payload(parse(octets(frame) + b"padding")) == data


def test_an_error_is_held_against_what_it_quotes():
    offending = udp(ROUTER6, 7101, b"q" * 1500)
    quoted = octets(offending)[14:]

    def about(octets_quoted):
        error = Ether() / IPv6() / ICMPv6DestUnreach() / Raw(octets_quoted)
        return quoting6(NO_ROUTE, offending).mismatch(parse(octets(error)))

    assert about(quoted[:1452]) is None
    assert "MUST quote" in str(about(quoted[:1451]))
    assert "MUST quote" in str(about(b"\x61" + quoted[1:1452]))


def test_options_of_dhcpv6_are_listed_in_order():
    heard = parse(octets(information_request(23, 59)))

    assert dhcp6_options(heard) == [(1, GUEST_DUID), (6, bytes((0, 23, 0, 59)))]


def test_a_line_on_a_frame_names_both_ends():
    assert "fec0::5054:ff:fe12:3456 > fec0::2" in summary(octets(echo6_request()))
    said = summary(octets(tcp(ROUTER6, 80, "PA", b"abc")))
    assert "[fec0::5054:ff:fe12:3456]:40000 > [fec0::2]:80 TCP PA" in said
    assert "data=3" in said


def test_options_of_neighbour_discovery_are_fields():
    fields = dict(dissect(octets(router_solicitation())))

    assert fields["icmpv6nd_rs.type"] == 133
    assert fields["icmpv6ndoptsrclladdr.lladdr"] == GUEST_MAC

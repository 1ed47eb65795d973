import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import checksum, ipv6, udp

ADDRESS = st.binary(min_size=16, max_size=16)
OCTET = st.integers(0, 255)
PACKETS = st.builds(
    ipv6.Packet,
    ADDRESS,
    ADDRESS,
    OCTET,
    st.binary(max_size=80),
    OCTET,
    OCTET,
    st.integers(0, 2**20 - 1),
)
HOST = ipv6.parse_address("fec0::2")
PLAIN = ipv6.Packet(ipv6.parse_address("fec0::15"), HOST, ipv6.UDP, b"payload")


@given(PACKETS)
def test_round_trip(packet: ipv6.Packet) -> None:
    assert ipv6.decode(ipv6.encode(packet)) == packet


@given(PACKETS, st.binary(max_size=46))
def test_octets_behind_the_payload_length_are_left_out(packet: ipv6.Packet, padding: bytes) -> None:
    assert ipv6.decode(ipv6.encode(packet) + padding) == packet


def test_every_truncation_is_refused() -> None:
    octets = ipv6.encode(PLAIN)
    for length in range(len(octets)):
        with pytest.raises(WireError, match=f"{length} octets"):
            ipv6.decode(octets[:length])


def test_another_version_is_refused() -> None:
    octets = bytearray(ipv6.encode(PLAIN))
    octets[0] = 0x45
    with pytest.raises(WireError, match="version 4"):
        ipv6.decode(octets)


def test_the_layout_is_that_of_rfc_8200() -> None:
    packet = dataclasses.replace(PLAIN, hop_limit=7, traffic_class=0xAB, flow_label=0x12345)
    assert ipv6.encode(packet).hex(" ", -4) == (
        "6ab12345 00071107 fec00000 00000000 00000000 00000015"
        " fec00000 00000000 00000000 00000002 7061796c 6f6164"
    )
    assert (packet.ttl, packet.tos) == (7, 0xAB)


@given(ADDRESS)
def test_addresses_round_trip(address: bytes) -> None:
    assert ipv6.parse_address(ipv6.format_address(address)) == address


@pytest.mark.parametrize("text", ["", "10.0.2.2", "fec0::2::3", "fe80::1%eth0", "::g"])
def test_other_text_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is not an IPv6 address"):
        ipv6.parse_address(text)


@pytest.mark.parametrize(
    ("address", "length", "inside"),
    [
        ("fec0::55", 64, True),
        ("fec0:0:0:1::55", 64, False),
        ("fec0:0:0:1::55", 63, True),
        ("::", 0, True),
        ("fec0::3", 126, True),
        ("fec0::4", 126, False),
    ],
)
def test_a_prefix_is_so_many_bits(address: str, length: int, inside: bool) -> None:
    assert ipv6.in_prefix(ipv6.parse_address(address), HOST, length) is inside


def test_groups() -> None:
    group = ipv6.solicited_node(ipv6.parse_address("fec0::12:3456"))
    assert ipv6.format_address(group) == "ff02::1:ff12:3456"
    assert ipv6.is_multicast(group)
    assert not ipv6.is_multicast(HOST)


@given(ADDRESS, ADDRESS, st.binary(max_size=40))
def test_the_pseudo_header_is_that_of_rfc_8200(
    source: bytes, destination: bytes, payload: bytes
) -> None:
    length = len(payload)
    header = source + destination + length.to_bytes(4, "big") + bytes((0, 0, 0, 17))
    pseudo = checksum.pseudo(source, destination, 17, length)
    assert checksum.internet(payload, pseudo) == checksum.internet(header + payload)


@given(ADDRESS, ADDRESS, st.binary(max_size=40))
def test_udp_over_ipv6_always_has_a_checksum(
    source: bytes, destination: bytes, payload: bytes
) -> None:
    datagram = udp.Datagram(1, 2, payload)
    octets = bytearray(udp.encode(datagram, source, destination))
    assert udp.decode(octets, source, destination) == datagram
    octets[6:8] = b"\0\0"
    with pytest.raises(WireError, match="no checksum over IPv6"):
        udp.decode(octets, source, destination)

"""ICMPv6, the messages of neighbour discovery in it, and DHCPv6."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import dhcpv6, icmpv6, ndp

ADDRESS = st.binary(min_size=16, max_size=16)
OCTET = st.integers(0, 255)
WORD = st.integers(0, 2**32 - 1)
MESSAGES = st.builds(icmpv6.Message, OCTET, OCTET, st.binary(max_size=64))

LINK_LAYER = st.builds(ndp.LinkLayer, st.sampled_from((1, 2)), st.binary(min_size=6, max_size=6))
PREFIX = st.builds(ndp.Prefix, ADDRESS, OCTET, st.booleans(), st.booleans(), WORD, WORD)
NAMESERVERS = st.builds(ndp.Nameservers, st.lists(ADDRESS, max_size=3).map(tuple), WORD)
OTHER = st.builds(
    ndp.Other,
    st.integers(4, 24),
    st.integers(1, 5).flatmap(
        lambda units: st.binary(min_size=8 * units - 2, max_size=8 * units - 2)
    ),
)
#: Known types with lengths that are not theirs.
ODD = st.one_of(
    st.builds(ndp.Other, st.sampled_from((1, 2, 3)), st.binary(min_size=14, max_size=14)),
    st.builds(ndp.Other, st.just(25), st.binary(min_size=14, max_size=14)),
)
OPTIONS = st.lists(st.one_of(LINK_LAYER, PREFIX, NAMESERVERS, OTHER, ODD), max_size=4).map(tuple)

BODIES = [
    (
        st.builds(ndp.RouterSolicitation, OPTIONS),
        ndp.encode_router_solicitation,
        ndp.decode_router_solicitation,
        4,
    ),
    (
        st.builds(
            ndp.RouterAdvertisement,
            OCTET,
            st.booleans(),
            st.booleans(),
            st.integers(0, 0xFFFF),
            WORD,
            WORD,
            OPTIONS,
        ),
        ndp.encode_router_advertisement,
        ndp.decode_router_advertisement,
        12,
    ),
    (
        st.builds(ndp.NeighbourSolicitation, ADDRESS, OPTIONS),
        ndp.encode_neighbour_solicitation,
        ndp.decode_neighbour_solicitation,
        20,
    ),
    (
        st.builds(
            ndp.NeighbourAdvertisement,
            ADDRESS,
            st.booleans(),
            st.booleans(),
            st.booleans(),
            OPTIONS,
        ),
        ndp.encode_neighbour_advertisement,
        ndp.decode_neighbour_advertisement,
        20,
    ),
]
NAMES = ["rs", "ra", "ns", "na"]
Encode, Decode = Callable[[Any], bytes], Callable[[bytes], Any]

DHCP = st.builds(
    dhcpv6.Message,
    OCTET,
    st.integers(0, 2**24 - 1),
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=5).map(tuple),
)


@given(ADDRESS, ADDRESS, MESSAGES)
def test_a_message_round_trips(source: bytes, destination: bytes, message: icmpv6.Message) -> None:
    assert (
        icmpv6.decode(icmpv6.encode(message, source, destination), source, destination) == message
    )


@given(ADDRESS, ADDRESS, MESSAGES, st.data())
def test_a_flipped_bit_is_seen(
    source: bytes, destination: bytes, message: icmpv6.Message, data: st.DataObject
) -> None:
    octets = bytearray(icmpv6.encode(message, source, destination))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WireError, match="checksum"):
        icmpv6.decode(octets, source, destination)


@pytest.mark.parametrize("length", range(4))
def test_a_message_has_four_octets(length: int) -> None:
    with pytest.raises(WireError, match=f"{length} octets"):
        icmpv6.decode(bytes(length), bytes(16), bytes(16))


@pytest.mark.parametrize(("values", "encode", "decode", "shortest"), BODIES, ids=NAMES)
@given(data=st.data())
def test_a_body_round_trips(
    values: st.SearchStrategy[Any],
    encode: Encode,
    decode: Decode,
    shortest: int,
    data: st.DataObject,
) -> None:
    value = data.draw(values)
    assert decode(encode(value)) == value


@pytest.mark.parametrize(("values", "encode", "decode", "shortest"), BODIES, ids=NAMES)
@given(octets=st.binary(max_size=60))
def test_a_body_is_read_or_refused(
    values: st.SearchStrategy[Any], encode: Encode, decode: Decode, shortest: int, octets: bytes
) -> None:
    if len(octets) < shortest:
        with pytest.raises(WireError, match=f"{len(octets)} octets"):
            decode(octets)
        return
    try:
        message = decode(octets)
    except WireError:
        return
    assert decode(encode(message)) == message


@pytest.mark.parametrize("option", ["01", "0100000000000000", "0102000000000000"])
def test_an_option_that_does_not_fit_is_refused(option: str) -> None:
    with pytest.raises(WireError, match="option length"):
        ndp.decode_router_solicitation(bytes(4) + bytes.fromhex(option))


def test_the_layout_of_an_advertisement_is_that_of_rfc_4861() -> None:
    host = bytes.fromhex("fec0000000000000 0000000000000002")
    message = ndp.NeighbourAdvertisement(
        host, True, False, True, (ndp.LinkLayer(ndp.TARGET_LINK_LAYER, b"\x52\x56\0\0\0\2"),)
    )
    assert ndp.encode_neighbour_advertisement(message).hex(" ", -4) == (
        "a0000000 fec00000 00000000 00000000 00000002 02015256 00000002"
    )


@given(DHCP)
def test_dhcp_round_trips(message: dhcpv6.Message) -> None:
    assert dhcpv6.decode(dhcpv6.encode(message)) == message


@given(DHCP, st.binary(max_size=3))
def test_what_is_no_option_behind_the_last_one_is_left_out(
    message: dhcpv6.Message, extra: bytes
) -> None:
    assert dhcpv6.decode(dhcpv6.encode(message) + extra) == message


@pytest.mark.parametrize(
    ("octets", "words"),
    [("0b0102", "3 octets"), ("0b010203000100020f", "option length 2")],
)
def test_a_broken_dhcp_message_is_refused(octets: str, words: str) -> None:
    with pytest.raises(WireError, match=words):
        dhcpv6.decode(bytes.fromhex(octets))


def test_what_a_client_asks_for() -> None:
    assert dhcpv6.decode_requested(bytes.fromhex("0017003b")) == (23, 59)
    with pytest.raises(WireError, match="1 octets"):
        dhcpv6.decode_requested(b"\0")

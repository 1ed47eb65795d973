import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import checksum, ipv4

ADDRESS = st.integers(0, 2**32 - 1)
OCTET = st.integers(0, 255)
DATAGRAMS = st.builds(
    ipv4.Datagram,
    ADDRESS,
    ADDRESS,
    OCTET,
    st.binary(max_size=80),
    OCTET,
    OCTET,
    st.integers(0, 0xFFFF),
    st.booleans(),
    st.booleans(),
    st.integers(0, 0x1FFF).map(lambda units: units * 8),
    st.integers(0, 10).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)),
    st.booleans(),
)
PLAIN = ipv4.Datagram(0x0A00020F, 0x0A000202, ipv4.UDP, b"payload")


def resum(octets: bytearray) -> bytes:
    """The same octets with the header checksum made right."""
    header = (octets[0] & 15) * 4
    octets[10:12] = b"\0\0"
    octets[10:12] = checksum.internet(octets[:header]).to_bytes(2, "big")
    return bytes(octets)


@given(DATAGRAMS)
def test_round_trip(datagram: ipv4.Datagram) -> None:
    assert ipv4.decode(ipv4.encode(datagram)) == datagram


@given(DATAGRAMS, st.integers(0, 0xFFFF))
def test_another_identification_can_be_written(datagram: ipv4.Datagram, number: int) -> None:
    other = dataclasses.replace(datagram, identification=number)
    assert ipv4.encode(datagram, number) == ipv4.encode(other)


@given(DATAGRAMS, st.binary(max_size=46))
def test_octets_behind_the_total_length_are_left_out(
    datagram: ipv4.Datagram, padding: bytes
) -> None:
    assert ipv4.decode(ipv4.encode(datagram) + padding) == datagram


@given(DATAGRAMS, st.data())
def test_truncation_at_every_octet_is_refused(datagram: ipv4.Datagram, data: st.DataObject) -> None:
    octets = ipv4.encode(datagram)
    with pytest.raises(WireError):
        ipv4.decode(octets[: data.draw(st.integers(0, len(octets) - 1))])


def test_every_truncation_of_one_datagram_is_refused() -> None:
    octets = ipv4.encode(PLAIN)
    for length in range(len(octets)):
        with pytest.raises(WireError):
            ipv4.decode(octets[:length])


@given(DATAGRAMS, st.data())
def test_a_flipped_bit_in_the_header_is_seen(datagram: ipv4.Datagram, data: st.DataObject) -> None:
    octets = bytearray(ipv4.encode(datagram))
    octets[data.draw(st.integers(1, 19))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WireError):
        ipv4.decode(octets)


def test_the_layout_is_that_of_rfc_791() -> None:
    datagram = dataclasses.replace(
        PLAIN, ttl=7, tos=0x28, identification=0x1234, dont_fragment=True
    )
    assert ipv4.encode(datagram).hex(" ", -2) == (
        "4528 001b 1234 4000 0711 4966 0a00 020f 0a00 0202 7061 796c 6f61 64"
    )


@pytest.mark.parametrize(
    ("position", "value", "words"),
    [(0, 0x65, "version 6"), (0, 0x44, "header length 16"), (0, 0x4F, "header length 60")],
)
def test_a_bad_first_octet_is_refused(position: int, value: int, words: str) -> None:
    octets = bytearray(ipv4.encode(PLAIN))
    octets[position] = value
    with pytest.raises(WireError, match=words):
        ipv4.decode(octets)


@pytest.mark.parametrize("length", [19, 28])
def test_a_total_length_that_does_not_fit_is_refused(length: int) -> None:
    octets = bytearray(ipv4.encode(PLAIN))
    octets[2:4] = length.to_bytes(2, "big")
    with pytest.raises(WireError, match=f"total length {length}"):
        ipv4.decode(resum(octets))


@pytest.mark.parametrize(
    ("offset", "more", "fragment"), [(0, False, False), (0, True, True), (8, False, True)]
)
def test_what_a_fragment_is(offset: int, more: bool, fragment: bool) -> None:
    datagram = dataclasses.replace(PLAIN, offset=offset, more_fragments=more)
    assert datagram.is_fragment is fragment


@given(ADDRESS)
def test_addresses_round_trip(address: int) -> None:
    assert ipv4.parse_address(ipv4.format_address(address)) == address


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.x", "1..2.3", "\u0661.2.3.4"]
)
def test_other_text_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is not an IPv4 address"):
        ipv4.parse_address(text)

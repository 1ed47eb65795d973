"""ICMP, UDP and TCP: what they have in common, then what each has alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import checksum, icmpv4, ipv4, tcp, udp

SOURCE, DESTINATION = 0x0A00020F, 0x0A000202
PORT = WORD = st.integers(0, 0xFFFF)
NUMBER = st.integers(0, 2**32 - 1)
PAYLOAD = st.binary(max_size=64)

UDP_DATAGRAMS = st.builds(udp.Datagram, PORT, PORT, PAYLOAD, st.booleans())
MESSAGES = st.builds(
    icmpv4.Message,
    st.integers(0, 255),
    st.integers(0, 255),
    PAYLOAD,
    st.binary(min_size=4, max_size=4),
)
SEGMENTS = st.builds(
    tcp.Segment,
    PORT,
    PORT,
    NUMBER,
    NUMBER,
    st.integers(0, 255),
    WORD,
    PAYLOAD,
    WORD,
    st.integers(0, 10).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)),
)


def encode_udp(datagram: udp.Datagram) -> bytes:
    return udp.encode(datagram, SOURCE, DESTINATION)


def decode_udp(octets: bytes) -> udp.Datagram:
    return udp.decode(octets, SOURCE, DESTINATION)


def encode_tcp(segment: tcp.Segment) -> bytes:
    return tcp.encode(segment, SOURCE, DESTINATION)


def decode_tcp(octets: bytes) -> tcp.Segment:
    return tcp.decode(octets, SOURCE, DESTINATION)


CODECS = [
    (UDP_DATAGRAMS, encode_udp, decode_udp),
    (MESSAGES, icmpv4.encode, icmpv4.decode),
    (SEGMENTS, encode_tcp, decode_tcp),
]
CHECKED = [
    (UDP_DATAGRAMS.filter(lambda datagram: datagram.checked), encode_udp, decode_udp),
    *CODECS[1:],
]
Encode, Decode = Callable[[Any], bytes], Callable[[bytes], Any]


@pytest.mark.parametrize(("values", "encode", "decode"), CODECS, ids=["udp", "icmp", "tcp"])
@given(data=st.data())
def test_round_trip(
    values: st.SearchStrategy[Any], encode: Encode, decode: Decode, data: st.DataObject
) -> None:
    value = data.draw(values)
    assert decode(encode(value)) == value


@pytest.mark.parametrize(("values", "encode", "decode"), CHECKED, ids=["udp", "icmp", "tcp"])
@given(data=st.data())
def test_a_flipped_bit_is_seen(
    values: st.SearchStrategy[Any], encode: Encode, decode: Decode, data: st.DataObject
) -> None:
    octets = bytearray(encode(data.draw(values)))
    position = data.draw(st.integers(0, len(octets) - 1))
    octets[position] ^= 1 << data.draw(st.integers(0, 7))
    if decode is decode_udp and octets[6:8] == b"\0\0":
        assert not decode(octets).checked
        return
    with pytest.raises(WireError):
        decode(octets)


@pytest.mark.parametrize(
    ("octets", "decode", "shortest"),
    [
        (encode_udp(udp.Datagram(1, 2, b"abc", False)), decode_udp, 11),
        (icmpv4.encode(icmpv4.Message(8, 0, b"abcd")), icmpv4.decode, 8),
        (
            encode_tcp(tcp.Segment(1, 2, 3, 4, tcp.ACK, 5, b"abc", options=b"\1" * 4)),
            decode_tcp,
            20,
        ),
    ],
    ids=["udp", "icmp", "tcp"],
)
def test_truncation_at_every_octet_is_refused(octets: bytes, decode: Decode, shortest: int) -> None:
    for length in range(len(octets)):
        with pytest.raises(WireError) as refusal:
            decode(octets[:length])
        assert (f" {length} octets" in str(refusal.value)) == (
            length < shortest or "offset" in str(refusal.value)
        )


@given(UDP_DATAGRAMS)
def test_the_checksum_of_udp_is_never_sent_as_zero(datagram: udp.Datagram) -> None:
    octets = encode_udp(datagram)
    assert (octets[6:8] == b"\0\0") is (not datagram.checked)


def test_a_udp_checksum_that_comes_to_zero_is_sent_as_ones() -> None:
    pseudo = checksum.pseudo_ipv4(SOURCE, DESTINATION, ipv4.UDP, 10)
    header = checksum.total(bytes.fromhex("00010002000a0000"))
    filler = 0xFFFF - checksum.fold(pseudo + header)
    octets = encode_udp(udp.Datagram(1, 2, filler.to_bytes(2, "big")))
    assert octets[6:8] == b"\xff\xff"
    assert decode_udp(octets).checked


@given(UDP_DATAGRAMS, st.binary(max_size=8))
def test_octets_behind_the_length_of_udp_are_left_out(datagram: udp.Datagram, extra: bytes) -> None:
    assert decode_udp(encode_udp(datagram) + extra) == datagram


@pytest.mark.parametrize("length", [0, 7, 12])
def test_a_udp_length_that_does_not_fit_is_refused(length: int) -> None:
    octets = bytearray(encode_udp(udp.Datagram(1, 2, b"abc", False)))
    octets[4:6] = length.to_bytes(2, "big")
    with pytest.raises(WireError, match=f"length {length}"):
        decode_udp(bytes(octets))


def test_the_identifier_and_sequence_of_an_echo() -> None:
    message = icmpv4.Message(icmpv4.ECHO, 0, b"", b"\x12\x34\x56\x78")
    assert (message.identifier, message.sequence) == (0x1234, 0x5678)


@pytest.mark.parametrize("words", [0, 4, 15])
def test_a_tcp_data_offset_that_does_not_fit_is_refused(words: int) -> None:
    octets = bytearray(encode_tcp(tcp.Segment(1, 2, 3, 4, tcp.SYN, 5)))
    octets[12] = words << 4
    with pytest.raises(WireError, match=f"data offset {4 * words}"):
        decode_tcp(bytes(octets))


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (b"", None),
        (b"\2\4\5\xb4", 1460),
        (b"\1\1\2\4\2\x18", 536),
        (b"\3\3\7\2\4\5\xb4", 1460),
        (b"\0\2\4\5\xb4", None),
        (b"\2", None),
        (b"\2\1\5\xb4", None),
        (b"\2\4\5", None),
        (b"\2\3\5", None),
    ],
)
def test_the_mss_option(options: bytes, size: int | None) -> None:
    assert tcp.maximum_segment_size(options) == size


@given(WORD)
def test_the_mss_option_round_trips(size: int) -> None:
    assert tcp.maximum_segment_size(tcp.mss_option(size)) == size


@given(st.binary(max_size=40))
def test_no_options_confuse_the_search_for_the_mss(options: bytes) -> None:
    size = tcp.maximum_segment_size(options)
    assert size is None or 0 <= size <= 0xFFFF

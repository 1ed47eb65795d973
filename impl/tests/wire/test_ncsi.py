import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import ncsi

OCTET = st.integers(0, 255)
PAYLOAD = st.integers(0, 100).flatmap(
    lambda words: st.binary(min_size=2 * words, max_size=2 * words)
)
PACKETS = st.builds(ncsi.Packet, OCTET, OCTET, OCTET, OCTET, PAYLOAD)


@given(PACKETS, st.binary(max_size=18))
def test_round_trip_with_padding(packet: ncsi.Packet, padding: bytes) -> None:
    octets = ncsi.encode(packet)
    assert len(octets) == ncsi.HEADER + len(packet.payload) + 4
    assert ncsi.decode(octets + padding) == packet


@given(PACKETS)
def test_words_and_checksum_add_up_to_nothing(packet: ncsi.Packet) -> None:
    octets = ncsi.encode(packet)
    words, check = octets[:-4], int.from_bytes(octets[-4:], "big")
    total = sum(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2))
    assert (total + check) % 2**32 == 0


@pytest.mark.parametrize("length", range(ncsi.HEADER))
def test_a_short_packet_is_refused(length: int) -> None:
    with pytest.raises(WireError, match=f"{length} octets"):
        ncsi.decode(bytes(length))


def test_a_length_beyond_the_end_is_cut() -> None:
    octets = bytearray(ncsi.encode(ncsi.Packet(1, 2, 3, 4)))
    octets[6:8] = b"\xff\xff"
    assert bytes(ncsi.decode(bytes(octets)).payload) == octets[ncsi.HEADER :]


def test_layout() -> None:
    packet = ncsi.Packet(1, 7, 0x80, 0x1F, bytes(4))
    assert ncsi.encode(packet).hex(" ", 2) == (
        "0101 0007 801f 0004 0000 0000 0000 0000 0000 0000 ffff 7ed5"
    )

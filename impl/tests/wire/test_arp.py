import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import arp

MAC = st.binary(min_size=6, max_size=6)
ADDRESS = st.integers(0, 2**32 - 1)
WORD = st.integers(0, 0xFFFF)
OCTET = st.integers(0, 255)
PACKETS = st.builds(arp.Packet, WORD, MAC, ADDRESS, MAC, ADDRESS, WORD, WORD, OCTET, OCTET)


@given(PACKETS, st.binary(max_size=18))
def test_round_trip_with_padding(packet: arp.Packet, padding: bytes) -> None:
    octets = arp.encode(packet)
    assert len(octets) == arp.LENGTH
    assert arp.decode(octets + padding) == packet


@pytest.mark.parametrize("length", range(arp.LENGTH))
def test_a_short_packet_is_refused(length: int) -> None:
    with pytest.raises(WireError, match=f"{length} octets"):
        arp.decode(bytes(length))


def test_layout() -> None:
    packet = arp.Packet(
        arp.REQUEST, b"\x52\x54\0\x12\x34\x56", 0x0A00020F, arp.NO_ADDRESS, 0x0A000202
    )
    assert arp.encode(packet).hex(" ", 2) == (
        "0001 0800 0604 0001 5254 0012 3456 0a00 020f 0000 0000 0000 0a00 0202"
    )

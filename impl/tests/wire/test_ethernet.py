import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import ethernet

MAC = st.binary(min_size=6, max_size=6)
FRAMES = st.builds(ethernet.Frame, MAC, MAC, st.integers(0, 0xFFFF), st.binary(max_size=64))


@given(FRAMES)
def test_round_trip(frame: ethernet.Frame) -> None:
    assert ethernet.decode(ethernet.encode(frame)) == frame


@pytest.mark.parametrize("length", range(ethernet.HEADER))
def test_a_short_frame_is_refused(length: int) -> None:
    with pytest.raises(WireError, match=f"{length} octets"):
        ethernet.decode(bytes(length))


def test_layout() -> None:
    frame = ethernet.Frame(ethernet.BROADCAST, bytes(range(6)), ethernet.ARP, b"xyz")
    assert ethernet.encode(frame) == b"\xff" * 6 + bytes(range(6)) + b"\x08\x06xyz"


def test_padding() -> None:
    assert ethernet.pad(b"abc") == b"abc" + bytes(57)
    assert ethernet.pad(bytes(61)) == bytes(61)
    assert ethernet.pad(b"a", 3) == b"a\0\0"


def test_format_mac() -> None:
    assert ethernet.format_mac(memoryview(b"\x52\x55\x0a\x00\x02\x02")) == "52:55:0a:00:02:02"

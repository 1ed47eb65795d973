"""Frames on a byte stream (SOCK-01..04)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.backend.framing import LIMIT, Framer, prefix
from refnet.errors import PeerError


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 9))
def test_any_cutting_of_the_stream_gives_the_frames_but_empty_ones(frames, size):
    stream = b"".join(prefix(frame) for frame in frames)
    framer = Framer()

    got = []
    for start in range(0, len(stream), size):
        got += framer.feed(stream[start : start + size])

    assert got == [frame for frame in frames if frame]


def test_the_longest_frame_is_taken():
    assert Framer().feed(prefix(bytes(LIMIT))) == [bytes(LIMIT)]


@pytest.mark.parametrize("length", [LIMIT + 1, 0xFFFFFFFF])
def test_a_longer_frame_is_an_error_once_that_much_arrived(length):
    framer = Framer()

    assert framer.feed(length.to_bytes(4, "big") + bytes(LIMIT)) == []
    with pytest.raises(PeerError, match="oversized packet received"):
        framer.feed(b"\0")

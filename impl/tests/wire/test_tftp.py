import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import tftp

WORD = st.integers(0, 0xFFFF)
STRING = st.binary(max_size=24).map(lambda octets: octets.replace(b"\0", b""))
OPTIONS = st.lists(st.tuples(STRING, STRING), max_size=4).map(tuple)
PACKETS = st.one_of(
    st.builds(tftp.Request, STRING, STRING, OPTIONS, st.sampled_from([tftp.READ, tftp.WRITE])),
    st.builds(tftp.Data, WORD, st.binary(max_size=64)),
    st.builds(tftp.Acknowledgment, WORD),
    st.builds(tftp.Error, WORD, STRING),
    st.builds(tftp.OptionAcknowledgment, OPTIONS),
)


@given(PACKETS)
def test_round_trip(packet: tftp.Packet) -> None:
    assert tftp.decode(tftp.encode(packet)) == packet


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "0 octets"),
        (b"\0", "1 octets"),
        (b"\0\x07", "operation 7"),
        (b"\0\1", "without file name and mode"),
        (b"\0\1name\0", "without file name and mode"),
        (b"\0\1name\0octet", "no end"),
        (b"\0\1name\0octet\0blksize\0", "without a value"),
        (b"\0\1name\0octet\0blksize\x008", "no end"),
        (b"\0\3", "2 octets in operation 3"),
        (b"\0\4\0", "3 octets in operation 4"),
        (b"\0\5", "2 octets in operation 5"),
        (b"\0\6tsize\0", "without a value"),
        (b"\0\6tsize", "no end"),
    ],
)
def test_a_broken_packet_is_refused(octets: bytes, words: str) -> None:
    with pytest.raises(WireError, match=words):
        tftp.decode(octets)


def test_truncation_at_every_octet_of_a_request_is_refused() -> None:
    octets = tftp.encode(tftp.Request(b"f", b"octet", ((b"blksize", b"8"),)))
    whole = {len(b"\0\1f\0octet\0")}
    for length in set(range(len(octets))) - whole:
        with pytest.raises(WireError):
            tftp.decode(octets[:length])


def test_layouts() -> None:
    request = tftp.Request(b"a.txt", options=((b"tsize", b"0"),))
    assert tftp.encode(request) == b"\0\1a.txt\0octet\0tsize\x000\0"
    assert tftp.encode(tftp.Data(0x10001, b"abc")) == b"\0\3\0\1abc"
    assert tftp.encode(tftp.Acknowledgment(0x10000)) == b"\0\4\0\0"
    assert tftp.encode(tftp.Error(1, b"File not found")) == b"\0\5\0\1File not found\0"
    assert tftp.encode(tftp.OptionAcknowledgment(((b"blksize", b"8"),))) == b"\0\6blksize\x008\0"


def test_the_text_of_an_error_ends_at_its_zero() -> None:
    assert tftp.decode(b"\0\5\0\2no\0rest") == tftp.Error(2, b"no")
    assert tftp.decode(b"\0\5\0\2no") == tftp.Error(2, b"no")

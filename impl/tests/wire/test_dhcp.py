import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import dhcp

ADDRESS = st.integers(0, 2**32 - 1)
WORD = st.integers(0, 0xFFFF)
OCTET = st.integers(0, 255)


def text(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=length).map(lambda octets: octets.rstrip(b"\0"))


MESSAGES = st.builds(
    dhcp.Message,
    OCTET,
    ADDRESS,
    text(16),
    ADDRESS,
    ADDRESS,
    ADDRESS,
    ADDRESS,
    text(64),
    text(128),
    st.binary(max_size=64),
    OCTET,
    OCTET,
    OCTET,
    WORD,
    WORD,
)
OPTIONS = st.lists(st.tuples(st.integers(1, 254), st.binary(max_size=255)), max_size=6)


@given(MESSAGES)
def test_round_trip(message: dhcp.Message) -> None:
    assert dhcp.decode(dhcp.encode(message)) == message


@pytest.mark.parametrize("length", range(dhcp.HEADER))
def test_truncation_at_every_octet_of_the_header_is_refused(length: int) -> None:
    with pytest.raises(WireError, match=f"{length} octets"):
        dhcp.decode(bytes(length))


def test_layout() -> None:
    message = dhcp.Message(
        dhcp.REPLY,
        0x01020304,
        b"\x52\x54\0\x12\x34\x56",
        your=0x0A00020F,
        server=0x0A000202,
        file=b"pxelinux.0",
        vendor=b"tail",
    )
    octets = dhcp.encode(message)
    assert octets[:8].hex() == "0201060001020304"
    assert octets[16:24].hex() == "0a00020f0a000202"
    assert octets[28:44] == b"\x52\x54\0\x12\x34\x56" + bytes(10)
    assert octets[108:120] == b"pxelinux.0\0\0"
    assert octets[dhcp.HEADER :] == b"tail"


def test_the_mac_has_six_octets_whatever_was_sent() -> None:
    assert dhcp.Message(1, hardware_address=b"\1").mac == b"\1\0\0\0\0\0"
    assert dhcp.Message(1, hardware_address=bytes(range(1, 17))).mac == bytes(range(1, 7))


@given(OPTIONS, st.integers(0, 400))
def test_options_round_trip(options: list[dhcp.Option], length: int) -> None:
    octets = dhcp.encode_options(options, length)
    assert len(octets) >= length
    assert dhcp.decode_options(octets) == tuple(options)


@given(OPTIONS, st.data())
def test_truncated_options_give_the_whole_ones_before(
    options: list[dhcp.Option], data: st.DataObject
) -> None:
    octets = dhcp.encode_options(options)
    cut = octets[: data.draw(st.integers(0, len(octets) - 1))]
    read = dhcp.decode_options(cut)
    assert read == tuple(options[: len(read)])
    ends = 4 + sum(2 + len(value) for _, value in options[: len(read) + 1])
    assert len(read) == len(options) or ends > len(cut)


@given(st.binary(max_size=64))
def test_any_octets_can_be_read_as_options(octets: bytes) -> None:
    dhcp.decode_options(octets)
    dhcp.decode_options(dhcp.COOKIE + octets)


def test_padding_between_options_is_skipped() -> None:
    octets = dhcp.COOKIE + b"\0\0\x35\x01\x03\0\xff\x0c\x01x"
    assert dhcp.decode_options(octets) == ((dhcp.Tag.MESSAGE_TYPE, b"\3"),)


def test_without_the_cookie_there_are_no_options() -> None:
    assert dhcp.decode_options(b"\x63\x82\x53\x64\x35\x01\x03\xff") == ()


def test_an_option_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="option 12 has 256 octets"):
        dhcp.encode_options([(12, bytes(256))])

"""The Internet checksum against a plain word-by-word sum (RFC 1071 section 4.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.wire import checksum

WORDS = st.integers(0, 0xFFFF)


def slow_sum(data: bytes) -> int:
    data = data + b"\0" * (len(data) % 2)
    value = 0
    for index in range(0, len(data), 2):
        value += data[index] << 8 | data[index + 1]
        value = (value & 0xFFFF) + (value >> 16)
    return value


@given(st.binary(max_size=200))
def test_total_is_the_sum_of_the_words(data: bytes) -> None:
    assert checksum.total(data) == slow_sum(data)


@given(st.binary(max_size=200), WORDS)
def test_checksum_starts_from_an_initial_sum(data: bytes, initial: int) -> None:
    expected = slow_sum(initial.to_bytes(2, "big") + data)
    assert checksum.internet(data, initial) == expected ^ 0xFFFF


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_will_do(kind: type) -> None:
    assert checksum.total(kind(b"\x01\x02\x03")) == 0x0402


def test_example_of_rfc_1071_section_3() -> None:
    assert checksum.total(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2


@pytest.mark.parametrize(("value", "folded"), [(0, 0), (0xFFFF, 0xFFFF), (0x1FFFE, 0xFFFF)])
def test_fold(value: int, folded: int) -> None:
    assert checksum.fold(value) == folded


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 255), WORDS)
def test_pseudo_header(source: int, destination: int, protocol: int, length: int) -> None:
    header = b"".join(
        number.to_bytes(size, "big")
        for number, size in ((source, 4), (destination, 4), (protocol, 2), (length, 2))
    )
    assert checksum.pseudo_ipv4(source, destination, protocol, length) == slow_sum(header)

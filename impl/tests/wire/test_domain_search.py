import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.wire import domain_search

LABEL = st.sampled_from([b"a", b"b", b"example", b"org", b"x" * 63]) | st.binary(
    min_size=1, max_size=63
)
NAMES = st.lists(st.lists(LABEL, min_size=1, max_size=5).map(tuple), max_size=12)


@given(NAMES)
def test_round_trip(names: list[domain_search.Labels]) -> None:
    assert domain_search.decode(domain_search.encode(names)) == names


@given(NAMES, st.data())
def test_a_truncated_list_is_refused_or_shorter(
    names: list[domain_search.Labels], data: st.DataObject
) -> None:
    octets = domain_search.encode(names)
    cut = octets[: data.draw(st.integers(0, len(octets)))]
    try:
        read = domain_search.decode(cut)
    except WireError:
        return
    assert read == names[: len(read)]
    assert domain_search.encode(read) == cut


@given(st.binary(max_size=32))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        domain_search.decode(octets)
    except WireError:
        return


def test_an_ending_that_came_before_becomes_a_pointer() -> None:
    names = [domain_search.parse_name(name) for name in ("mgmt.example.org", "example.org")]
    assert domain_search.encode(names).hex() == "046d676d74076578616d706c65036f726700c005"


def test_a_name_told_twice_is_two_octets() -> None:
    name = domain_search.parse_name("a.b")
    assert domain_search.encode([name, name]) == b"\1a\1b\0\xc0\0"


def test_an_ending_beyond_the_reach_of_a_pointer_is_written_again() -> None:
    filler = [(bytes([65 + index % 26]) * 63, b"%d" % index) for index in range(260)]
    name = (b"far", b"away")
    octets = domain_search.encode([*filler, name, name])
    assert octets.count(b"\3far\4away\0") == 2
    assert domain_search.decode(octets) == [*filler, name, name]


@pytest.mark.parametrize("name", ["example.org", "example.org."])
def test_parse_name(name: str) -> None:
    assert domain_search.parse_name(name) == (b"example", b"org")


@pytest.mark.parametrize("name", ["", ".", "a..b", ".a", "a..", "x" * 64])
def test_other_text_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match="is not a domain name"):
        domain_search.parse_name(name)


@pytest.mark.parametrize(
    "octets", [b"\1", b"\1a", b"\xc0", b"\xc0\0", b"\1a\0\xc0\x04", b"\x40" + bytes(65)]
)
def test_a_broken_list_is_refused(octets: bytes) -> None:
    with pytest.raises(WireError, match="domain search list"):
        domain_search.decode(octets)


def test_split_into_options() -> None:
    assert domain_search.split(bytes(600)) == [bytes(255), bytes(255), bytes(90)]
    assert domain_search.split(b"") == []

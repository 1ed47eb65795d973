"""Sequence numbers wrap (RFC 9293 section 3.4)."""

from hypothesis import given
from hypothesis import strategies as st

from refnet.slirp.tcp.sequence import after, before, difference

numbers = st.integers(0, 2**32 - 1)
steps = st.integers(1, 2**31 - 1)


@given(numbers, steps)
def test_a_number_is_after_those_less_than_half_the_circle_back(number, step):
    later = (number + step) % 2**32

    assert after(later, number)
    assert before(number, later)
    assert not after(number, later)
    assert not before(later, number)
    assert difference(later, number) == step
    assert difference(number, later) == -step


@given(numbers)
def test_a_number_is_neither_before_nor_after_itself(number):
    assert not after(number, number)
    assert not before(number, number)
    assert difference(number, number) == 0

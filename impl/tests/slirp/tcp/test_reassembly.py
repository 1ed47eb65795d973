"""Text out of order is kept, without overlaps, until it is in order (TCP-15)."""

from hypothesis import given
from hypothesis import strategies as st

from refnet.slirp.tcp.reassembly import Reassembly

STREAM = bytes(range(200))


def test_text_is_taken_when_what_was_missing_has_come():
    queue = Reassembly()

    queue.insert(5, b"world", False)
    assert queue.take() == (b"", False)
    assert queue

    queue.insert(0, b"hello", False)
    assert queue.take() == (b"helloworld", False)
    assert not queue


def test_text_that_is_there_wins_over_the_start_of_what_comes():
    queue = Reassembly()
    queue.insert(1, b"abc", False)

    queue.insert(2, b"XXXd", False)
    queue.insert(0, b"0", False)

    assert queue.take() == (b"0abcXd", False)


def test_the_end_of_what_comes_wins_over_text_that_is_there():
    queue = Reassembly()
    queue.insert(3, b"old", False)

    queue.insert(0, b"newer", False)

    assert queue.take() == (b"newerd", False)


def test_text_that_is_covered_is_replaced():
    queue = Reassembly()
    queue.insert(2, b"xx", False)
    queue.insert(5, b"y", False)

    queue.insert(0, b"abcdef", False)

    assert queue.take() == (b"abcdef", False)


def test_the_fin_is_reached_when_all_in_front_of_it_is_there():
    queue = Reassembly()

    queue.insert(5, b"", True)
    assert queue
    assert queue.take() == (b"", False)

    queue.insert(0, b"hello", False)
    assert queue.take() == (b"hello", True)
    assert not queue


def test_text_behind_the_fin_is_none():
    queue = Reassembly()
    queue.insert(0, b"end", True)
    queue.insert(3, b"beyond", False)

    assert queue.take() == (b"end", True)
    assert not queue


def test_a_second_fin_does_not_move_the_first():
    queue = Reassembly()
    queue.insert(1, b"b", True)

    queue.insert(1, b"bcd", True)
    queue.insert(0, b"a", False)

    assert queue.take() == (b"ab", True)


@given(st.lists(st.tuples(st.integers(0, 199), st.integers(0, 60)), max_size=60))
def test_any_pieces_of_a_stream_give_the_stream(pieces):
    queue = Reassembly()
    taken = b""
    for start, length in [*pieces, (0, 200)]:
        piece = STREAM[start : start + length]
        behind = max(0, len(taken) - start)
        piece, start = piece[behind:], max(start, len(taken))
        queue.insert(start - len(taken), piece, start + len(piece) == 200)
        text, finished = queue.take()
        taken += text
        assert taken == STREAM[: len(taken)]
        if finished:
            break

    assert taken == STREAM

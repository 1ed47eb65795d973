"""The clocks (GEN-10)."""

import pytest

from refnet.clock import ManualClock, VirtualClock


def test_a_manual_clock_moves_only_forward():
    clock = ManualClock(5)
    clock.advance(2)

    assert clock.now() == 7
    with pytest.raises(ValueError, match="can't go back by 1 ns"):
        clock.advance(-1)


def test_a_virtual_clock_starts_at_zero_and_stands_still_when_stopped():
    source = ManualClock(100)
    clock = VirtualClock(source)
    source.advance(7)
    clock.stop()
    source.advance(1000)
    assert clock.now() == 7

    clock.resume()
    clock.resume()
    source.advance(1)
    assert clock.now() == 8
    assert clock.real(8) == source.now()

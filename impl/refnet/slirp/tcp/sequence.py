"""Arithmetic of sequence numbers, modulo 2**32 (RFC 9293 section 3.4)."""

MODULUS = 1 << 32
MASK = MODULUS - 1
_HALF = 1 << 31


def difference(one: int, other: int) -> int:
    """How far ``one`` is beyond ``other``, from -2**31 to 2**31 - 1."""
    return ((one - other + _HALF) & MASK) - _HALF


def after(one: int, other: int) -> bool:
    """Whether ``one`` comes later than ``other``."""
    return 0 < (one - other) & MASK < _HALF


def before(one: int, other: int) -> bool:
    """Whether ``one`` comes earlier than ``other``."""
    return (one - other) & MASK >= _HALF

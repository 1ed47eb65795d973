"""The four timers of a connection, counted in slow ticks of half a second."""

from ..seam import Stack
from .connection import (
    LONGEST_TIMEOUT,
    SHORTEST_TIMEOUT,
    SMALLEST_SEGMENT,
    Connection,
    Table,
    clamp,
)
from .output import LAST_STEP, backed_off, start_persisting, transmit
from .state import State

#: How long a handshake may take (TCP-07).
HANDSHAKE = 150
#: How often an established connection is looked at, to no effect: keep-alive is off (TCP-29).
KEEP_ALIVE = 14400
#: Twice the maximum segment lifetime (TCP-23).
TIME_WAIT = 20
#: How long FIN_WAIT_2 lasts with nothing heard (TCP-24), and how often that is looked at.
LONGEST_IDLE = 1200
_IDLE_CHECK = 150

#: Steps of back-off from which on the round trip is no longer trusted.
_TRUSTED_STEPS = LAST_STEP // 4
#: Where back-off stays when segments are halved instead of giving up.
_HALVING_STEP = 6


def tick(table: Table, c: Connection) -> None:
    """Count half a second, and do what falls due."""
    c.retransmit_timer, due = _count(c.retransmit_timer)
    if due and not retransmit(table.stack, c):
        table.drop(c)
        return
    c.persist_timer, due = _count(c.persist_timer)
    if due:
        start_persisting(c)
        transmit(table.stack, c, forced=True)
    c.keep_timer, due = _count(c.keep_timer)
    if due:
        if c.state < State.ESTABLISHED:
            table.drop(c)
            return
        c.keep_timer = KEEP_ALIVE
    c.wait_timer, due = _count(c.wait_timer)
    if due:
        if c.state is State.TIME_WAIT or c.idle > LONGEST_IDLE:
            table.close(c)
            return
        c.wait_timer = _IDLE_CHECK
    c.idle += 1
    if c.round_trip:
        c.round_trip += 1


def _count(timer: int) -> tuple[int, bool]:
    """A timer one tick later, and whether it went off with that."""
    return max(0, timer - 1), timer == 1


def retransmit(stack: Stack, c: Connection) -> bool:
    """Send from the first unacknowledged octet again, and wait longer; False: give up.

    After 12 attempts the segments are halved, down to 32 octets (TCP-20).
    """
    c.backoff += 1
    if c.backoff > LAST_STEP:
        c.mss >>= 1
        if c.mss < SMALLEST_SEGMENT:
            return False
        c.backoff = _HALVING_STEP
    c.timeout = clamp(
        backed_off(c.retransmission_timeout, c.backoff), SHORTEST_TIMEOUT, LONGEST_TIMEOUT
    )
    c.retransmit_timer = c.timeout
    if c.backoff > _TRUSTED_STEPS:
        c.deviation += c.srtt >> 3
        c.srtt = 0
    c.snd_nxt = c.snd_una
    c.round_trip = 0
    flight = max(2, min(c.snd_wnd, c.cwnd) // 2 // c.mss)
    c.cwnd = c.mss
    c.ssthresh = flight * c.mss
    c.duplicates = 0
    transmit(stack, c)
    return True

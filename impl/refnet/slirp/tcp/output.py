"""What a connection sends: how much, when, and in which segments (TCP-10..20, 28, 30).

:func:`transmit` is called after everything that may give a reason to send. It sends nothing unless
there is one: text that fits the windows, an acknowledgment that is due, a window that has grown
enough to be worth telling, or a SYN, FIN or RST.
"""

from ...wire import ipv4, tcp
from ...wire.tcp import ACK, FIN, PSH, RST, SYN, URG
from ..packets import Packet, make_packet
from ..seam import Stack
from .connection import WINDOW, Connection, clamp
from .sequence import MASK, after, before, difference
from .state import FLAGS

#: TTL of segments, and of a RST outside any connection (IP4-12).
TTL = 64
_REFUSAL_TTL = 255

_BACKOFF_STEPS = (1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64, 64)
LAST_STEP = len(_BACKOFF_STEPS) - 1

#: Limits of the timer that probes a closed window (TCP-21).
_SHORTEST_PERSIST = 10
_LONGEST_PERSIST = 120


def transmit(stack: Stack, connection: Connection, forced: bool = False) -> None:
    """Send all that there is a reason to send now.

    ``forced``: send at least something, one octet into a closed window if need be (a window probe,
    urgent data).
    """
    c = connection
    outstanding = c.snd_max != c.snd_una
    if not outstanding and c.idle >= c.timeout:
        c.cwnd = c.mss
    more = True
    while more:
        more = _transmit_one(stack, c, forced)


def _transmit_one(stack: Stack, c: Connection, forced: bool) -> bool:
    """Send one segment if there is a reason to; whether to look for another."""
    queued = len(c.outgoing)
    offset = difference(c.snd_nxt, c.snd_una)
    flags = FLAGS[c.state]
    window = min(c.snd_wnd, c.cwnd)
    if forced:
        if window == 0:
            if offset < queued:
                flags &= ~FIN
            window = 1
        else:
            c.persist_timer = 0
            c.backoff = 0

    length = min(queued, window) - offset
    if length < 0:
        # A FIN awaits its acknowledgment, or the guest took back window that we have used.
        length = 0
        if window == 0:
            c.retransmit_timer = 0
            c.snd_nxt = c.snd_una
            offset = 0
    more = length > c.mss
    if more:
        length = c.mss
    if offset + length < queued:
        flags &= ~FIN

    space = c.space
    if not _worth_sending(c, flags, length, offset, queued, space, forced):
        _persist_if_stuck(c, queued)
        return False

    options = b""
    if flags & SYN:
        c.snd_nxt = c.iss
        options = tcp.mss_option(c.agree_segment_size())
    if length and offset + length == queued:
        flags |= PSH
    if flags & FIN and c.fin_sent and c.snd_nxt == c.snd_max:
        c.snd_nxt = (c.snd_nxt - 1) & MASK
    in_sequence = length or flags & (SYN | FIN) or c.persist_timer
    number = c.snd_nxt if in_sequence else c.snd_max
    advertised = _advertise(c, space)

    urgent = 0
    if after(c.snd_up, c.snd_una):
        urgent = (c.snd_up - number) & WINDOW
        flags |= URG
    else:
        c.snd_up = c.snd_una

    text = c.outgoing[offset : offset + length] if length else b""
    _account(c, flags, length, forced)
    send(stack, c, flags, number, advertised, text, urgent, options)

    if advertised:
        edge = (c.rcv_nxt + advertised) & MASK
        if after(edge, c.rcv_adv):
            c.rcv_adv = edge
    c.ack_now = c.ack_delayed = False
    if not length:
        _persist_if_stuck(c, queued)
    return more


def _persist_if_stuck(c: Connection, queued: int) -> None:
    """Probe the window in time when text waits and nothing else would bring it under way.

    Also behind an acknowledgment, where SLiRP forgets it: there a FIN that overtakes an older
    segment with an open window leaves the connection waiting for ever.
    """
    if queued and not c.retransmit_timer and not c.persist_timer:
        c.backoff = 0
        start_persisting(c)


def _worth_sending(
    c: Connection, flags: int, length: int, offset: int, queued: int, space: int, forced: bool
) -> bool:
    """Whether there is a reason to send a segment: avoids silly windows on both sides."""
    if length and (
        length == c.mss
        or offset + length >= queued
        or forced
        or 0 < c.largest_window <= 2 * length + 1
        or before(c.snd_nxt, c.snd_max)
    ):
        return True
    if space > 0:
        gain = min(space, WINDOW) - difference(c.rcv_adv, c.rcv_nxt)
        if gain >= 2 * c.mss or 2 * gain >= c.capacity:
            return True
    if c.ack_now or flags & (SYN | RST) or after(c.snd_up, c.snd_una):
        return True
    return bool(flags & FIN) and (not c.fin_sent or c.snd_nxt == c.snd_una)


def _advertise(c: Connection, space: int) -> int:
    """The window to tell: nothing silly, and never less than was promised before."""
    if space < c.capacity // 4 and space < c.mss:
        space = 0
    return max(min(space, WINDOW), difference(c.rcv_adv, c.rcv_nxt))


def _account(c: Connection, flags: int, length: int, forced: bool) -> None:
    """Move the send variables past a segment; time it, and arm the retransmission timer."""
    if forced and c.persist_timer:
        probed = (c.snd_nxt + length) & MASK
        if after(probed, c.snd_max):
            c.snd_max = probed
        return
    first = c.snd_nxt
    if flags & FIN:
        c.fin_sent = True
    c.snd_nxt = (first + length + bool(flags & SYN) + bool(flags & FIN)) & MASK
    if after(c.snd_nxt, c.snd_max):
        c.snd_max = c.snd_nxt
        if not c.round_trip:
            c.round_trip = 1
            c.timed = first
    if not c.retransmit_timer and c.snd_nxt != c.snd_una:
        c.retransmit_timer = c.timeout
        if c.persist_timer:
            c.persist_timer = 0
            c.backoff = 0


def send(
    stack: Stack,
    c: Connection,
    flags: int,
    number: int,
    window: int,
    text: bytes | bytearray,
    urgent: int = 0,
    options: bytes = b"",
) -> None:
    """Emit one segment of the connection towards the guest."""
    segment = tcp.Segment(
        c.far_port, c.near_port, number, c.rcv_nxt, flags, window, text, urgent, options
    )
    payload = tcp.encode(segment, c.far, c.near)
    stack.send(make_packet(c.far, c.near, ipv4.TCP, payload, TTL, c.tos), c.flow)


def refuse(
    stack: Stack, datagram: Packet, segment: tcp.Segment, connection: Connection | None
) -> None:
    """Answer a segment that nobody can take with a RST, even if it is one itself (TCP-02).

    With a connection, the window field tells the buffer's space, cut to 16 bits.
    """
    window = connection.space & WINDOW if connection is not None else 0
    if segment.flags & ACK:
        number, acknowledged, flags = segment.acknowledgment, 0, RST
    else:
        length = len(segment.payload) + bool(segment.flags & SYN)
        number, acknowledged, flags = 0, (segment.sequence + length) & MASK, RST | ACK
    reply = tcp.Segment(
        segment.destination_port, segment.source_port, number, acknowledged, flags, window
    )
    source, destination = datagram.destination, datagram.source
    payload = tcp.encode(reply, source, destination)
    stack.send(make_packet(source, destination, ipv4.TCP, payload, _REFUSAL_TTL))


def start_persisting(c: Connection) -> None:
    """Arm the timer that probes a closed window, longer each time."""
    rest = ((c.srtt >> 2) + c.deviation) >> 1
    c.persist_timer = clamp(backed_off(rest, c.backoff), _SHORTEST_PERSIST, _LONGEST_PERSIST)
    c.backoff = min(c.backoff + 1, LAST_STEP)


def backed_off(ticks: int, step: int) -> int:
    """``ticks``, doubled at each step up to 64 times as much (TCP-20)."""
    return ticks * _BACKOFF_STEPS[step]

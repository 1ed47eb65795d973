"""What a segment from the guest does to its connection (RFC 9293 section 3.10.7).

The checks come in this order: the common cases at once; sequence numbers and window; RST; SYN; ACK;
window; urgent pointer; text; FIN. A step that is done with the segment returns None or False.
"""

from dataclasses import replace

from ...wire import tcp
from ...wire._types import Buffer
from ...wire.tcp import ACK, FIN, PSH, RST, SYN, URG, Segment
from ..packets import Packet
from .connection import WINDOW, Connection, Table
from .output import refuse, transmit
from .sequence import MASK, after, before, difference
from .state import AFTER_GUEST_ENDED, FINISHED, State
from .timers import HANDSHAKE, KEEP_ALIVE, LONGEST_IDLE, TIME_WAIT

#: Duplicate acknowledgments that mean a loss (TCP-19).
_FAST_RETRANSMIT = 3

#: A short segment that begins with this octet is a key press, and acknowledged at once (TCP-38).
_ESCAPE = 0x1B
_KEY_PRESS = 5

_CONTROL = SYN | FIN | RST | URG | ACK


def arrive(table: Table, c: Connection, datagram: Packet, segment: Segment) -> None:
    """Process a segment for a connection that has at least sent or received a SYN."""
    c.idle = 0
    c.keep_timer = KEEP_ALIVE
    if segment.options and segment.flags & SYN:
        offer = tcp.maximum_segment_size(segment.options)
        if offer is not None:
            c.agree_segment_size(offer)
    if _is_expected(c, segment):
        if not len(segment.payload):
            if _take_pure_acknowledgment(table, c, segment):
                return
        elif _take_pure_text(table, c, segment):
            return
    c.rcv_wnd = max(c.space, difference(c.rcv_adv, c.rcv_nxt), 0)
    if c.state is State.SYN_SENT:
        _answer_to_syn(table, c, datagram, segment)
        return
    trimmed = _trim(table, c, datagram, segment)
    if trimmed is not None:
        _check_flags(table, c, datagram, trimmed)


def accept_syn(table: Table, c: Connection, segment: Segment) -> None:
    """Answer the guest's SYN: the far end is there (RFC 9293 section 3.10.7.2)."""
    c.start_sending(table.next_sequence())
    c.start_receiving(segment.sequence)
    c.rcv_wnd = c.capacity
    c.state = State.SYN_RCVD
    c.keep_timer = HANDSHAKE
    c.ack_now = True
    _after_syn(table, c, segment)


# -- the common cases ----------------------------------------------------------------------------


def _is_expected(c: Connection, segment: Segment) -> bool:
    """Whether nothing but text or an acknowledgment is new in it."""
    return (
        segment.sequence == c.rcv_nxt
        and segment.flags & _CONTROL == ACK
        and c.state is State.ESTABLISHED
        and segment.window == c.snd_wnd != 0
        and c.snd_nxt == c.snd_max
    )


def _take_pure_acknowledgment(table: Table, c: Connection, segment: Segment) -> bool:
    number = segment.acknowledgment
    if not after(number, c.snd_una) or after(number, c.snd_max) or c.cwnd < c.snd_wnd:
        return False
    _end_round_trip(c, number)
    del c.outgoing[: (number - c.snd_una) & MASK]
    c.snd_una = number
    _rearm(c)
    if c.outgoing:
        transmit(table.stack, c)
    c.allow_reading()
    return True


def _take_pure_text(table: Table, c: Connection, segment: Segment) -> bool:
    """Text in sequence is acknowledged at once (TCP-14)."""
    text = segment.payload
    if segment.acknowledgment != c.snd_una or c.reassembly or len(text) > c.space:
        return False
    c.rcv_nxt = (c.rcv_nxt + len(text)) & MASK
    c.deliver(text)
    c.ack_now = True
    transmit(table.stack, c)
    return True


# -- SYN_SENT ------------------------------------------------------------------------------------


def _answer_to_syn(table: Table, c: Connection, datagram: Packet, segment: Segment) -> None:
    """RFC 9293 section 3.10.7.3."""
    acknowledges = bool(segment.flags & ACK)
    number = segment.acknowledgment
    if acknowledges and (not after(number, c.iss) or after(number, c.snd_max)):
        refuse(table.stack, datagram, segment, c)
        return
    if segment.flags & RST:
        if acknowledges:
            table.drop(c)
        return
    if not segment.flags & SYN:
        return
    c.retransmit_timer = 0
    c.start_receiving(segment.sequence)
    c.rcv_wnd = c.capacity
    c.ack_now = True
    if acknowledges:
        c.snd_una = number
        c.state = State.ESTABLISHED
        table.establish(c)
        if c.round_trip:
            c.measure_round_trip()
    else:
        c.state = State.SYN_RCVD
    _after_syn(table, c, segment)


def _after_syn(table: Table, c: Connection, segment: Segment) -> None:
    """What else a SYN carries: text, window and urgent pointer."""
    first = (segment.sequence + 1) & MASK
    c.snd_wl1 = segment.sequence
    c.rcv_up = first
    carried = replace(segment, sequence=first, flags=segment.flags & ~SYN)
    _take_rest(table, c, carried, needs_output=False)


# -- sequence numbers and window -----------------------------------------------------------------


def _trim(table: Table, c: Connection, datagram: Packet, segment: Segment) -> Segment | None:
    """Cut away what was received before and what lies beyond the window (TCP-15, TCP-16)."""
    early = difference(c.rcv_nxt, segment.sequence)
    if early > 0:
        segment = _trim_front(c, segment, early)
    length = len(segment.payload)
    if length and c.state > State.CLOSE_WAIT and (c.stream is None or c.stream.gone):
        table.close(c)
        refuse(table.stack, datagram, segment, None)
        return None
    late = difference((segment.sequence + length) & MASK, (c.rcv_nxt + c.rcv_wnd) & MASK)
    if late <= 0:
        return segment
    if late >= length:
        if (
            segment.flags & SYN
            and c.state is State.TIME_WAIT
            and after(segment.sequence, c.rcv_nxt)
        ):
            table.reopen(c, datagram, segment)
            return None
        if c.rcv_wnd or segment.sequence != c.rcv_nxt:
            _acknowledge_dropped(table, c, segment)
            return None
        c.ack_now = True
    kept = segment.payload[: max(0, length - late)]
    return replace(segment, payload=kept, flags=segment.flags & ~(PSH | FIN))


def _trim_front(c: Connection, segment: Segment, early: int) -> Segment:
    """Cut away what lies before rcv_nxt; nothing left of text: an acknowledgment is due."""
    sequence, flags, urgent = segment.sequence, segment.flags, segment.urgent
    if flags & SYN:
        flags &= ~SYN
        sequence += 1
        early -= 1
        if urgent > 1:
            urgent -= 1
        else:
            flags &= ~URG
    length = len(segment.payload)
    if early > length or (early == length and not flags & FIN):
        flags &= ~FIN
        c.ack_now = True
        early = length
    if urgent > early:
        urgent -= early
    else:
        urgent = 0
        flags &= ~URG
    return replace(
        segment,
        sequence=(sequence + early) & MASK,
        flags=flags,
        urgent=urgent,
        payload=segment.payload[early:],
    )


def _acknowledge_dropped(table: Table, c: Connection, segment: Segment) -> None:
    """Tell the guest where we are, because its segment could not be taken."""
    if not segment.flags & RST:
        c.ack_now = True
        transmit(table.stack, c)


# -- RST, SYN, ACK -------------------------------------------------------------------------------


def _check_flags(table: Table, c: Connection, datagram: Packet, segment: Segment) -> None:
    if segment.flags & RST:
        table.close(c)
        return
    if segment.flags & SYN:
        table.drop(c)
        refuse(table.stack, datagram, segment, None)
        return
    if not segment.flags & ACK:
        return
    if c.state is State.SYN_RCVD:
        number = segment.acknowledgment
        if before(number, c.snd_una) or after(number, c.snd_max):
            refuse(table.stack, datagram, segment, c)
            return
        c.snd_una = number
        c.state = State.ESTABLISHED
        table.establish(c)
        if _take_queued(c):
            _take_fin(c)
        c.snd_wl1 = (segment.sequence - 1) & MASK
    elif not after(segment.acknowledgment, c.snd_una):
        if not _take_duplicate(table, c, segment):
            return
        _take_rest(table, c, segment, needs_output=False)
        return
    needs_output = _take_acknowledgment(table, c, segment)
    if needs_output is not None:
        _take_rest(table, c, segment, needs_output)


def _take_duplicate(table: Table, c: Connection, segment: Segment) -> bool:
    """Count duplicate acknowledgments and retransmit at the third; False: that was all (TCP-19)."""
    if len(segment.payload) or segment.window != c.snd_wnd:
        c.duplicates = 0
        return True
    if not c.retransmit_timer or segment.acknowledgment != c.snd_una:
        c.duplicates = 0
        return True
    c.duplicates += 1
    if c.duplicates < _FAST_RETRANSMIT:
        return True
    if c.duplicates > _FAST_RETRANSMIT:
        c.cwnd += c.mss
        transmit(table.stack, c)
        return False
    resume = c.snd_nxt
    c.ssthresh = max(2, min(c.snd_wnd, c.cwnd) // 2 // c.mss) * c.mss
    c.retransmit_timer = 0
    c.round_trip = 0
    c.snd_nxt = segment.acknowledgment
    c.cwnd = c.mss
    transmit(table.stack, c)
    c.cwnd = c.ssthresh + c.mss * c.duplicates
    if after(resume, c.snd_nxt):
        c.snd_nxt = resume
    return False


def _take_acknowledgment(table: Table, c: Connection, segment: Segment) -> bool | None:
    """Release what is acknowledged and widen the congestion window (TCP-18).

    Returns whether output is wanted, or None if the segment is done with.
    """
    number = segment.acknowledgment
    if c.duplicates > _FAST_RETRANSMIT and c.cwnd > c.ssthresh:
        c.cwnd = c.ssthresh
    c.duplicates = 0
    if after(number, c.snd_max):
        _acknowledge_dropped(table, c, segment)
        return None
    acknowledged = (number - c.snd_una) & MASK
    _end_round_trip(c, number)
    everything = number == c.snd_max
    if everything:
        c.retransmit_timer = 0
    elif not c.persist_timer:
        c.retransmit_timer = c.timeout
    growth = c.mss if c.cwnd <= c.ssthresh else c.mss * c.mss // c.cwnd
    c.cwnd = min(c.cwnd + growth, WINDOW)

    fin_acknowledged = acknowledged > len(c.outgoing)
    released = min(acknowledged, len(c.outgoing))
    del c.outgoing[:released]
    c.snd_wnd = max(0, c.snd_wnd - released)
    c.snd_una = number
    if before(c.snd_nxt, c.snd_una):
        c.snd_nxt = c.snd_una
    c.allow_reading()
    if fin_acknowledged and not _take_fin_acknowledgment(table, c):
        return None
    return everything


def _take_fin_acknowledgment(table: Table, c: Connection) -> bool:
    """The guest has our FIN; False: with that the connection is over."""
    if c.state is State.LAST_ACK:
        table.close(c)
        return False
    if c.state is State.FIN_WAIT_1:
        if c.stream is not None and c.stream.ended and not c.stream.shut:
            c.wait_timer = LONGEST_IDLE
        c.state = State.FIN_WAIT_2
    else:
        _wait(c)
    return True


def _end_round_trip(c: Connection, number: int) -> None:
    if c.round_trip and after(number, c.timed):
        c.measure_round_trip()


def _rearm(c: Connection) -> None:
    """Stop the retransmission timer when nothing is outstanding, else begin it anew."""
    if c.snd_una == c.snd_max:
        c.retransmit_timer = 0
    elif not c.persist_timer:
        c.retransmit_timer = c.timeout


# -- window, urgent pointer, text, FIN -----------------------------------------------------------


def _take_rest(table: Table, c: Connection, segment: Segment, needs_output: bool) -> None:
    if segment.flags & ACK and _take_window(c, segment):
        needs_output = True
    finished = c.state in FINISHED
    if not finished:
        _take_urgent(c, segment)
    text = segment.payload
    length = len(text)
    if 0 < length <= _KEY_PRESS and text[0] == _ESCAPE:
        c.ack_now = True
    if finished:
        if length or segment.flags & FIN:
            c.ack_now = True
    elif (length or segment.flags & FIN) and _take_text(c, segment, text):
        _take_fin(c)
    if needs_output or c.ack_now:
        transmit(table.stack, c)
    c.allow_reading()


def _take_window(c: Connection, segment: Segment) -> bool:
    """Take over the guest's window, unless the segment is older than the last that told one."""
    newer = before(c.snd_wl1, segment.sequence) or (
        c.snd_wl1 == segment.sequence
        and (
            before(c.snd_wl2, segment.acknowledgment)
            or (c.snd_wl2 == segment.acknowledgment and segment.window > c.snd_wnd)
        )
    )
    if newer:
        c.snd_wnd = segment.window
        c.snd_wl1 = segment.sequence
        c.snd_wl2 = segment.acknowledgment
        c.largest_window = max(c.largest_window, c.snd_wnd)
    return newer


def _take_urgent(c: Connection, segment: Segment) -> None:
    """Note how far urgent text reaches; the pointer is to the octet behind it (TCP-28)."""
    if segment.flags & URG and segment.urgent:
        if segment.urgent > c.space:
            return
        edge = (segment.sequence + segment.urgent) & MASK
        if after(edge, c.rcv_up):
            c.rcv_up = edge
            c.urgent_left = difference(edge, c.rcv_nxt)
    elif after(c.rcv_nxt, c.rcv_up):
        c.rcv_up = c.rcv_nxt


def _take_text(c: Connection, segment: Segment, text: Buffer) -> bool:
    """Pass on text that is in sequence, keep the rest; whether the guest's FIN is reached.

    In sequence, the acknowledgment waits for the fast timer (TCP-39); out of sequence it does not,
    so that the guest can see what was lost.
    """
    final = bool(segment.flags & FIN)
    if segment.sequence == c.rcv_nxt and not c.reassembly and c.state is State.ESTABLISHED:
        c.ack_delayed = True
        c.rcv_nxt = (c.rcv_nxt + len(text)) & MASK
        c.deliver(text)
        return final
    c.ack_now = True
    c.reassembly.insert(difference(segment.sequence, c.rcv_nxt), text, final)
    return c.state >= State.ESTABLISHED and _take_queued(c)


def _take_queued(c: Connection) -> bool:
    """Pass on what is now in sequence; whether the guest's FIN is reached."""
    text, finished = c.reassembly.take()
    c.rcv_nxt = (c.rcv_nxt + len(text)) & MASK
    c.deliver(text)
    return finished


def _take_fin(c: Connection) -> None:
    """The guest sends no more (TCP-22)."""
    if c.stream is not None:
        c.stream.finish()
    c.ack_now = True
    c.rcv_nxt = (c.rcv_nxt + 1) & MASK
    c.state = AFTER_GUEST_ENDED[c.state]
    if c.state is State.TIME_WAIT:
        _wait(c)


def _wait(c: Connection) -> None:
    """Both have ended: stay for what may still come (TCP-23)."""
    c.state = State.TIME_WAIT
    c.cancel_timers()
    c.wait_timer = TIME_WAIT

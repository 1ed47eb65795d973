"""One connection: the variables of RFC 9293 section 3.3.1, and its stream on the host.

All times are in slow ticks of half a second; a timer at 0 is off.
"""

from typing import TYPE_CHECKING, Protocol

from ...wire import tcp
from ...wire._types import Buffer
from ...wire.tcp import Segment
from ..packets import Address, Packet, header_length
from ..queue import Flow
from . import sequence
from .reassembly import Reassembly
from .state import State

if TYPE_CHECKING:
    from ..seam import Stack
    from .endpoint import Stream

#: Both buffers; each is rounded up to a multiple of the segment size (TCP-12).
BUFFER = 128 * 1024
#: The window field has 16 bits and no scale is ever agreed on (TCP-11).
WINDOW = 0xFFFF
#: Congestion control starts out unlimited (TCP-18).
UNLIMITED = WINDOW << 14

SMALLEST_SEGMENT = 32
LARGEST_SEGMENT = 32768

#: Limits of the retransmission timer, and its first value while no round trip is known (TCP-20).
SHORTEST_TIMEOUT = 2
LONGEST_TIMEOUT = 24
FIRST_TIMEOUT = 12
_UNKNOWN_DEVIATION = 24

_THROUGHPUT, _LOW_DELAY = 8, 16
_FAR_SERVICE = {
    20: 8,
    23: 16,
    80: 8,
    113: 16,
    513: 16,
    543: 16,
    544: 16,
    6667: 8,
    6668: 8,
    7070: 16,
}
_FTP = 21


def type_of_service(near_port: int, far_port: int) -> int:
    """The TOS of what the guest is sent (TCP-30): 8 for throughput, 16 for low delay, or 0."""
    if _FTP in (near_port, far_port):
        return 16
    return _FAR_SERVICE.get(far_port, 0)


class Connection:
    """The state of one connection. ``near`` is the guest, ``far`` is who it believes to speak with.

    Attributes:
        snd_una, snd_nxt, snd_wnd, snd_up, snd_wl1, snd_wl2, iss, rcv_nxt, rcv_wnd, rcv_up, irs: as
            in RFC 9293.
        snd_max: one beyond the highest sequence number that was sent.
        rcv_adv: one beyond the highest sequence number that the window has offered.
        largest_window: the largest window that the guest has offered.
        mss: how much text a segment carries at most. It starts at MTU - 60 and over IPv4 not - 40:
            a quirk that shows in every connection that the guest opens (TCP-13).
        cwnd, ssthresh: RFC 5681, in octets.
        srtt, deviation: smoothed round trip in 1/8 ticks and its deviation in 1/4 ticks.
        round_trip: ticks + 1 since the segment at ``timed`` was sent, or 0: none is being timed.
        timeout: the retransmission timer's current value, backed off.
        outgoing: text for the guest, from snd_una on.
        stream: what stands on the host for ``far``; None before there is one and after it has gone.
        opening: the datagram and segment of the guest's SYN, while the host connects.
    """

    __slots__ = (
        "ack_delayed",
        "ack_now",
        "backoff",
        "capacity",
        "cwnd",
        "deviation",
        "duplicates",
        "far",
        "far_port",
        "fin_sent",
        "flow",
        "idle",
        "incoming",
        "irs",
        "iss",
        "keep_timer",
        "largest_window",
        "mss",
        "mtu",
        "near",
        "near_port",
        "opening",
        "outgoing",
        "persist_timer",
        "rcv_adv",
        "rcv_nxt",
        "rcv_up",
        "rcv_wnd",
        "reassembly",
        "retransmit_timer",
        "round_trip",
        "snd_max",
        "snd_nxt",
        "snd_una",
        "snd_up",
        "snd_wl1",
        "snd_wl2",
        "snd_wnd",
        "srtt",
        "ssthresh",
        "state",
        "stream",
        "timed",
        "timeout",
        "tos",
        "urgent_left",
        "wait_timer",
    )

    def __init__(
        self, near: Address, near_port: int, far: Address, far_port: int, mtu: int
    ) -> None:
        self.near = near
        self.near_port = near_port
        self.far = far
        self.far_port = far_port
        self.mtu = mtu
        self.tos = type_of_service(near_port, far_port)
        self.flow = Flow(low_delay=self.tos == _LOW_DELAY)
        self.state = State.CLOSED
        self.stream: Stream | None = None
        self.opening: tuple[Packet, Segment] | None = None
        self.incoming: tuple[int, int] | None = None

        self.mss = min(mtu - 60, LARGEST_SEGMENT)
        self.capacity = BUFFER
        self.outgoing = bytearray()
        self.reassembly = Reassembly()

        self.iss = self.snd_una = self.snd_nxt = self.snd_max = self.snd_up = 0
        self.snd_wl1 = self.snd_wl2 = self.snd_wnd = self.largest_window = 0
        self.irs = self.rcv_nxt = self.rcv_adv = self.rcv_up = self.rcv_wnd = 0
        self.cwnd = self.ssthresh = UNLIMITED
        self.urgent_left = 0

        self.srtt = 0
        self.deviation = _UNKNOWN_DEVIATION
        self.timeout = FIRST_TIMEOUT
        self.round_trip = self.timed = self.backoff = self.duplicates = self.idle = 0
        self.retransmit_timer = self.persist_timer = self.keep_timer = self.wait_timer = 0
        self.ack_now = self.ack_delayed = self.fin_sent = False

    # -- sizes and sequence numbers --------------------------------------------------------------

    def agree_segment_size(self, offer: int = 0) -> int:
        """Settle ``mss`` by what the guest has offered, if it has; the size to offer it (TCP-13).

        Slow start begins again, and the buffers become a multiple of the size.
        """
        size = self.mtu - header_length(self.near) - tcp.HEADER
        if offer:
            size = min(size, offer)
        size = max(size, SMALLEST_SEGMENT)
        if offer or size < self.mss:
            self.mss = min(size, LARGEST_SEGMENT)
        self.cwnd = size
        self.capacity = BUFFER + -BUFFER % size
        return size

    def start_sending(self, iss: int) -> None:
        """Choose the initial send sequence number."""
        self.iss = self.snd_una = self.snd_nxt = self.snd_max = self.snd_up = iss

    def start_receiving(self, irs: int) -> None:
        """Take over the guest's initial sequence number."""
        self.irs = irs
        self.rcv_nxt = self.rcv_adv = (irs + 1) & sequence.MASK

    @property
    def space(self) -> int:
        """Free octets of the buffer towards the host."""
        stream = self.stream
        return self.capacity - stream.unsent if stream is not None else self.capacity

    @property
    def retransmission_timeout(self) -> int:
        """Smoothed round trip + 4 deviations, without back-off or limits."""
        return (self.srtt >> 3) + self.deviation

    def measure_round_trip(self) -> None:
        """Take the timed segment's acknowledgment into the estimate (RFC 6298, in ticks)."""
        if self.srtt:
            error = self.round_trip - 1 - (self.srtt >> 3)
            self.srtt = max(1, self.srtt + error)
            self.deviation = max(1, self.deviation + abs(error) - (self.deviation >> 2))
        else:
            self.srtt = self.round_trip << 3
            self.deviation = self.round_trip << 1
        self.round_trip = 0
        self.backoff = 0
        self.timeout = clamp(self.retransmission_timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT)

    def cancel_timers(self) -> None:
        self.retransmit_timer = self.persist_timer = self.keep_timer = self.wait_timer = 0

    # -- towards the host ------------------------------------------------------------------------

    def deliver(self, text: Buffer) -> None:
        """Hand text to the host, what is urgent of it out of band (TCP-28)."""
        stream = self.stream
        if stream is None or stream.shut or not len(text):
            return
        if 0 < self.urgent_left <= len(text):
            stream.send(text[: self.urgent_left], urgent=True)
            text = text[self.urgent_left :]
            self.urgent_left = 0
        elif self.urgent_left:
            self.urgent_left -= len(text)
        if len(text):
            stream.send(text)

    def allow_reading(self) -> None:
        """Let the host read as much as the buffer towards the guest has room for.

        Nothing while it is half full, else whole segments (BB; SL sopreprbuf).
        """
        stream = self.stream
        if stream is None:
            return
        queued = len(self.outgoing)
        limit = 0
        if stream.open and not stream.ended and queued < self.capacity // 2:
            limit = self.capacity - queued
            if limit > self.mss:
                limit -= limit % self.mss
        stream.allow(limit)


class Table(Protocol):
    """What holds the connections, as the procedures of a connection see it."""

    stack: "Stack"

    def next_sequence(self) -> int:
        """The initial sequence number of one more connection (TCP-10)."""

    def establish(self, connection: Connection) -> None:
        """The guest has completed the handshake: let the stream begin."""

    def reopen(self, connection: Connection, datagram: Packet, segment: Segment) -> None:
        """Forget a connection in TIME_WAIT and take the SYN as that of a new one (TCP-34)."""

    def drop(self, connection: Connection) -> None:
        """Tell the guest with a RST,ACK that the connection is over, and forget it."""

    def close(self, connection: Connection) -> None:
        """Forget the connection and close its stream."""


def clamp(value: int, lowest: int, highest: int) -> int:
    """``value``, or the limit that it is beyond."""
    return max(lowest, min(value, highest))

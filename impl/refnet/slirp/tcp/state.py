"""The states of a connection.

Theory of operation
===================

A connection is a guest's TCP on one side and a byte stream of the host on the other. refnet is the
TCP peer of the guest, and the stream's reader and writer; what one side sends, the other is sent.

::

    guest opens (TCP-01)                        a host's client opens (HFW-02)

    SYN ->  host connects      SYN_RCVD         accepted -> SYN sent          SYN_SENT
            refused: RST, ICMP  CLOSED          SYN,ACK -> ACK sent        ESTABLISHED
            connected: SYN,ACK SYN_RCVD         RST -> stream closed            CLOSED
    ACK ->  stream is read  ESTABLISHED

    who ends first      guest (TCP-22)                     host (TCP-23)

                        FIN -> ACK, stream shut            end of stream -> FIN sent
                               CLOSE_WAIT                         FIN_WAIT_1
                        end of stream -> FIN sent          ACK ->  FIN_WAIT_2
                               LAST_ACK                    FIN -> ACK, stream shut
                        ACK -> CLOSED                             TIME_WAIT, 10 s later CLOSED

Both at once: FIN_WAIT_1, then CLOSING on the guest's FIN, TIME_WAIT on its ACK. A reset of the
stream, or a failure of it, is RST,ACK to the guest (TCP-25); a RST of the guest closes the stream.

A connection for a ``guestfwd`` rule opens no host connection: it answers the SYN at once and
starts its command, or joins its character device, when the handshake is complete (GFW-02).

The numbers are in the order in which a connection passes through: SYN_RCVD and later have the
guest's SYN, ESTABLISHED and later may carry data.
"""

import enum

from ...wire.tcp import ACK, FIN, RST, SYN


class State(enum.IntEnum):
    """RFC 9293 section 3.3.2, with the names of ``info usernet`` (TCP-36)."""

    CLOSED = 0
    LISTEN = 1
    SYN_SENT = 2
    SYN_RCVD = 3
    ESTABLISHED = 4
    CLOSE_WAIT = 5
    FIN_WAIT_1 = 6
    CLOSING = 7
    LAST_ACK = 8
    FIN_WAIT_2 = 9
    TIME_WAIT = 10


#: The flags of a segment that is sent in a state.
FLAGS = {
    State.CLOSED: RST | ACK,
    State.LISTEN: 0,
    State.SYN_SENT: SYN,
    State.SYN_RCVD: SYN | ACK,
    State.ESTABLISHED: ACK,
    State.CLOSE_WAIT: ACK,
    State.FIN_WAIT_1: FIN | ACK,
    State.CLOSING: FIN | ACK,
    State.LAST_ACK: FIN | ACK,
    State.FIN_WAIT_2: ACK,
    State.TIME_WAIT: ACK,
}

#: The guest's FIN has been received: what it sends after that is not text.
FINISHED = frozenset({State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK, State.TIME_WAIT})

#: What becomes of a state when the host's side of the stream ends.
AFTER_HOST_ENDED = {
    State.SYN_RCVD: State.FIN_WAIT_1,
    State.ESTABLISHED: State.FIN_WAIT_1,
    State.CLOSE_WAIT: State.LAST_ACK,
}

#: What becomes of a state when the guest's FIN is accepted.
AFTER_GUEST_ENDED = {
    State.SYN_RCVD: State.CLOSE_WAIT,
    State.ESTABLISHED: State.CLOSE_WAIT,
    State.FIN_WAIT_1: State.CLOSING,
    State.FIN_WAIT_2: State.TIME_WAIT,
}

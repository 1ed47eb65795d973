"""What goes in comes out, whatever the network does; and no segment is too odd to survive."""

import contextlib
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refnet.errors import WireError
from refnet.slirp import hostio
from refnet.slirp.hostio import Failure
from refnet.wire import ipv4, tcp

GUEST = ipv4.parse_address("10.0.2.15")
ROUTER = ipv4.parse_address("10.0.2.2")
CIRCLE = 2**32
ISN = CIRCLE - 300

relaxed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Network:
    """Loses, doubles and swaps as its decisions say; reliable when they have run out."""

    decisions: list
    held: list = field(default_factory=list)

    def passes(self, items):
        out = []
        for item in items:
            match self.decisions.pop() if self.decisions else None:
                case "lose":
                    pass
                case "double":
                    out += [item, item]
                case "hold":
                    self.held.append(item)
                case _:
                    out += [item, *self.held]
                    self.held.clear()
        if not self.decisions:
            out += self.held
            self.held.clear()
        return out


class ModelGuest:
    """A TCP of the plainest kind: go-back-N, one window, everything acknowledged at once."""

    def __init__(self, text, window, mss):
        self.text, self.window, self.mss = text, window, mss
        self.sent = self.acknowledged = 0
        self.peer_window = 0
        self.irs = None
        self.received = b""
        self.early = {}
        self.peer_ended = self.fin_acknowledged = False

    @property
    def next_expected(self):
        return (self.irs + 1 + len(self.received) + self.peer_ended) % CIRCLE

    def segment(self, flags, offset, text=b""):
        options = tcp.mss_option(self.mss) if flags & tcp.SYN else b""
        number = ISN if flags & tcp.SYN else (ISN + 1 + offset) % CIRCLE
        acknowledged = 0 if flags & tcp.SYN else self.next_expected
        return tcp.Segment(4000, 7000, number, acknowledged, flags, self.window, text, 0, options)

    def hears(self, segment):
        if segment.flags & tcp.SYN:
            self.irs = segment.sequence
        if self.irs is None:
            return []
        self.peer_window = segment.window
        advance = (segment.acknowledgment - ISN - 1) % CIRCLE
        if self.acknowledged < advance <= len(self.text) + 1:
            self.acknowledged = advance
            self.sent = max(self.sent, advance)
            self.fin_acknowledged = advance == len(self.text) + 1
        carries = len(segment.payload) or segment.flags & (tcp.SYN | tcp.FIN)
        if carries and not segment.flags & tcp.SYN:
            offset = (segment.sequence - self.irs - 1) % CIRCLE
            if offset < CIRCLE // 2:
                self.early[offset, len(segment.payload)] = segment
            self.take_early()
        return [self.segment(tcp.ACK, self.sent)] if carries else []

    def take_early(self):
        for (offset, length), segment in sorted(self.early.items()):
            if self.peer_ended or offset > len(self.received):
                break
            fresh = bytes(segment.payload)[len(self.received) - offset :]
            self.received += fresh
            del self.early[offset, length]
            if segment.flags & tcp.FIN and offset + length == len(self.received):
                self.peer_ended = True

    def speaks(self, again):
        if self.irs is None:
            return [self.segment(tcp.SYN, 0)] if again else []
        if again:
            self.sent = self.acknowledged
        out = []
        while self.sent <= len(self.text) and not self.fin_acknowledged:
            room = self.acknowledged + max(1, self.peer_window) - self.sent
            piece = self.text[self.sent : self.sent + min(self.mss, max(0, room))]
            last = self.sent + len(piece) == len(self.text)
            if not piece and not (last and room > 0):
                break
            flags = tcp.ACK | (tcp.FIN if last else 0)
            out.append(self.segment(flags, self.sent, piece))
            self.sent += len(piece) + last
        return out


class ModelHost:
    """The server that the guest connects to: says its text, keeps what it hears, then ends."""

    def __init__(self, text, chunk):
        self.text, self.chunk = text, chunk
        self.heard = b""
        self.handle = None
        self.allowed = self.unsent = 0
        self.told_end = self.shut = self.closed = False

    def carries_out(self, actions):
        for action in actions:
            match action:
                case hostio.Connect():
                    self.handle = action.handle
                    yield hostio.Connected(self.handle)
                case hostio.Send():
                    self.heard += bytes(action.data)
                    self.unsent += len(action.data)
                case hostio.Read():
                    self.allowed = action.limit
                case hostio.Shutdown():
                    self.shut = True
                case hostio.Close():
                    self.closed = True
        if self.unsent and not self.closed:
            taken = min(self.unsent, self.chunk)
            self.unsent -= taken
            yield hostio.Sent(self.handle, taken)
        if self.allowed and not self.closed and not self.told_end:
            piece = self.text[: min(self.allowed, self.chunk)]
            self.text = self.text[len(piece) :]
            self.allowed -= len(piece)
            self.told_end = not piece
            yield hostio.Received(self.handle, piece) if piece else hostio.EndOfStream(self.handle)


def converse(world, guest, host, outward, inward):
    """Let both speak until all is said, or for an hour of virtual time."""
    for tick in range(7200):
        for_stack = outward.passes(guest.speaks(again=tick % 8 == 0))
        for _ in range(200):
            for segment in for_stack:
                payload = tcp.encode(segment, GUEST, ROUTER)
                world.tcp.receive(ipv4.Datagram(GUEST, ROUTER, ipv4.TCP, payload))
            for event in host.carries_out(world.asks()):
                world.tcp.on_event(event)
            if world.tcp.wants_fast_tick:
                world.tcp.on_fast_tick()
            answers = []
            for each in inward.passes([each.segment for each in world.hears()]):
                answers += guest.hears(each)
            for_stack = outward.passes(answers + guest.speaks(again=False))
            if not for_stack and not world.stack.actions:
                break
        if guest.fin_acknowledged and guest.peer_ended and host.shut:
            return
        world.tcp.on_slow_tick()


decisions = st.lists(st.sampled_from(["pass", "pass", "lose", "double", "hold"]), max_size=60)
texts = st.integers(0, 40_000).map(lambda size: (bytes(range(256)) * (size // 256 + 1))[:size])


@relaxed
@given(texts, texts, decisions, decisions, st.data())
def test_streams_arrive_whole_in_both_directions(make_world, up, down, losses, delays, data):
    world = make_world()
    window = data.draw(st.sampled_from([1, 7, 100, 2000, 65535]), label="window")
    if window < 100:
        up, down = up[:300], down[:300]
    guest = ModelGuest(up, window, data.draw(st.sampled_from([1, 50, 536, 1460]), label="mss"))
    if guest.mss == 1:
        guest.text = up[:300]
    host = ModelHost(down, data.draw(st.sampled_from([1000, 5000, 131_072]), label="chunk"))

    converse(world, guest, host, Network(losses), Network(delays))

    assert host.heard == guest.text
    assert guest.received == down
    assert guest.fin_acknowledged
    assert guest.peer_ended


flags = st.integers(0, 255)
numbers = st.one_of(
    st.integers(0, CIRCLE - 1), st.integers(995, 1100), st.integers(0, 300), st.just(67_000)
)
options = st.sampled_from(
    [b"", b"\x02\x04\x05\xb4", b"\x02\x04\x00\x00", b"\x02\x04\x00\x01", b"\x01\x01\x02\x09"]
)
segments = st.builds(
    tcp.Segment,
    st.sampled_from([4000, 22]),
    st.sampled_from([7000, 40000, 1234, 5555]),
    numbers,
    numbers,
    flags,
    st.sampled_from([0, 1, 100, 65535]),
    st.binary(max_size=40),
    st.sampled_from([0, 1, 5, 65535]),
    options,
)
handles = st.integers(1, 6)
events = st.one_of(
    st.builds(hostio.Connected, handles),
    st.builds(hostio.ConnectFailed, handles, st.sampled_from(Failure), st.booleans()),
    st.builds(hostio.Received, handles, st.binary(min_size=1, max_size=3000), st.integers(0, 2)),
    st.builds(hostio.Sent, handles, st.integers(0, 5)),
    st.builds(hostio.EndOfStream, handles),
    st.builds(hostio.Broken, handles, st.sampled_from(Failure)),
    st.builds(hostio.Accepted, handles, st.integers(50, 53), st.just(0x7F000001), st.just(40000)),
)
steps = st.lists(
    st.one_of(segments, segments, events, st.sampled_from(["slow", "fast"])), max_size=60
)


@relaxed
@given(steps, st.sampled_from([ROUTER, ipv4.parse_address("10.0.2.100")]))
def test_no_sequence_of_segments_and_events_raises_or_grows(
    make_world, make_guest_forward, sequence, to
):
    world = make_world(guest_forwards=(make_guest_forward("cmd:cat"),))
    for step in sequence:
        if step == "slow":
            world.tcp.on_slow_tick()
        elif step == "fast":
            world.tcp.on_fast_tick()
        elif isinstance(step, tcp.Segment):
            payload = tcp.encode(step, GUEST, to)
            world.tcp.receive(ipv4.Datagram(GUEST, to, ipv4.TCP, payload))
        else:
            world.tcp.on_event(step)
        for each in world.hears():
            assert len(each.text) <= 1460
        for action in world.asks(hostio.Connect):
            world.tcp.on_event(hostio.Connected(action.handle))
    assert len(world.tcp.rows()) <= 8


@given(st.binary(max_size=80))
def test_octets_that_are_no_segment_are_a_wire_error_and_nothing_else(make_world, octets):
    world = make_world()

    with contextlib.suppress(WireError):
        world.tcp.receive(ipv4.Datagram(GUEST, ROUTER, ipv4.TCP, octets))

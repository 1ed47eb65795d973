"""TCP alone: a stack that only keeps what it is given, a guest that speaks segments."""

from dataclasses import dataclass, field

import pytest

from refnet.slirp import hostio
from refnet.slirp.profile import QEMU_7_2
from refnet.slirp.seam import Config, GuestForward
from refnet.slirp.tcp import Tcp
from refnet.wire import ipv4, tcp

GUEST = ipv4.parse_address("10.0.2.15")
ROUTER = ipv4.parse_address("10.0.2.2")
FLAGS = dict(zip("FSRPAUEC", (1 << bit for bit in range(8)), strict=True))


class FakeStack:
    """Keeps segments, errors and actions; draws handles."""

    def __init__(self, config=None):
        self.config = config or Config()
        self.profile = QEMU_7_2
        self.now = 0
        self.datagrams = []
        self.errors = []
        self.actions = []
        self.owners = {}
        self._last_handle = 0

    def send(self, datagram, flow=None):
        self.datagrams.append(datagram)

    def send_error(self, offending, type, code, source=None):
        self.errors.append((offending, type, code))

    def perform(self, action):
        self.actions.append(action)

    def claim(self, owner):
        self._last_handle += 1
        self.owners[self._last_handle] = owner
        return self._last_handle

    def release(self, handle):
        self.owners.pop(handle, None)

    def warn(self, text):
        raise AssertionError(text)


@dataclass
class Heard:
    """One segment from the stack, with what matters of its datagram."""

    segment: tcp.Segment
    ttl: int
    tos: int
    source: int
    flags: str = field(init=False)

    def __post_init__(self):
        self.flags = "".join(name for name, bit in FLAGS.items() if self.segment.flags & bit)

    def __getattr__(self, name):
        return getattr(self.segment, name)

    @property
    def text(self):
        return bytes(self.segment.payload)


class World:
    """A guest on one side of TCP, the host on the other."""

    def __init__(self, **config):
        self.stack = FakeStack(Config(**config))
        self.tcp = Tcp(self.stack)

    # -- the guest --

    def says(
        self,
        flags,
        seq=0,
        ack=0,
        text=b"",
        *,
        window=65535,
        near=4000,
        far=7000,
        to=ROUTER,
        urgent=0,
        options=b"",
        ttl=64,
        tos=0,
    ):
        """Send a segment, and return what comes back."""
        bits = sum(FLAGS[flag] for flag in flags)
        segment = tcp.Segment(
            near, far, seq % 2**32, ack % 2**32, bits, window, text, urgent, options
        )
        payload = tcp.encode(segment, GUEST, to)
        self.tcp.receive(ipv4.Datagram(GUEST, to, ipv4.TCP, payload, ttl, tos))
        return self.hears()

    def hears(self):
        """The segments since the last call."""
        datagrams, self.stack.datagrams = self.stack.datagrams, []
        return [
            Heard(
                tcp.decode(each.payload, each.source, each.destination),
                each.ttl,
                each.tos,
                each.source,
            )
            for each in datagrams
        ]

    # -- the host --

    def asks(self, kind=None):
        """The actions since the last call, of one kind or all."""
        actions, self.stack.actions = self.stack.actions, []
        return [action for action in actions if kind is None or isinstance(action, kind)]

    def tells(self, event):
        """Give an event, and return what the guest hears of it."""
        self.tcp.on_event(event)
        return self.hears()

    def ticks(self, count):
        """Let slow ticks pass; (tick, segment) for what the guest hears."""
        heard = []
        for tick in range(1, count + 1):
            self.tcp.on_slow_tick()
            heard += [(tick, segment) for segment in self.hears()]
        return heard

    # -- common beginnings --

    def connects(self, **options):
        """A SYN whose host connection succeeds; the SYN,ACK and the handle."""
        self.says("S", 1000, **options)
        handle = self.asks(hostio.Connect)[-1].handle
        [answer] = self.tells(hostio.Connected(handle))
        return answer, handle

    def established(self, **options):
        """A connection whose next octet is 1001 from the guest and 2 to it; the handle."""
        syn_ack, handle = self.connects(**options)
        options.pop("options", None)
        assert self.says("A", 1001, syn_ack.sequence + 1, **options) == []
        self.asks()
        return handle

    def forwarded(self, device, **options):
        """A connection to a ``guestfwd`` rule, established."""
        [syn_ack] = self.says("S", 1000, **options)
        options.pop("options", None)
        self.says("A", 1001, syn_ack.sequence + 1, **options)

    def row(self):
        [row] = self.tcp.rows()
        return row

    @property
    def state(self):
        return self.row().state


@pytest.fixture(scope="session")
def make_world():
    return World


@pytest.fixture
def world():
    return World()


@pytest.fixture(scope="session")
def make_guest_forward():
    def make(device, address="10.0.2.100", port=1234):
        return GuestForward(ipv4.parse_address(address), port, device)

    return make

"""A host whose stack is the test, and a site for netdevs with a station beside them."""

import pytest

from refnet.backend.host import Host
from refnet.backend.loop import Loop
from refnet.backend.netdevs import Site
from refnet.clock import ManualClock
from refnet.slirp.profile import QEMU_7_2


class FakeStack:
    """Gives out actions, keeps events, and answers an event with what ``on`` says."""

    def __init__(self):
        self.profile = QEMU_7_2
        self.actions = []
        self.events = []
        self.answers = {}
        self.last_handle = 100

    def take_actions(self):
        actions, self.actions = self.actions, []
        return actions

    def on_event(self, event, now):
        self.events.append(event)
        self.actions += self.answers.get(type(event), [])

    def claim_for(self, handle):
        self.last_handle += 1
        return self.last_handle


class Bench:
    """A host with its loop; ``does`` carries out, ``hears`` waits for the outcome."""

    def __init__(self, resolv_conf):
        self.clock = ManualClock()
        self.loop = Loop(self.clock)
        self.stack = FakeStack()
        self.notified = 0
        self.said = []
        self.host = Host(
            self.loop, self.stack, self.clock, resolv_conf, self._notify, self.said.append
        )

    def _notify(self):
        self.notified += 1

    def does(self, *actions):
        """Carry out actions; the events that came of them at once."""
        self.stack.actions += actions
        self.host.run_actions()
        return self.events()

    def events(self):
        events, self.stack.events = self.stack.events, []
        return events

    def hears(self, kind, count=1):
        """Turn the loop until ``count`` events of a kind have come; all events until then."""
        seen = self.events()
        while sum(isinstance(event, kind) for event in seen) < count:
            assert self.loop.step(20.0), f"no {kind.__name__}; so far {seen}"
            seen += self.events()
        return seen

    def quiet(self):
        """Let everything happen that is ready; the events."""
        while self.loop.step(0):
            pass
        return self.events()

    def close(self):
        self.host.close()
        self.loop.close()


@pytest.fixture
def resolv_conf(tmp_path):
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 127.0.0.1\n")
    return path


@pytest.fixture
def bench(resolv_conf):
    bench = Bench(resolv_conf)
    yield bench
    bench.close()


@pytest.fixture
def told():
    """What the netdevs reported: connections, and complaints about peers."""
    return []


@pytest.fixture
def site(fabric, told):
    loop = Loop(ManualClock())
    yield Site(fabric, loop, lambda port, address: told.append(address), told.append)
    for port in fabric.ports:
        port.close()
    loop.close()


@pytest.fixture
def guest(site, station):
    return station("guest")

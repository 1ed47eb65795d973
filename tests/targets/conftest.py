"""What the tests of targets share: every installed target in turn, inside namespaces."""

import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from vnetspec.fixtures import namespace
from vnetspec.fixtures.kernel_guest import settled
from vnetspec.fixtures.targets.contract import Network, TargetError, Unsupported
from vnetspec.fixtures.targets.find import find, known

GUESTLESS = "-M none -nodefaults -nographic -monitor none -serial none -netdev user,id=u0"
HUB = " -netdev hubport,id=h0,hubid=0,netdev=u0 -netdev hubport,id=h1,hubid=0,netdev=s0"
QEMU = f"qemu-system-x86_64 {GUESTLESS}{HUB} -netdev"

#: Commands that are started for each network.
STARTED = {
    "exec-dgram-fd": f"exec:{QEMU} dgram,id=s0,local.type=fd,local.str={{fd}}",
    "exec-dgram-paths": f"exec:{QEMU} dgram,id=s0,local.type=unix,local.path={{sock}},"
    "remote.type=unix,remote.path={peer}",
    "exec-stream-connected": f"exec-stream:{QEMU} stream,id=s0,server=on,addr.type=unix,"
    "addr.path={sock}",
    "exec-stream-listening": f"exec-stream:{QEMU} stream,id=s0,server=off,addr.type=unix,"
    "addr.path={peer}",
    "exec-seqpacket": "exec-seqpacket:slirp4netns --target-type=bess {sock}",
}

#: How refnet is told where frames cross, and how the suite is.
SHARED = {
    "shared-dgram-paths": (
        "dgram,id=s0,local.type=unix,local.path={there},remote.type=unix,remote.path={here}",
        "dgram:unix:{there},local={here}",
    ),
    "shared-dgram-ports": (
        "dgram,id=s0,local.type=inet,local.host=127.0.0.1,local.port=7201,"
        "remote.type=inet,remote.host=127.0.0.1,remote.port=7202",
        "dgram:127.0.0.1:7201,local=127.0.0.1:7202",
    ),
    "shared-stream-path": (
        "stream,id=s0,server=on,addr.type=unix,addr.path={there}",
        "stream:unix:{there}",
    ),
    "shared-stream-port": (
        "stream,id=s0,server=on,addr.type=inet,addr.host=127.0.0.1,addr.port=7203",
        "stream:127.0.0.1:7203",
    ),
    "shared-dgram-fd": ("socket,id=s0,fd={fd}", "dgram:fd:{fd}"),
    "shared-stream-fd": ("socket,id=s0,fd={fd}", "stream:fd:{fd}"),
}


@pytest.fixture(scope="session")
def network_namespace():
    return namespace.enter()


@pytest.fixture(scope="session")
def attached(network_namespace):
    """A target to which refnet, started once, is attached; refnet ends with the tests."""
    with ExitStack() as stack:

        def attach(name):
            netdev, spec = SHARED[name]
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="vnetspec-"))
            words = {"{there}": f"{directory}/there", "{here}": f"{directory}/here"}
            kind = socket.SOCK_STREAM if "stream" in spec else socket.SOCK_DGRAM
            ours, theirs = socket.socketpair(type=kind)
            stack.callback(ours.close)
            cable = filled(netdev, words | {"{fd}": str(theirs.fileno())})
            process = subprocess.Popen(
                [sys.executable, "-m", "refnet", *f"{GUESTLESS} -netdev {cable}{HUB}".split()],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            theirs.close()
            target = find(filled(spec, words | {"{fd}": str(ours.fileno())}))
            settled(lambda: is_there(target))
            return target

        yield attach


def filled(text, words):
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def is_there(target):
    """Whether somebody answers at the other end by now."""
    try:
        target.version()
        with tempfile.TemporaryDirectory() as directory:
            link = target.open(Network(), Path(directory))
            try:
                link.settle(0.2)
            finally:
                link.close()
    except TargetError:
        return False
    return True


@pytest.fixture(scope="module", params=[*known(), *STARTED, *SHARED])
def target(request, attached):
    """Each target that the distribution announces, and each way to attach one without code;
    skipped where its package is missing.
    """
    if request.param in SHARED:
        target = attached(request.param)
    else:
        target = find(STARTED.get(request.param, request.param))
    try:
        target.version()
    except Unsupported as error:
        pytest.skip(str(error))
    yield target
    target.close()


@pytest.fixture
def needs(target):
    """Skip a target that says that it lacks a capability."""

    def check(*capabilities):
        lacking = set(capabilities) - target.capabilities
        if lacking:
            pytest.skip(f"{target.name} says that it has no {', '.join(sorted(lacking))}")

    return check


@pytest.fixture
def plain(target):
    """The simplest network that the target has: with a user network, or else two guests alone."""
    return Network() if "arp" in target.capabilities else Network(user=None, ports=2)


@pytest.fixture
def start(target, tmp_path):
    """Open networks that are closed when the test ends."""
    links = []

    def start(network=None):
        link = target.open(network or Network(), tmp_path)
        links.append(link)
        return link

    yield start
    for link in links:
        link.close()

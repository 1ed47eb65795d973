"""User networks that are programs of their own: how they are attached, refuse, and end."""

import os
import select
import signal
import subprocess
import sys

import pytest

from vnetspec.fixtures.frames import arp_request, discover, gratuitous_arp
from vnetspec.fixtures.frames6 import neighbour_solicitation
from vnetspec.fixtures.host import Host
from vnetspec.fixtures.oracle import ARP, IP, TCP, UDP, Ether, ICMPv6ND_NA
from vnetspec.fixtures.targets.contract import Died, Network, Refused, Unsupported
from vnetspec.fixtures.targets.passt import Passt, Pasta
from vnetspec.fixtures.targets.slirp4netns import Slirp4netns, Slirp4netnsTap
from vnetspec.fixtures.targets.tap_place import TapPlaces

PATIENCE = 10.0
ALL = [Slirp4netns, Slirp4netnsTap, Passt, Pasta]
TAPS = [Slirp4netnsTap, Pasta]


@pytest.fixture
def stack(request, network_namespace):
    """The target that a test asks for."""
    made = request.param()
    try:
        made.version()
    except Unsupported as error:
        pytest.skip(str(error))
    yield made
    made.close()


@pytest.fixture
def begin(stack, tmp_path):
    """Open networks that are closed when the test ends."""
    links = []

    def begin(*options):
        links.append(stack.open(Network(options), tmp_path))
        return links[-1]

    yield begin
    for link in links:
        link.close()


def heard(link, kind):
    """The next frame of that kind."""
    while True:
        octets = link.receive(patience=PATIENCE)
        assert octets is not None, f"no {kind.__name__} came"
        frame = Ether(octets)
        if kind in frame:
            return frame


@pytest.mark.parametrize("stack", ALL, indirect=True)
def test_the_address_plan_is_that_of_the_target(stack, begin):
    plan = stack.plan
    link = begin()

    link.send(bytes(arp_request(plan.router)))
    assert heard(link, ARP)[ARP].hwsrc == plan.router_mac
    link.send(bytes(discover()))
    assert heard(link, UDP)["BOOTP"].yiaddr == plan.guest


@pytest.mark.parametrize("stack", [Slirp4netns, Slirp4netnsTap, Passt], indirect=True)
def test_a_host_forward_leads_to_the_guest(stack, begin, tmp_path):
    link = begin(("hostfwd", "tcp:127.0.0.1:5544-:22"))
    link.send(bytes(gratuitous_arp()))
    host = Host(tmp_path)
    try:
        host.connects(5544)
        syn = heard(link, TCP)
    finally:
        host.close()

    assert (syn[IP].dst, syn[TCP].dport, syn[TCP].flags) == (stack.plan.guest, 22, "S")


@pytest.mark.parametrize("stack", ALL, indirect=True)
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ([("restrict", "on")], "restrict"),
        ([("tftp", "/")], "tftp"),
        ([("hostfwd", "tcp::0-:22")], "port"),
        ([("ipv6-prefix", "2001:db8::"), ("ipv6-prefixlen", "48")], "ipv6-prefix"),
    ],
)
def test_what_there_is_no_option_for_is_unsupported(stack, begin, options, named):
    with pytest.raises(Unsupported, match=named):
        begin(*options)


@pytest.mark.parametrize("stack", ALL, indirect=True)
def test_a_port_that_is_taken_is_refused(stack, begin, tmp_path):
    host = Host(tmp_path)
    try:
        port = host.tcp().port
        with pytest.raises(Refused, match=r"hostfwd|ind"):
            begin(("hostfwd", f"tcp:127.0.0.1:{port}-:22"))
    finally:
        host.close()


@pytest.mark.parametrize("stack", ALL, indirect=True)
def test_the_end_of_the_program_is_told(stack, begin):
    link = begin()
    os.kill(link.process_id, signal.SIGKILL)

    with pytest.raises(Died, match=f"{stack.name.partition('-')[0]}.* ended .SIGKILL"):
        link.receive(patience=PATIENCE)


@pytest.mark.parametrize("stack", [Passt, Pasta], indirect=True)
def test_a_fence_does_not_overtake_what_it_comes_after(stack, begin):
    """passt looks at all the IPv4 frames that it finds before those of IPv6."""
    plan = stack.plan
    link = begin()
    for _ in range(20):
        link.send(bytes(neighbour_solicitation(plan.router6)))
        link.send(bytes(arp_request(plan.router)))

        first, second = (Ether(link.receive(patience=PATIENCE)) for _ in range(2))

        assert ICMPv6ND_NA in first
        assert ARP in second


@pytest.mark.parametrize("stack", TAPS, indirect=True)
@pytest.mark.parametrize("length", [13, 65536])
def test_a_frame_that_no_tap_device_takes_is_unsupported(begin, stack, length):
    with pytest.raises(Unsupported, match=f"{length} octets"):
        begin().send(bytes(length))


@pytest.mark.parametrize("stack", TAPS, indirect=True)
def test_nobody_but_the_program_speaks_on_the_tap(stack, begin):
    link = begin()

    assert link.receive(within=0.05) is None


def test_a_program_ends_with_a_suite_that_is_killed(network_namespace, tmp_path):
    """A process of its own opens the network and is killed: nobody is left to close it."""
    try:
        Pasta().version()
    except Unsupported as error:
        pytest.skip(str(error))
    code = (
        "import sys, time, pathlib\n"
        "from vnetspec.fixtures.targets.contract import Network\n"
        "from vnetspec.fixtures.targets.passt import Pasta\n"
        "link = Pasta().open(Network(), pathlib.Path(sys.argv[1]))\n"
        "print(link.process_id, flush=True)\n"
        "sys.stdin.read()\n"
    )
    suite = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with suite:
        process = os.pidfd_open(int(suite.stdout.readline()))
        suite.kill()
    try:
        ended, _, _ = select.select([process], [], [], 20.0)
        assert ended
    finally:
        os.close(process)


def test_a_place_is_made_again_when_its_holder_is_gone(network_namespace):
    places = TapPlaces()
    try:
        places.new().close()
        os.kill(places.holder, signal.SIGKILL)
        os.waitid(os.P_PID, places.holder, os.WEXITED | os.WNOWAIT)

        places.new().close()
    finally:
        places.close()

"""A target that ends is reported, and does not take the run with it."""

import os
import signal

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.frames import arp_request, echo_request, fragments
from vnetspec.fixtures.targets.contract import Died, Network, Refused
from vnetspec.fixtures.targets.dnsmasq import Dnsmasq
from vnetspec.fixtures.targets.libslirp import Libslirp
from vnetspec.fixtures.targets.process import Qemu
from vnetspec.fixtures.targets.slirpvde import Slirpvde
from vnetspec.fixtures.targets.vde import VdeHub


@pytest.fixture(params=[Libslirp, Qemu, Slirpvde])
def crashing(request, network_namespace):
    """The targets that are known to crash when the last fragment comes first (IP4-08)."""
    target = request.param()
    yield target
    target.close()


def send_last_fragment_first(link):
    link.send(bytes(arp_request(ROUTER)))
    assert link.receive(patience=5)
    for fragment in reversed(fragments(echo_request(data=bytes(4000)), 1480, 1480)):
        link.send(bytes(fragment))
    link.receive(within=1)


def test_a_crash_is_reported_with_its_signal(crashing, tmp_path):
    link = crashing.open(Network(), tmp_path)

    with pytest.raises(Died, match=r"SIGBUS|SIGSEGV"):
        send_last_fragment_first(link)
    link.close()


def test_the_next_network_starts_after_a_crash(crashing, tmp_path):
    link = crashing.open(Network(), tmp_path)
    with pytest.raises(Died):
        send_last_fragment_first(link)
    link.close()

    link = crashing.open(Network(), tmp_path)
    link.send(bytes(arp_request(ROUTER)))
    assert link.receive(patience=5)
    link.close()


def test_whoever_speaks_to_the_dead_is_told(tmp_path, network_namespace):
    link = Qemu().open(Network(), tmp_path)
    os.kill(link.process_id, signal.SIGKILL)

    with pytest.raises(Died, match="SIGKILL"):
        link.receive(patience=5)
    with pytest.raises(Died, match="SIGKILL"):
        link.send(bytes(60))
    with pytest.raises(Died, match="SIGKILL"):
        link.monitor("info network")
    link.close()


@pytest.mark.parametrize("target", [Libslirp, Qemu])
def test_a_boot_file_name_that_does_not_fit_ends_the_start(target, tmp_path, network_namespace):
    """QEMU 7.2 runs into a null pointer where libslirp says no (DHCP-08)."""
    opened = target()
    with pytest.raises((Died, Refused), match=r"SIGSEGV|bootfile"):
        opened.open(Network((("bootfile", "x" * 128),)), tmp_path)
    opened.close()


def test_the_worker_is_started_again_when_it_is_gone(tmp_path, network_namespace):
    target = Libslirp()
    target.open(Network(), tmp_path).close()
    os.kill(target.process_id, signal.SIGKILL)
    os.waitid(os.P_PID, target.process_id, os.WEXITED | os.WNOWAIT)

    link = target.open(Network(), tmp_path)
    link.send(bytes(arp_request(ROUTER)))

    assert link.receive() is not None
    link.close()
    target.close()


@pytest.mark.parametrize(
    ("target", "network"),
    [(VdeHub, Network(user=None, ports=2)), (Slirpvde, Network()), (Dnsmasq, Network())],
)
def test_the_death_of_any_program_is_that_of_the_network(
    target, network, tmp_path, network_namespace
):
    link = target().open(network, tmp_path)
    os.kill(link.process_ids[-1], signal.SIGKILL)

    with pytest.raises(Died, match="SIGKILL"):
        link.receive(patience=5)
    link.close()

"""What the embedded refnet does beside the contract."""

import os

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.targets.contract import Died, Network, Refused
from vnetspec.fixtures.targets.refnet import EmbeddedRefnet


@pytest.fixture
def refnet(network_namespace):
    return EmbeddedRefnet()


def test_an_exception_that_escapes_is_its_death(refnet, tmp_path, monkeypatch):
    link = refnet.open(Network(), tmp_path)

    def explode(timeout):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(link.machine, "step", explode)

    with pytest.raises(Died, match="ZeroDivisionError: boom"):
        link.send(bytes(arp_request(ROUTER)))
    with pytest.raises(Died, match="closed"):
        link.receive()
    link.close()


def test_a_refusal_after_sockets_were_taken_leaves_none_open(refnet, tmp_path):
    before = os.listdir("/proc/self/fd")

    with pytest.raises(Refused, match="Duplicate"):
        refnet.open(Network(ports=2, arguments=("-netdev", "hubport,id=s1,hubid=0")), tmp_path)

    assert os.listdir("/proc/self/fd") == before


def test_help_is_no_network(refnet, tmp_path):
    with pytest.raises(Refused) as caught:
        refnet.open(Network(arguments=("-netdev", "help")), tmp_path)

    assert caught.value.status == 0
    assert caught.value.text.startswith("Available netdev backend types:")


def test_time_stands_still_while_the_machine_is_stopped(refnet, tmp_path):
    link = refnet.open(Network(), tmp_path)
    link.monitor("stop")
    link.send(bytes(arp_request(ROUTER)))
    assert link.receive(within=10) is None

    link.monitor("cont")

    assert link.receive() is not None
    link.close()


def test_the_profile_of_2004_can_be_had(refnet, tmp_path):
    link = refnet.open(Network(profile="qemu-0.6"), tmp_path)
    link.send(bytes(arp_request(ROUTER)))

    assert len(link.receive()) != 64
    link.close()

"""Which ports are on which hub, and what they are called."""

import re

import pytest

from vnetspec.fixtures.addresses import NAMESERVER
from vnetspec.fixtures.checkers import ANY, ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement


@requirement("HUB-04")
@network(user=False, arguments=["-net", "user,net=10.0.9.0/24"])
def test_net_is_on_hub_nought(guest, golden):
    guest.says(arp_request("10.0.9.2"))

    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.2"))

    golden.matches(guest.wire)


@requirement("HUB-04", variant="other")
@network(
    arguments=[
        *("-netdev", "user,id=u7,net=10.0.9.0/24"),
        *("-netdev", "hubport,id=h7,hubid=7,netdev=u7"),
    ]
)
def test_hubs_are_apart(guest, golden):
    guest.says(arp_request("10.0.9.2"))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("HUB-04", variant="created")
@network(arguments=["-netdev", "hubport,id=p7,hubid=7", "-netdev", "hubport,id=q7,hubid=7"])
def test_a_hub_comes_into_being_with_its_first_port(guest, transcript):
    assert hubs_in(guest.monitor("info network")) == {"7": ["q7", "p7"], "0": ["h1", "h0"]}

    transcript.matches()


@requirement("HUB-05")
@network(user=False, arguments=["-net", "user", "-net", "user,net=10.0.9.0/24"])
def test_a_port_without_an_id_is_named_by_its_hub_and_number(guest, transcript):
    assert hubs_in(guest.monitor("info network")) == {"0": ["hub0port2", "hub0port1", "h1"]}

    transcript.matches()


@requirement("HUB-05", variant="id")
@network(ports=2)
def test_a_port_with_an_id_is_named_by_it(guest, transcript):
    assert hubs_in(guest.monitor("info network")) == {"0": ["h2", "h1", "h0"]}

    transcript.matches()


@requirement("HUB-06")
@network(
    arguments=[
        *("-netdev", "user,id=u9,net=10.0.9.0/24"),
        *("-netdev", "hubport,id=h9,hubid=0,netdev=u9"),
    ]
)
def test_a_port_attaches_a_netdev(guest, golden):
    guest.says(arp_request("10.0.9.2"))
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.2"))

    guest.says(arp_request(NAMESERVER))
    guest.hears(ARP_REPLY.where(ARP, psrc=NAMESERVER))

    golden.matches(guest.wire)


@requirement("HUB-06", variant="bridge")
@network(
    user=False,
    ports=2,
    arguments=[
        *(
            "-netdev",
            "dgram,id=a,local.type=unix,local.path={dir}/a,remote.type=unix,remote.path={dir}/b",
        ),
        *(
            "-netdev",
            "dgram,id=b,local.type=unix,local.path={dir}/b,remote.type=unix,remote.path={dir}/a",
        ),
        *("-netdev", "hubport,id=ha,hubid=0,netdev=a"),
        *("-netdev", "hubport,id=hb,hubid=9,netdev=b"),
        *("-netdev", "user,id=u9,net=10.0.9.0/24"),
        *("-netdev", "hubport,id=h9,hubid=9,netdev=u9"),
    ],
)
def test_two_netdevs_join_two_hubs(guest):
    guest.says(arp_request("10.0.9.2"))

    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.2"))
    assert guest.neighbour(1).hears(ANY)[ARP].op == 1


@requirement("HUB-06", variant="hubs")
@network(
    arguments=[
        *("-netdev", "hubport,id=a,hubid=0"),
        *("-netdev", "hubport,id=b,hubid=9,netdev=a"),
        *("-netdev", "user,id=u9,net=10.0.9.0/24"),
        *("-netdev", "hubport,id=h9,hubid=9,netdev=u9"),
    ],
)
def test_two_ports_join_two_hubs(guest, golden):
    guest.says(arp_request("10.0.9.2"))

    guest.hears_only(ARP_REPLY.where(ARP, psrc="10.0.9.2"))

    golden.matches(guest.wire)


@requirement("HUB-06", variant="unknown")
def test_a_port_does_not_attach_a_netdev_that_is_not_there(refuses, transcript):
    assert (
        refuses(arguments=["-netdev", "hubport,id=h9,hubid=0,netdev=nobody"])
        == "-netdev hubport,id=h9,hubid=0,netdev=nobody: netdev 'nobody' not found"
    )

    transcript.matches()


@requirement("HUB-06", variant="hubid")
def test_a_port_has_a_hub(refuses, transcript):
    assert (
        refuses(arguments=["-netdev", "hubport,id=h9"])
        == "-netdev hubport,id=h9: Parameter 'hubid' is missing"
    )

    transcript.matches()


@requirement("HUB-06", variant="twice")
def test_a_netdev_is_on_one_hub_alone(refuses):
    assert "u0" in refuses(arguments=["-netdev", "hubport,id=h9,hubid=9,netdev=u0"])


@requirement("HUB-10")
@pytest.mark.parametrize("queues", [1, 2])
def test_a_tap_of_several_queues_does_not_join_a_hub(refuses, transcript, queues):
    assert (
        refuses(arguments=["-net", f"tap,queues={queues}"])
        == f"-net tap,queues={queues}: Multiqueue tap cannot be used with hubs"
    )

    transcript.matches()


def hubs_in(listing: str) -> dict[str, list[str]]:
    """The hubs of ``info network`` and the names of their ports, in the order listed."""
    hubs: dict[str, list[str]] = {}
    for line in listing.splitlines():
        if match := re.fullmatch(r"hub (\d+)", line):
            hubs[match[1]] = ports = []
        elif match := re.match(r" \\ ([^:]+)(:|$)", line):
            ports.append(match[1].strip())
    return hubs

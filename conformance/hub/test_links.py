"""What becomes of a hub when links go down and netdevs go away."""

import pytest

from vnetspec.fixtures.addresses import GUEST, ROUTER, guest_address
from vnetspec.fixtures.checkers import ANY, ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement


@requirement("HUB-07")
@network(ports=3, arguments=["-netdev", "hubport,id=p5,hubid=5"])
def test_ports_and_hubs_are_listed_newest_first(guest, transcript):
    lines = guest.monitor("info network").splitlines()

    assert [line.split(":")[0] for line in lines if line.startswith(("hub", " \\"))] == [
        "hub 5",
        " \\ p5",
        "hub 0",
        " \\ h3",
        " \\ h2",
        " \\ h1",
        " \\ h0",
    ]

    transcript.matches()


@requirement("HUB-08")
@network(ports=3)
def test_a_link_that_is_down_cuts_off_its_client_alone(guest, transcript, golden):
    cut, other = guest.neighbour(1), guest.neighbour(2)
    guest.monitor("set_link s1 off")

    cut.says(arp_request(GUEST, sender=cut.address, mac=cut.mac))
    guest.says(arp_request(ROUTER))

    guest.hears(ARP_REPLY)
    other.hears(ANY.where(ARP, op=1, pdst=ROUTER))
    other.hears(ARP_REPLY)
    guest.monitor("set_link s1 on")
    question = arp_request(guest_address(2), sender=guest.address)
    guest.says(question)
    assert cut.hears(ANY).original == bytes(question)
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HUB-08", variant="dropped")
@network(ports=2)
def test_frames_for_a_link_that_is_down_do_not_wait(guest, transcript, golden):
    guest.monitor("set_link u0 off")
    for _ in range(3):
        guest.says(arp_request(ROUTER))
        guest.neighbour(1).hears(ANY.where(ARP, op=1))
    guest.monitor("set_link u0 on")

    guest.hears_nothing()

    golden.matches(guest.wire)

    transcript.matches()


@requirement("HUB-08", variant="port")
@network(ports=2)
def test_the_link_of_a_port_goes_down_too(guest, transcript, golden):
    guest.monitor("set_link h2 off")
    question = arp_request(ROUTER)
    guest.says(question)
    guest.hears(ARP_REPLY)

    guest.monitor("set_link h2 on")
    guest.says(question)
    guest.hears(ARP_REPLY)

    other = guest.neighbour(1)
    assert other.hears(ANY).original == bytes(question)
    other.hears_each(ARP_REPLY)
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HUB-08", variant="unknown")
@network()
def test_the_link_of_nobody_is_not_found(guest, transcript):
    assert guest.monitor("set_link zz off") == "Error: Device 'zz' not found\n"

    transcript.matches()


@requirement("HUB-09")
@network(ports=2)
def test_a_port_outlives_its_netdev(guest, transcript, golden):
    guest.resolves()
    guest.monitor("netdev_del s1")

    assert ports(guest) == [" \\ h2", " \\ h1: s0", " \\ h0: u0"]
    guest.resolves()
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HUB-09", variant="port")
@network(ports=2)
def test_a_port_is_deleted_from_its_hub(guest, transcript, golden):
    guest.resolves()
    guest.monitor("netdev_del h2")

    assert ports(guest) == [" \\ h1: s0", " \\ h0: u0"]
    guest.resolves()
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HUB-09", variant="again")
@network(arguments=["-netdev", "user,id=u9,net=10.0.9.0/24"])
def test_a_port_is_added_to_a_hub_that_is_there(guest, transcript, golden):
    guest.says(arp_request("10.0.9.2"))
    guest.hears_nothing()

    guest.monitor("netdev_add hubport,id=h9,hubid=0,netdev=u9")

    assert ports(guest) == [" \\ h9: u9", " \\ h1: s0", " \\ h0: u0"]
    guest.says(arp_request("10.0.9.2"))
    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.2"))
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HUB-11")
@network(user=False, ports=2)
@pytest.mark.parametrize("length", [69631, 69632])
def test_the_longest_frame_passes(guest, length):
    frame = bytes(arp_request(ROUTER)).ljust(length, b"\0")

    guest.says(frame)

    assert guest.neighbour(1).hears(ANY).original == frame


@requirement("HUB-12")
@network(user=False, ports=3)
def test_a_conversation_of_two_is_heard_by_the_third(guest, golden):
    first, third = guest.neighbour(1), guest.neighbour(2)
    question = arp_request(first.address)
    guest.says(question)
    first.hears(ANY)
    answer = arp_request(GUEST, sender=first.address, mac=first.mac)
    answer[ARP].op = 2
    answer.dst = guest.mac
    first.says(answer)
    guest.hears(ANY)

    for frame in (question, answer):
        assert third.hears(ANY).original == bytes(frame)
    golden.matches(guest.wire)


def ports(guest):
    """The ports of hub 0 and the netdevs on them."""
    listing = guest.monitor("info network").partition("hub 0\n")[2].splitlines()
    return [":".join(line.split(":")[:2]) for line in listing if line.startswith(" \\")]

"""A hub repeats each frame to every other port, and knows nothing about what it repeats."""

import pytest

from vnetspec.fixtures.addresses import GUEST, ROUTER, guest_address
from vnetspec.fixtures.checkers import ANY, ARP_REPLY, ECHO_REPLY
from vnetspec.fixtures.frames import arp_request, echo_request, gratuitous_arp
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.oracle import ARP, Dot1Q, Ether, Frame
from vnetspec.fixtures.requirements import network, requirement, tolerates


def hears_just(guest: Guest, frame: Frame) -> None:
    """The next thing that ``guest`` hears is ``frame``, octet by octet."""
    heard, said = guest.hears(ANY).original, bytes(frame)
    assert len(heard) == len(said), f"heard {len(heard)} octets, MUST be the {len(said)} said"
    assert heard == said, f"heard {heard.hex()}, MUST be {said.hex()}"


@requirement("HUB-01")
@network(user=False, ports=3)
def test_a_frame_goes_to_every_other_port_once_and_not_back(guest, golden):
    others = [guest.neighbour(1), guest.neighbour(2)]
    frame = arp_request(guest_address(1))

    guest.says(frame)

    for other in others:
        hears_just(other, frame)
    for number, other in enumerate(others):
        question = arp_request(GUEST, sender=other.address, mac=other.mac)
        other.says(question, note="fence")
        hears_just(guest, question)
        hears_just(others[1 - number], question)
    golden.matches(guest.wire)


@requirement("HUB-01", variant="size")
@network(user=False, ports=2)
@pytest.mark.parametrize("length", [14, 42, 60, 1514, 9000, 65535])
def test_a_frame_of_any_size_passes_unmodified(guest, golden, length):
    frame = (bytes(range(256)) * 256)[:length]

    guest.says(frame)

    hears_just(guest.neighbour(1), frame)
    golden.matches(guest.wire)


@requirement("HUB-01", variant="runt")
@tolerates("Malformed Packet", reason="the guest's own frame is no Ethernet frame")
@network(user=False, ports=2)
@pytest.mark.parametrize("length", [1, 13])
def test_a_frame_with_no_whole_header_passes_unmodified(guest, golden, length):
    frame = bytes(range(length))

    guest.says(frame)

    hears_just(guest.neighbour(1), frame)
    golden.matches(guest.wire)


@requirement("HUB-01", variant="user")
@network(ports=2)
def test_guests_hear_each_other_and_each_others_answers(guest, golden):
    other = guest.neighbour(1)
    question = arp_request(ROUTER)

    guest.says(question)

    hears_just(other, question)
    answer = ARP_REPLY.where(ARP, psrc=ROUTER, pdst=GUEST).where(Ether, dst=guest.mac)
    assert guest.hears(answer).original == other.hears(answer).original
    golden.matches(guest.wire)


@requirement("HUB-02")
@network(user=False, ports=3)
def test_a_frame_to_a_known_mac_still_goes_everywhere(guest, golden):
    first, second = guest.neighbour(1), guest.neighbour(2)
    introduction = gratuitous_arp(first.address, mac=first.mac)
    first.says(introduction)
    hears_just(guest, introduction)
    hears_just(second, introduction)
    frame = echo_request(first.address)
    frame[Ether].dst = first.mac

    guest.says(frame)

    hears_just(first, frame)
    hears_just(second, frame)
    golden.matches(guest.wire)


@requirement("HUB-02", variant="own-mac")
@network(user=False, ports=2)
def test_a_frame_to_the_senders_own_mac_goes_out(guest, golden):
    frame = echo_request(ROUTER)
    frame[Ether].dst = guest.mac

    guest.says(frame)

    hears_just(guest.neighbour(1), frame)
    golden.matches(guest.wire)


@requirement("HUB-02", variant="vlan")
@network(user=False, ports=3)
@pytest.mark.parametrize("vlan", [0, 1, 4095])
def test_tags_pass_to_every_port(guest, golden, vlan):
    request = echo_request(ROUTER)
    frame = Ether(src=guest.mac, dst=request.dst) / Dot1Q(vlan=vlan, prio=5) / request.payload

    guest.says(frame)

    hears_just(guest.neighbour(1), frame)
    hears_just(guest.neighbour(2), frame)
    golden.matches(guest.wire)


@requirement("HUB-02", variant="reserved")
@network(user=False, ports=2)
@pytest.mark.parametrize("mac", ["01:80:c2:00:00:00", "01:80:c2:00:00:0e", "00:00:00:00:00:00"])
def test_macs_that_bridges_keep_pass(guest, golden, mac):
    frame = echo_request(ROUTER)
    frame[Ether].dst = mac

    guest.says(frame)

    hears_just(guest.neighbour(1), frame)
    golden.matches(guest.wire)


@requirement("HUB-03")
@network(user=False, ports=3)
def test_a_port_that_reads_slowly_does_not_hold_up_another(guest):
    swift, slow = guest.neighbour(1), guest.neighbour(2)
    frames = [arp_request(guest_address(1), sender=f"10.0.3.{number}") for number in range(60)]

    for frame in frames:
        guest.says(frame)
        hears_just(swift, frame)

    for frame in frames:
        hears_just(slow, frame)


@requirement("HUB-03", variant="all-slow")
@network(user=False, ports=3)
def test_frames_wait_for_ports_that_all_read_slowly(guest):
    first, second = guest.neighbour(1), guest.neighbour(2)
    frames = [arp_request(guest_address(1), sender=f"10.0.3.{number}") for number in range(8)]

    guest.says(*frames)

    for port in (first, second):
        for frame in frames:
            hears_just(port, frame)


@requirement("HUB-03", variant="answers")
@network(ports=2)
def test_a_port_that_does_not_read_does_not_hold_up_the_user_network(guest):
    guest.announces()

    for number in range(60):
        guest.says(echo_request(ROUTER, data=b"%d" % number))

        guest.hears(ECHO_REPLY.carrying(b"%d" % number))

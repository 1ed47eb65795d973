"""One frame a datagram: over UDP, to a multicast group, between UNIX sockets."""

import pytest

from vnetspec.fixtures.addresses import LOOPBACK, ROUTER, guest_address
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement, tolerates
from vnetspec.sock.wires import (
    GROUP,
    INTRODUCTION,
    PORT,
    REMOTE_PORT,
    goes_on,
    hears_just,
    link,
    numbered,
    question,
    state,
)

NETDEV = (LOOPBACK, PORT)

SOCKET_UDP = link(f"socket,udp={LOOPBACK}:{REMOTE_PORT},localaddr={LOOPBACK}:{PORT}")
DGRAM_UDP = link(
    f"dgram,local.type=inet,local.host={LOOPBACK},local.port={PORT},"
    f"remote.type=inet,remote.host={LOOPBACK},remote.port={REMOTE_PORT}"
)
SOCKET_GROUP = link(f"socket,mcast={GROUP}:{PORT},localaddr={LOOPBACK}")
DGRAM_GROUP = link(
    f"dgram,remote.type=inet,remote.host={GROUP},remote.port={PORT},"
    f"local.type=inet,local.host={LOOPBACK},local.port=0"
)
DGRAM_UNIX = link(
    "dgram,local.type=unix,local.path={dir}/wire,remote.type=unix,remote.path={dir}/peer"
)


def group_case(guest, host, golden):
    """Frames to and from a group."""
    member = host.multicast(GROUP, PORT)
    guest.says(question(guest))
    member.hears(bytes(question(guest)))
    hears_just(guest, question(guest))

    member.says(bytes(numbered(1)), (GROUP, PORT))

    hears_just(guest, numbered(1))
    golden.matches(guest.wire)


@requirement("SOCK-09")
@network(arguments=SOCKET_GROUP)
def test_a_frame_is_a_datagram_to_the_group(guest, host, golden):
    group_case(guest, host, golden)


@requirement("SOCK-09", variant="members")
@network(arguments=SOCKET_GROUP)
def test_every_member_hears_a_frame(guest, host):
    members = [host.multicast(GROUP, PORT) for _ in range(3)]

    guest.says(question(guest))

    for member in members:
        member.hears(bytes(question(guest)))


@requirement("SOCK-09", variant="runt")
@tolerates("Malformed Packet", reason="the member's datagram is no Ethernet frame")
@network(arguments=SOCKET_GROUP)
@pytest.mark.parametrize("length", [1, 13])
def test_what_is_no_frame_does_not_end_a_group(guest, host, length):
    member = host.multicast(GROUP, PORT)
    _ = guest.link
    runt = bytes(range(1, length + 1))

    member.says(runt, (GROUP, PORT))
    member.says(bytes(numbered(1)), (GROUP, PORT))

    hears_just(guest, runt, numbered(1))


@requirement("SOCK-10")
@network(arguments=SOCKET_GROUP, user=False)
def test_a_member_hears_itself_once(guest, host, golden):
    guest.says(question(guest, guest_address(15)), question(guest, guest_address(16)))

    hears_just(guest, question(guest, guest_address(15)), question(guest, guest_address(16)))

    guest.says(question(guest))
    hears_just(guest, question(guest))
    golden.matches(guest.wire)


@requirement("SOCK-10", variant="storm")
@network(arguments=SOCKET_GROUP)
def test_no_storm_comes_of_an_answer_that_is_heard_again(guest):
    guest.says(question(guest, ROUTER))

    heard = guest.waits(0.3)

    questions = [packet for packet in heard if packet.original == bytes(question(guest, ROUTER))]
    answers = [packet for packet in heard if packet[ARP].op == 2]
    assert (len(questions), len(answers)) == (1, 4)
    assert len(heard) == 5


def udp_case(guest, host, golden):
    """Frames over UDP, both ways; only the remote end hears, anybody may speak."""
    remote, stranger = host.udp(REMOTE_PORT), host.udp(REMOTE_PORT + 1)
    guest.says(question(guest))
    remote.hears(bytes(question(guest)))
    assert remote.peer == NETDEV

    remote.says(bytes(INTRODUCTION), NETDEV)
    hears_just(guest, INTRODUCTION)
    stranger.says(bytes(numbered(1)), NETDEV)
    hears_just(guest, numbered(1))
    guest.says(question(guest, guest_address(15)))
    remote.hears(bytes(question(guest, guest_address(15))))
    stranger.hears_nothing()
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-11")
@network(arguments=SOCKET_UDP)
def test_frames_go_to_the_remote_end_and_come_from_anybody(guest, host, golden):
    udp_case(guest, host, golden)


@requirement("SOCK-11", variant="empty")
@network(arguments=SOCKET_UDP)
def test_an_empty_datagram_is_passed_over(guest, host):
    remote = host.udp(REMOTE_PORT)
    _ = guest.link

    remote.says(b"", NETDEV)
    remote.says(bytes(numbered(1)), NETDEV)

    hears_just(guest, numbered(1))
    goes_on(guest)


@requirement("SOCK-11", variant="absent")
@network(arguments=SOCKET_UDP)
def test_a_remote_end_that_is_not_there_costs_its_frames_alone(guest, host):
    for number in range(10):
        guest.says(question(guest, guest_address(15 + number)))
        goes_on(guest)
    remote = host.udp(REMOTE_PORT)

    remote.says(bytes(numbered(1)), NETDEV)
    hears_just(guest, numbered(1))
    guest.says(question(guest))

    remote.hears(bytes(question(guest)))


@requirement("SOCK-11", variant="info")
@network(arguments=SOCKET_UDP)
def test_the_monitor_shows_the_remote_end(guest, transcript):
    assert state(guest) == f"socket,socket: udp={LOOPBACK}:{REMOTE_PORT}"

    transcript.matches()


@requirement("SOCK-13", variant="udp")
@network(arguments=DGRAM_UDP)
def test_dgram_speaks_udp(guest, host, golden):
    udp_case(guest, host, golden)


@requirement("SOCK-13", variant="group")
@network(arguments=DGRAM_GROUP)
def test_dgram_is_a_member_of_a_group(guest, host, golden):
    group_case(guest, host, golden)


@requirement("SOCK-13", variant="unix")
@network(arguments=DGRAM_UNIX)
def test_dgram_speaks_between_paths(guest, host, golden):
    peer = host.unix_datagrams("peer")
    guest.says(question(guest))
    peer.hears(bytes(question(guest)))

    peer.says(bytes(numbered(1)), host.directory / "wire")

    hears_just(guest, numbered(1))
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-13", variant="unix-absent")
@network(arguments=DGRAM_UNIX)
def test_a_path_that_nobody_reads_costs_its_frames_alone(guest, host):
    guest.says(question(guest))
    goes_on(guest)
    peer = host.unix_datagrams("peer")

    guest.says(question(guest, guest_address(15)))

    peer.hears(bytes(question(guest, guest_address(15))))


@requirement("SOCK-13", variant="info")
@network(arguments=DGRAM_UDP)
def test_the_monitor_shows_both_ends(guest, transcript):
    assert state(guest) == f"dgram,udp={LOOPBACK}:{PORT}/{LOOPBACK}:{REMOTE_PORT}"

    transcript.matches()


@requirement("SOCK-13", variant="info-unix")
@network(arguments=DGRAM_UNIX)
def test_the_monitor_shows_both_paths(guest, transcript, host):
    assert state(guest) == f"dgram,udp={host.directory}/wire:{host.directory}/peer"

    transcript.matches()


@requirement("SOCK-13", variant="info-group")
@network(arguments=DGRAM_GROUP)
def test_the_monitor_shows_the_group(guest, transcript):
    assert state(guest) == f"dgram,mcast={GROUP}:{PORT}"

    transcript.matches()

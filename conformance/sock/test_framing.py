"""Frames on a stream: their length in front, however the stream is cut."""

import contextlib

import pytest

from vnetspec.fixtures.addresses import guest_address
from vnetspec.fixtures.requirements import network, requirement, tolerates
from vnetspec.sock.wires import (
    CONNECTING,
    LISTENING,
    PORT,
    Peer,
    dials,
    filler,
    framed,
    goes_on,
    hears_just,
    link,
    numbered,
    question,
)

LARGEST = 4096 + 65536

CUTS = {
    "whole": [],
    "octets": list(range(1, 46)),
    "in-length": [2],
    "after-length": [4],
    "in-frame": [20],
    "in-next-length": [48],
    "in-next-frame": [60],
}


@requirement("SOCK-01")
@network(arguments=LISTENING)
@pytest.mark.parametrize("cuts", CUTS.values(), ids=CUTS)
def test_frames_are_taken_however_the_stream_is_cut(guest, host, golden, cuts):
    peer = dials(guest, host)
    stream = framed(numbered(1), numbered(2))

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        peer.stream.says(stream[start:end])
        guest.listens()

    hears_just(guest, numbered(1), numbered(2))
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-01", variant="sent")
@network(arguments=LISTENING)
def test_frames_are_sent_after_their_length(guest, host, golden):
    peer = dials(guest, host)

    guest.says(question(guest, guest_address(15)), question(guest, guest_address(16)))

    peer.hears(question(guest, guest_address(15)), question(guest, guest_address(16)))
    goes_on(guest)
    golden.matches(guest.wire)


@requirement("SOCK-01", variant="sizes")
@network(arguments=LISTENING)
@pytest.mark.parametrize("length", [14, 60, 1514, 9000, 65535])
def test_a_frame_of_any_size_passes_both_ways(guest, host, golden, length):
    peer = dials(guest, host)
    frame = filler(0, length)

    guest.says(frame)
    peer.hears(frame)
    peer.says(frame)

    hears_just(guest, frame)
    golden.matches(guest.wire)


@requirement("SOCK-02")
@network(arguments=LISTENING)
def test_the_longest_frame_is_taken(guest, host):
    peer = dials(guest, host)
    frame = filler(0, LARGEST)

    peer.says(frame)

    hears_just(guest, frame)
    goes_on(guest)


@requirement("SOCK-02", variant="longer")
@network(arguments=LISTENING)
@pytest.mark.parametrize("length", [LARGEST + 1, 1 << 31, (1 << 32) - 1])
def test_a_longer_frame_ends_that_connection_alone(guest, host, length):
    peer = dials(guest, host)

    peer.stream.says(length.to_bytes(4, "big") + bytes(LARGEST + 1))

    ends(peer)
    assert (
        "serious error: oversized packet received,connection terminated.\n" in guest.link.warnings()
    )
    goes_on(guest)
    dials(guest, host)


@requirement("SOCK-02", variant="header")
@network(arguments=LISTENING)
def test_a_connection_does_not_end_for_a_length_alone(guest, host):
    peer = dials(guest, host)

    peer.stream.says((LARGEST + 1).to_bytes(4, "big") + bytes(100))
    guest.says(question(guest))

    peer.hears(question(guest))
    goes_on(guest)


@requirement("SOCK-03")
@tolerates("Malformed Packet", reason="QEMU lets a frame of no octets pass")
@network(arguments=LISTENING)
@pytest.mark.parametrize("times", [1, 1000])
def test_an_empty_frame_is_passed_over(guest, host, times):
    peer = dials(guest, host)
    goes_on(guest)

    peer.stream.says(bytes(4) * times + framed(numbered(1)))

    hears_just(guest, numbered(1))
    peer.says(numbered(2))
    hears_just(guest, numbered(2))
    goes_on(guest)


@requirement("SOCK-03", variant="others")
@tolerates("Malformed Packet", reason="QEMU lets a frame of no octets pass")
@network(arguments=LISTENING)
def test_an_empty_frame_hurts_nobody_else(guest, host):
    peer = dials(guest, host)

    peer.stream.says(bytes(5))

    guest.waits(0.1)
    goes_on(guest)


@requirement("SOCK-04")
@tolerates("Malformed Packet", reason="the peer's frame is no Ethernet frame")
@network(arguments=LISTENING)
@pytest.mark.parametrize("length", [1, 6, 13])
def test_a_frame_with_no_whole_header_is_delivered(guest, host, golden, length):
    peer = dials(guest, host)

    peer.says(bytes(range(1, 1 + length)))

    hears_just(guest, bytes(range(1, 1 + length)))
    goes_on(guest)
    golden.matches(guest.wire)


#: Who connects, over what; enough frames, long enough, to fill the sockets between.
READERS = {
    "tcp-listen": (LISTENING, 80, 60000),
    "tcp-connect": (CONNECTING, 80, 60000),
    "unix-server": (link("stream,server=on,addr.type=unix,addr.path={dir}/wire"), 100, 6000),
    "unix-client": (link("stream,server=off,addr.type=unix,addr.path={dir}/wire"), 100, 6000),
}


@requirement("SOCK-16")
@pytest.mark.parametrize("kind", READERS)
def test_frames_for_a_peer_that_does_not_read_wait_whole(launch, host, kind):
    guest, peer, said = fills(launch, host, kind)

    peer.hears_fillers(*said)

    peer.introduces_itself(guest)
    goes_on(guest)


@requirement("SOCK-16", variant="left")
@pytest.mark.parametrize("kind", READERS)
def test_a_peer_that_leaves_without_reading_hurts_nobody(launch, host, kind):
    guest, peer, _ = fills(launch, host, kind)

    peer.stream.close()

    goes_on(guest)


def fills(launch, host, kind):
    """Start a network, and say more than its sockets hold before the peer reads any of it.

    After every other frame the user network must answer. The frames are not on the record: they
    are many, and all of a kind.
    """
    arguments, frames, length = READERS[kind]
    guest, peer = joins(launch, host, kind, arguments)
    said = [filler(number, length) for number in range(frames)]
    for number, frame in enumerate(said):
        guest.link.send(frame)
        if number % 2:
            goes_on(guest)
    return guest, peer, said


def joins(launch, host, kind, arguments):
    """A network and the peer at the other end of its link."""
    match kind:
        case "tcp-listen":
            guest = launch(arguments=arguments)
            host.sees_listener(PORT)
            stream = host.connects(PORT)
        case "tcp-connect":
            server = host.tcp(PORT)
            guest = launch(arguments=arguments)
            stream = server.accepts()
        case "unix-server":
            guest = launch(arguments=arguments)
            stream = host.connects_to_path("wire")
        case _:
            server = host.unix("wire")
            guest = launch(arguments=arguments)
            stream = server.accepts()
    return guest, Peer(stream).introduces_itself(guest)


def ends(peer):
    """The connection ends; with a reset, if the other end had not read all."""
    with contextlib.suppress(ConnectionResetError):
        peer.stream.hears_end()

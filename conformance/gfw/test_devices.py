"""Servers that are character devices: here, connections that QEMU makes to the host."""

import pytest

from vnetspec.fixtures.addresses import LOOPBACK, at
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.host import TcpServer, TcpStream
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import sessions

SERVER = at(100)
DEVICE = f"tcp:{SERVER}:7-tcp:{LOOPBACK}:7199"


def connected(guest: Guest, server: TcpServer) -> tuple[Conversation, TcpStream]:
    """A guest's connection to the device, and the device's own to ``server``."""
    guest.announces()
    device = server.accepts()
    return Conversation(guest, SERVER, 7).opens(), device


@requirement("GFW-03")
@network(guestfwd=DEVICE)
def test_a_device_is_opened_when_the_network_starts(guest, golden, host):
    server = host.tcp(7199)

    guest.announces()

    server.accepts()
    Conversation(guest, SERVER, 7).opens()
    guest.hears_nothing()
    server.accepts_nothing()
    (row,) = sessions(guest)
    assert (row.state, row.fd) == ("ESTABLISHED", -1)
    golden.matches(guest.wire)


@requirement("GFW-03", variant="talk")
@network(guestfwd=DEVICE)
def test_guest_and_device_speak_to_each_other(guest, golden, host):
    server = host.tcp(7199)
    conversation, device = connected(guest, server)

    conversation.says("PA", b"hello")
    conversation.hears("A", b"")
    device.hears(b"hello")
    device.says(b"world")
    conversation.hears("PA", b"world")
    golden.matches(guest.wire)


@requirement("GFW-03", variant="early")
@network(guestfwd=DEVICE)
def test_what_a_device_says_early_waits_for_the_guest(guest, golden, host):
    server = host.tcp(7199)
    guest.announces()
    server.accepts().says(b"welcome")

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("PA", b"welcome")
    golden.matches(guest.wire)


@requirement("GFW-03", variant="shared")
@network(guestfwd=DEVICE)
def test_connections_share_the_device_and_the_newest_hears_it(guest, golden, host):
    server = host.tcp(7199)
    older, device = connected(guest, server)
    newer = Conversation(guest, SERVER, 7, 40001).opens()

    for conversation, words in ((older, b"older"), (newer, b"newer")):
        conversation.says("PA", words)
        conversation.hears("A", b"")
        device.hears(words)
    device.says(b"who hears?")

    newer.hears("PA", b"who hears?")
    guest.hears_nothing()
    server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("GFW-03", variant="finish")
@network(guestfwd=DEVICE)
def test_the_device_stays_open_when_the_guest_finishes(guest, golden, host):
    server = host.tcp(7199)
    conversation, device = connected(guest, server)

    conversation.says("FA")
    conversation.hears("A", b"")
    guest.hears_nothing()

    (row,) = sessions(guest)
    assert (row.state, row.fd) == ("CLOSE_WAIT", -1)
    device.hears_nothing()
    golden.matches(guest.wire)


@requirement("GFW-03", variant="null")
@network(guestfwd=f"tcp:{SERVER}:7-null")
def test_the_null_device_takes_everything(guest, golden):
    guest.announces()
    conversation = Conversation(guest, SERVER, 7).opens()

    for words in (b"hello", b"anybody?"):
        conversation.says("PA", words)
        conversation.hears("A", b"")
        guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("GFW-03", variant="unix")
@network(guestfwd=f"tcp:{SERVER}:7-unix:{{dir}}/device")
def test_a_device_may_be_a_unix_socket(guest, golden, host):
    server = host.unix("device")
    conversation, device = connected(guest, server)

    conversation.says("PA", b"hello")
    conversation.hears("A", b"")
    device.hears(b"hello")
    device.says(b"world")
    conversation.hears("PA", b"world")
    golden.matches(guest.wire)


@requirement("GFW-01", variant="device")
@pytest.mark.parametrize(
    ("device", "complaint"),
    [
        ("", "'' is not a valid char driver"),
        ("nonsense", "'nonsense' is not a valid char driver"),
        (f"tcp:{LOOPBACK}:9", f"Failed to connect to '{LOOPBACK}:9': Connection refused"),
    ],
    ids=["none", "unknown", "refused"],
)
def test_a_device_that_can_not_be_opened_is_refused(refuses, transcript, device, complaint):
    rule = f"tcp:{SERVER}:7-{device}"
    said = f"-netdev user,id=u0,guestfwd={rule}: "

    assert refuses(guestfwd=rule).splitlines() == [
        f"{said}{complaint}",
        f"{said}Could not open guest forwarding device 'guestfwd.tcp.7'",
    ]

    transcript.matches()

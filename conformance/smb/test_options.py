"""Where the server is, and what is said of a bad directory or address."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER, ROUTER, SMB_SERVER, at, elsewhere
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.smb import PORT, answered

SERVER = at(100)


@requirement("SMB-02")
@network(smb="{dir}", smbserver=SERVER)
def test_the_server_is_where_it_is_said_to_be(guest):
    guest.announces()

    answered(guest, to=SERVER)


@requirement("SMB-02", variant="address")
@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"smbserver": SERVER}, SERVER),
        ({"smbserver": "0.0.0.0"}, SMB_SERVER),
        ({"net": "192.168.76.0/24", "dns": NAMESERVER}, "192.168.76.4"),
    ],
    ids=["given", "zero", "network"],
)
def test_the_address_is_the_fourth_or_what_is_given(launch, golden, options, address):
    guest = launch(smb="{dir}", **options)

    guest.says(arp_request(address))
    guest.hears(ARP_REPLY.where(ARP, psrc=address))

    golden.matches(guest.wire)


@requirement("SMB-02", variant="handshake")
@network(smb="{dir}", smbserver=SERVER)
def test_the_port_is_open_there(guest, golden):
    guest.announces()

    Conversation(guest, SERVER, PORT).opens()

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("SMB-02", variant="refused")
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("x", "Failed to parse SMB address"),
        ("", "Failed to parse SMB address"),
        (ROUTER, "Conflicting/invalid smbserver address"),
        (NAMESERVER, "Conflicting/invalid smbserver address"),
        (elsewhere("10.0.3.4"), "Conflicting/invalid smbserver address"),
    ],
    ids=["x", "empty", "router", "nameserver", "outside"],
)
def test_an_address_that_can_not_be_is_refused(refuses, transcript, address, reason):
    text = refuses(smb="/", smbserver=address)

    assert text == f"-netdev user,id=u0,smb=/,smbserver={address}: {reason}"
    transcript.matches()


@requirement("SMB-03")
@pytest.mark.parametrize(
    ("directory", "reason"),
    [
        ("/nowhere", "No such file or directory"),
        ("", "No such file or directory"),
        ("/etc/passwd", "Permission denied"),
        ("/etc/passwd/x", "Not a directory"),
    ],
    ids=["missing", "empty", "file", "below-file"],
)
def test_a_directory_that_can_not_be_read_is_refused(refuses, transcript, directory, reason):
    text = refuses(smb=directory)

    complaint = f"Error accessing shared directory '{directory}': {reason}"
    assert text == f"-netdev user,id=u0,smb={directory}: {complaint}"
    transcript.matches()


@requirement("SMB-03", variant="first")
def test_the_directory_is_looked_at_before_the_address(refuses, transcript):
    assert "Error accessing shared directory" in refuses(smb="/nowhere", smbserver=ROUTER)

    transcript.matches()


@requirement("SMB-03", variant="monitor")
def test_what_came_to_nothing_in_the_monitor_is_not_there(guest, transcript):
    assert "Error accessing shared" in guest.monitor("netdev_add user,id=x,smb=/nowhere")

    assert "x: " not in guest.monitor("info network")
    transcript.matches()

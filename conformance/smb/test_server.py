"""The server behind the address: where it answers, and what it keeps."""

import os
import pwd
import stat

import pytest

from vnetspec.fixtures.addresses import ROUTER, SMB_SERVER, slirp_mac
from vnetspec.fixtures.checkers import ARP_REPLY, NET_UNREACHABLE, quoting
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import arp_request, tcp, udp
from vnetspec.fixtures.oracle import ARP, IP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.smb import PATIENCE, PORT, SESSIONS, SHARE, answered, setups
from vnetspec.fixtures.usernet import sessions

KEPT = ("private dir", "pid directory", "lock directory", "state directory", "cache directory")


@requirement("SMB-01")
@network(smb="{dir}")
@pytest.mark.parametrize("port", [SESSIONS, PORT])
def test_the_server_answers(guest, port):
    guest.announces()

    conversation = answered(guest, port)

    conversation.says("FA")
    conversation.hears("A", b"")
    guest.listens(PATIENCE)
    conversation.hears("FA", b"")


@requirement("SMB-01", variant="handshake")
@network(smb="{dir}")
@pytest.mark.parametrize("port", [SESSIONS, PORT])
def test_the_handshake_does_not_wait_for_the_server(guest, golden, port):
    guest.announces()

    Conversation(guest, SMB_SERVER, port).opens()

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("SMB-01", variant="each")
@network(smb="{dir}")
def test_each_connection_has_a_server_of_its_own(guest):
    guest.announces()

    for source_port in (40000, 40001):
        answered(guest, source_port=source_port)

    descriptors = {row.fd for row in sessions(guest)}
    assert len(descriptors) == 2
    assert min(descriptors) >= 0


@requirement("SMB-01", variant="restricted")
@network(smb="{dir}", restrict="on")
def test_the_server_answers_under_restrict(guest):
    guest.announces()

    answered(guest)


@requirement("SMB-01", variant="guestfwd")
@network(smb="{dir}", guestfwd=f"tcp:{SMB_SERVER}:445-cmd:/bin/cat")
def test_the_server_comes_before_a_rule_for_its_port(guest):
    guest.announces()

    answered(guest)


@requirement("SMB-04")
@network(smb="{dir}")
def test_what_the_server_keeps_is_private_and_goes_away(guest, network_files):
    guest.knocks()
    ((home, settings),) = setups(network_files).items()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    everyone = settings["global"]
    assert {everyone[key] for key in KEPT} == {str(home)}
    assert everyone["log file"].startswith(f"{home}/")
    assert everyone["security"] == "user"
    assert everyone["map to guest"] == "Bad User"

    guest.link.close()

    assert not home.exists()
    assert network_files.exists()


@requirement("SMB-04", variant="netdev")
def test_what_the_server_keeps_goes_away_with_its_netdev(guest, network_files):
    assert guest.monitor(f"netdev_add user,id=x,smb={network_files}") == ""
    (home,) = setups(network_files)

    assert guest.monitor("netdev_del x") == ""

    assert not home.exists()


@requirement("SMB-04", variant="share")
@network(smb="{dir}")
def test_files_are_the_users_who_runs_the_network(guest, network_files):
    guest.knocks()

    ((_, settings),) = setups(network_files).items()

    share = settings[SHARE]
    assert share["force user"] == pwd.getpwuid(os.geteuid()).pw_name
    assert (share["guest ok"], share["read only"]) == ("yes", "no")


@requirement("SMB-05")
@network(smb="{dir}")
def test_arp_answers_for_the_server(guest, golden):
    guest.says(arp_request(SMB_SERVER))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=SMB_SERVER, hwsrc=slirp_mac(SMB_SERVER)))
    golden.matches(guest.wire)


@requirement("SMB-05", variant="off")
@network(smbserver=SMB_SERVER)
def test_nobody_answers_for_an_address_alone(guest, golden):
    guest.says(arp_request(SMB_SERVER))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("SMB-05", variant="ports")
@network(smb="{dir}")
@pytest.mark.parametrize("port", [138, 446])
def test_other_ports_are_not_served(guest, golden, port):
    guest.announces()
    syn = tcp(SMB_SERVER, port)

    guest.says(syn)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER), syn))
    golden.matches(guest.wire)


@requirement("SMB-05", variant="udp")
@network(smb="{dir}")
@pytest.mark.parametrize("port", [SESSIONS, PORT])
def test_the_ports_are_not_served_by_udp(guest, golden, port):
    guest.announces()
    datagram = udp(SMB_SERVER, port)

    guest.says(datagram)

    guest.hears_only(quoting(NET_UNREACHABLE.where(IP, src=ROUTER), datagram))
    golden.matches(guest.wire)

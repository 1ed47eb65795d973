"""What restrict=on stops, and the option itself."""

import pytest

from vnetspec.fixtures.addresses import (
    BROADCAST,
    LOOPBACK,
    NAMESERVER,
    NETWORK_ADDRESS,
    REMOTE,
    ROUTER,
    SMB_SERVER,
    at,
)
from vnetspec.fixtures.checkers import ECHO_REPLY, NET_UNREACHABLE, RST_ACK
from vnetspec.fixtures.frames import echo_request, tcp, udp
from vnetspec.fixtures.oracle import IP, TCP
from vnetspec.fixtures.requirements import network, requirement

SERVER = at(100)
OTHERS = [REMOTE, LOOPBACK, SMB_SERVER, SERVER]


@requirement("RST-05")
@network(restrict="on", guestfwd=f"tcp:{SERVER}:7-cmd:/bin/cat")
@pytest.mark.parametrize("address", OTHERS)
def test_echo_elsewhere_is_dropped(guest, golden, address):
    guest.announces()

    guest.says(echo_request(address))

    guest.says(echo_request(ROUTER), note="fence")
    guest.hears_only(ECHO_REPLY.where(IP, src=ROUTER))
    golden.matches(guest.wire)


@requirement("RST-06")
@network(restrict="on")
@pytest.mark.parametrize(
    ("address", "port"),
    [(NAMESERVER, 53), (ROUTER, 7101), (BROADCAST, 7101), (REMOTE, 7101), (ROUTER, 7)],
)
def test_udp_is_dropped(guest, host, golden, address, port):
    servers = [host.nameserver(), host.udp(7101), host.udp(7101, REMOTE)]
    guest.announces()

    guest.says(udp(address, port, b"anyone?"))

    guest.hears_nothing()
    for server in servers:
        server.hears_nothing()
    golden.matches(guest.wire)


@requirement("RST-07")
@network(restrict="on")
@pytest.mark.parametrize(
    ("address", "port"), [(ROUTER, 8080), (NAMESERVER, 53), (REMOTE, 8080), (SMB_SERVER, 139)]
)
def test_tcp_is_refused(guest, host, golden, address, port):
    servers = [host.tcp(8080), host.tcp(53), host.tcp(8080, REMOTE)]
    guest.announces()

    guest.says(tcp(address, port, "S", seq=5000))

    guest.hears_only(
        RST_ACK.where(IP, src=address, ttl=255).where(TCP, seq=0, ack=5001, window=0, sport=port)
    )
    for server in servers:
        server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("RST-14")
@network(restrict="on")
def test_info_network_shows_it(guest, transcript):
    assert f"net={NETWORK_ADDRESS},restrict=on" in guest.monitor("info network")

    transcript.matches()


@requirement("RST-14", variant="spellings")
@pytest.mark.parametrize(
    ("spelling", "restricted"),
    [
        *((spelling, True) for spelling in ("on", "yes", "y", "true")),
        *((spelling, False) for spelling in ("off", "no", "n", "false")),
    ],
)
def test_the_accepted_spellings(launch, spelling, restricted):
    guest = launch(restrict=spelling)

    guest.announces()
    guest.says(tcp(NAMESERVER, 54, "S", seq=5000))

    guest.hears_only(RST_ACK if restricted else NET_UNREACHABLE)


@requirement("RST-14", variant="refused")
@pytest.mark.parametrize("spelling", ["maybe", "ON", "1"])
def test_anything_else_is_refused(refuses, transcript, spelling):
    assert refuses(restrict=spelling) == (
        f"-netdev user,id=u0,restrict={spelling}: Parameter 'restrict' expects 'on' or 'off'"
    )

    transcript.matches()


@requirement("RST-15")
@network(restrict="on")
def test_what_is_stopped_leaves_no_trace(guest):
    guest.announces()
    before = guest.monitor("info usernet")

    guest.says(udp(REMOTE, 7101), echo_request(REMOTE), tcp(REMOTE, 8080, "S"))
    guest.hears_only(RST_ACK)

    assert guest.monitor("info usernet") == before

"""The user mode network how-to of 2004 (SEED-01 to SEED-08), in today's profile."""

import pytest

from vnetspec.fixtures.addresses import (
    GUEST,
    NAMESERVER,
    NAMESERVER_MAC,
    REMOTE,
    ROUTER,
    ROUTER_MAC,
)
from vnetspec.fixtures.checkers import (
    ARP_REPLY,
    DHCP_ACK,
    DHCP_OFFER,
    ECHO_REPLY,
    PSEUDO_PING,
    TFTP_DATA,
    tftp_data,
    tftp_error,
)
from vnetspec.fixtures.frames import (
    arp_request,
    discover,
    echo_request,
    request,
    tftp_ack,
    tftp_read,
)
from vnetspec.fixtures.oracle import ARP, BOOTP, IP
from vnetspec.fixtures.requirements import needs, network, requirement


@requirement("SEED-01")
@needs("icmp")
def test_a_ping_of_the_nameserver_is_answered(guest, golden):
    guest.announces()

    guest.says(echo_request(NAMESERVER))

    guest.hears_only(ECHO_REPLY.where(IP, src=NAMESERVER, ttl=255))
    golden.matches(guest.wire)


@requirement("SEED-02")
def test_the_macs_of_router_and_nameserver(guest, golden):
    for address, mac in ((ROUTER, ROUTER_MAC), (NAMESERVER, NAMESERVER_MAC)):
        guest.says(arp_request(address))
        guest.hears_only(ARP_REPLY.where(ARP, psrc=address, hwsrc=mac))

    golden.matches(guest.wire)


@requirement("SEED-03")
@network(tftp="{dir}")
def test_a_name_is_relative_to_the_directory(guest, host, golden):
    host.file("boot", b"kernel")
    guest.announces()

    guest.says(tftp_read("boot"))
    guest.hears_only(TFTP_DATA)
    guest.says(tftp_read("/srv/tftp/boot"))
    guest.hears_only(tftp_error(1, "File not found"))

    golden.matches(guest.wire)


@requirement("SEED-03", variant="size")
@network(tftp="{dir}")
@pytest.mark.slow
def test_a_transfer_goes_on_after_32_mib(guest, host):
    blocks = 65536 + 2
    with host.file("large", b"").open("r+b") as file:
        file.truncate(blocks * 512)
    guest.announces()
    guest.says(tftp_read("large"))
    guest.hears(tftp_data(1, bytes(512)))

    guest.repeats(tftp_ack(1), blocks - 2)
    guest.says(tftp_ack(1))

    guest.hears_only(tftp_data(blocks - 65536, bytes(512)))


@requirement("SEED-04")
@needs("icmp", "udp")
def test_a_ping_without_ping_sockets_goes_to_port_7(guest, host):
    echo, transfer = host.udp(7, REMOTE), host.udp(82, REMOTE)
    host.forbids_ping_sockets()
    guest.announces()

    guest.says(echo_request(REMOTE))
    echo.hears(PSEUDO_PING)
    echo.says(b"anything")

    guest.hears_only(ECHO_REPLY.where(IP, src=REMOTE))
    transfer.hears_nothing()


@requirement("SEED-06")
@pytest.mark.parametrize(
    "arguments",
    [["-user-net"], ["-isa"], ["-tftp", "/srv"], ["-redir", "tcp:5022::22"]],
    ids=lambda words: words[0],
)
def test_the_options_of_2004_are_refused(refuses, transcript, arguments):
    assert refuses(arguments=arguments) == f"{arguments[0]}: invalid option"

    transcript.matches()


@requirement("SEED-07")
def test_the_first_mac_always_gets_the_first_address(guest, golden):
    for _ in range(2):
        guest.says(discover())
        guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr=GUEST))
        guest.says(request(address=GUEST))
        guest.hears_only(DHCP_ACK.where(BOOTP, yiaddr=GUEST))

    golden.matches(guest.wire)


@requirement("SEED-08")
@needs("world")
def test_a_ping_of_an_internet_host_is_answered(guest, golden):
    guest.announces()

    guest.says(echo_request(REMOTE))

    guest.hears_only(ECHO_REPLY.where(IP, src=REMOTE).carrying(b"vnetspec"))
    golden.matches(guest.wire)

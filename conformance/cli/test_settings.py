"""What holds without settings, and what old settings mean (CLI-15, CLI-16)."""

import pytest

from vnetspec.cli.listing import listing, started, user
from vnetspec.fixtures.addresses import GUEST, NAMESERVER, ROUTER
from vnetspec.fixtures.checkers import DHCP_OFFER, dhcp_option, tftp_data
from vnetspec.fixtures.frames import discover, tftp_read
from vnetspec.fixtures.oracle import BOOTP
from vnetspec.fixtures.requirements import network, qemu_addresses, requirement


@requirement("CLI-15")
@network(arguments=["-tftp", "{dir}"])
def test_a_directory_of_2004_is_served(guest, host):
    host.file("boot", b"kernel")
    guest.announces()

    guest.says(tftp_read(str(host.directory / "boot")))

    guest.hears(tftp_data(1, b"kernel"))


@requirement("CLI-15", variant="isa")
@network(**started("-M", "pc", "-S", "-isa", "-user-net", defaults=True, profile="qemu-0.6"))
def test_user_net_and_isa_are_a_hub(guest):
    assert listing(guest) == [
        "hub 0",
        f" \\ hub0port1: {user('user.0')}",
        " \\ hub0port0: ne2k_isa.0: index=0,type=nic,model=ne2k_isa,macaddr=52:54:00:12:34:56",
    ]


@requirement("CLI-15", variant="nics")
@network(
    **started(
        *("-M", "pc", "-S", "-user-net", "-nics", "2", "-macaddr", "52:54:00:00:00:fe"),
        defaults=True,
        profile="qemu-0.6",
    )
)
def test_nics_have_addresses_that_follow_the_first_one_s(guest):
    card = " \\ hub0port{0}: ne2k_pci.{0}: index=0,type=nic,model=ne2k_pci,macaddr={1}"

    assert listing(guest) == [
        "hub 0",
        f" \\ hub0port2: {user('user.0')}",
        card.format(1, "52:54:00:00:00:ff"),
        card.format(0, "52:54:00:00:00:fe"),
    ]


@requirement("CLI-15", variant="dummy")
@network(**started("-M", "pc", "-S", "-dummy-net", defaults=True, profile="qemu-0.6"))
def test_a_dummy_network_has_a_nic_alone(guest):
    assert listing(guest) == [
        "hub 0",
        " \\ hub0port0: ne2k_pci.0: index=0,type=nic,model=ne2k_pci,macaddr=52:54:00:12:34:56",
    ]


@requirement("CLI-15", variant="refused")
@pytest.mark.parametrize(
    ("word", "value", "complaint"),
    [
        ("-nics", "9", "invalid number of network interfaces"),
        ("-nics", "many", "invalid number of network interfaces"),
        ("-macaddr", "52:54", "invalid MAC address"),
        ("-redir", "tcp:x", "Invalid redirection 'tcp:x'"),
    ],
)
def test_a_malformed_setting_of_2004_is_refused(refuses, word, value, complaint):
    said = refuses(**started("-M", "pc", word, value, defaults=True, profile="qemu-0.6"))

    assert complaint in said


@requirement("CLI-16")
@qemu_addresses
def test_a_user_network_without_settings(guest, transcript, golden):
    guest.says(discover())

    offer = guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr=GUEST, siaddr=ROUTER))

    assert [dhcp_option(offer, code) for code in (1, 3, 6)] == [
        bytes([255, 255, 255, 0]),
        bytes(map(int, ROUTER.split("."))),
        bytes(map(int, NAMESERVER.split("."))),
    ]
    assert guest.link.monitor("info network").count("net=10.0.2.0,restrict=off") == 1
    golden.matches(guest.wire)

    transcript.matches()


@requirement("CLI-16", variant="families")
@pytest.mark.parametrize("spelling", ["ipv4=on", "ipv6=off", "ipv4=on,ipv6=on"])
def test_ipv4_is_on_unless_it_is_switched_off(launch, spelling):
    guest = launch(**dict(each.split("=") for each in spelling.split(",")))

    guest.says(discover())

    guest.hears(DHCP_OFFER)

"""The options of ``-netdev user`` as libslirp's settings."""

import pytest

from vnetspec.fixtures.targets.contract import Unsupported
from vnetspec.fixtures.targets.user_options import GuestForward, HostForward, parse


def test_nothing_said_is_qemus_default():
    settings = parse(())

    assert (settings.network, settings.netmask) == ("10.0.2.0", "255.255.255.0")
    assert (settings.host, settings.nameserver) == ("10.0.2.2", "10.0.2.3")
    assert settings.dhcp_start == "10.0.2.15"
    assert (settings.ipv4, settings.ipv6, settings.restricted) == (True, True, False)
    assert (settings.prefix6, settings.prefix6_length) == ("fec0::", 64)
    assert (settings.host6, settings.nameserver6) == ("fec0::2", "fec0::3")


@pytest.mark.parametrize(
    ("net", "network", "netmask", "host"),
    [
        ("192.168.76.0/24", "192.168.76.0", "255.255.255.0", "192.168.76.2"),
        ("172.16.9.0", "172.16.0.0", "255.240.0.0", "172.16.2.2"),
        ("192.168.5.0", "192.168.0.0", "255.255.0.0", "192.168.2.2"),
        ("198.18.7.0", "198.18.0.0", "255.254.0.0", "198.18.2.2"),
        ("10.1.2.3", "10.0.0.0", "255.0.0.0", "10.0.2.2"),
        ("203.0.113.77", "203.0.113.64", "255.255.255.240", "203.0.113.66"),
        ("10.9.0.0/255.255.0.0", "10.9.0.0", "255.255.0.0", "10.9.2.2"),
    ],
)
def test_a_network_has_a_mask_and_addresses(net, network, netmask, host):
    settings = parse([("net", net)])

    assert (settings.network, settings.netmask, settings.host) == (network, netmask, host)


@pytest.mark.parametrize(
    ("options", "families"),
    [
        ((), (True, True)),
        ((("ipv4", "on"),), (True, False)),
        ((("ipv6", "on"),), (False, True)),
        ((("ipv4", "off"),), (False, True)),
        ((("ipv6", "off"),), (True, False)),
        ((("ipv4", "on"), ("ipv6", "on")), (True, True)),
    ],
)
def test_naming_one_family_decides_the_other(options, families):
    settings = parse(options)

    assert (settings.ipv4, settings.ipv6) == families


def test_forwards_are_taken_apart():
    settings = parse(
        [("hostfwd", "udp:127.1:0x1f-:9"), ("guestfwd", "tcp:10.0.2.100:80-cmd:/bin/echo a-b")]
    )

    assert settings.host_forwards == (
        HostForward("udp:127.1:0x1f-:9", True, "127.0.0.1", 31, "0.0.0.0", 9),
    )
    assert settings.guest_forwards == (
        GuestForward("tcp:10.0.2.100:80-cmd:/bin/echo a-b", "10.0.2.100", 80, "cmd:/bin/echo a-b"),
    )


def test_the_last_of_a_repeated_option_counts_and_lists_grow():
    settings = parse([("hostname", "a"), ("dnssearch", "x"), ("hostname", "b"), ("dnssearch", "y")])

    assert (settings.hostname, settings.dns_search) == ("b", ("x", "y"))


@pytest.mark.parametrize(
    "option",
    [
        ("mtu", "9000"),
        ("smb", "/srv"),
        ("restrict", "maybe"),
        ("net", "10.0.2.0/3"),
        ("net", "10.0.2.0/255.0.255.0"),
        ("net", "somewhere"),
        ("host", "10.0.3.2"),
        ("host", "10.0.2.3"),
        ("dhcpstart", "10.0.2.2"),
        ("ipv6-prefixlen", "127"),
        ("ipv6-host", "fec0::xyz"),
        ("hostfwd", "tcp:80-:80"),
        ("hostfwd", "icmp::80-:80"),
        ("hostfwd", "tcp::80-:0"),
        ("guestfwd", "udp:10.0.2.100:80-cmd:cat"),
        ("guestfwd", "tcp:10.0.2.100:80"),
    ],
)
def test_what_qemu_judges_is_unsupported(option):
    with pytest.raises(Unsupported, match=option[0]):
        parse([option])

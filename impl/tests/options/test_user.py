"""-netdev user: defaults, derived addresses, rules (CLI-16, DHCP-29, DHCP-30, HFW-01, GFW-01)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.errors import OptionError
from refnet.options import netdev, parse
from refnet.options.address import format_ipv4, parse_ipv4, parse_ipv6, split_host_port
from refnet.options.forwards import (
    from_redirection,
    is_character_device,
    parse_bound,
    parse_host_forward,
)
from refnet.slirp.seam import Config, HostForward
from refnet.wire import ipv6


def user(options=""):
    text = "user,id=u0" + (f",{options}" if options else "")
    (line,) = parse(["-netdev", text]).netdevs
    return netdev.interpret(line)


def test_without_options_there_are_the_defaults():
    assert user().config == Config()
    assert user().summary == "net=10.0.2.0,restrict=off"


def test_every_option_finds_its_place():
    config = user(
        "net=192.168.7.0/24,host=192.168.7.1,dns=192.168.7.4,dhcpstart=192.168.7.9,restrict=y,"
        "hostname=h,domainname=d.org,dnssearch=a.org,dnssearch=b.org,tftp=/t,bootfile=b,"
        "tftp-server-name=s"
    ).config

    assert [format_ipv4(each) for each in (config.host, config.nameserver, config.dhcp_start)] == [
        "192.168.7.1",
        "192.168.7.4",
        "192.168.7.9",
    ]
    assert config.restricted
    assert config.dns_search == ("a.org", "b.org")
    assert (config.hostname, config.domain_name, config.tftp_directory) == ("h", "d.org", "/t")
    assert (config.bootfile, config.tftp_server_name) == ("b", "s")


@pytest.mark.parametrize(
    ("net", "network", "mask", "host"),
    [
        ("10.9.8.7", "10.0.0.0", "255.0.0.0", "10.0.2.2"),
        ("172.16.9.0", "172.16.0.0", "255.240.0.0", "172.16.2.2"),
        ("150.1.2.3", "150.1.0.0", "255.255.0.0", "150.1.2.2"),
        ("192.168.5.0", "192.168.0.0", "255.255.0.0", "192.168.2.2"),
        ("198.18.5.0", "198.18.0.0", "255.254.0.0", "198.18.2.2"),
        ("224.0.0.0", "224.0.0.0", "255.255.255.0", "224.0.0.2"),
        ("203.0.113.16", "203.0.113.16", "255.255.255.240", "203.0.113.18"),
        ("10.0.5.0/255.255.255.0", "10.0.5.0", "255.255.255.0", "10.0.5.2"),
    ],
)
def test_a_network_without_a_length_gets_the_mask_of_its_class(net, network, mask, host):
    config = user(f"net={net}").config

    assert format_ipv4(config.network) == network
    assert format_ipv4(config.netmask) == mask
    assert format_ipv4(config.host) == host


def test_the_old_ip_is_a_network_of_24_bits():
    assert user("ip=10.0.5.0").config.network == parse_ipv4("10.0.5.0")
    assert user("ip=10.0.5.0,net=10.0.6.0/24").config.network == parse_ipv4("10.0.6.0")


@pytest.mark.parametrize(
    ("options", "families"),
    [
        ("", (True, True)),
        ("ipv6=on", (False, True)),
        ("ipv4=on", (True, False)),
        ("ipv4=off", (False, True)),
        ("ipv6=off", (True, False)),
        ("ipv4=on,ipv6=on", (True, True)),
    ],
)
def test_asking_for_one_protocol_alone_turns_the_other_off(options, families):
    config = user(options).config
    assert (config.ipv4, config.ipv6) == families


def test_rules_stand_in_qemu_s_order():
    spec = user(
        "hostfwd=tcp::1-:22,hostfwd=udp:127.0.0.1:2-10.0.2.16:23,"
        "guestfwd=tcp::80-cmd:x,guestfwd=:10.0.2.9:81-null"
    )

    assert spec.forwards == ("udp:127.0.0.1:2-10.0.2.16:23", "tcp::1-:22")
    assert spec.config.host_forwards == (
        HostForward(17, 0x7F000001, 2, 0x0A000210, 23),
        HostForward(6, 0, 1, 0x0A00020F, 22),
    )
    assert [
        (each.address & 255, each.port, each.device) for each in spec.config.guest_forwards
    ] == [
        (4, 80, "cmd:x"),
        (9, 81, "null"),
    ]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1.2.3.4", 0x01020304),
        ("1.2.3", 0x01020003),
        ("1.2", 0x01000002),
        ("16909060", 0x01020304),
        ("0x7f.1", 0x7F000001),
        ("012.0.0.1 tail", 0x0A000001),
        ("", None),
        ("1.2.3.4.5", None),
        ("1.2.3.256", None),
        ("1..2", None),
        ("a.b", None),
        ("-1.2.3.4", None),
        ("1.2.3.4x", None),
    ],
)
def test_addresses_are_read_as_c_reads_them(text, address):
    assert parse_ipv4(text) == address


@given(st.integers(0, 0xFFFFFFFF))
def test_addresses_round_trip(address):
    assert parse_ipv4(format_ipv4(address)) == address


@pytest.mark.parametrize(
    ("options", "prefix", "length", "host", "nameserver"),
    [
        ("", "fec0::", 64, "fec0::2", "fec0::3"),
        ("ipv6-net=2001:db8::/56", "2001:db8::", 56, "2001:db8::2", "2001:db8::3"),
        ("ipv6-net=2001:db8::", "2001:db8::", 64, "2001:db8::2", "2001:db8::3"),
        ("ipv6-prefix=fec0::5,ipv6-prefixlen=126", "fec0::5", 126, "fec0::7", "fec0::7"),
        ("ipv6-host=fec0::9,ipv6-dns=2001:db8::1", "fec0::", 64, "fec0::9", "2001:db8::1"),
    ],
)
def test_the_ipv6_network(options, prefix, length, host, nameserver):
    config = user(options).config
    assert (config.prefix6, config.prefix6_length, config.host6, config.nameserver6) == (
        ipv6.parse_address(prefix),
        length,
        ipv6.parse_address(host),
        ipv6.parse_address(nameserver),
    )


@pytest.mark.parametrize(
    ("argument", "lifetime"),
    [("qemu-7.2", 1200), ("qemu-7.2,quirks=off", 1200), ("qemu-7.2,quirks=on", 1_200_000)],
)
def test_quirks_are_asked_for_with_the_profile(argument, lifetime):
    assert parse(["-profile", argument]).profile.nameserver_lifetime == lifetime


def test_ipv6_addresses_have_no_scope():
    assert parse_ipv6("fec0::2") == 0xFEC0 << 112 | 2
    assert parse_ipv6("fe80::1%lo") is None
    assert parse_ipv6("x") is None


def test_a_place_needs_a_colon():
    assert split_host_port(":80") == ("", "80")
    with pytest.raises(OptionError, match="doesn't contain ':'"):
        split_host_port("80")


@given(st.text(alphabet="tcpud:-.0129ax ", max_size=30))
def test_a_rule_is_read_or_refused_by_name(rule):
    said = []
    for read in (lambda: parse_host_forward(rule, 1), lambda: parse_bound(rule)):
        try:
            read()
        except OptionError as error:
            said.append(str(error))

    assert all(rule in each or each == "invalid format" for each in said)


def test_redirections_of_2004_are_host_forwards():
    assert from_redirection("tcp:5555::22") == "tcp::5555-:22"


@pytest.mark.parametrize(
    "text", ["tcp:5555", "tcp:x::22", "tcp:5555::x", "tcp:5555::0", "icm:1::2"]
)
def test_other_redirections_are_refused(text):
    with pytest.raises(OptionError, match=f"Invalid redirection '{text}'"):
        from_redirection(text)


def test_devices_are_known_by_how_they_begin():
    assert is_character_device("tcp:127.0.0.1:80")
    assert is_character_device("null")
    assert not is_character_device("bogus")


def test_the_options_of_2004_make_one_user_network():
    argv = ["-user-net", "-redir", "tcp:0::22", "-tftp", "/srv", "-bootp", "b"]
    card, line = parse([*argv, "-profile", "qemu-0.6"]).nets
    spec = netdev.interpret(line)

    assert card.get("type") == "nic"
    assert spec.name == "user.0"
    assert (spec.config.tftp_directory, spec.config.bootfile) == ("/srv", "b")
    assert spec.config.host_forwards == (HostForward(6, 0, 0, 0x0A00020F, 22),)


def test_the_options_of_2004_are_unknown_today():
    with pytest.raises(OptionError, match="-redir: invalid option"):
        parse(["-redir", "tcp:1::2"])


def test_the_taps_of_2004_have_a_vlan_each():
    lines = parse(["-profile", "qemu-0.6", "-tun-fd", "3,7", "-macaddr", "52:54:00:00:00:ff"]).nets

    assert [line.text for line in lines] == [
        "nic,vlan=0,macaddr=52:54:00:00:00:ff",
        "nic,vlan=1,macaddr=52:54:00:00:00:00",
        "tap,vlan=0,fd=3",
        "tap,vlan=1,fd=7",
    ]


def test_the_script_of_2004_makes_no_network():
    assert parse(["-profile", "qemu-0.6", "-n", "/etc/qemu-ifup"]).default_network


def test_the_local_time_of_2004_says_nothing_of_networks():
    assert parse(["-profile", "qemu-0.6", "-localtime"]).default_network
    with pytest.raises(OptionError, match="-localtime: invalid option"):
        parse(["-localtime"])

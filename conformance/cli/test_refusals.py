"""What is refused, and in which words (CLI-01, CLI-08 to CLI-11, CLI-14)."""

import pytest

from vnetspec.cli.listing import PC, started
from vnetspec.fixtures.requirements import requirement

IDENTIFIERS = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter."


@requirement("CLI-01")
def test_backends_are_listed(refuses):
    header, *types = refuses(**started("-netdev", "help")).splitlines()

    assert header == "Available netdev backend types:"
    assert set(types) >= {"socket", "stream", "dgram", "hubport", "user"}


@requirement("CLI-08")
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("net=x", "Failed to parse netmask"),
        ("net=10.0.2.0/24x", "Failed to parse netmask (trailing chars)"),
        ("net=10.0.2.0/33", "Invalid netmask provided (must be in range 4-32)"),
        ("host=x", "Failed to parse host"),
        ("host=10.0.3.2", "Host doesn't belong to network"),
        ("dns=x", "Failed to parse DNS"),
        ("dns=10.0.3.3,restrict=on", "DNS doesn't belong to network"),
        ("dns=10.0.2.2", "DNS must be different from host"),
        ("dhcpstart=x", "Failed to parse DHCP start address"),
        ("dhcpstart=10.0.3.9", "DHCP doesn't belong to network"),
        ("dhcpstart=10.0.2.2", "DHCP must be different from host and DNS"),
        ("ipv4=off,net=10.0.2.0", "IPv4 disabled but netmask/host/dns provided"),
        ("ipv4=off,ipv6=off", "IPv4 and IPv6 disabled"),
        ("domainname=", "'domainname' parameter cannot be empty"),
    ],
)
def test_what_does_not_fit_an_ipv4_network_is_refused(refuses, transcript, options, complaint):
    argument = f"user,id=u,{options}"

    assert refuses(**started("-netdev", argument)) == f"-netdev {argument}: {complaint}"

    transcript.matches()


@requirement("CLI-09")
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("ipv6=off,ipv6-host=fec0::2", "IPv6 disabled but prefix/host6/dns6 provided"),
        ("ipv6-prefix=x", "Failed to parse IPv6 prefix"),
        ("ipv6-host=x", "Failed to parse IPv6 host"),
        ("ipv6-dns=x", "Failed to parse IPv6 DNS"),
        (
            "ipv6-prefixlen=127",
            "Invalid IPv6 prefix provided (IPv6 prefix length must be between 0 and 126)",
        ),
        ("ipv6-host=fec1::2", "IPv6 Host doesn't belong to network"),
        ("ipv6-dns=fec1::3,restrict=on", "IPv6 DNS doesn't belong to network"),
    ],
)
def test_what_does_not_fit_an_ipv6_network_is_refused(refuses, transcript, options, complaint):
    argument = f"user,id=u,{options}"

    assert refuses(**started("-netdev", argument)) == f"-netdev {argument}: {complaint}"

    transcript.matches()


@requirement("CLI-10")
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("-netdev user", "Parameter 'id' is missing"),
        ("-netdev user,id=u -netdev user,id=u", "Duplicate ID 'u' for netdev"),
        ("-net user,id=u -net user,id=u", "Duplicate ID 'u' for net"),
        ("-nic user,id=u -nic user,id=u", "Duplicate ID 'u' for nic"),
        ("-netdev user,id=1", f"Parameter 'id' expects an identifier\n{IDENTIFIERS}"),
        ("-netdev user,id=u,foo=1", "Invalid parameter 'foo'"),
        ("-nic user,foo=1", "Invalid parameter 'foo'"),
        ("-netdev bogus,id=u", "Parameter 'type' does not accept value 'bogus'"),
        ("-netdev nic,id=u", "network backend 'nic' is not compiled into this binary"),
        ("-nic nic", "network backend 'nic' is not compiled into this binary"),
        (
            "-net hubport,hubid=0",
            "network backend 'hubport' is only supported with -netdev/-nic",
        ),
        ("-netdev hubport,id=u", "Parameter 'hubid' is missing"),
        ("-netdev hubport,id=u,hubid=0,netdev=zz", "netdev 'zz' not found"),
        ("-net nic,netdev=zz", "netdev 'zz' not found"),
    ],
)
def test_wrong_options_are_refused_by_name(refuses, transcript, words, complaint):
    option = " ".join(words.split()[-2:])

    assert refuses(**started(*words.split())) == f"{option}: {complaint}"

    transcript.matches()


@requirement("CLI-11")
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("-device e1000,netdev=zz", "Property 'e1000.netdev' can't find value 'zz'"),
        (
            "-netdev user,id=u -device e1000,netdev=u -device rtl8139,netdev=u",
            "Property 'rtl8139.netdev' can't take value 'u', it's in use",
        ),
        ("-device e1000,mac=zz", "Property 'e1000.mac' doesn't take value 'zz'"),
        ("-device e1000,foo=1", "Property 'e1000.foo' not found"),
        ("-device e1000,addr=99", "Property 'e1000.addr' doesn't take value '99'"),
        ("-device e1000,bus=zz", "Bus 'zz' not found"),
        ("-device bogus", "'bogus' is not a valid device model name"),
        ("-device e1000,id=n -device pcnet,id=n", "Duplicate ID 'n' for device"),
        ("-net nic,macaddr=zz", "invalid syntax for ethernet address"),
        ("-nic user,mac=zz", "invalid syntax for ethernet address"),
    ],
)
def test_a_nic_that_does_not_fit_is_refused(refuses, transcript, words, complaint):
    option = " ".join(words.split()[-2:])

    assert refuses(**started(*PC, *words.split())) == f"{option}: {complaint}"

    transcript.matches()


@requirement("CLI-11", variant="machine")
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("-M pc -nic user,model=bogus", "Unsupported NIC model: bogus"),
        ("-M pc -net nic,model=bogus", "Unsupported NIC model: bogus"),
        ("-M pc -net nic,addr=99", "Invalid PCI device address 99 for device e1000"),
        ("-M isapc -net nic,model=e1000", "No primary PCI bus"),
        ("-M none -device e1000", "-device e1000: No 'PCI' bus found for device 'e1000'"),
        ("-M none -device ne2k_isa", "-device ne2k_isa: No 'ISA' bus found for device 'ne2k_isa'"),
    ],
)
def test_a_nic_that_the_machine_can_not_have_is_refused(refuses, transcript, words, complaint):
    assert refuses(**started(*words.split())) == complaint

    transcript.matches()


@requirement("CLI-14")
@pytest.mark.parametrize(
    "words",
    [
        *("-redir tcp:5022::22", "-tftp /", "-bootp b", "-smb /"),
        *("-user-net", "-isa", "-nics 1"),
    ],
)
def test_removed_options_are_unknown(refuses, transcript, words):
    option = words.split()[0]

    assert refuses(**started(*words.split())) == f"{option}: invalid option"

    transcript.matches()


@requirement("CLI-14", variant="net")
@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("nic,vlan=1", "Invalid parameter 'vlan'"),
        ("user,vlan=1", "Invalid parameter 'vlan'"),
        ("user,name=x", "Invalid parameter 'name'"),
        ("dump,file=x", "Parameter 'type' does not accept value 'dump'"),
        ("channel,x=y", "Parameter 'type' does not accept value 'channel'"),
    ],
)
def test_removed_parameters_are_unknown(refuses, transcript, argument, complaint):
    assert refuses(**started("-net", argument)) == f"-net {argument}: {complaint}"

    transcript.matches()

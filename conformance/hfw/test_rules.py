"""The grammar of rules, and what is said of a bad one."""

import pytest

from vnetspec.fixtures.addresses import GUEST, LOOPBACK, LOOPBACK6, NOWHERE, at, guest_address
from vnetspec.fixtures.checkers import SYN, UDP_DATAGRAM
from vnetspec.fixtures.frames import gratuitous_arp
from vnetspec.fixtures.oracle import IP, TCP, UDP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import sessions

OTHER = guest_address(5)

BAD = {
    "x": "No : separators",
    "tcp": "No : separators",
    "tcp:": "Missing : separator",
    "tcp:5555": "Missing : separator",
    "foo:5555-:22": "Bad protocol name",
    "TCP::5555-:22": "Bad protocol name",
    "tcp:5555-:22": "Bad host address",
    "tcp:nowhere:5555-:22": "Bad host address",
    "tcp::5555": "Bad host port separator",
    "tcp::5555x-:22": "Bad host port",
    "tcp::99999-:22": "Bad host port",
    "tcp::5555:-:22": "Bad host port",
    "tcp::5555-22": "Missing guest address",
    "tcp::5555-10.0.2.15": "Missing guest address",
    "tcp::5555-nowhere:22": "Bad guest address",
    "tcp::-1-:22": "Bad guest address",
    "tcp::5555-:22x": "Bad guest port",
    "tcp::5555-:": "Bad guest port",
}


@requirement("HFW-01")
@pytest.mark.parametrize(
    ("rule", "bound", "to"),
    [
        (f"tcp:{LOOPBACK}:5522-{OTHER}:22", LOOPBACK, OTHER),
        (f"tcp:{LOOPBACK}:5522-:22", LOOPBACK, GUEST),
        ("tcp::5522-:22", "*", GUEST),
        ("::5522-:22", "*", GUEST),
        ("tcp:0.0.0.0:5522-0.0.0.0:22", "*", GUEST),
    ],
    ids=["full", "no-guest", "no-host", "no-protocol", "zeros"],
)
def test_what_a_rule_leaves_out_has_a_default(launch, golden, host, rule, bound, to):
    guest = launch(hostfwd=rule)
    guest.says(gratuitous_arp(to))
    (row,) = sessions(guest)
    assert (row.source, row.source_port) == (bound, 5522)

    host.connects(5522, source=(LOOPBACK, 41001))

    guest.hears_only(SYN.where(IP, dst=to).where(TCP, dport=22))
    golden.matches(guest.wire)


@requirement("HFW-01", variant="dhcpstart")
@network(dhcpstart=at(100), hostfwd=f"tcp:{LOOPBACK}:5522-:22")
def test_the_default_guest_is_the_first_that_dhcp_serves(guest, golden, host):
    guest.says(gratuitous_arp(at(100)))

    host.connects(5522, source=(LOOPBACK, 41014))

    guest.hears_only(SYN.where(IP, dst=at(100)))
    golden.matches(guest.wire)


@requirement("HFW-01", variant="udp")
@network(hostfwd=f"udp:{LOOPBACK}:5007-{OTHER}:7")
def test_a_rule_may_be_for_udp(guest, golden, host):
    guest.says(gratuitous_arp(OTHER))

    host.udp(41015).says(b"question", to=(LOOPBACK, 5007))

    guest.hears_only(UDP_DATAGRAM.where(IP, dst=OTHER).where(UDP, dport=7))
    golden.matches(guest.wire)


@requirement("HFW-08")
@network(hostfwd=f"tcp:{LOOPBACK}:0-:22")
def test_host_port_0_is_chosen_by_the_host(guest, golden, host):
    guest.announces()
    (row,) = sessions(guest)
    assert row.source_port != 0

    host.connects(row.source_port, source=(LOOPBACK, 41016))

    guest.hears_only(SYN.where(TCP, sport=41016, dport=22))
    golden.matches(guest.wire)


@requirement("HFW-08", variant="guest")
@pytest.mark.parametrize("port", [0, 65536])
def test_the_guests_port_is_1_to_65535(refuses, transcript, port):
    rule = f"tcp::5555-:{port}"

    text = refuses(hostfwd=rule)

    assert text == said_of(rule, f"Invalid host forwarding rule '{rule}' (Bad guest port)")

    transcript.matches()


@requirement("HFW-09")
@pytest.mark.parametrize(("rule", "reason"), BAD.items())
def test_a_bad_rule_is_refused_with_the_reason(refuses, transcript, rule, reason):
    text = refuses(hostfwd=rule)

    assert text == said_of(rule, f"Invalid host forwarding rule '{rule}' ({reason})")

    transcript.matches()


@requirement("HFW-09", variant="bind")
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_port_in_use_is_refused(refuses, transcript, host, protocol):
    rule = f"{protocol}:{LOOPBACK}:5555-:22"
    host.tcp(5555)
    host.udp(5555)

    text = refuses(hostfwd=rule)

    assert text == said_of(rule, f"Could not set up host forwarding rule '{rule}'")

    transcript.matches()


@requirement("HFW-09", variant="address")
def test_an_address_that_the_host_does_not_have_is_refused(refuses, transcript):
    rule = f"tcp:{NOWHERE}:5555-:22"

    text = refuses(hostfwd=rule)

    assert text == said_of(rule, f"Could not set up host forwarding rule '{rule}'")

    transcript.matches()


@requirement("HFW-13")
@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("unix:/tmp/ssh-:22", "Bad protocol name"),
        ("tcp:[::1]:5555-:22", "Bad host address"),
        ("tcp:::1:5555-:22", "Bad host port"),
    ],
)
def test_unix_sockets_and_ipv6_are_not_taken(refuses, transcript, rule, reason):
    text = refuses(hostfwd=rule)

    assert text.startswith(said_of(rule, f"Invalid host forwarding rule '{rule}' ("))
    assert text.endswith(f"({reason})")

    transcript.matches()


@requirement("HFW-13", variant="listener")
@network(hostfwd="tcp::5522-:22")
def test_a_rule_listens_on_ipv4_alone(guest, host):
    guest.announces()
    host.connects(5522, LOOPBACK)

    with pytest.raises(ConnectionRefusedError):
        host.connects(5522, LOOPBACK6)


@requirement("HFW-14")
def test_redir_is_no_option(refuses, transcript):
    assert refuses(arguments=["-redir", "tcp:5555::23"]) == "-redir: invalid option"

    transcript.matches()


@requirement("HFW-15")
@network(hostfwd="tcp:127.1:5522-10.512:22")
def test_addresses_may_be_short(guest, golden):
    guest.announces()

    (row,) = sessions(guest)

    assert (row.source, row.destination) == (LOOPBACK, "10.0.2.0")
    golden.matches(guest.wire)


@requirement("HFW-15", variant="strange")
def test_an_address_that_is_short_is_not_the_network_it_looks_like(refuses, transcript):
    rule = "tcp:1.2.3:5555-:22"

    text = refuses(hostfwd=rule)

    assert text == said_of(rule, f"Could not set up host forwarding rule '{rule}'")

    transcript.matches()


def said_of(rule: str, text: str) -> str:
    """``text`` as it is said of ``-netdev user`` with that rule."""
    return f"-netdev user,id=u0,hostfwd={rule}: {text}"

"""Rules that come and go by the monitor."""

import pytest

from vnetspec.fixtures.addresses import LOOPBACK
from vnetspec.fixtures.checkers import SYN
from vnetspec.fixtures.conversation import answers
from vnetspec.fixtures.oracle import TCP
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import states

RULE = f"tcp:{LOOPBACK}:5522"
GONE = f"host forwarding rule for {RULE} removed\n"
UNKNOWN = f"host forwarding rule for {RULE} not found\n"


@requirement("HFW-10")
@pytest.mark.parametrize("identifier", ["", "u0 "], ids=["first", "named"])
def test_a_rule_may_be_added_and_removed(guest, transcript, golden, host, identifier):
    guest.announces()
    with pytest.raises(ConnectionRefusedError):
        host.connects(5522)

    assert guest.monitor(f"hostfwd_add {identifier}{RULE}-:22") == ""
    host.connects(5522, source=(LOOPBACK, 41020))
    guest.hears_only(SYN.where(TCP, sport=41020, dport=22))

    assert guest.monitor(f"hostfwd_remove {identifier}{RULE}") == GONE
    with pytest.raises(ConnectionRefusedError):
        host.connects(5522)
    assert guest.monitor(f"hostfwd_remove {identifier}{RULE}") == UNKNOWN
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HFW-10", variant="connected")
@network(hostfwd=f"{RULE}-:22")
def test_a_connection_outlives_its_rule(guest, transcript, golden, host):
    guest.announces()
    client = host.connects(5522, source=(LOOPBACK, 41021))
    conversation = answers(guest, 22)

    assert guest.monitor(f"hostfwd_remove {RULE}") == GONE
    client.says(b"still here")

    conversation.hears("PA", b"still here")
    assert states(guest) == ["ESTABLISHED"]
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HFW-10", variant="udp")
@network(hostfwd=f"udp:{LOOPBACK}:5007-:7")
def test_tcp_and_udp_rules_are_told_apart(guest, transcript, golden):
    guest.announces()
    rule = f"{LOOPBACK}:5007"

    assert guest.monitor(f"hostfwd_remove tcp:{rule}") == (
        f"host forwarding rule for tcp:{rule} not found\n"
    )
    assert guest.monitor(f"hostfwd_remove udp:{rule}") == (
        f"host forwarding rule for udp:{rule} removed\n"
    )
    assert states(guest, "UDP") == []
    golden.matches(guest.wire)

    transcript.matches()


@requirement("HFW-10", variant="bad")
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("hostfwd_add x", "Invalid host forwarding rule 'x' (No : separators)\n"),
        (f"hostfwd_add nobody {RULE}-:22", "unrecognized netdev id 'nobody'\n"),
        (f"hostfwd_add s0 {RULE}-:22", "invalid device specified\n"),
        (f"hostfwd_remove nobody {RULE}", "unrecognized netdev id 'nobody'\n"),
        (f"hostfwd_remove s0 {RULE}", "invalid device specified\n"),
        ("hostfwd_remove x", "invalid format\n"),
        ("hostfwd_remove udp:5522", "invalid format\n"),
        (f"hostfwd_remove tcp:{LOOPBACK}", "invalid format\n"),
        (f"hostfwd_remove {RULE}-:22", "invalid format\n"),
        ("hostfwd_remove foo::5522", "invalid format\n"),
        ("hostfwd_remove tcp:nowhere:5522", "invalid format\n"),
        (f"hostfwd_remove {RULE}", UNKNOWN),
    ],
)
def test_what_can_not_be_done_is_said(guest, transcript, command, answer):
    assert guest.monitor(command) == answer

    transcript.matches()


@requirement("HFW-10", variant="twice")
@network(hostfwd=f"{RULE}-:22")
def test_a_port_is_not_forwarded_twice(guest, transcript):
    answer = guest.monitor(f"hostfwd_add {RULE}-:23")

    assert answer == f"Could not set up host forwarding rule '{RULE}-:23'\n"
    assert states(guest) == ["HOST_FORWARD"]

    transcript.matches()


@requirement("HFW-10", variant="no-user")
@network(user=False)
@pytest.mark.parametrize("command", [f"hostfwd_add {RULE}-:22", f"hostfwd_remove {RULE}"])
def test_without_a_user_network_there_is_nothing_to_forward_to(guest, transcript, command):
    assert guest.monitor(command) == "user mode network stack not in use\n"

    transcript.matches()

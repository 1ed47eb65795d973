"""The grammar of rules, and what is said of a bad one."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER, ROUTER, SMB_SERVER, at, elsewhere
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.requirements import network, requirement

SERVER = at(100)

MALFORMED = [
    "x",
    "tcp",
    "tcp:10.0.2.100:80",
    "10.0.2.100:80-null",
    "tcp:nowhere:80-null",
    "tcp:10.0.2.100:0-null",
    "tcp:10.0.2.100:65536-null",
]


@requirement("GFW-01")
@pytest.mark.parametrize(
    "rule",
    [f":{SERVER}:7-cmd:/bin/echo hello", f"tcp:{SERVER}:7-cmd:/bin/echo hello"],
    ids=["no-protocol", "tcp"],
)
def test_the_protocol_may_be_left_out(launch, golden, rule):
    guest = launch(guestfwd=rule)
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("PA", b"hello\n")
    golden.matches(guest.wire)


@requirement("GFW-01", variant="default")
@network(guestfwd="tcp::7-cmd:/bin/echo hello")
def test_the_server_is_by_default_the_networks_fourth_address(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SMB_SERVER, 7).opens()

    conversation.hears("PA", b"hello\n")
    golden.matches(guest.wire)


@requirement("GFW-01", variant="malformed")
@pytest.mark.parametrize("rule", MALFORMED)
def test_a_malformed_rule_is_refused(refuses, transcript, rule):
    assert refuses(guestfwd=rule) == said_of(rule, f"Invalid guest forwarding rule '{rule}'")

    transcript.matches()


@requirement("GFW-01", variant="conflict")
@pytest.mark.parametrize(
    "address", [ROUTER, NAMESERVER, elsewhere("10.0.3.1"), elsewhere("192.168.1.1")]
)
def test_a_server_that_can_not_be_is_refused(refuses, transcript, address):
    rule = f"tcp:{address}:80-null"

    text = refuses(guestfwd=rule)

    assert text == said_of(rule, f"Conflicting/invalid host:port in guest forwarding rule '{rule}'")

    transcript.matches()


def said_of(rule: str, text: str) -> str:
    """``text`` as it is said of ``-netdev user`` with that rule."""
    return f"-netdev user,id=u0,guestfwd={rule}: {text}"

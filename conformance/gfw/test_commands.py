"""Servers that are commands of the host."""

import pytest

from vnetspec.fixtures.addresses import at
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.usernet import sessions, states

SERVER = at(100)


def command(text: str) -> str:
    """The rule for a command at the server's port 7."""
    return f"tcp:{SERVER}:7-cmd:{text}"


@requirement("GFW-04")
@network(guestfwd=command("/bin/echo hi there"))
def test_what_a_command_prints_and_its_end_reach_the_guest(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("PA", b"hi there\n")
    conversation.hears("FA", b"")
    golden.matches(guest.wire)


@requirement("GFW-04", variant="input")
@network(guestfwd=command("/bin/cat"))
def test_what_the_guest_says_reaches_the_command(guest, golden):
    guest.announces()
    conversation = Conversation(guest, SERVER, 7).opens()

    for line in (b"one\n", b"two\n"):
        conversation.says("PA", line)
        conversation.hears("A", b"")
        conversation.hears("PA", line)
        conversation.acknowledges()
    conversation.says("FA")
    conversation.hears("A", b"")
    conversation.hears("FA", b"")
    conversation.acknowledges()
    guest.hears_nothing()
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("GFW-04", variant="words")
@network(guestfwd=command("""/bin/echo "a  b" 'c  d'  e\\ f $HOME ; * >x"""))
def test_words_are_split_as_a_shell_would_but_without_one(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("PA", b"a  b c  d e f $HOME ; * >x\n")
    golden.matches(guest.wire)


@requirement("GFW-04", variant="error")
@network(guestfwd=command("/bin/sh -c 'echo oops >&2'"))
def test_what_a_command_says_of_errors_reaches_the_guest(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("PA", b"oops\n")
    conversation.hears("FA", b"")
    golden.matches(guest.wire)


@requirement("GFW-04", variant="each")
@network(guestfwd=command("/bin/cat"))
def test_each_connection_has_a_command_of_its_own(guest, golden):
    guest.announces()
    conversations = [
        Conversation(guest, SERVER, 7, source_port).opens() for source_port in (40000, 40001)
    ]

    for conversation, line in zip(conversations, (b"one\n", b"two\n"), strict=True):
        conversation.says("PA", line)
        conversation.hears("A", b"")
        conversation.hears("PA", line)
    golden.matches(guest.wire)


@requirement("GFW-05")
@network(guestfwd=command("/nonexistent"))
def test_a_command_that_can_not_be_started_ends_the_connection(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("FA", b"")
    guest.hears_nothing()
    (row,) = sessions(guest)
    assert (row.state, row.fd) == ("FIN_WAIT_1", -1)
    assert "/nonexistent" in guest.link.warnings()
    assert "No such file or directory" in guest.link.warnings()
    golden.matches(guest.wire)


@requirement("GFW-05", variant="failing")
@network(guestfwd=command("/bin/false"))
def test_a_command_that_fails_ends_the_connection_in_order(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("FA", b"")
    golden.matches(guest.wire)


@requirement("GFW-09")
@network(guestfwd=[command("/bin/echo first"), command("/bin/echo second")])
def test_of_two_rules_for_one_port_the_first_is_served(guest, golden):
    guest.announces()

    conversation = Conversation(guest, SERVER, 7).opens()

    conversation.hears("PA", b"first\n")
    golden.matches(guest.wire)


@requirement("GFW-09", variant="ports")
@network(guestfwd=[command("/bin/echo seven"), f"tcp:{SERVER}:9-cmd:/bin/echo nine"])
@pytest.mark.parametrize(("port", "words"), [(7, b"seven\n"), (9, b"nine\n")])
def test_one_address_may_serve_several_ports(guest, golden, port, words):
    guest.announces()

    conversation = Conversation(guest, SERVER, port).opens()

    conversation.hears("PA", words)
    golden.matches(guest.wire)

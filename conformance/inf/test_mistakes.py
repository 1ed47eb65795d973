"""What the monitor says of commands that are wrong."""

import pytest

from vnetspec.fixtures.requirements import requirement

HINT = 'Try "help {}" for more information\n'


@requirement("INF-08")
@pytest.mark.parametrize("command", ["info neighbors", "info nothing", "nothing"])
def test_an_unknown_command_is_named(guest, transcript, command):
    assert guest.monitor(command) == f"unknown command: '{command}'\n"

    transcript.matches()


@requirement("INF-09")
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("set_link zz off", "Error: Device 'zz' not found\n"),
        ("set_link u0 maybe", "Expected 'on' or 'off'\n" + HINT.format("set_link")),
        ("set_link", "set_link: string expected\n" + HINT.format("set_link")),
        ("netdev_del zz", "Error: Device 'zz' not found\n"),
        ("netdev_del", "netdev_del: string expected\n" + HINT.format("netdev_del")),
        (
            "netdev_del a b",
            "netdev_del: extraneous characters at the end of line\n" + HINT.format("netdev_del"),
        ),
        ("netdev_add user", "Error: Parameter 'id' is missing\n"),
        ("netdev_add user,id=n,foo=bar", "Error: Invalid parameter 'foo'\n"),
        ("object_del zz", "Error: object 'zz' not found\n"),
    ],
)
def test_what_is_wrong_is_said(guest, transcript, command, answer):
    assert guest.monitor(command) == answer

    transcript.matches()


@requirement("INF-09")
def test_a_name_is_given_once(guest, transcript):
    assert guest.monitor("netdev_add user,id=u0") == HINT.format("netdev_add")

    assert "Duplicate ID 'u0' for netdev\n" in guest.link.warnings()

    transcript.matches()

"""Which nameserver the host has, and how long that is believed (DNS-05..07)."""

import os
import socket

import pytest

from refnet.backend.resolver import Resolver, first_nameserver
from refnet.clock import SECOND, ManualClock
from refnet.errors import HostError
from refnet.wire.ipv4 import parse_address
from refnet.wire.ipv6 import LOOPBACK as LOOPBACK6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 10.0.0.1\n", "10.0.0.1"),
        ("# none\nsearch x\nnameserver\t 10.0.0.1 # here\nnameserver 10.0.0.2\n", "10.0.0.1"),
        ("nameserver fe80::1%eth0\nnameserver 10.0.0.1%eth0\n", "10.0.0.1"),
        ("nameserver 1.2.3\nnameserver\nnameserver 10.0.0.1", "10.0.0.1"),
        ("", None),
        ("nameserver ::1\n", None),
        (" nameserver 10.0.0.1\n", None),
        ("nameservers 10.0.0.1\n", None),
    ],
)
def test_the_first_line_with_an_ipv4_address_counts(text, expected):
    assert first_nameserver(text) == (expected and parse_address(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 10.0.0.1\nnameserver ::1\nnameserver fec0::9\n", LOOPBACK6),
        ("nameserver fe80::1%eth0\n", "fe80::1%eth0"),
        ("nameserver ::1%eth0\n", LOOPBACK6),
        ("nameserver fec0::x\nnameserver 10.0.0.1\n", None),
    ],
)
def test_the_first_line_with_an_ipv6_address_counts_for_ipv6(text, expected):
    assert first_nameserver(text, socket.AF_INET6) == expected


def test_an_answer_is_good_for_a_second(resolv_conf):
    clock = ManualClock()
    resolver = Resolver(resolv_conf, clock)
    assert resolver.nameserver() == parse_address("127.0.0.1")
    resolv_conf.write_text("nameserver 10.0.0.99\n")

    clock.advance(SECOND - 1)
    assert resolver.nameserver() == parse_address("127.0.0.1")
    clock.advance(1)

    assert resolver.nameserver() == parse_address("10.0.0.99")


def test_a_file_that_has_not_changed_is_not_read_again(resolv_conf):
    clock = ManualClock()
    resolver = Resolver(resolv_conf, clock)
    resolver.nameserver()
    status = resolv_conf.stat()
    resolv_conf.write_text("nameserver 127.0.0.2\n")
    os.utime(resolv_conf, ns=(status.st_atime_ns, status.st_mtime_ns))
    clock.advance(5 * SECOND)

    assert resolver.nameserver() == parse_address("127.0.0.1")


def test_without_the_file_or_a_name_there_is_no_nameserver(resolv_conf):
    clock = ManualClock()
    resolver = Resolver(resolv_conf, clock)
    resolv_conf.write_text("")
    assert resolver.nameserver() is None
    resolv_conf.write_text("nameserver 10.0.0.1\n")
    assert resolver.nameserver() == parse_address("10.0.0.1")
    resolv_conf.unlink()
    clock.advance(SECOND)

    assert resolver.nameserver() is None


def test_once_looked_up_is_for_ever(resolv_conf):
    clock = ManualClock()
    resolver = Resolver(resolv_conf, clock, once=True)
    resolv_conf.write_text("nameserver 10.0.0.99\n")
    clock.advance(3600 * SECOND)

    assert resolver.nameserver() == parse_address("127.0.0.1")


def test_to_look_up_once_there_must_be_something(resolv_conf):
    resolv_conf.write_text("")

    with pytest.raises(HostError, match="Could not get DNS address"):
        Resolver(resolv_conf, ManualClock(), once=True)

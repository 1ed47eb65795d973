"""Addresses on their way to the socket module and back."""

import socket

import pytest

from refnet.backend.addresses import family_of, number, read, text_of
from refnet.wire import ipv4, ipv6

KNOWN = pytest.mark.parametrize(
    ("address", "text", "family"),
    [
        (ipv4.parse_address("10.0.2.15"), "10.0.2.15", socket.AF_INET),
        (ipv6.parse_address("fec0::15"), "fec0::15", socket.AF_INET6),
        (ipv6.LOOPBACK, "::1", socket.AF_INET6),
    ],
)


@KNOWN
def test_there_and_back(address, text, family):
    assert (text_of(address), family_of(address)) == (text, family)
    assert read(text) == address


def test_a_scope_is_kept_on_the_way_there_and_left_out_on_the_way_back():
    assert text_of("fe80::1%eth0") == "fe80::1%eth0"
    assert family_of("fe80::1%eth0") == socket.AF_INET6
    assert read("fe80::1%eth0") == ipv6.parse_address("fe80::1")


def test_an_ipv4_address_is_a_number():
    assert number("127.0.0.1") == ipv4.LOOPBACK

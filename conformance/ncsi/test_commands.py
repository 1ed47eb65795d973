"""What is a command, and what it is answered whatever else is set."""

import pytest

from vnetspec.fixtures.addresses import NAMESERVER_MAC, ROUTER_MAC
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.ncsi import HEADER, command, response
from vnetspec.fixtures.requirements import network, requirement, tolerates

CLEAR_INITIAL_STATE = 0x00
SELECT_PACKAGE = 0x01
ENABLE_AEN = 0x08
SET_MAC_ADDRESS = 0x0E

COMPLETED = bytes(4)

pytestmark = tolerates(
    "Source MAC must not be a group address",
    reason="responses come from the broadcast address, which is NCSI-01",
)


@requirement("NCSI-01")
def test_a_command_is_answered_by_broadcast(guest, golden):
    guest.says(command(CLEAR_INITIAL_STATE))

    guest.hears_only(response(0x80, COMPLETED, controller=1, revision=1, instance=7, channel=0))
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="copied")
@pytest.mark.parametrize(
    "fields",
    [{"controller": 0xAB}, {"instance": 0xCD}, {"channel": 0x3F}],
    ids=["controller", "instance", "channel"],
)
def test_who_asks_is_told_in_the_response(guest, golden, fields):
    guest.says(command(CLEAR_INITIAL_STATE, **fields))

    guest.hears_only(response(0x80, COMPLETED, **fields))
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="revision")
@pytest.mark.parametrize("revision", [0, 2, 255])
def test_the_revision_is_1_whatever_the_commands_is(guest, golden, revision):
    guest.says(command(CLEAR_INITIAL_STATE, revision=revision))

    guest.hears_only(response(0x80, COMPLETED, revision=1))
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="destination")
@pytest.mark.parametrize("mac", [ROUTER_MAC, NAMESERVER_MAC, "02:00:00:00:00:01"])
def test_the_destination_is_not_looked_at(guest, golden, mac):
    guest.says(command(CLEAR_INITIAL_STATE, dst=mac))

    guest.hears_only(response(0x80, COMPLETED))
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="responses")
@pytest.mark.parametrize(("kind", "answer"), [(0x80, 0x00), (0x8A, 0x0A), (0xFF, 0x7F)])
def test_a_response_is_answered_as_if_it_were_a_command(guest, golden, kind, answer):
    guest.says(command(kind))

    guest.hears_only(response(answer, b""))
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="ipv6-alone")
@network(ipv4="off")
def test_it_is_answered_without_ipv4(guest, golden):
    answered_alone(guest)
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="ipv4-alone")
@network(ipv6="off")
def test_it_is_answered_without_ipv6(guest, golden):
    answered_alone(guest)
    golden.matches(guest.wire)


@requirement("NCSI-01", variant="restricted")
@network(restrict="on")
def test_it_is_answered_under_restrict(guest, golden):
    answered_alone(guest)
    golden.matches(guest.wire)


@requirement("NCSI-02")
def test_a_header_is_enough(guest, golden):
    guest.says(command(ENABLE_AEN, checksum=b""))

    guest.hears_only(response(0x88, COMPLETED))
    golden.matches(guest.wire)


@requirement("NCSI-02", variant="short")
@pytest.mark.parametrize("length", [0, 1, 8, HEADER - 1])
def test_a_short_command_is_dropped(guest, golden, length):
    guest.says(bytes(command(ENABLE_AEN))[: 14 + length])

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("NCSI-02", variant="payload")
@pytest.mark.parametrize(
    "data", [bytes.fromhex("5254 0012 3456 0101"), b"x" * 1400], ids=["right", "long"]
)
def test_the_payload_is_not_looked_at(guest, golden, data):
    guest.says(command(SET_MAC_ADDRESS, data))

    guest.hears_only(response(0x8E, COMPLETED))
    golden.matches(guest.wire)


@requirement("NCSI-02", variant="length")
def test_a_length_beyond_the_end_does_not_matter(guest, golden):
    octets = bytearray(bytes(command(SET_MAC_ADDRESS, bytes(8))))
    octets[14 + 6 : 14 + 8] = b"\x0f\xff"

    guest.says(bytes(octets))

    guest.hears_only(response(0x8E, COMPLETED))
    golden.matches(guest.wire)


@requirement("NCSI-02", variant="checksum")
def test_a_wrong_checksum_does_not_matter(guest, golden):
    guest.says(command(SELECT_PACKAGE, bytes(4), checksum=b"\x12\x34\x56\x78"))

    guest.hears_only(response(0x81, COMPLETED))
    golden.matches(guest.wire)


def answered_alone(guest: Guest) -> None:
    """Two commands, each with its response: the second shows that nothing came after the first."""
    for instance in (7, 8):
        guest.says(command(CLEAR_INITIAL_STATE, instance=instance))
        guest.hears(response(0x80, COMPLETED, instance=instance))

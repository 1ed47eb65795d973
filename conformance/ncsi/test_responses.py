"""What each command is answered."""

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.ncsi import command, response
from vnetspec.fixtures.requirements import requirement, tolerates

COMPLETED = bytes(4)
PLAIN = [*range(0x0A), *range(0x0B, 0x0F), *range(0x10, 0x15)]
STATISTICS = [0x18, 0x19, 0x1A]
UNKNOWN = [0x0F, 0x1C, 0x4F, 0x53, 0x5A, 0x7F]
CAPABILITIES = b"\xff" * 20 + bytes.fromhex("00000002 0000ff00")

pytestmark = tolerates(
    "Source MAC must not be a group address",
    reason="responses come from the broadcast address, which is NCSI-01",
)


@requirement("NCSI-03")
@pytest.mark.parametrize("kind", PLAIN, ids="{:#04x}".format)
def test_a_plain_command_is_completed(guest, golden, kind):
    guest.says(command(kind))

    guest.hears_only(response(kind + 0x80, COMPLETED))
    golden.matches(guest.wire)


@requirement("NCSI-03", variant="details")
@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (0x0A, bytes.fromhex("00000001 00000000 00000000")),
        (0x15, bytes(36)),
        (0x16, CAPABILITIES),
        (0x17, bytes(36)),
        (0x1B, bytes(4)),
        (0x52, bytes(16)),
    ],
    ids=["link", "version", "capabilities", "parameters", "package", "uuid"],
)
def test_what_a_command_asks_for_follows_the_codes(guest, golden, kind, details):
    guest.says(command(kind))

    guest.hears_only(response(kind + 0x80, COMPLETED + details))
    golden.matches(guest.wire)


@requirement("NCSI-03", variant="statistics")
@pytest.mark.parametrize("kind", STATISTICS, ids="{:#04x}".format)
def test_statistics_are_all_zero(guest, golden, kind):
    guest.says(command(kind))

    guest.hears_only(response(kind + 0x80, COMPLETED + bytes(168)))
    golden.matches(guest.wire)


@requirement("NCSI-04")
@pytest.mark.parametrize("kind", UNKNOWN, ids="{:#04x}".format)
def test_an_unknown_command_is_answered_without_codes(guest, golden, kind):
    guest.says(command(kind))

    guest.hears_only(response(kind + 0x80, b""))
    golden.matches(guest.wire)


@requirement("NCSI-04", variant="empty")
@pytest.mark.parametrize("kind", [0x50, 0x51], ids=["oem", "pldm"])
def test_oem_and_pldm_commands_are_answered_without_codes(guest, golden, kind):
    guest.says(command(kind, bytes.fromhex("0000 8119 0000 0000")))

    guest.hears_only(response(kind + 0x80, b""))
    golden.matches(guest.wire)


@requirement("NCSI-05")
@pytest.mark.parametrize(
    ("fields", "checksum"),
    [({}, "ffff7df4"), ({"controller": 0xFF, "instance": 0xFF, "channel": 0xFF}, "fffe7dfd")],
    ids=["small", "carry"],
)
def test_the_checksum_is_the_twos_complement_of_the_sum(guest, golden, fields, checksum):
    guest.says(command(0x01, **fields))

    heard = guest.hears_only(response(0x81, COMPLETED))
    assert heard.original[34:38].hex() == checksum
    golden.matches(guest.wire)


@requirement("NCSI-05", variant="end")
@pytest.mark.parametrize(
    ("kind", "length"), [(0x15, 74), (0x16, 66), (0x18, 206)], ids=["40", "32", "172"]
)
def test_nothing_follows_the_checksum_of_a_long_response(guest, golden, kind, length):
    guest.says(command(kind))

    guest.hears_only(ANY.long(length))
    golden.matches(guest.wire)


@requirement("NCSI-05", variant="padding")
def test_zeros_follow_the_checksum_of_a_short_one(guest, target, golden):
    guest.says(command(0x5A))

    heard = guest.hears_only(response(0xDA, b""))
    assert heard.original[34:] == bytes(26 if "padding" in target.capabilities else 0)
    golden.matches(guest.wire)

"""The options of TFTP (RFC 2347, RFC 2348, RFC 2349)."""

import pytest

from vnetspec.fixtures.checkers import TFTP_OACK, tftp_data
from vnetspec.fixtures.frames import tftp_ack, tftp_read
from vnetspec.fixtures.requirements import network, requirement, tolerates

pytestmark = network(tftp="{dir}")

CONTENT = bytes(range(250)) * 12


@pytest.fixture
def says(guest, host):
    """Ask for a file of 3000 octets with options."""
    host.file("a.bin", CONTENT)
    guest.announces()
    return lambda *options: guest.says(tftp_read("a.bin", "octet", *options))


def acknowledged(*options):
    """The acknowledgement of ``options``."""
    return TFTP_OACK.carrying(b"\0\6" + b"".join(text.encode() + b"\0" for text in options))


@requirement("TFTP-16")
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param([("tsize", "0")], ["tsize", "3000"], id="tsize"),
        pytest.param([("blksize", "100")], ["blksize", "100"], id="blksize"),
        pytest.param(
            [("TSIZE", "0"), ("BlkSize", "100")],
            ["tsize", "3000", "blksize", "100"],
            id="capitals",
        ),
        pytest.param(
            [("blksize", "100"), ("tsize", "0")],
            ["blksize", "100", "tsize", "3000"],
            id="order",
        ),
        pytest.param(
            [("timeout", "1"), ("windowsize", "4"), ("multicast", ""), ("tsize", "0")],
            ["tsize", "3000"],
            id="unknown-before",
        ),
        pytest.param(
            [("tsize", "0"), ("timeout", "3"), ("blksize", "9")],
            ["tsize", "3000", "blksize", "9"],
            id="unknown-between",
        ),
        pytest.param(
            [("tsize", "0"), ("tsize", "1"), ("blksize", "9")],
            ["tsize", "3000", "tsize", "1"],
            id="three",
        ),
    ],
)
def test_known_options_are_acknowledged(guest, golden, says, asked, answered):
    says(*asked)

    guest.hears_only(acknowledged(*answered))

    golden.matches(guest.wire)


@requirement("TFTP-16", variant="none")
@pytest.mark.parametrize(
    "option", [("timeout", "3"), ("windowsize", "4"), ("", "1")], ids=["timeout", "window", "empty"]
)
def test_without_a_known_option_the_file_is_sent_at_once(guest, golden, says, option):
    says(option)

    guest.hears_only(tftp_data(1, CONTENT[:512]))

    golden.matches(guest.wire)


@requirement("TFTP-17")
@pytest.mark.parametrize(("asked", "answered"), [("0", "3000"), ("77", "77"), ("3000", "3000")])
def test_tsize_0_asks_for_the_size(guest, golden, says, asked, answered):
    says(("tsize", asked))

    guest.hears_only(acknowledged("tsize", answered))

    golden.matches(guest.wire)


@requirement("TFTP-17", variant="empty")
def test_an_empty_file_has_size_0(guest, host, golden):
    host.file("empty", b"")
    guest.announces()

    guest.says(tftp_read("empty", "octet", ("tsize", "0")))

    guest.hears_only(acknowledged("tsize", "0"))
    golden.matches(guest.wire)


@requirement("TFTP-18")
@tolerates("TFTP blocksize out of range", reason="QEMU serves sizes below the RFC's 8 as well")
@pytest.mark.parametrize("asked", [1, 8, 512, 1024, 1428, 1429, 8192, 65464])
def test_blocks_have_the_size_asked_for_up_to_1428(guest, golden, says, asked):
    size = min(asked, 1428)

    says(("blksize", str(asked)))
    guest.hears_only(acknowledged("blksize", str(size)))
    for block in (1, 2):
        guest.says(tftp_ack(block - 1))
        guest.hears_only(tftp_data(block, CONTENT[(block - 1) * size : block * size]))

    golden.matches(guest.wire)


@requirement("TFTP-18", variant="not-positive")
@pytest.mark.parametrize("asked", ["0", "-5", "many"])
def test_a_block_size_that_is_no_positive_number_is_passed_over(guest, golden, says, asked):
    says(("blksize", asked))

    guest.hears_only(tftp_data(1, CONTENT[:512]))

    golden.matches(guest.wire)


@requirement("TFTP-19")
@pytest.mark.parametrize("number", [0, 1, 500])
def test_the_first_block_follows_the_acknowledgement(guest, golden, says, number):
    says(("tsize", "0"))
    guest.hears_only(acknowledged("tsize", "3000"))

    guest.says(tftp_ack(number))
    guest.hears_only(tftp_data(1, CONTENT[:512]))

    golden.matches(guest.wire)


@requirement("TFTP-25")
def test_the_largest_block_makes_a_frame_of_1474_octets(guest, golden, says):
    says(("blksize", "8192"))
    guest.hears(acknowledged("blksize", "1428"))

    guest.says(tftp_ack(0))

    guest.hears_only(tftp_data(1, CONTENT[:1428]).long(1474))
    golden.matches(guest.wire)

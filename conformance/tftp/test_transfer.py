"""Blocks, acknowledgements and the life of a TFTP transfer (RFC 1350)."""

import pytest

from vnetspec.fixtures.addresses import GUEST, ROUTER, guest_address
from vnetspec.fixtures.checkers import (
    TFTP_DATA,
    TFTP_ERROR,
    TFTP_OACK,
    tftp_data,
    tftp_error,
)
from vnetspec.fixtures.frames import gratuitous_arp, tftp_ack, tftp_raw, tftp_read
from vnetspec.fixtures.oracle import IP, UDP
from vnetspec.fixtures.requirements import network, requirement, tolerates

pytestmark = [
    network(tftp="{dir}"),
    tolerates("TFTP ERROR packet", reason="some of these cases ask for a missing file"),
]

CONTENT = bytes(range(250)) * 12
FIRST, SECOND, THIRD = (tftp_data(n + 1, CONTENT[n * 512 : (n + 1) * 512]) for n in range(3))
STOP = b"\0\5\0\0stop\0"


@pytest.fixture
def file(guest, host):
    """The guest has announced itself, and there is a file of 3000 octets, ``a.bin``."""
    guest.announces()
    return host.file("a.bin", CONTENT)


@requirement("TFTP-02")
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (tftp_read("a.bin"), TFTP_DATA),
        (tftp_read("a.bin", "octet", ("tsize", "0")), TFTP_OACK),
        (tftp_read("missing"), TFTP_ERROR),
    ],
    ids=["data", "options", "error"],
)
def test_everything_comes_from_port_69(guest, golden, asked, answer):
    answer = answer.where(UDP, sport=69, dport=40069).where(IP, src=ROUTER, dst=GUEST)

    guest.says(asked)

    guest.hears_only(answer.where(IP, tos=0x10, ttl=64))
    golden.matches(guest.wire)


@requirement("TFTP-02", variant="later")
@pytest.mark.usefixtures("file")
def test_later_blocks_come_from_port_69_too(guest, golden):
    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)

    guest.says(tftp_ack(1))

    guest.hears_only(SECOND.where(UDP, sport=69).where(IP, tos=0x10, ttl=64))
    golden.matches(guest.wire)


@requirement("TFTP-03")
@pytest.mark.usefixtures("file")
def test_ports_of_a_guest_are_transfers_of_their_own(guest, golden):
    guest.says(tftp_read("a.bin", source_port=40001))
    guest.hears(FIRST.where(UDP, dport=40001))
    guest.says(tftp_ack(1, source_port=40001))
    guest.hears(SECOND.where(UDP, dport=40001))

    guest.says(tftp_read("a.bin", source_port=40002))
    guest.hears(FIRST.where(UDP, dport=40002))
    guest.says(tftp_ack(2, source_port=40001))
    guest.hears_only(THIRD.where(UDP, dport=40001))

    golden.matches(guest.wire)


@requirement("TFTP-03", variant="addresses")
@pytest.mark.usefixtures("file")
def test_guests_with_the_same_port_have_transfers_of_their_own(guest, golden):
    other = {"sender": guest_address(1), "mac": "02:00:00:00:00:16"}
    guest.says(gratuitous_arp(other["sender"], mac=other["mac"]))

    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST.where(IP, dst=GUEST))
    guest.says(tftp_read("a.bin", **other))
    guest.hears(FIRST.where(IP, dst=other["sender"]))
    guest.says(tftp_ack(1))
    guest.hears(SECOND.where(IP, dst=GUEST))
    guest.says(tftp_ack(1, **other))
    guest.hears_only(SECOND.where(IP, dst=other["sender"]))

    golden.matches(guest.wire)


@requirement("TFTP-03", variant="again")
@pytest.mark.usefixtures("file")
def test_a_new_request_starts_again(guest, golden):
    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)
    guest.says(tftp_ack(1))
    guest.hears(SECOND)

    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)
    guest.says(tftp_ack(1))
    guest.hears_only(SECOND)

    golden.matches(guest.wire)


@requirement("TFTP-10")
@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, 1024])
def test_the_first_short_block_ends_the_transfer(guest, host, golden, length):
    host.file("file", CONTENT[:length])
    guest.announces()

    guest.says(tftp_read("file"))
    for start in range(0, length + 1, 512):
        block = start // 512 + 1
        guest.hears(tftp_data(block, CONTENT[start : min(start + 512, length)]))
        guest.says(tftp_ack(block))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TFTP-11")
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("number", [0, 7, 65535])
def test_any_acknowledgement_asks_for_the_next_block(guest, golden, number):
    guest.says(tftp_read("a.bin"))
    guest.hears_only(FIRST)

    guest.says(tftp_ack(number))
    guest.hears_only(SECOND)
    guest.says(tftp_ack(number))
    guest.hears_only(THIRD)

    golden.matches(guest.wire)


@requirement("TFTP-12")
@pytest.mark.usefixtures("file")
def test_nothing_is_sent_again_unasked(guest):
    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)

    assert guest.waits(60) == []

    guest.says(tftp_ack(1))
    guest.hears_only(SECOND)


@requirement("TFTP-13")
@pytest.mark.usefixtures("file")
def test_there_are_twenty_transfers_at_most(guest, golden):
    for port in range(20):
        guest.says(tftp_read("a.bin", source_port=40001 + port))
        guest.hears(FIRST.where(UDP, dport=40001 + port))

    guest.says(tftp_read("a.bin"))
    guest.hears_nothing()

    guest.says(tftp_raw(STOP, source_port=40001), tftp_read("a.bin"))
    guest.hears_only(FIRST)
    golden.matches(guest.wire)


@requirement("TFTP-13", variant="idle")
@pytest.mark.usefixtures("file")
def test_an_idle_transfer_gives_way(guest):
    for port in range(20):
        guest.says(tftp_read("a.bin", source_port=40001 + port))
        guest.hears(FIRST)
    guest.waits(4.5)
    guest.says(tftp_read("a.bin"))
    guest.hears_nothing()

    guest.waits(1)
    guest.says(tftp_read("a.bin"))

    guest.hears_only(FIRST.where(UDP, dport=40069))


@requirement("TFTP-13", variant="alone")
@pytest.mark.usefixtures("file")
def test_an_idle_transfer_goes_on(guest):
    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)

    guest.waits(3600)
    guest.says(tftp_ack(1))

    guest.hears_only(SECOND)


@requirement("TFTP-14")
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("error", [STOP, b"\0\5"], ids=["error", "truncated"])
def test_an_error_of_the_client_ends_the_transfer(guest, golden, error):
    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)

    guest.says(tftp_raw(error), tftp_ack(1))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TFTP-20")
def test_a_file_may_be_longer_than_32_mebibytes(guest, host, golden):
    with host.file("long", b"").open("r+b") as file:
        file.truncate(40 << 20)
    guest.announces()

    guest.says(tftp_read("long", "octet", ("tsize", "0")))

    guest.hears_only(TFTP_OACK.carrying(b"\0\6tsize\x0041943040\0"))
    golden.matches(guest.wire)


@requirement("TFTP-20", variant="wrap")
@tolerates("TFTP blocksize out of range", reason="the smallest blocks make the shortest file")
@pytest.mark.slow
def test_block_numbers_go_on_from_zero(guest, host):
    content = bytes(number % 251 for number in range(65538))
    host.file("long", content)
    guest.announces()
    guest.says(tftp_read("long", "octet", ("blksize", "1")))
    guest.hears(TFTP_OACK)

    guest.repeats(tftp_ack(0), 65534)
    for block in range(65535, 65539):
        guest.says(tftp_ack((block - 1) % 65536))
        guest.hears(tftp_data(block % 65536, content[block - 1 : block]))
    guest.says(tftp_ack(2))

    guest.hears_only(tftp_data(3, b""))


@requirement("TFTP-24")
def test_a_change_of_the_file_shows(guest, golden, file):
    guest.says(tftp_read("a.bin"))
    guest.hears(FIRST)

    file.write_bytes(bytes(512) + b"changed")
    guest.says(tftp_ack(1))

    guest.hears_only(tftp_data(2, b"changed"))
    golden.matches(guest.wire)


@requirement("TFTP-24", variant="directory")
@network(tftp="{dir}/later")
def test_the_directory_need_not_exist_at_the_start(guest, host, golden):
    guest.announces()
    guest.says(tftp_read("a.txt"))
    guest.hears_only(tftp_error(1, "File not found"))

    host.file("later/a.txt", b"hello")
    guest.says(tftp_read("a.txt"))

    guest.hears_only(tftp_data(1, b"hello"))
    golden.matches(guest.wire)

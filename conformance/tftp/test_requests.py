"""Which read requests the TFTP server takes, and what becomes of the others (RFC 1350)."""

import pytest

from vnetspec.fixtures.addresses import BROADCAST, LOOPBACK, NAMESERVER, NETWORK_BROADCAST, ROUTER
from vnetspec.fixtures.checkers import (
    NET_UNREACHABLE,
    PORT_UNREACHABLE,
    payload,
    quoting,
    tftp_data,
    tftp_error,
)
from vnetspec.fixtures.frames import tftp_raw, tftp_read
from vnetspec.fixtures.oracle import IP, Ether
from vnetspec.fixtures.requirements import needs, network, requirement, tolerates

SERVED = network(tftp="{dir}")
VIOLATION = tftp_error(2, "Access violation")

pytestmark = tolerates("TFTP ERROR packet", reason="an error is what these cases ask for")


@pytest.fixture
def file(guest, host):
    """The guest knows itself announced, and there is one file, ``a.txt``."""
    host.file("a.txt", b"hello")
    guest.announces()


@requirement("TFTP-01")
@SERVED
@pytest.mark.usefixtures("file")
def test_the_router_serves_files(guest, golden):
    guest.says(tftp_read("a.txt"))

    guest.hears_only(tftp_data(1, b"hello").where(IP, src=ROUTER))

    golden.matches(guest.wire)


@requirement("TFTP-01", variant="without")
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("mode", ["octet", "netascii"])
def test_without_a_directory_every_request_is_a_violation(guest, golden, mode):
    guest.says(tftp_read("a.txt", mode))

    guest.hears_only(VIOLATION)

    golden.matches(guest.wire)


@requirement("TFTP-04")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("mode", ["octet", "OCTET", "OcTeT"])
def test_octet_is_served_in_any_case(guest, golden, mode):
    guest.says(tftp_read("a.txt", mode))

    guest.hears_only(tftp_data(1, b"hello"))

    golden.matches(guest.wire)


@requirement("TFTP-04", variant="others")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("mode", ["netascii", "NetASCII", "binary", "octets", "octal"])
def test_other_modes_are_not_supported(guest, golden, mode):
    guest.says(tftp_read("a.txt", mode))

    guest.hears_only(tftp_error(4, "Unsupported transfer mode"))

    golden.matches(guest.wire)


@requirement("TFTP-04", variant="short")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("mode", ["mail", "octe", ""], ids=["mail", "octe", "none"])
def test_a_mode_of_fewer_letters_than_octet_is_a_violation(guest, golden, mode):
    guest.says(tftp_read("a.txt", mode))

    guest.hears_only(VIOLATION)

    golden.matches(guest.wire)


@requirement("TFTP-09")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"a.txt", id="name"),
        pytest.param(b"a.txt\0octet", id="mode"),
        pytest.param(b"a.txt\0octet\0blksize", id="option"),
        pytest.param(b"a.txt\0octet\0blksize\0", id="no-value"),
        pytest.param(b"a.txt\0octet\0blksize\x00100", id="value"),
        pytest.param(b"a.txt\0octet\0blksize\x00100\0tsize", id="second-option"),
    ],
)
def test_a_text_without_its_end_is_a_violation(guest, golden, octets):
    guest.says(tftp_raw(b"\0\1" + octets))

    guest.hears_only(VIOLATION)

    golden.matches(guest.wire)


@requirement("TFTP-09", variant="length")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("length", "error"),
    [(511, tftp_error(1, "File not found")), (512, VIOLATION), (1400, VIOLATION)],
    ids=["511", "512", "1400"],
)
def test_a_name_has_511_octets_at_most(guest, golden, length, error):
    guest.says(tftp_read("n" * length))

    guest.hears_only(error)

    golden.matches(guest.wire)


@requirement("TFTP-15")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("operation", [0, 2, 3, 6, 7, 99, 256, 0xFFFF])
def test_operations_of_a_server_or_unknown_are_ignored(guest, host, golden, operation):
    guest.says(tftp_raw(operation.to_bytes(2, "big") + b"new.txt\0octet\0"))

    guest.hears_nothing()
    assert not (host.directory / "new.txt").exists()
    golden.matches(guest.wire)


@requirement("TFTP-15", variant="short")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("octets", [b"", b"\0"], ids=["empty", "one"])
def test_a_datagram_too_short_for_an_operation_is_ignored(guest, golden, octets):
    guest.says(tftp_raw(octets))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("TFTP-15", variant="stray")
@SERVED
@pytest.mark.usefixtures("file")
def test_an_acknowledgement_of_no_transfer_is_ignored(guest, golden):
    guest.says(tftp_raw(b"\0\4\0\1"), tftp_raw(b"\0\5\0\0stop\0"))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("TFTP-21")
@SERVED
@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("address", [NAMESERVER, NETWORK_BROADCAST])
def test_other_addresses_of_the_network_do_not_serve_files(guest, golden, address):
    sent = tftp_read("a.txt", to=address)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE, sent).where(IP, src=ROUTER))
    golden.matches(guest.wire)


@requirement("TFTP-21", variant="broadcast")
@needs("udp")
@SERVED
@pytest.mark.usefixtures("file")
def test_the_broadcast_address_is_the_hosts_own_port_69(guest, host, golden):
    server = host.udp(69)
    sent = tftp_read("a.txt", to=BROADCAST)

    guest.says(sent)

    server.hears(payload(Ether(bytes(sent))))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TFTP-21", variant="closed")
@needs("udp")
@SERVED
@pytest.mark.usefixtures("file")
def test_the_hosts_own_port_69_may_be_closed(guest, golden):
    guest.says(tftp_read("a.txt", to=BROADCAST))

    guest.hears(PORT_UNREACHABLE.where(IP, src=LOOPBACK))
    golden.matches(guest.wire)


@requirement("TFTP-22")
@network(tftp="{dir}", restrict="on")
@pytest.mark.usefixtures("file")
def test_a_restricted_network_serves_files(guest, golden):
    guest.says(tftp_read("a.txt"))

    guest.hears_only(tftp_data(1, b"hello"))

    golden.matches(guest.wire)

"""TFTP in the profile qemu-0.6."""

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import TFTP_DATA, tftp_data, tftp_error
from vnetspec.fixtures.frames import tftp_ack, tftp_raw, tftp_read
from vnetspec.fixtures.oracle import TFTP_DATA as DATA
from vnetspec.fixtures.requirements import network, requirement

OLD = network(profile="qemu-0.6", tftp="{dir}")

#: One octet more than what 65535 blocks carry, so that a last block would have to follow.
TOO_LARGE = 65535 * 512 + 1


@requirement("LEG-08")
@OLD
def test_blocks_of_512_octets(guest, host):
    file = host.file("boot", bytes(range(256)) * 3)
    guest.resolves(ROUTER)

    guest.says(tftp_read(str(file)))
    guest.hears(tftp_data(1, bytes(range(256)) * 2))
    guest.says(tftp_ack(1))

    guest.hears_only(tftp_data(2, bytes(range(256))))


@requirement("LEG-08", variant="mode")
@OLD
@pytest.mark.parametrize("mode", ["OCTET", "Octet", "netascii", "binary"])
def test_the_mode_is_octet_spelt_so(guest, host, mode):
    file = host.file("boot", b"kernel")
    guest.resolves(ROUTER)

    guest.says(tftp_read(str(file), mode))

    guest.hears_only(tftp_error(4, "Unsupported transfer mode"))


@requirement("LEG-08", variant="options")
@OLD
def test_options_are_not_known(guest, host):
    file = host.file("boot", b"kernel")
    guest.resolves(ROUTER)

    guest.says(tftp_read(str(file), "octet", ("blksize", "1024"), ("tsize", "0")))

    guest.hears_only(tftp_data(1, b"kernel"))


@requirement("LEG-08", variant="sessions")
@OLD
def test_three_sessions_at_a_time(guest, host):
    file = host.file("boot", bytes(1024))
    guest.resolves(ROUTER)
    for port in (40001, 40002, 40003):
        guest.says(tftp_read(str(file), source_port=port))
        guest.hears(tftp_data(1, bytes(512)))

    guest.says(tftp_read(str(file), source_port=40004))
    guest.hears_nothing()

    guest.waits(6)
    guest.says(tftp_read(str(file), source_port=40005))
    guest.hears_only(tftp_data(1, bytes(512)))


@requirement("LEG-08", variant="write")
@OLD
def test_a_write_request_is_ignored(guest):
    guest.resolves(ROUTER)

    guest.says(tftp_raw(b"\0\2boot\0octet\0"))

    guest.hears_nothing()


@requirement("LEG-09")
@OLD
def test_a_missing_file(guest, host):
    guest.resolves(ROUTER)

    guest.says(tftp_read(f"{host.directory}/missing"))

    guest.hears_only(tftp_error(1, "File not found"))


@requirement("LEG-09", variant="torn")
@OLD
@pytest.mark.parametrize("request_", [b"\0\1", b"\0\1boot", b"\0\1boot\0oct"])
def test_a_torn_request_is_ignored(guest, request_):
    guest.resolves(ROUTER)

    guest.says(tftp_raw(request_))

    guest.hears_nothing()


@requirement("LEG-10")
@OLD
@pytest.mark.parametrize(
    "name", ["boot", "/boot", "/etc/passwd", "{dir}/", "{dir}/sub/../boot", "{dir}/../x"]
)
def test_names_that_are_refused(guest, host, name):
    host.file("boot", b"kernel")
    host.file("sub/file", b"")
    guest.resolves(ROUTER)

    guest.says(tftp_read(name.replace("{dir}", str(host.directory))))

    guest.hears_only(tftp_error(2, "Access violation"))


@requirement("LEG-11")
@OLD
def test_no_block_follows_65535(guest, host):
    path = host.file("large", b"")
    with path.open("r+b") as file:
        file.truncate(TOO_LARGE)
    guest.resolves(ROUTER)
    guest.says(tftp_read(str(path)))
    guest.hears(TFTP_DATA.where(DATA, block=1))
    guest.says(tftp_ack(65534))
    guest.hears(tftp_data(65535, bytes(512)))

    guest.says(tftp_ack(65535))

    guest.hears_nothing()


@requirement("LEG-12")
@OLD
def test_the_acknowledged_block_says_which_one_follows(guest, host):
    data = b"".join(bytes([number]) * 512 for number in range(1, 9))
    file = host.file("boot", data)
    guest.resolves(ROUTER)
    guest.says(tftp_read(str(file)))
    guest.hears(tftp_data(1, data[:512]))

    for block in (5, 5, 2):
        guest.says(tftp_ack(block))
        guest.hears_only(tftp_data(block + 1, bytes([block + 1]) * 512))

"""TFTP over IPv6."""

import pytest

from vnetspec.fixtures.addresses import GUEST6, NAMESERVER6, ROUTER6, ROUTER6_LOCAL
from vnetspec.fixtures.checkers import TFTP_OACK, tftp_data, tftp_error
from vnetspec.fixtures.checkers6 import NO_ROUTE
from vnetspec.fixtures.frames import tftp_ack, tftp_read
from vnetspec.fixtures.oracle import UDP, IPv6
from vnetspec.fixtures.requirements import needs, network, requirement

pytestmark = needs("ipv6")

FILE = bytes(range(256)) * 5


@requirement("TFTP-23")
@network(tftp="{dir}")
def test_a_file_is_read(guest, host, golden):
    host.file("boot", FILE)
    guest.announces6()

    guest.says(tftp_read("boot", to=ROUTER6))
    for block, start in enumerate((0, 512, 1024), 1):
        heard = guest.hears(tftp_data(block, FILE[start : start + 512]))
        assert (heard[IPv6].src, heard[IPv6].dst, heard[UDP].sport) == (ROUTER6, GUEST6, 69)
        guest.says(tftp_ack(block, to=ROUTER6))

    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TFTP-23", variant="options")
@network(tftp="{dir}")
def test_options_are_acknowledged(guest, host, golden):
    host.file("boot", FILE)
    guest.announces6()

    guest.says(tftp_read("boot", b"octet", ("blksize", "1400"), ("tsize", "0"), to=ROUTER6))
    guest.hears_only(TFTP_OACK.where(IPv6, src=ROUTER6))
    guest.says(tftp_ack(0, to=ROUTER6))

    guest.hears_only(tftp_data(1, FILE))
    golden.matches(guest.wire)


@requirement("TFTP-23", variant="largest")
@network(tftp="{dir}")
def test_the_largest_block(guest, host, golden):
    host.file("boot", FILE * 2)
    guest.announces6()

    guest.says(tftp_read("boot", b"octet", ("blksize", "65464"), to=ROUTER6))
    guest.hears_only(TFTP_OACK)
    guest.says(tftp_ack(0, to=ROUTER6))

    guest.hears_only(tftp_data(1, (FILE * 2)[:1428]))
    golden.matches(guest.wire)


@requirement("TFTP-23", variant="refused")
@network(tftp="{dir}")
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("missing", tftp_error(1, "File not found")),
        ("../secret", tftp_error(2, "Access violation")),
    ],
    ids=["missing", "outside"],
)
def test_what_is_not_served_is_refused(guest, golden, name, error):
    guest.announces6()

    guest.says(tftp_read(name, to=ROUTER6))

    guest.hears_only(error.where(IPv6, src=ROUTER6, dst=GUEST6))
    golden.matches(guest.wire)


@requirement("TFTP-23", variant="elsewhere")
@network(tftp="{dir}")
@pytest.mark.parametrize("address", [NAMESERVER6, ROUTER6_LOCAL])
def test_no_other_address_serves(guest, host, golden, address):
    host.file("boot", FILE)
    guest.announces6()

    guest.says(tftp_read("boot", to=address))

    guest.hears_only(NO_ROUTE.where(IPv6, src=ROUTER6_LOCAL))
    golden.matches(guest.wire)

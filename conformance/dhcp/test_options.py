"""The options of a DHCP reply (RFC 2132, RFC 3397)."""

from ipaddress import IPv4Address

import pytest

from vnetspec.fixtures.addresses import GUEST, NAMESERVER, NETMASK, ROUTER, elsewhere
from vnetspec.fixtures.checkers import DHCP_ACK, DHCP_NAK, DHCP_OFFER, dhcp_option, dhcp_options
from vnetspec.fixtures.frames import discover, request
from vnetspec.fixtures.requirements import network, requirement

MASK, NEXT_HOP, DNS, HOST_NAME, DOMAIN_NAME, LEASE = 1, 3, 6, 12, 15, 51
KIND, SERVER, MESSAGE, VENDOR_CLASS, TFTP_SERVER, SEARCH = 53, 54, 56, 60, 66, 119


def packed(address):
    """An address as an option has it."""
    return IPv4Address(address).packed


ADDRESSES = [
    (SERVER, packed(ROUTER)),
    (MASK, packed(NETMASK)),
    (NEXT_HOP, packed(ROUTER)),
    (DNS, packed(NAMESERVER)),
    (LEASE, (86400).to_bytes(4, "big")),
]

REPLIES = pytest.mark.parametrize(
    ("asked", "reply"),
    [(discover, DHCP_OFFER), (request, DHCP_ACK)],
    ids=["offer", "ack"],
)


@requirement("DHCP-09")
@network(
    hostname="guest",
    domainname="example.org",
    tftp_server_name="boot.example.org",
    dnssearch="example.org",
    bootfile=f"http://{ROUTER}/boot",
)
@REPLIES
def test_every_option_has_its_place(guest, golden, asked, reply):
    guest.says(asked())

    heard = guest.hears_only(reply)

    first, *others = dhcp_options(heard)
    assert first[0] == KIND
    assert others == [
        *ADDRESSES,
        (HOST_NAME, b"guest"),
        (DOMAIN_NAME, b"example.org"),
        (TFTP_SERVER, b"boot.example.org"),
        (SEARCH, b"\x07example\x03org\x00"),
        (VENDOR_CLASS, b"HTTPClient"),
    ]
    golden.matches(guest.wire)


@requirement("DHCP-09", variant="default")
@REPLIES
def test_what_was_not_configured_is_not_sent(guest, golden, asked, reply):
    guest.says(asked())

    first, *others = dhcp_options(guest.hears_only(reply))
    assert first[0] == KIND
    assert others == ADDRESSES

    golden.matches(guest.wire)


@requirement("DHCP-10")
@REPLIES
def test_a_lease_is_for_a_day(guest, golden, asked, reply):
    guest.says(asked(("lease_time", 60), ("param_req_list", [51, 58, 59])))

    options = dict(dhcp_options(guest.hears_only(reply)))

    assert options[LEASE] == (86400).to_bytes(4, "big")
    assert not options.keys() & {58, 59}
    golden.matches(guest.wire)


@requirement("DHCP-11")
@network(restrict="on", hostname="guest", domainname="example.org")
@REPLIES
def test_restrict_hides_the_router_and_the_nameserver(guest, golden, asked, reply):
    guest.says(asked())

    codes = [code for code, _ in dhcp_options(guest.hears_only(reply))]

    assert codes == [KIND, SERVER, MASK, LEASE, HOST_NAME, DOMAIN_NAME]
    golden.matches(guest.wire)


@requirement("DHCP-11", variant="nak")
@network(restrict="on")
def test_restrict_does_not_change_a_refusal(guest, golden):
    guest.says(request(address=elsewhere("192.168.1.5")))

    codes = [code for code, _ in dhcp_options(guest.hears_only(DHCP_NAK))]

    assert codes == [KIND, MESSAGE]
    golden.matches(guest.wire)


@requirement("DHCP-12")
@pytest.mark.parametrize(
    ("file", "vendor_class"),
    [
        pytest.param(file, vendor_class, marks=network(bootfile=file), id=name)
        for name, file, vendor_class in [
            ("http", f"http://{ROUTER}/boot", b"HTTPClient"),
            ("https", f"https://{ROUTER}/boot", None),
            ("path", f"/http://{ROUTER}/boot", None),
            ("capitals", f"HTTP://{ROUTER}/boot", None),
        ]
    ],
)
def test_a_boot_file_on_the_web_makes_an_http_client(guest, golden, file, vendor_class):
    guest.says(discover(("vendor_class_id", b"PXEClient")))

    assert dhcp_option(guest.hears_only(DHCP_OFFER), VENDOR_CLASS) == vendor_class

    golden.matches(guest.wire)


@requirement("DHCP-13")
@pytest.mark.parametrize(
    "length", [pytest.param(n, marks=network(hostname="h" * n)) for n in (1, 32, 33, 255)]
)
def test_a_host_name_is_cut_to_32_octets(guest, golden, length):
    guest.says(request(address=GUEST))

    assert dhcp_option(guest.hears_only(DHCP_ACK), HOST_NAME) == b"h" * min(length, 32)

    golden.matches(guest.wire)


@requirement("DHCP-13", variant="too-long")
def test_a_host_name_of_256_octets_is_refused(refuses, transcript):
    assert refuses(hostname="h" * 256).endswith("'vhostname' parameter cannot exceed 255 bytes")

    transcript.matches()


LONG = "d" * 200


@requirement("DHCP-14")
@pytest.mark.parametrize(
    ("named", "sent"),
    [
        pytest.param(
            "domain name",
            [HOST_NAME, TFTP_SERVER],
            marks=network(hostname="h" * 32, domainname="d" * 255, tftp_server_name="boot"),
            id="domain-name",
        ),
        pytest.param(
            "tftp-server-name",
            [DOMAIN_NAME],
            marks=network(domainname=LONG, tftp_server_name="t" * 100),
            id="tftp-server-name",
        ),
        pytest.param(
            "domain-search",
            [DOMAIN_NAME],
            marks=network(domainname=LONG, dnssearch="s" * 60 + ".example.org"),
            id="domain-search",
        ),
        pytest.param(
            "vendor class id",
            [DOMAIN_NAME, TFTP_SERVER],
            marks=network(domainname=LONG, tftp_server_name="t" * 60, bootfile="http://a/b"),
            id="vendor-class",
        ),
    ],
)
def test_an_option_without_room_is_left_out(guest, golden, named, sent):
    guest.says(discover())

    options = [code for code, _ in dhcp_options(guest.hears_only(DHCP_OFFER))]

    assert options == [KIND, *(code for code, _ in ADDRESSES), *sent]
    text = f"Slirp: DHCP packet size exceeded, omitting {named} option."
    assert text in guest.link.warnings()
    golden.matches(guest.wire)


@requirement("DHCP-15")
@network(dnssearch=["mgmt.example.org", "example.org"])
@pytest.mark.parametrize("wanted", [[], [("param_req_list", [1, 3])]], ids=["unasked", "unwanted"])
def test_the_search_list_is_compressed(guest, golden, wanted):
    guest.says(discover(*wanted))

    found = dhcp_option(guest.hears_only(DHCP_OFFER), SEARCH)

    assert found == b"\x04mgmt\x07example\x03org\x00\xc0\x05"
    golden.matches(guest.wire)


@requirement("DHCP-15", variant="long")
@network(dnssearch=[f"{'s' * 60}.d{number}" for number in range(4)])
def test_a_long_search_list_is_sent_in_pieces(guest, golden):
    guest.says(discover())

    pieces = [v for code, v in dhcp_options(guest.hears_only(DHCP_OFFER)) if code == SEARCH]

    names = b"".join(b"\x3c" + b"s" * 60 + b"\x02d%d\x00" % number for number in range(4))
    assert pieces == [names[:255], names[255:]]
    golden.matches(guest.wire)


@requirement("DHCP-16")
@network(dnssearch=["a..b", "example.org", "s" * 64])
def test_a_search_domain_that_is_no_name_is_left_out(guest, golden):
    guest.says(discover())

    found = dhcp_option(guest.hears_only(DHCP_OFFER), SEARCH)

    assert found == b"\x07example\x03org\x00"
    assert "Slirp: failed to parse domain name 'a..b'" in guest.link.warnings()
    golden.matches(guest.wire)


@requirement("DHCP-16", variant="alone")
@network(dnssearch="a..b")
def test_a_search_list_without_names_is_not_sent(guest, golden):
    guest.says(discover())

    assert dhcp_option(guest.hears_only(DHCP_OFFER), SEARCH) is None

    golden.matches(guest.wire)

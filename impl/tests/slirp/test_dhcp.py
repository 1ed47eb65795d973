"""The DHCP server: catalogue section 5."""

import pytest

from refnet.slirp.profile import QEMU_0_6
from refnet.wire import arp, dhcp, domain_search, ethernet, ipv4
from refnet.wire.dhcp import MessageType, Tag

FIRST = 0x0A00020F
OTHER = b"\x52\x54\x00\x12\x34\x57"
DISCOVER, REQUEST = MessageType.DISCOVER, MessageType.REQUEST


def answers(guest, *frames):
    """Send frames; the messages that come back."""
    guest.says(*frames)
    return [dhcp.decode(message.payload) for _, message in guest.hears_udp()]


def answer(guest, frame):
    (message,) = answers(guest, frame)
    return message


def type_of(message):
    return MessageType(dict(dhcp.decode_options(message.vendor))[Tag.MESSAGE_TYPE][0])


def given(guest, frame):
    """The kind of answer and the address in it."""
    message = answer(guest, frame)
    return type_of(message), message.your


def options(guest):
    return dict(dhcp.decode_options(answer(guest, guest.dhcp(DISCOVER)).vendor))


@pytest.mark.parametrize("destination", [0xFFFFFFFF, 0x0A000202])
def test_it_listens_at_the_host_and_at_the_broadcast_address(guest, destination):
    assert given(guest, guest.dhcp(DISCOVER, destination=destination))[1] == FIRST


@pytest.mark.parametrize("destination", [0x0A0002FF, 0x08080808])
def test_elsewhere_it_is_plain_udp(guest, destination):
    assert answers(guest, guest.dhcp(DISCOVER, destination=destination)) == []
    assert len(guest.host_is_asked()) == 1


def test_replies_are_not_listened_to(guest):
    assert answers(guest, guest.dhcp(DISCOVER, operation=dhcp.REPLY)) == []


def test_discover_is_offered_request_is_acknowledged(guest):
    assert given(guest, guest.dhcp(DISCOVER)) == (MessageType.OFFER, FIRST)
    assert given(guest, guest.dhcp(REQUEST, FIRST)) == (MessageType.ACK, FIRST)


@pytest.mark.parametrize("type", [2, 4, 5, 6, 7, 8, 9, 255])
def test_other_types_are_ignored(guest, type):
    assert answers(guest, guest.dhcp(type)) == []


def test_the_form_of_a_reply(guest):
    guest.says(guest.dhcp(DISCOVER, flags=0, client=1, relay=2, hops=3, seconds=4))
    (frame,) = guest.hears()
    assert len(frame) == 590
    assert ethernet.decode(frame).destination == ethernet.BROADCAST
    datagram = ipv4.decode(ethernet.decode(frame).payload)
    assert (datagram.source, datagram.destination) == (guest.host, ipv4.BROADCAST)
    assert (datagram.tos, datagram.ttl) == (0x10, 64)
    message = dhcp.decode(datagram.payload[8:])
    assert message == dhcp.Message(
        dhcp.REPLY,
        7,
        guest.mac,
        your=FIRST,
        server=guest.host,
        vendor=message.vendor,
    )
    assert len(message.vendor) == 312


def test_the_options_and_their_order(make_guest):
    guest = make_guest(
        hostname="h" * 40,
        domain_name="lab.test",
        tftp_server_name="tftp.test",
        dns_search=("mgmt.example.org", "example.org"),
        bootfile="http://boot/file",
    )
    message = answer(guest, guest.dhcp(REQUEST))
    search = bytes.fromhex("046d676d74076578616d706c65036f726700c005")
    assert dhcp.decode_options(message.vendor) == (
        (53, b"\5"),
        (54, b"\x0a\0\2\2"),
        (1, b"\xff\xff\xff\0"),
        (3, b"\x0a\0\2\2"),
        (6, b"\x0a\0\2\3"),
        (51, b"\0\1\x51\x80"),
        (12, b"h" * 32),
        (15, b"lab.test"),
        (66, b"tftp.test"),
        (119, search),
        (60, b"HTTPClient"),
    )
    assert message.file == b"http://boot/file"


def test_a_boot_file_that_is_no_url_names_no_class(make_guest):
    guest = make_guest(bootfile="pxelinux.0")
    message = answer(guest, guest.dhcp(DISCOVER))
    assert message.file == b"pxelinux.0"
    assert Tag.VENDOR_CLASS not in dict(dhcp.decode_options(message.vendor))


def test_the_file_field_keeps_its_zero(make_guest):
    guest = make_guest(bootfile="f" * 200)
    assert answer(guest, guest.dhcp(DISCOVER)).file == b"f" * 127


def test_the_restricted_get_no_way_out(make_guest):
    tags = options(make_guest(restricted=True, hostname="h"))
    assert set(tags) == {53, 54, 1, 51, 12}


@pytest.mark.parametrize(
    ("settings", "left_out", "warning"),
    [
        ({"domain_name": "d" * 255, "hostname": "h" * 32}, 15, "domain name"),
        ({"tftp_server_name": "t" * 255, "hostname": "h" * 32}, 66, "tftp-server-name"),
        (
            {"domain_name": "d" * 230, "bootfile": "http://b", "hostname": "h" * 32},
            60,
            "vendor class id",
        ),
        (
            {"dns_search": tuple(f"n{i}.example{i}.org" for i in range(30))},
            119,
            "domain-search",
        ),
    ],
)
def test_what_does_not_fit_is_left_out_with_a_warning(make_guest, settings, left_out, warning):
    guest = make_guest(**settings)
    assert left_out not in options(guest)
    assert guest.stack.take_lines() == [
        f"warning: Slirp: DHCP packet size exceeded, omitting {warning} option."
    ]


@pytest.mark.parametrize(("length", "fits"), [(248, True), (249, False)])
def test_the_last_octet_that_fits(make_guest, length, fits):
    """61 octets stand before, 2 in front of the name; one is left for the end mark, one unused."""
    tags = options(make_guest(domain_name="d" * length, hostname="h" * 22))
    assert (Tag.DOMAIN_NAME in tags) is fits


def test_a_long_search_list_is_split(make_guest):
    names = tuple(f"{'x' * 47}{i}.test" for i in range(5))
    guest = make_guest(dns_search=names)
    values = [
        value
        for tag, value in dhcp.decode_options(answer(guest, guest.dhcp(DISCOVER)).vendor)
        if tag == Tag.DOMAIN_SEARCH
    ]
    assert [len(value) for value in values] == [255, 4]
    assert domain_search.decode(b"".join(values)) == [
        domain_search.parse_name(name) for name in names
    ]


def test_a_name_that_is_none_is_left_out_with_a_warning(make_guest):
    guest = make_guest(dns_search=("a..b", "c.d"))
    assert guest.stack.take_lines() == ["warning: Slirp: failed to parse domain name 'a..b'\n"]
    assert options(guest)[Tag.DOMAIN_SEARCH] == b"\1c\1d\0"


def test_there_are_sixteen_leases(guest):
    macs = [bytes((2, 0, 0, 0, 0, index)) for index in range(17)]
    offered = [answer(guest, guest.dhcp(DISCOVER, mac=mac)).your for mac in macs[:16]]
    assert offered == list(range(FIRST, FIRST + 16))
    assert answers(guest, guest.dhcp(DISCOVER, mac=macs[16])) == []
    assert answers(guest, guest.dhcp(REQUEST, mac=macs[16])) == []
    assert given(guest, guest.dhcp(REQUEST, FIRST, mac=macs[16]))[0] is MessageType.NAK
    assert answer(guest, guest.dhcp(DISCOVER, mac=macs[5])).your == FIRST + 5


def test_the_same_client_gets_the_same_address(guest):
    assert [m.your for m in answers(guest, *[guest.dhcp(DISCOVER)] * 3)] == [FIRST] * 3
    assert answer(guest, guest.dhcp(DISCOVER, mac=OTHER)).your == FIRST + 1


@pytest.mark.parametrize("type", [DISCOVER, REQUEST])
def test_a_free_address_that_is_asked_for_is_given(guest, type):
    assert answer(guest, guest.dhcp(type, FIRST + 5)).your == FIRST + 5


def test_discover_for_an_address_that_is_not_to_be_had_gets_another(guest):
    answer(guest, guest.dhcp(DISCOVER, FIRST + 5, mac=OTHER))
    for asked in (FIRST + 5, FIRST + 16, FIRST - 1, 0x01020304):
        assert answer(guest, guest.dhcp(DISCOVER, asked)).your == FIRST


def test_one_client_can_hold_several(guest):
    for offset in (0, 1):
        assert given(guest, guest.dhcp(REQUEST, FIRST + offset)) == (
            MessageType.ACK,
            FIRST + offset,
        )


@pytest.mark.parametrize("asked", [FIRST - 1, FIRST + 16, 0xC0A80105, FIRST + 3])
def test_request_for_an_address_that_is_not_to_be_had_is_refused(guest, asked):
    answer(guest, guest.dhcp(DISCOVER, FIRST + 3, mac=OTHER))
    message = answer(guest, guest.dhcp(REQUEST, asked))
    assert (message.your, message.server, message.file) == (0xFFFFFFFF, guest.host, b"")
    assert dhcp.decode_options(message.vendor) == (
        (53, b"\6"),
        (56, b"requested address not available"),
    )
    assert len(message.vendor) == 312


@pytest.mark.parametrize(
    ("client", "type"), [(FIRST, MessageType.ACK), (0x01020304, MessageType.NAK)]
)
def test_a_renewal_asks_by_ciaddr(guest, client, type):
    assert given(guest, guest.dhcp(REQUEST, client=client))[0] is type


def test_a_request_for_nothing_gets_what_there_is(guest):
    assert given(guest, guest.dhcp(REQUEST)) == (MessageType.ACK, FIRST)
    assert answer(guest, guest.dhcp(REQUEST, FIRST + 7, mac=OTHER)).your == FIRST + 7
    assert answer(guest, guest.dhcp(REQUEST, mac=OTHER)).your == FIRST + 7


@pytest.mark.parametrize(
    "vendor", [b"", b"\x63\x82\x53", dhcp.COOKIE, dhcp.COOKIE + b"\xff", b"\1\2\3\4\5"]
)
def test_bootp_is_answered_as_dhcp(guest, vendor):
    assert given(guest, guest.dhcp(None, vendor=vendor)) == (MessageType.ACK, FIRST)


def test_bootp_does_not_renew(guest):
    assert answer(guest, guest.dhcp(None, client=FIRST + 9)).your == FIRST


def test_empty_and_short_options_do_not_count(guest):
    vendor = dhcp.encode_options([(53, b""), (53, b"\1"), (50, b"\x0a\0\2")])
    assert given(guest, guest.dhcp(None, vendor=vendor)) == (MessageType.OFFER, FIRST)


def test_other_servers_and_identifiers_do_not_count(guest):
    vendor = dhcp.encode_options([(53, b"\3"), (54, b"abcd"), (61, b"me"), (57, b"\1\0")])
    assert given(guest, guest.dhcp(None, vendor=vendor)) == (MessageType.ACK, FIRST)


def test_a_truncated_message_is_dropped(guest):
    octets = dhcp.encode(dhcp.Message(dhcp.REQUEST))[:235]
    assert answers(guest, guest.udp(ipv4.BROADCAST, 68, 67, octets)) == []
    assert guest.stack.dropped == {"BOOTP": 1}


def test_who_gets_a_lease_is_known(stranger):
    stranger.says(stranger.dhcp(DISCOVER))
    stranger.hears()
    stranger.says(stranger.echo(stranger.host))
    assert len(stranger.hears_ip()) == 1


def test_the_pool_begins_where_it_is_told(make_guest):
    guest = make_guest(dhcp_start=0x0A000264)
    assert answer(guest, guest.dhcp(DISCOVER)).your == 0x0A000264


# -- 0.6 -------------------------------------------------------------------------------------------


@pytest.fixture
def old(make_guest):
    guest = make_guest(QEMU_0_6, known=False, hostname="h", bootfile="f")
    guest.stack_mac = b"\x52\x54\x00\x12\x35\x02"
    return guest


def test_in_0_6_the_form_of_a_reply(old):
    old.says(old.dhcp(DISCOVER))
    (frame,) = old.hears()
    datagram = ipv4.decode(ethernet.decode(frame).payload)
    message = dhcp.decode(datagram.payload[8:])
    assert ethernet.decode(frame).destination == old.mac
    assert (datagram.destination, message.server, message.file) == (FIRST, 0, b"")
    assert [tag for tag, _ in dhcp.decode_options(message.vendor)] == [53, 54, 1, 3, 6, 51]


def test_in_0_6_each_discover_takes_a_new_lease(old):
    assert [m.your for m in answers(old, *[old.dhcp(DISCOVER)] * 17)] == list(
        range(FIRST, FIRST + 16)
    )


def test_in_0_6_nothing_is_refused_and_no_address_asked_for_counts(old):
    assert answers(old, old.dhcp(REQUEST, 0x01020304)) == []
    assert given(old, old.dhcp(DISCOVER, FIRST + 5)) == (MessageType.OFFER, FIRST)
    assert given(old, old.dhcp(REQUEST, 0x01020304)) == (MessageType.ACK, FIRST)


def test_in_0_6_bootp_is_ignored(old):
    assert answers(old, old.dhcp(None)) == []


def test_in_0_6_a_client_is_learned_from_its_message(old):
    answers(old, old.dhcp(REQUEST, mac=OTHER))
    old.says(old.arp(operation=arp.REPLY), old.echo(old.host))
    assert ethernet.decode(old.hears()[0]).destination == OTHER


def test_in_0_6_any_destination_is_served(old):
    assert answer(old, old.dhcp(DISCOVER, destination=0x08080808)).your == FIRST

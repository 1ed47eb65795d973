"""ICMP: catalogue section 4."""

import dataclasses

import pytest

from refnet.slirp import hostio
from refnet.slirp.hostio import Failure
from refnet.slirp.icmp import LIFETIME, MOST_PINGS, error_about
from refnet.slirp.profile import QEMU_0_6, QEMU_7_2
from refnet.wire import icmpv4, ipv4

PSEUDO_PING = b"This is a pseudo-PING packet used by Slirp to emulate ICMP ECHO-REQUEST packets.\n"


def pinged(guest, **fields) -> hostio.SendPing:
    """Send an echo to the outside; what the host is asked for."""
    guest.says(guest.echo(guest.outside, **fields))
    (action,) = guest.host_is_asked()
    assert isinstance(action, hostio.SendPing)
    return action


def fallen_back(guest, **fields) -> hostio.SendUdp:
    """Send an echo where there are no ping sockets; the datagram that goes instead."""
    guest.host_tells(hostio.PingUnavailable(pinged(guest, **fields).handle))
    (action,) = guest.host_is_asked()
    assert isinstance(action, hostio.SendUdp)
    return action


@pytest.mark.parametrize("destination", [0x0A000202, 0x0A000203])
@pytest.mark.parametrize("restricted", [False, True])
def test_the_stacks_addresses_answer_themselves(make_guest, destination, restricted):
    guest = make_guest(restricted=restricted)
    guest.says(guest.echo(destination, b"0123456789"))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, datagram.destination) == (destination, guest.address)
    assert (datagram.ttl, message.type, message.rest) == (255, 0, b"\x12\x34\x00\x01")
    assert message.payload == b"0123456789"
    assert guest.host_is_asked() == []


@pytest.mark.parametrize("dont_fragment", [False, True])
def test_service_and_dont_fragment_are_copied_options_are_not(guest, dont_fragment):
    guest.says(guest.echo(guest.host, tos=0xB9, dont_fragment=dont_fragment, options=b"\1\1\1\0"))
    (datagram,) = guest.hears_ip()
    assert (datagram.tos, datagram.dont_fragment, datagram.options) == (0xB9, dont_fragment, b"")


def test_a_reply_that_may_not_be_cut_is_dropped(guest):
    guest.says(guest.echo(guest.host, bytes(1473), dont_fragment=True))
    assert guest.hears() == []


@pytest.mark.parametrize("type", [0, 3, 4, 5, 9, 10, 11, 13, 15, 17, 200])
def test_other_messages_are_ignored(guest, type):
    guest.says(guest.echo(guest.host, type=type))
    assert guest.hears() == []
    assert guest.stack.dropped == {"ICMP type": 1}


def test_a_bad_checksum_is_dropped(guest):
    guest.says(guest.ip(guest.host, ipv4.ICMP, b"\x08\0\0\0\0\0\0\1"))
    assert guest.stack.dropped == {"ICMP": 1}


def test_others_are_pinged_by_the_host(guest):
    action = pinged(guest, payload=b"abc", tos=0x12, code=3)
    assert action == hostio.SendPing(action.handle, guest.outside, 0x1234, 1, b"abc", 3)
    guest.host_tells(hostio.PingReply(action.handle, b"abc"))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, datagram.ttl, datagram.tos) == (guest.outside, 255, 0x12)
    assert (message.type, message.code, message.rest) == (0, 0, b"\x12\x34\0\1")
    assert message.payload == b"abc"


def test_the_ping_is_over_after_the_first_reply(guest):
    action = pinged(guest)
    guest.host_tells(hostio.PingReply(action.handle, b"payload"))
    assert guest.host_is_asked() == [hostio.Close(action.handle)]
    guest.hears()
    guest.host_tells(hostio.PingReply(action.handle, b"payload"))
    assert guest.hears() == []
    assert guest.stack.rows() == []


@pytest.mark.parametrize(
    ("reply", "payload"), [(b"", b"payload"), (b"PAY", b"PAYload"), (b"payload!", b"payload")]
)
def test_the_reply_is_as_long_as_the_request(guest, reply, payload):
    guest.host_tells(hostio.PingReply(pinged(guest).handle, reply))
    assert guest.hears_icmp()[0][1].payload == payload


def test_a_ping_is_given_up_after_240_seconds(guest):
    action = pinged(guest)
    guest.waits(100)
    guest.stack.poll(guest.now)
    (row,) = guest.stack.rows()
    assert (row.protocol, row.state, row.source, row.source_port) == (
        "ICMP",
        "239 sec",
        guest.address,
        None,
    )
    guest.waits(LIFETIME - 600)
    assert guest.stack.rows()
    guest.waits(1000)
    assert guest.stack.rows() == []
    assert guest.host_is_asked() == [hostio.Close(action.handle)]
    assert guest.hears() == []


@pytest.mark.parametrize(
    ("error", "sending", "code"),
    [
        (Failure.NET_UNREACHABLE, True, 0),
        (Failure.HOST_UNREACHABLE, True, 0),
        (Failure.OTHER, True, 0),
        (Failure.NET_UNREACHABLE, False, 0),
        (Failure.HOST_UNREACHABLE, False, 1),
        (Failure.OTHER, False, 1),
    ],
)
def test_a_ping_that_fails_is_answered_with_unreachable(guest, error, sending, code):
    frame = guest.echo(guest.outside)
    guest.says(frame)
    (action,) = guest.host_is_asked()
    guest.host_tells(hostio.PingFailed(action.handle, error, sending))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type, message.code) == (guest.host, 3, code)
    assert message.payload == frame[14:]
    assert guest.stack.rows() == []


def test_without_ping_sockets_the_host_sends_a_datagram_to_port_7(guest):
    action = fallen_back(guest, ttl=9)
    assert action == hostio.SendUdp(action.handle, PSEUDO_PING, guest.outside, 7, 8)
    (row,) = guest.stack.rows()
    assert (row.protocol, row.source_port, row.destination_port) == ("UDP", 9, 7)
    guest.host_tells(hostio.UdpReceived(action.handle, b"whatever", guest.outside, 7))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type) == (guest.outside, 0)
    assert message.payload == b"payload"
    assert guest.stack.rows() == []


def test_the_fallback_heeds_the_ttl(guest):
    guest.host_tells(hostio.PingUnavailable(pinged(guest, ttl=1).handle))
    assert guest.host_is_asked() == []
    assert guest.hears_icmp()[0][1].type == icmpv4.TIME_EXCEEDED
    assert guest.stack.rows() == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failure.REFUSED, 3),
        (Failure.HOST_UNREACHABLE, 1),
        (Failure.NET_UNREACHABLE, 0),
    ],
)
def test_errors_of_the_fallback(guest, error, code):
    guest.host_tells(hostio.UdpFailed(fallen_back(guest).handle, error))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type, message.code) == (guest.host, 3, code)
    assert guest.stack.rows() == []


def test_an_error_from_the_network_is_forwarded_and_the_fallback_waits_on(guest):
    error = hostio.IcmpError(3, 3, 0x7F000001)
    guest.host_tells(hostio.UdpFailed(fallen_back(guest).handle, error))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type, message.code) == (0x7F000001, 3, 3)
    assert len(guest.stack.rows()) == 1


def test_restricted_guests_ping_nobody_else(make_guest):
    guest = make_guest(restricted=True)
    guest.says(guest.echo(guest.outside), guest.echo(0x0A000204))
    assert (guest.hears(), guest.host_is_asked()) == ([], [])
    assert guest.stack.dropped == {"restricted": 2}


def test_there_are_at_most_so_many_pings(guest):
    guest.says(*[guest.echo(guest.outside)] * (MOST_PINGS + 1))
    assert len(guest.host_is_asked()) == MOST_PINGS
    assert guest.stack.dropped == {"too many pings": 1}


def test_events_that_a_ping_does_not_expect_are_ignored(guest):
    action = pinged(guest)
    guest.host_tells(hostio.Connected(action.handle))
    assert (guest.hears(), len(guest.stack.rows())) == ([], 1)


ECHO = ipv4.Datagram(0x0A00020F, 5, ipv4.ICMP, b"\x08\0\0\0\0\0\0\0")


def test_an_error_quotes_the_datagram():
    error = error_about(ECHO, 3, 1, 9)
    assert (error.source, error.destination, error.ttl, error.tos) == (9, ECHO.source, 255, 0xC0)
    message = icmpv4.decode(error.payload)
    assert (message.type, message.code, message.rest) == (3, 1, bytes(4))
    assert message.payload == ipv4.encode(ECHO)


def test_an_error_quotes_548_octets_at_most():
    long = ipv4.Datagram(1, 5, ipv4.UDP, bytes(1000), tos=0x3F, dont_fragment=True)
    error = error_about(long, 3, 1, 9)
    assert (len(error.payload), error.tos, error.dont_fragment) == (556, 0xDE, True)


@pytest.mark.parametrize("type", [0, 8, 13, 14, 15, 16, 17, 18])
def test_errors_may_be_about_questions(type):
    datagram = ipv4.Datagram(0x0A00020F, 5, ipv4.ICMP, bytes((type, 0, 0, 0)))
    assert error_about(datagram, 3, 0, 9) is not None


@pytest.mark.parametrize(
    "datagram",
    [
        *(ipv4.Datagram(0x0A00020F, 5, ipv4.ICMP, bytes((t,))) for t in (3, 4, 5, 11, 12, 19)),
        ipv4.Datagram(0, 5, ipv4.UDP, b""),
        ipv4.Datagram(0x70000000, 5, ipv4.UDP, b""),
        ipv4.Datagram(0x0A00020F, 5, ipv4.UDP, b"", offset=8),
    ],
    ids=repr,
)
def test_there_is_no_error_about(datagram):
    assert error_about(datagram, 3, 0, 9) is None


def test_a_first_fragment_can_be_in_error():
    assert error_about(ipv4.Datagram(0x0A00020F, 5, 17, b"", more_fragments=True), 11, 0, 9)


def test_in_0_6_the_name_server_is_pinged_at_port_7(make_guest):
    guest = make_guest(QEMU_0_6)
    guest.stack_mac = b"\x52\x54\x00\x12\x35\x02"
    guest.says(guest.echo(guest.nameserver, ttl=2))
    (action,) = guest.host_is_asked()
    assert action == hostio.SendUdp(action.handle, PSEUDO_PING, hostio.Nameserver.IPV4, 7, None)
    guest.says(guest.echo(guest.host), guest.echo(guest.outside))
    assert len(guest.hears_icmp()) == 1
    error = hostio.IcmpError(3, 1, 0x01010101)
    guest.host_tells(hostio.UdpFailed(action.handle, error))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.code) == (guest.host, 3)


def test_a_fallback_to_the_name_servers_address_would_lead_nowhere(make_guest):
    """Only a profile that mixes versions gets there: port 7 is not the name server's (DNS-03)."""
    guest = make_guest(dataclasses.replace(QEMU_7_2, nameserver_answers_echo=False))
    guest.says(guest.echo(guest.nameserver))
    (action,) = guest.host_is_asked()
    guest.host_tells(hostio.PingUnavailable(action.handle))
    assert guest.hears_icmp()[0][1].code == icmpv4.UNREACHABLE_NET

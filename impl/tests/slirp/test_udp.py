"""UDP sessions and name service: catalogue sections 6 and 9, and HFW for UDP."""

import pytest

from refnet.slirp import hostio, translation
from refnet.slirp.hostio import Failure, Nameserver
from refnet.slirp.profile import QEMU_0_6, QEMU_7_2
from refnet.slirp.seam import Config, HostForward
from refnet.slirp.udp import MOST_SESSIONS, MOST_WAITING
from refnet.wire import arp, icmpv4, ipv4, udp

LOOPBACK = 0x7F000001
BROADCAST = 0xFFFFFFFF
SUBNET_BROADCAST = 0x0A0002FF


def sent(guest, destination, port=7001, source_port=1000, payload=b"x", **fields):
    """Send a datagram; what the host is asked to send."""
    guest.says(guest.udp(destination, source_port, port, payload, **fields))
    (action,) = guest.host_is_asked()
    assert isinstance(action, hostio.SendUdp)
    return action


def answered(guest, action, address, port=7001, payload=b"y"):
    """Let ``address`` answer; the datagram that comes."""
    guest.host_tells(hostio.UdpReceived(action.handle, payload, address, port))
    (received,) = guest.hears_udp()
    return received


@pytest.mark.parametrize(
    ("destination", "real"),
    [
        (0x0A000202, LOOPBACK),
        (BROADCAST, LOOPBACK),
        (LOOPBACK, LOOPBACK),
        (SUBNET_BROADCAST, SUBNET_BROADCAST),
        (0x0A000204, 0x0A000204),
        (0xC6336401, 0xC6336401),
    ],
)
def test_where_a_datagram_goes(guest, destination, real):
    action = sent(guest, destination, ttl=5)
    assert (action.address, action.port, action.ttl) == (real, 7001, 4)
    assert action.payload == b"x"


@pytest.mark.parametrize(
    ("destination", "peer", "shown"),
    [
        (0x0A000202, LOOPBACK, 0x0A000202),
        (0x0A000202, 0xC6336401, 0xC6336401),
        (0x0A000204, 0xC6336401, 0x0A000204),
        (SUBNET_BROADCAST, 0xC6336401, 0x0A000202),
        (BROADCAST, LOOPBACK, LOOPBACK),
        (0xC6336401, 0xC6336402, 0xC6336402),
        (LOOPBACK, LOOPBACK, LOOPBACK),
    ],
)
def test_who_an_answer_seems_to_come_from(guest, destination, peer, shown):
    datagram, message = answered(guest, sent(guest, destination), peer, 7002)
    assert (datagram.source, datagram.ttl, datagram.tos) == (shown, 64, 0)
    assert (message.source_port, message.destination_port) == (7002, 1000)
    assert (message.payload, message.checked) == (b"y", True)


def test_a_session_is_the_guests_address_and_port(guest):
    first = sent(guest, guest.host)
    assert sent(guest, guest.outside, 9).handle == first.handle
    (row,) = guest.stack.rows()
    assert (row.protocol, row.destination, row.destination_port) == ("UDP", guest.outside, 9)
    assert sent(guest, guest.host, source_port=1001).handle != first.handle
    assert [row.source_port for row in guest.stack.rows()] == [1001, 1000]


def test_a_new_session_opens_an_endpoint(guest):
    guest.says(guest.udp(guest.outside, 1, 2, b""))
    opening, sending = guest.stack.take_actions()
    assert isinstance(opening, hostio.OpenUdp)
    assert (sending.handle, sending.payload) == (opening.handle, b"")


def test_a_session_lives_240_seconds_after_a_datagram_either_way(guest):
    action = sent(guest, guest.outside)
    guest.waits(239_000)
    answered(guest, action, guest.outside)
    guest.waits(239_000)
    assert guest.stack.rows()[0].state == "1 sec"
    sent(guest, guest.outside)
    guest.waits(240_500)
    assert guest.stack.rows() == []
    assert guest.host_is_asked() == [hostio.Close(action.handle)]
    assert guest.stack.next_deadline() is None


def test_ten_seconds_after_an_answer_from_port_53(guest):
    action = sent(guest, guest.nameserver, 53)
    guest.waits(200_000)
    answered(guest, action, 0x08080808, 53)
    guest.waits(9_400)
    assert guest.stack.rows()
    guest.waits(1_100)
    assert guest.stack.rows() == []


def test_name_service_goes_to_the_hosts_resolver(guest):
    action = sent(guest, guest.nameserver, 53, payload=b"question")
    assert (action.address, action.port) == (Nameserver.IPV4, 53)
    datagram, message = answered(guest, action, 0x08080808, 53, b"answer")
    assert (datagram.source, message.source_port) == (guest.nameserver, 53)
    assert message.payload == b"answer"


@pytest.mark.parametrize("port", [54, 67, 69])
def test_other_ports_of_the_name_server_are_unreachable(guest, port):
    frame = guest.udp(guest.nameserver, 1000, port, b"x")
    guest.says(frame)
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type, message.code) == (guest.host, 3, 0)
    assert message.payload == frame[14:]
    assert guest.host_is_asked() == []
    assert len(guest.stack.rows()) == 1


def test_without_a_resolver_the_name_server_is_unreachable(guest):
    action = sent(guest, guest.nameserver, 53)
    guest.host_tells(hostio.UdpFailed(action.handle, Failure.NET_UNREACHABLE))
    assert guest.hears_icmp()[0][1].code == 0


def test_the_name_server_may_be_moved(make_guest):
    guest = make_guest(nameserver=0x09090909)
    assert sent(guest, 0x09090909, 53).address is Nameserver.IPV4
    assert sent(guest, 0x0A000203, 53).address == 0x0A000203


def test_port_53_of_the_host_is_the_hosts_own(guest):
    assert sent(guest, guest.host, 53).address == LOOPBACK


@pytest.mark.parametrize("ttl", [0, 1])
def test_a_ttl_that_runs_out(guest, ttl):
    guest.says(guest.udp(guest.outside, 1, 2, b"x", ttl=ttl))
    assert guest.hears_icmp()[0][1].type == icmpv4.TIME_EXCEEDED
    assert guest.host_is_asked() == []


def test_service_is_kept_only_if_the_first_datagram_had_no_checksum(guest):
    action = sent(guest, guest.host, tos=0xB8, checked=False)
    assert answered(guest, action, LOOPBACK)[0].tos == 0xB8
    sent(guest, guest.host, tos=0x20, checked=False)
    assert answered(guest, action, LOOPBACK)[0].tos == 0xB8
    action = sent(guest, guest.host, source_port=1001, tos=0xB8)
    assert answered(guest, action, LOOPBACK)[0].tos == 0


def test_a_wrong_checksum_is_dropped(guest):
    octets = bytearray(udp.encode(udp.Datagram(1, 2, b"x"), guest.address, guest.host))
    octets[6] ^= 1
    guest.says(guest.ip(guest.host, ipv4.UDP, bytes(octets)))
    assert (guest.host_is_asked(), guest.stack.dropped) == ([], {"UDP": 1})


def test_what_is_behind_the_length_is_neither_sent_nor_quoted(guest):
    octets = udp.encode(udp.Datagram(1, 2, b"abc"), guest.address, guest.outside)
    guest.says(guest.ip(guest.outside, ipv4.UDP, octets + b"more", options=b"\1\1\1\0"))
    (action,) = guest.host_is_asked()
    assert action.payload == b"abc"
    guest.host_tells(hostio.UdpFailed(action.handle, Failure.OTHER))
    quoted = ipv4.decode(guest.hears_icmp()[0][1].payload)
    assert (quoted.payload, quoted.options) == (octets, b"")


def test_a_failure_to_send_is_an_unreachable_net(guest):
    frame = guest.udp(guest.outside, 1, 2, b"x")
    guest.says(frame)
    (action,) = guest.host_is_asked()
    guest.host_tells(hostio.UdpFailed(action.handle, Failure.HOST_UNREACHABLE))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type, message.code) == (guest.host, 3, 0)
    assert message.payload == frame[14:]
    assert sent(guest, guest.outside, 2, 1).handle == action.handle


def test_an_error_from_the_network_comes_from_whom_the_host_heard_it(guest):
    frame = guest.udp(guest.host, 1, 9, b"x")
    guest.says(frame)
    (action,) = guest.host_is_asked()
    guest.host_tells(hostio.UdpFailed(action.handle, hostio.IcmpError(3, 3, LOOPBACK)))
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, message.type, message.code) == (LOOPBACK, 3, 3)
    assert message.payload == frame[14:]


def test_a_large_answer_is_cut(guest):
    action = sent(guest, guest.host)
    guest.host_tells(hostio.UdpReceived(action.handle, bytes(4000), LOOPBACK, 1))
    assert [len(frame) for frame in guest.hears()] == [1514, 1514, 1082]


def test_restricted_guests_send_nothing(make_guest):
    guest = make_guest(restricted=True)
    guest.says(guest.udp(guest.host, 1, 2, b""), guest.udp(guest.nameserver, 1, 53, b""))
    assert (guest.hears(), guest.host_is_asked(), guest.stack.rows()) == ([], [], [])
    assert guest.stack.dropped == {"restricted": 2}


def test_there_are_at_most_so_many_sessions(guest):
    for port in range(MOST_SESSIONS + 1):
        guest.says(guest.udp(guest.outside, port, 2, b""))
    assert len(guest.stack.rows()) == MOST_SESSIONS
    assert guest.stack.dropped == {"too many UDP sessions": 1}


def test_the_host_holds_back_while_a_guest_is_asked_for(stranger):
    action = sent(stranger, stranger.host)
    for number in range(MOST_WAITING + 2):
        stranger.host_tells(hostio.UdpReceived(action.handle, bytes((number,)), LOOPBACK, 1))
    assert stranger.host_is_asked() == [hostio.Read(action.handle, 0)]
    assert len(stranger.hears_arp()) == 1
    stranger.says(stranger.arp(operation=arp.REPLY))
    assert [message.payload[0] for _, message in stranger.hears_udp()] == list(range(6))
    (resumed,) = stranger.host_is_asked()
    assert (resumed.handle, resumed.limit > 0) == (action.handle, True)


def test_a_session_that_ends_while_it_is_held_back(stranger):
    action = sent(stranger, stranger.host)
    stranger.waits(239_990)
    for _ in range(MOST_WAITING + 1):
        stranger.host_tells(hostio.UdpReceived(action.handle, b"", LOOPBACK, 1))
    stranger.stack._udp._close(next(iter(stranger.stack._udp._sessions.values())))
    stranger.waits(10_000)
    assert stranger.stack.rows() == []


# -- host forwards ---------------------------------------------------------------------------------

RULE = HostForward(ipv4.UDP, 0, 5555, 0x0A00020F, 7)


def forwarded(make_guest, rule=RULE, **settings):
    guest = make_guest(host_forwards=(rule,), **settings)
    (listen,) = guest.host_is_asked()
    assert listen == hostio.Listen(listen.handle, ipv4.UDP, rule.host_address, rule.host_port)
    guest.host_tells(hostio.Listening(listen.handle, rule.host_address, rule.host_port or 40000))
    return guest, listen


@pytest.mark.parametrize(("client", "shown"), [(LOOPBACK, 0x0A000202), (0xC6336401, 0xC6336401)])
def test_a_client_reaches_the_guest_through_a_forward(make_guest, client, shown):
    guest, listen = forwarded(make_guest)
    datagram, message = answered(guest, listen, client, 6000)
    assert (datagram.source, datagram.destination) == (shown, guest.address)
    assert (message.source_port, message.destination_port) == (6000, 7)


def test_the_guests_answer_leaves_through_the_forward(make_guest):
    guest, listen = forwarded(make_guest)
    answered(guest, listen, LOOPBACK, 6000)
    action = sent(guest, guest.host, 6000, 7)
    assert (action.handle, action.address, action.port) == (listen.handle, LOOPBACK, 6000)


def test_a_forward_never_expires(make_guest):
    guest, listen = forwarded(make_guest)
    assert guest.stack.next_deadline() is None
    sent(guest, guest.host, 6000, 7)
    guest.waits(1_000_000)
    (row,) = guest.stack.rows()
    assert (row.state, row.handle, row.source, row.source_port) == (
        "HOST_FORWARD",
        listen.handle,
        0,
        5555,
    )
    assert (row.destination, row.destination_port) == (guest.address, 7)


def test_the_port_that_was_really_bound_is_shown_and_removed(make_guest):
    guest, listen = forwarded(make_guest, HostForward(ipv4.UDP, LOOPBACK, 0, 0x0A00020F, 7))
    assert guest.stack.rows()[0].source_port == 40000
    assert not guest.stack.remove_host_forward(ipv4.UDP, LOOPBACK, 0)
    assert not guest.stack.remove_host_forward(ipv4.TCP, LOOPBACK, 40000)
    assert guest.stack.remove_host_forward(ipv4.UDP, LOOPBACK, 40000)
    assert guest.host_is_asked() == [hostio.Close(listen.handle)]
    assert guest.stack.rows() == []


def test_errors_from_the_network_do_not_pass_a_forward(make_guest):
    guest, listen = forwarded(make_guest)
    error = hostio.UdpFailed(listen.handle, hostio.IcmpError(3, 3, LOOPBACK))
    guest.host_tells(error)
    sent(guest, guest.host, 6000, 7)
    guest.host_tells(error)
    assert guest.hears() == []
    guest.host_tells(hostio.UdpFailed(listen.handle, Failure.OTHER))
    assert guest.hears_icmp()[0][1].code == 0


def test_a_forward_that_the_host_refuses(make_guest):
    guest = make_guest(host_forwards=(RULE,))
    (listen,) = guest.host_is_asked()
    guest.host_tells(hostio.ListenFailed(listen.handle, Failure.ADDRESS_IN_USE))
    assert guest.stack.failed_forwards == [(RULE, Failure.ADDRESS_IN_USE)]
    assert guest.stack.rows() == []
    assert not guest.stack.remove_host_forward(ipv4.UDP, 0, 5555)


def test_a_forward_added_later_shadows(make_guest):
    guest, first = forwarded(make_guest)
    guest.stack.add_host_forward(HostForward(ipv4.UDP, 0, 5556, 0x0A00020F, 7))
    (second,) = guest.host_is_asked()
    assert sent(guest, guest.host, 6000, 7).handle == second.handle
    assert [row.source_port for row in guest.stack.rows()] == [5556, 5555]
    assert guest.stack.remove_host_forward(ipv4.UDP, 0, 5556)
    assert guest.host_is_asked() == [hostio.Close(second.handle)]
    assert sent(guest, guest.host, 6000, 7).handle == first.handle


def test_what_is_not_listened_for_can_not_be_ended(make_guest):
    guest, _ = forwarded(make_guest)
    session = guest.stack._udp
    assert not session.unlisten(HostForward(ipv4.UDP, 0, 5556, 0x0A00020F, 7))
    assert not session.unlisten(HostForward(ipv4.UDP, 0, 5555, 0x0A00020F, 8))
    assert session.unlisten(RULE)


def test_restricted_answers_do_not_leave_through_a_forward(make_guest):
    guest, listen = forwarded(make_guest, restricted=True)
    answered(guest, listen, LOOPBACK, 6000)
    guest.says(guest.udp(guest.host, 7, 6000, b"x"))
    assert guest.host_is_asked() == []


def test_events_that_a_session_does_not_expect_are_ignored(guest):
    action = sent(guest, guest.outside)
    guest.host_tells(hostio.Connected(action.handle))
    assert guest.hears() == []


def test_tcp_forwards_are_tcps(make_guest):
    rule = HostForward(ipv4.TCP, 0, 5555, 0x0A00020F, 22)
    guest = make_guest(host_forwards=(rule,))
    (listen,) = guest.host_is_asked()
    assert listen.protocol == ipv4.TCP
    guest.host_tells(hostio.ListenFailed(listen.handle, Failure.ADDRESS_IN_USE))
    assert guest.stack.failed_forwards == [(rule, Failure.ADDRESS_IN_USE)]


# -- 0.6 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("destination", "real"),
    [
        (0x0A000202, LOOPBACK),
        (0x0A000263, LOOPBACK),
        (0x0A000203, Nameserver.IPV4),
        (BROADCAST, BROADCAST),
        (0x08080808, 0x08080808),
    ],
)
def test_in_0_6_the_network_is_the_hosts_loopback(destination, real):
    assert translation.outbound(Config(), QEMU_0_6, destination, 99) == real


@pytest.mark.parametrize(
    ("destination", "shown"),
    [(0x0A000263, 0x0A000263), (SUBNET_BROADCAST, 0x0A000202), (0x08080808, 5)],
)
def test_in_0_6_answers_come_from_whom_the_guest_asked(destination, shown):
    assert translation.inbound(Config(), QEMU_0_6, destination, 5) == shown


def test_in_0_6_neither_ttl_nor_errors_are_forwarded(make_guest):
    guest = make_guest(QEMU_0_6)
    guest.stack_mac = b"\x52\x54\x00\x12\x35\x02"
    action = sent(guest, guest.outside, ttl=2)
    assert action.ttl is None
    for error, code in (
        (hostio.IcmpError(3, 1, 5), 1),
        (hostio.IcmpError(3, 9, 5), 3),
        (hostio.IcmpError(11, 0, 5), 3),
    ):
        guest.host_tells(hostio.UdpFailed(action.handle, error))
        ((datagram, message),) = guest.hears_icmp()
        assert (datagram.source, message.type, message.code) == (guest.host, 3, code)


def test_clients_of_a_forward_on_loopback_seem_to_be_the_host():
    assert translation.accepted(Config(), 0x7F123456) == 0x0A000202
    assert translation.accepted(Config(), 0) == 0x0A000202
    assert translation.accepted(Config(), 0xC6336401) == 0xC6336401
    assert translation.outbound(Config(), QEMU_7_2, 0x0A000203, 53) is Nameserver.IPV4

"""What all protocols share: links, IPv4 input and output, timers (GEN, IP4, TCP-10)."""

import pytest

from refnet.clock import MILLISECOND
from refnet.slirp import hostio
from refnet.slirp.hostio import Failure
from refnet.slirp.profile import QEMU_0_6
from refnet.slirp.seam import Config, GuestForward
from refnet.slirp.stack import SLOW_TICK, Slirp
from refnet.wire import arp, ethernet, icmpv4, ipv4, tcp


def fence(guest) -> bool:
    """Whether the stack still answers, and nothing else came before."""
    guest.says(guest.echo(guest.host, b"fence"))
    return [bytes(message.payload) for _, message in guest.hears_icmp()] == [b"fence"]


@pytest.mark.parametrize("ethertype", [0x0600, 0x0100, 0x8100, 0x88A8, 0x88CC])
def test_other_ethertypes_are_dropped(guest, ethertype):
    guest.says(guest.frame(ethertype, bytes(46)))
    assert fence(guest)
    assert guest.stack.dropped == {"EtherType": 1}


@pytest.mark.parametrize("length", range(14))
def test_runts_are_dropped(guest, length):
    guest.says(bytes(length))
    assert fence(guest)
    assert guest.stack.dropped == {"Ethernet": 1}


def test_the_destination_mac_is_not_checked(guest):
    frame = guest.echo(guest.host)
    guest.says(b"\x02\x11\x22\x33\x44\x55" + frame[6:])
    assert len(guest.hears_ip()) == 1


@pytest.mark.parametrize("protocol", [0, 2, 41, 253])
def test_other_protocols_are_dropped(guest, protocol):
    guest.says(guest.ip(guest.host, protocol, b"12345678"))
    assert fence(guest)


def test_identification_counts_every_datagram_and_wraps(guest):
    guest.stack._identification = 0xFFFE
    guest.says(guest.echo(guest.host), guest.echo(guest.host, bytes(3000)), guest.echo(guest.host))
    assert [datagram.identification for datagram in guest.hears_ip()] == [
        0xFFFE,
        0xFFFF,
        0xFFFF,
        0xFFFF,
        0,
    ]


def test_identification_starts_at_zero(guest):
    guest.says(guest.echo(guest.host))
    assert guest.hears_ip()[0].identification == 0


def test_an_oversized_frame_is_taken_and_the_reply_cut(guest):
    guest.says(guest.echo(guest.host, bytes(8900)))
    assert [len(frame) for frame in guest.hears()] == [1514] * 6 + [62]


def test_ttl_zero_is_answered_with_time_exceeded(guest):
    frame = guest.echo(guest.outside, ttl=0, tos=0x28)
    guest.says(frame)
    ((datagram, message),) = guest.hears_icmp()
    assert (datagram.source, datagram.ttl, datagram.tos) == (guest.host, 255, 0xC8)
    assert (message.type, message.code, message.rest) == (11, 0, bytes(4))
    assert message.payload == frame[14:]


def test_ttl_one_reaches_the_router(guest):
    guest.says(guest.echo(guest.host, ttl=1))
    assert guest.hears_icmp()[0][1].type == icmpv4.ECHO_REPLY


def test_in_0_6_ttl_one_is_too_low(make_guest):
    guest = make_guest(QEMU_0_6)
    guest.stack_mac = b"\x52\x54\x00\x12\x35\x02"
    guest.says(guest.echo(guest.host, ttl=1), guest.echo(guest.host, ttl=2))
    assert [message.type for _, message in guest.hears_icmp()] == [11, 0]


def test_fragments_reach_their_protocol(guest):
    whole = icmpv4.encode(icmpv4.Message(icmpv4.ECHO, 0, bytes(2992), b"abcd"))
    guest.says(
        guest.ip(guest.host, ipv4.ICMP, whole[1504:], offset=1504),
        guest.ip(guest.host, ipv4.ICMP, whole[:1504], more_fragments=True),
    )
    assert [len(datagram.payload) for datagram in guest.hears_ip()] == [1480, 1480, 40]


def test_the_reserved_bit_costs_dont_fragment_and_the_lowest_bit_of_the_service(guest):
    guest.says(guest.echo(guest.host, reserved=True, dont_fragment=True, tos=0xFF))
    (datagram,) = guest.hears_ip()
    assert (datagram.reserved, datagram.dont_fragment, datagram.tos) == (False, False, 0xFE)


def test_a_whole_datagram_with_the_reserved_bit_ends_reassembly(guest):
    guest.says(guest.ip(guest.host, ipv4.ICMP, bytes(8), more_fragments=True))
    assert guest.stack.next_deadline() is not None
    guest.says(guest.ip(guest.host, ipv4.ICMP, b"", reserved=True))
    assert guest.stack.next_deadline() is None


def test_reassembly_ends_after_thirty_seconds(guest):
    guest.says(guest.ip(guest.host, ipv4.ICMP, bytes(8), more_fragments=True))
    guest.waits(29_900)
    assert guest.stack.next_deadline() is not None
    guest.waits(1000)
    assert guest.stack.next_deadline() is None
    assert fence(guest)


@pytest.mark.parametrize("mtu", [576, 1500])
def test_the_mtu_is_the_configs(make_guest, mtu):
    guest = make_guest(mtu=mtu)
    guest.says(guest.echo(guest.host, bytes(2000)))
    assert max(len(frame) for frame in guest.hears()) <= mtu + ethernet.HEADER


def test_an_idle_stack_wants_no_timer(guest):
    assert guest.stack.next_deadline() is None
    guest.stack.poll(10**12)
    assert guest.stack.next_deadline() is None


def test_ticks_are_499_ms_apart_while_they_are_wanted(guest):
    guest.waits(100)
    guest.says(guest.udp(guest.outside, 1, 2, b"x"))
    for tick in (1, 2, 3):
        due = guest.stack.next_deadline()
        assert due == (100 + tick * SLOW_TICK) * MILLISECOND
        guest.now = due
        guest.stack.poll(due)


@pytest.mark.parametrize("port", [23, 7])
def test_the_segments_of_a_connection_wait_as_one_flow(make_guest, port):
    """The first of those that wait asks for the MAC (GEN-08), with low delay or not (GEN-12)."""
    rule = GuestForward(0x0A000264, port, "cmd:cat")
    stranger = make_guest(known=False, guest_forwards=(rule,))

    def says(source_port: int, sequence: int, acknowledgment: int, flags: int) -> None:
        segment = tcp.Segment(source_port, port, sequence, acknowledgment, flags, 9000)
        octets = tcp.encode(segment, stranger.address, rule.address)
        stranger.says(stranger.ip(rule.address, ipv4.TCP, octets))

    says(1000, 5, 0, tcp.SYN)
    says(1000, 6, 2, tcp.ACK)
    spawn, _ = stranger.host_is_asked()
    stranger.host_tells(hostio.Received(spawn.handle, b"meow"))
    assert len(stranger.hears_arp()) == 1
    says(1001, 5, 0, tcp.SYN)
    assert len(stranger.hears_arp()) == 1

    stranger.says(stranger.arp(operation=arp.REPLY))

    segments = [
        tcp.decode(each.payload, each.source, each.destination) for each in stranger.hears_ip()
    ]
    of_first = [each.flags for each in segments if each.destination_port == 1000]
    assert of_first == [tcp.SYN | tcp.ACK, tcp.PSH | tcp.ACK]
    assert len(segments) == 3


def test_whatever_is_heard_puts_the_next_tick_off_until_it_is_overdue(guest):
    guest.says(guest.udp(guest.outside, 1, 2, b"x"))
    for moment, due in ((400, 899), (600, 1099)):
        guest.now = moment * MILLISECOND
        guest.says(guest.arp())
        assert guest.stack.next_deadline() == due * MILLISECOND


def test_a_packet_that_waits_for_a_mac_is_looked_at_every_second(stranger):
    stranger.says(stranger.echo(stranger.host))
    for seconds in (1, 2):
        due = stranger.stack.next_deadline()
        assert due == seconds * 1000 * MILLISECOND
        stranger.now = due
        stranger.stack.poll(due)
    assert stranger.stack.next_deadline() is None


def test_a_tick_that_is_overdue_comes_with_the_hosts_news(guest):
    """The first connection's sequence number shows it (TCP-10)."""
    guest.waits(10_000)
    segment = tcp.Segment(1000, 80, 5, 0, tcp.SYN, 1000)
    guest.says(guest.ip(guest.outside, ipv4.TCP, tcp.encode(segment, guest.address, guest.outside)))
    (connect,) = guest.host_is_asked()
    assert isinstance(connect, hostio.Connect)
    assert guest.stack.next_deadline() == guest.now + SLOW_TICK * MILLISECOND
    guest.host_tells(hostio.Connected(connect.handle))
    (datagram,) = guest.hears_ip()
    answer = tcp.decode(datagram.payload, datagram.source, datagram.destination)
    assert answer.sequence == 64001


@pytest.mark.parametrize(("seed", "first"), [(None, 1), (1, 0x79B97F4A), (2, 0xF372FE94)])
def test_a_seed_moves_the_first_sequence_number(seed, first):
    stack = Slirp(Config(), seed=seed)
    frame = ethernet.Frame(
        b"\2" * 6,
        b"\4" * 6,
        ethernet.IPV4,
        ipv4.encode(
            ipv4.Datagram(
                0,
                0x0A000202,
                ipv4.TCP,
                tcp.encode(tcp.Segment(1, 2, 3, 0, tcp.SYN, 9), 0, 0x0A000202),
            )
        ),
    )
    stack.receive(ethernet.encode(frame), 0)
    (connect,) = stack.take_actions()
    stack.on_event(hostio.Connected(connect.handle), 0)
    (answer,) = stack.take_frames()
    datagram = ipv4.decode(ethernet.decode(answer).payload)
    assert tcp.decode(datagram.payload, datagram.source, 0).sequence == first


def test_an_acknowledgment_that_waits_goes_out_after_2_ms(guest):
    """The first data after the handshake take TCP's slow path (TCP-39)."""

    def says(sequence: int, acknowledgment: int, flags: int, payload: bytes = b"") -> None:
        segment = tcp.Segment(1000, 80, sequence, acknowledgment, flags, 9000, payload)
        octets = tcp.encode(segment, guest.address, guest.outside)
        guest.says(guest.ip(guest.outside, ipv4.TCP, octets))

    guest.waits(3)
    says(5, 0, tcp.SYN)
    (connect,) = guest.host_is_asked()
    guest.host_tells(hostio.Connected(connect.handle))
    guest.hears()
    says(6, 2, tcp.ACK, b"data")
    assert guest.hears() == []
    assert guest.stack.next_deadline() == guest.now + 2 * MILLISECOND
    guest.waits(2)
    (datagram,) = guest.hears_ip()
    assert tcp.decode(datagram.payload, guest.outside, guest.address).acknowledgment == 10


def test_there_is_no_error_about_a_datagram_from_nobody(guest):
    guest.says(guest.echo(guest.outside, ttl=0, source=0))
    assert guest.hears() == []


def test_a_device_that_the_host_can_not_open(make_guest):
    rule = GuestForward(0x0A000264, 80, "unix:/nowhere")
    guest = make_guest(guest_forwards=(rule,))
    (opening,) = guest.host_is_asked()
    assert guest.stack.failed_guest_forwards == []
    guest.host_tells(hostio.ConnectFailed(opening.handle, Failure.NOT_FOUND, True))
    assert guest.stack.failed_guest_forwards == [rule]


def test_a_command_that_is_served_later_comes_first(make_guest):
    rule = GuestForward(0x0A000264, 80, "cmd:first")
    guest = make_guest(guest_forwards=(rule,))
    for address in (0x0A000264, 0x0A000204):
        guest.stack.serve(GuestForward(address, 80, "cmd:second", over_tcp=True))
        guest.says(guest.arp(address))
        assert len(guest.hears()) == 1
        syn = tcp.Segment(1, 80, 0, 0, tcp.SYN, 8192)
        guest.says(guest.ip(address, ipv4.TCP, tcp.encode(syn, guest.address, address)))
        (reply,) = guest.hears_ip()
        number = tcp.decode(reply.payload, address, guest.address).sequence + 1
        ack = tcp.Segment(1, 80, 1, number, tcp.ACK, 8192)
        guest.says(guest.ip(address, ipv4.TCP, tcp.encode(ack, guest.address, address)))
        (action,) = [act for act in guest.host_is_asked() if isinstance(act, hostio.Spawn)]
        assert (action.command, action.over_tcp) == ("second", True)


def test_a_full_output_queue_is_counted(stranger, monkeypatch):
    monkeypatch.setattr("refnet.slirp.queue.CAPACITY", 2)
    stranger.says(*[stranger.echo(stranger.host)] * 3)
    assert len(stranger.hears_arp()) == 2
    assert stranger.stack.dropped["output queue"] == 1


def test_events_of_unknown_handles_are_dropped(guest):
    guest.host_tells(hostio.Connected(99))
    guest.host_tells(hostio.Listening(99, 0, 0))
    assert fence(guest)


def test_an_accepted_connection_gets_its_listeners_owner(guest):
    class Owner:
        heard = ()

        def on_event(self, event):
            self.heard = (*self.heard, event)

    owner = Owner()
    listener = guest.stack.claim(owner)
    connection = guest.stack.claim_for(listener)
    event = hostio.EndOfStream(connection)
    guest.host_tells(event)
    assert (owner.heard, connection != listener) == ((event,), True)
    guest.stack.release(connection)
    guest.host_tells(event)
    assert owner.heard == (event,)

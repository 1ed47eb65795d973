"""What a SYN-ACK says: initial sequence number, options, window."""

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import RST_ACK, SYN_ACK
from vnetspec.fixtures.conversation import Conversation, answers, connection
from vnetspec.fixtures.frames import tcp
from vnetspec.fixtures.oracle import IP, TCP, checksum_faults
from vnetspec.fixtures.requirements import network, requirement

MODERN_SYN = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7)]


@requirement("TCP-03")
def test_a_bad_checksum_is_dropped(guest, golden, host):
    server = host.tcp(8080)
    guest.announces()

    guest.says(tcp(ROUTER, 8080, checksum=0x1234, source_port=40001))
    guest.hears_nothing()

    guest.says(tcp(ROUTER, 8080))
    guest.hears_only(SYN_ACK.where(TCP, dport=40000))
    server.accepts()
    server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("TCP-03", variant="offset")
@pytest.mark.parametrize("words", [0, 4, 6, 15])
def test_an_impossible_data_offset_is_dropped(guest, golden, host, words):
    server = host.tcp(8080)
    guest.announces()
    bad = tcp(ROUTER, 8080, source_port=40001)
    bad[TCP].dataofs = words

    guest.says(bad)
    guest.hears_nothing()

    guest.says(tcp(ROUTER, 8080))
    guest.hears_only(SYN_ACK.where(TCP, dport=40000))
    server.accepts()
    server.accepts_nothing()
    golden.matches(guest.wire)


@requirement("TCP-10")
def test_initial_sequence_numbers_are_64000_apart(guest, golden, host):
    host.tcp(8080)
    guest.announces()

    for number in range(3):
        guest.says(tcp(ROUTER, 8080, source_port=40000 + number))
        guest.hears_only(SYN_ACK.where(TCP, seq=1 + 64000 * number))

    golden.matches(guest.wire)


@requirement("TCP-10", variant="tick")
def test_initial_sequence_numbers_grow_by_64000_each_half_second(guest, golden, host):
    host.tcp(8080)
    guest.announces()
    Conversation(guest, port=8080).opens()

    guest.waits(0.75)

    guest.says(tcp(ROUTER, 8080, source_port=40001))
    guest.hears_only(SYN_ACK.where(TCP, seq=1 + 2 * 64000))
    golden.matches(guest.wire)


@requirement("TCP-11")
def test_mss_is_the_only_option_of_a_syn_ack(guest, golden, host):
    host.tcp(8080)
    guest.announces()

    guest.says(tcp(ROUTER, 8080, options=MODERN_SYN))

    answer = guest.hears_only(SYN_ACK)
    assert bytes(answer[TCP])[20:24] == bytes([2, 4, 0x05, 0xB4])
    assert answer[TCP].dataofs == 6
    golden.matches(guest.wire)


@requirement("TCP-11", variant="data")
def test_segments_after_it_have_no_options(guest, golden, host):
    conversation, stream = connection(guest, host, options=MODERN_SYN)

    stream.says(b"hello")

    assert conversation.hears("PA", b"hello", dataofs=5)[TCP].options == []
    golden.matches(guest.wire)


@requirement("TCP-12")
def test_the_window_starts_at_65535_and_is_not_scaled(guest, golden, host):
    conversation, stream = connection(guest, host, options=[("WScale", 7)])
    conversation.window = 2

    stream.says(b"hello")

    heard = conversation.hears(window=65535)
    assert heard[TCP].window == 65535
    golden.matches(guest.wire)


@requirement("TCP-12", variant="full")
def test_the_window_closes_when_the_host_does_not_read(guest, host):
    host.kernel.holds_little()
    conversation, _ = connection(guest, host)
    piece = bytes(1460)
    windows = [65535]

    while windows[-1] >= len(piece) and len(windows) < 200:
        conversation.says("A", piece)
        windows.append(conversation.hears("A", b"")[TCP].window)

    assert max(windows) == 65535, "a window that would need scaling"
    assert windows[-1] < len(piece), "the window never closes"


@requirement("TCP-13")
@pytest.mark.parametrize("mss", [32, 536, 1460])
def test_the_mss_of_a_guest_that_connects_is_not_looked_at(guest, golden, host, mss):
    conversation, stream = connection(guest, host, options=[("MSS", mss)])

    stream.says(bytes(3000))

    assert len(conversation.hears("A").original) == 1494
    assert len(conversation.hears("A").original) == 1494
    golden.matches(guest.wire)


@requirement("TCP-13", variant="hostfwd")
@network(hostfwd="tcp:127.0.0.1:5522-:22")
@pytest.mark.parametrize(
    ("mss", "length"), [(536, 590), (16, 86), (1440, 1494), (1460, 1514), (9000, 1514)]
)
def test_the_mss_of_a_guest_that_is_connected_to_is_kept(guest, golden, host, mss, length):
    guest.announces()
    client = host.connects(5522, source=("127.0.0.1", 40022))
    conversation = answers(guest, 22, options=[("MSS", mss)])

    client.says(bytes(3000))

    heard = conversation.hears("A")
    assert len(heard.original) == length
    assert not checksum_faults(heard.original)
    golden.matches(guest.wire)


@requirement("TCP-26")
def test_a_new_syn_inside_the_window_resets_the_connection_twice(guest, golden, host):
    conversation, stream = connection(guest, host)

    guest.says(conversation.segment("S", seq=1500))

    guest.hears_only(
        RST_ACK.where(TCP, seq=conversation.ack, ack=conversation.seq).where(IP, ttl=64),
        RST_ACK.where(TCP, seq=0, ack=1501, window=0).where(IP, ttl=255),
    )
    stream.hears_end()
    golden.matches(guest.wire)


@requirement("TCP-26", variant="original")
def test_the_syn_of_the_connection_is_ignored_when_it_comes_again(guest, golden, host):
    conversation, stream = connection(guest, host)

    guest.says(conversation.segment("S", seq=1000))
    guest.hears_nothing()

    conversation.says("PA", b"still here")
    conversation.hears("A", b"")
    stream.hears(b"still here")
    golden.matches(guest.wire)

"""Data from the host: how it is cut, paced, sent again and marked."""

from vnetspec.fixtures.conversation import Conversation, connection
from vnetspec.fixtures.requirements import requirement

#: What one segment carries, whatever the guest's MSS (TCP-13).
FULL = 1440


@requirement("TCP-17")
def test_push_marks_the_segment_that_empties_the_buffer(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.says(bytes(FULL + 100))

    conversation.hears("A", bytes(FULL), push=True)
    conversation.hears("PA", bytes(100), push=True)
    golden.matches(guest.wire)


@requirement("TCP-18")
def test_sending_starts_slowly(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.says(bytes(20 * FULL))

    for number in (2, 3, 4, 5):
        for _ in range(number):
            conversation.hears("A", bytes(FULL))
        guest.hears_nothing()
        conversation.acknowledges()
    golden.matches(guest.wire)


@requirement("TCP-18", variant="window")
def test_no_more_is_sent_than_the_guest_has_room_for(guest, golden, host):
    server = host.tcp(8080)
    guest.announces()
    conversation = Conversation(guest, port=8080)
    conversation.window = 2000
    conversation.opens()

    server.accepts().says(bytes(20 * FULL))

    conversation.hears("A", bytes(FULL))
    guest.hears_nothing()
    conversation.acknowledges()
    conversation.hears("A", bytes(FULL))
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TCP-19")
def test_the_third_duplicate_acknowledgement_brings_a_lost_segment_back(guest, golden, host):
    conversation, stream = connection(guest, host)
    text = b"".join(bytes([65 + number]) * FULL for number in range(9))
    stream.says(text)
    for _ in range(2):
        conversation.hears("A")
    conversation.acknowledges()
    for _ in range(3):
        conversation.hears("A")
    conversation.acknowledges()
    lost = conversation.ack
    for flags in ("A", "A", "A", "PA"):
        guest.hears(conversation.pattern(flags))

    for _ in range(2):
        conversation.says("A", ack=lost)
        guest.hears_nothing()
    conversation.says("A", ack=lost)

    guest.hears_only(conversation.pattern(seq=lost).carrying(b"F" * FULL))
    conversation.says("A", ack=lost + 4 * FULL)
    guest.hears_nothing()
    golden.matches(guest.wire)


@requirement("TCP-28")
def test_an_urgent_octet_of_the_host_is_urgent_to_the_guest(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.says_urgent(b"!")

    conversation.hears("PAU", b"!", urgptr=1)
    conversation.acknowledges()
    stream.says(b"and on")
    conversation.hears("PA", b"and on", urgptr=0)
    golden.matches(guest.wire)


@requirement("TCP-28", variant="in-text")
def test_the_urgent_pointer_covers_what_comes_before_the_urgent_octet(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.says_urgent(b"abc")

    conversation.hears("PAU", b"ab")
    conversation.hears("PAU", b"c", urgptr=1)
    golden.matches(guest.wire)

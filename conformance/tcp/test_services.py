"""What depends on the port: types of service, and the help that is no longer given."""

import pytest

from vnetspec.fixtures.conversation import Conversation, connection
from vnetspec.fixtures.oracle import IP
from vnetspec.fixtures.requirements import requirement

THROUGHPUT, LOW_DELAY = 0x08, 0x10

SERVICES = {
    20: THROUGHPUT,
    21: LOW_DELAY,
    23: LOW_DELAY,
    80: THROUGHPUT,
    113: LOW_DELAY,
    513: LOW_DELAY,
    543: LOW_DELAY,
    544: LOW_DELAY,
    6667: THROUGHPUT,
    6668: THROUGHPUT,
    7070: LOW_DELAY,
    22: 0,
    8080: 0,
}


@requirement("TCP-30")
@pytest.mark.parametrize(("port", "tos"), SERVICES.items())
def test_the_type_of_service_follows_the_port(guest, golden, host, port, tos):
    server = host.tcp(port)
    guest.announces()
    conversation = Conversation(guest, port=port)

    conversation.says("S")
    assert conversation.hears_syn_ack()[IP].tos == tos

    conversation.says("A")
    server.accepts().says(b"hello")
    assert conversation.hears("PA", b"hello")[IP].tos == tos
    golden.matches(guest.wire)


@requirement("TCP-30", variant="near")
@pytest.mark.parametrize(("port", "tos"), [(21, LOW_DELAY), (80, 0)])
def test_only_ftps_port_counts_on_the_guests_side(guest, golden, host, port, tos):
    host.tcp(8080)
    guest.announces()
    conversation = Conversation(guest, port=8080, source_port=port)

    conversation.says("S")

    assert conversation.hears_syn_ack()[IP].tos == tos
    golden.matches(guest.wire)


@requirement("TCP-32")
@pytest.mark.parametrize(
    ("port", "line"),
    [
        (21, b"PORT 10,0,2,15,156,64\r\n"),
        (21, b"227 Entering Passive Mode (10,0,2,15,156,64)\r\n"),
        (6667, b"PRIVMSG you :\x01DCC CHAT chat 167772687 40000\x01\r\n"),
        (113, b"40000, 22\r\n"),
        (543, b"0\0user\0user\0vt100\0"),
        (7070, b"\x50\x4e\x41\x00\x0a\x0a\x00\x15\x00\x01\x9c\x40"),
    ],
    ids=["ftp-port", "ftp-pasv", "dcc", "ident", "klogin", "realaudio"],
)
def test_the_guests_words_reach_the_host_as_they_are(guest, golden, host, port, line):
    conversation, stream = connection(guest, host, port)

    conversation.says("PA", line)
    conversation.hears("A", b"")

    stream.hears(line)
    stream.hears_nothing()
    golden.matches(guest.wire)

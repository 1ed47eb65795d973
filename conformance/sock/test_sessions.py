"""Frames in a session of L2TPv3 over UDP: what stands in front of each, and what is dropped."""

from typing import NamedTuple

import pytest

from vnetspec.fixtures.addresses import LOOPBACK, guest_address
from vnetspec.fixtures.oracle import Frame
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.sock.wires import (
    INTRODUCTION,
    PORT,
    REMOTE_PORT,
    goes_on,
    hears_just,
    link,
    numbered,
    question,
    state,
)

NETDEV = (LOOPBACK, PORT)

#: RFC 3931 section 4.1.2.1: a data message of version 3, where UDP carries it.
DATA_MESSAGE = "00030000"


class Session(NamedTuple):
    """The options of a session, and its headers in hexadecimal: of frames that the netdev sends,
    one after the other, and of one that it takes. After each of those that it sends there are
    ``gap`` octets of any content (RFC 2661 section 3.1: the offset padding is undefined).
    """

    options: str
    sent: tuple[str, ...]
    taken: str
    gap: int = 0

    def packet(self, frame: Frame) -> bytes:
        """``frame`` as the other end sends it."""
        return bytes.fromhex(self.taken) + bytes(frame)


def over_udp(options: str) -> list[str]:
    """The arguments for a session between two ports of loopback."""
    ends = f"src={LOOPBACK},dst={LOOPBACK},srcport={PORT},dstport={REMOTE_PORT}"
    return link(f"l2tpv3,udp=on,{ends},{options}")


IDS = "txsession=0x11,rxsession=0x22"
COOKIES = f"{IDS},txcookie=0xa1a2a3a4,rxcookie=0xb1b2b3b4"
LONG = f"{IDS},cookie64=on,txcookie=0xa1a2a3a4a5a6a7a8,rxcookie=0xb1b2b3b4b5b6b7b8"
SENT, TAKEN = f"{DATA_MESSAGE} 00000011", f"{DATA_MESSAGE} 00000022"

PLAIN = Session(IDS, (SENT, SENT), TAKEN)
SHORT_COOKIES = Session(COOKIES, (f"{SENT} a1a2a3a4",), f"{TAKEN} b1b2b3b4")
LONG_COOKIES = Session(LONG, (f"{SENT} a1a2a3a4a5a6a7a8",), f"{TAKEN} b1b2b3b4b5b6b7b8")

SESSIONS = {
    "plain": PLAIN,
    "same-id": Session("txsession=0x11", (SENT,), SENT),
    "cookie32": SHORT_COOKIES,
    "cookie64": LONG_COOKIES,
    "counter": Session(
        f"{IDS},counter=on",
        (f"{SENT} 00000001", f"{SENT} 00000002", f"{SENT} 00000003"),
        f"{TAKEN} 00000063",
    ),
    "pinned": Session(
        f"{IDS},counter=on,pincounter=on",
        (f"{SENT} 00000000", f"{SENT} 00000000"),
        f"{TAKEN} 00000063",
    ),
    "offset": Session(f"{IDS},offset=3", (SENT,), f"{TAKEN} ffffff", gap=3),
    "all": Session(
        f"{LONG},counter=on,offset=2",
        (f"{SENT} a1a2a3a4a5a6a7a8 00000001", f"{SENT} a1a2a3a4a5a6a7a8 00000002"),
        f"{TAKEN} b1b2b3b4b5b6b7b8 00000063 ffff",
        gap=2,
    ),
}

FOREIGN = {
    "session": (PLAIN, f"{DATA_MESSAGE} 00000011"),
    "cookie32": (SHORT_COOKIES, f"{TAKEN} b1b2b3b5"),
    "cookie64": (LONG_COOKIES, f"{TAKEN} b1b2b3b4b5b6b7b9"),
    "cookie-alone": (SHORT_COOKIES, f"{DATA_MESSAGE} 00000023 b1b2b3b4"),
}


@requirement("SOCK-18")
@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_each_frame_follows_the_header_of_its_session(launch, host, session):
    remote = host.udp(REMOTE_PORT)
    guest = launch(arguments=over_udp(session.options))

    for number, header in enumerate(session.sent):
        asked = question(guest, guest_address(15 + number))
        guest.says(asked)
        packet, front = remote.takes(), bytes.fromhex(header)
        assert packet[: len(front)] == front
        assert packet[len(front) + session.gap :] == bytes(asked)
        assert remote.peer == NETDEV

    for frame in (INTRODUCTION, numbered(1)):
        remote.says(session.packet(frame), NETDEV)
        hears_just(guest, frame)
    goes_on(guest)


@requirement("SOCK-18", variant="exchange")
@network(arguments=over_udp(COOKIES))
def test_a_session_carries_an_exchange(guest, host, golden):
    remote = host.udp(REMOTE_PORT)
    guest.says(question(guest))
    remote.hears(bytes.fromhex(SHORT_COOKIES.sent[0]) + bytes(question(guest)))

    remote.says(SHORT_COOKIES.packet(INTRODUCTION), NETDEV)
    hears_just(guest, INTRODUCTION)
    remote.says(SHORT_COOKIES.packet(question(guest, guest.address)), NETDEV)

    hears_just(guest, question(guest, guest.address))
    golden.matches(guest.wire)


@requirement("SOCK-18", variant="foreign")
@pytest.mark.parametrize(("session", "header"), FOREIGN.values(), ids=FOREIGN)
def test_frames_of_other_sessions_are_dropped(launch, host, session, header):
    remote = host.udp(REMOTE_PORT)
    guest = launch(arguments=over_udp(session.options))

    for number in range(3):
        remote.says(bytes.fromhex(header) + bytes(numbered(number)), NETDEV)
    remote.says(session.packet(numbered(9)), NETDEV)

    hears_just(guest, numbered(9))
    goes_on(guest)


@requirement("SOCK-18", variant="short")
@pytest.mark.parametrize("length", [1, 7, 11, 12])
def test_packets_with_no_frame_in_them_are_dropped(launch, host, length):
    remote = host.udp(REMOTE_PORT)
    guest = launch(arguments=over_udp(COOKIES))

    remote.says(bytes.fromhex(SHORT_COOKIES.taken)[:length], NETDEV)
    remote.says(SHORT_COOKIES.packet(numbered(1)), NETDEV)

    hears_just(guest, numbered(1))
    goes_on(guest)


@requirement("SOCK-18", variant="empty")
@network(arguments=over_udp(COOKIES))
def test_an_empty_packet_is_passed_over(guest, host):
    remote = host.udp(REMOTE_PORT)
    _ = guest.link

    remote.says(b"", NETDEV)
    remote.says(SHORT_COOKIES.packet(numbered(1)), NETDEV)

    hears_just(guest, numbered(1))
    goes_on(guest)


@requirement("SOCK-18", variant="order")
@network(arguments=over_udp(IDS))
@pytest.mark.parametrize("count", [3, 200])
def test_frames_come_in_order(guest, host, count):
    remote = host.udp(REMOTE_PORT)
    _ = guest.link

    for number in range(count):
        remote.says(PLAIN.packet(numbered(number)), NETDEV)

    hears_just(guest, *map(numbered, range(count)))


@requirement("SOCK-18", variant="stranger")
@network(arguments=over_udp(COOKIES))
def test_the_cookie_counts_and_not_the_sender(guest, host):
    remote, stranger = host.udp(REMOTE_PORT), host.udp(REMOTE_PORT + 1)
    _ = guest.link

    stranger.says(SHORT_COOKIES.packet(numbered(1)), NETDEV)
    hears_just(guest, numbered(1))
    guest.says(question(guest))

    remote.hears(bytes.fromhex(SHORT_COOKIES.sent[0]) + bytes(question(guest)))
    stranger.hears_nothing()


@requirement("SOCK-18", variant="info")
@network(arguments=over_udp(IDS))
def test_the_monitor_calls_a_session_connected(guest, transcript):
    assert state(guest) == "l2tpv3,l2tpv3: connected"

    transcript.matches()


COMPLAINTS = {
    "src=127.0.0.1,dst=127.0.0.1": "Parameter 'txsession' is missing",
    "dst=127.0.0.1,txsession=1": "Parameter 'src' is missing",
    "src=127.0.0.1,txsession=1": "Parameter 'dst' is missing",
    "src=127.0.0.1,dst=127.0.0.1,txsession=x": "Parameter 'txsession' expects a uint64 value",
    "src=127.0.0.1,dst=127.0.0.1,txsession=4294967296": "Parameter 'txsession' expects uint32_t",
    "src=127.0.0.1,dst=127.0.0.1,txsession=1,offset=257": "offset must be less than 256 bytes",
    "src=127.0.0.1,dst=127.0.0.1,txsession=1,rxcookie=1": (
        "require both 'rxcookie' and 'txcookie' or neither"
    ),
    "src=127.0.0.1,dst=127.0.0.1,txsession=1,txcookie=1": (
        "require both 'rxcookie' and 'txcookie' or neither"
    ),
    "src=127.0.0.1,dst=127.0.0.1,txsession=1,udp=on": "need both src and dst port for udp",
    "src=127.0.0.1,dst=127.0.0.1,txsession=1,udp=on,srcport=1": (
        "need both src and dst port for udp"
    ),
    "src=192.0.2.1,dst=127.0.0.1,txsession=1,udp=on,srcport=1,dstport=1": (
        "could not bind socket err=99"
    ),
    "src=127.0.0.1,dst=127.0.0.1,txsession=1": "socket creation failed, errno = 1",
}


@requirement("SOCK-18", variant="refused")
@pytest.mark.parametrize(("options", "text"), COMPLAINTS.items(), ids=range(len(COMPLAINTS)))
def test_what_makes_no_session_is_told(refuses, transcript, host, options, text):
    argument = f"l2tpv3,id=w0,{options}"

    assert refuses(arguments=["-netdev", argument]) == f"-netdev {argument}: {text}"

    transcript.matches()

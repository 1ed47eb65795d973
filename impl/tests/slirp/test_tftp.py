"""The TFTP server: catalogue section 7, with a directory of the test's own making."""

import pytest

from refnet.slirp import hostio
from refnet.slirp.hostio import Failure
from refnet.slirp.profile import QEMU_0_6
from refnet.wire import tftp

VIOLATION = tftp.Error(2, b"Access violation")
NOT_FOUND = tftp.Error(1, b"File not found")
BAD_MODE = tftp.Error(4, b"Unsupported transfer mode")
BIG = bytes(index % 251 for index in range(5000))
FILES = {b"/srv/big": BIG, b"/srv/512": bytes(512), b"/srv/empty": b"", b"/srv/sub": None}


class Client:
    """A guest's TFTP client on one port; the files behind it come from ``FILES``."""

    def __init__(self, guest, port=2000):
        self.guest = guest
        self.port = port
        self.opened = []

    def sends(self, packet, **fields):
        """Send a packet; the packets that come back."""
        self.guest.says(self.guest.tftp(packet, self.port, **fields))
        self.serve()
        answers = []
        for datagram, message in self.guest.hears_udp():
            assert (datagram.source, message.source_port) == (self.guest.host, 69)
            assert (datagram.tos, datagram.ttl) == (0x10, 64)
            assert message.destination_port == self.port
            answers.append(tftp.decode(message.payload))
        return answers

    def serve(self):
        while actions := self.guest.host_is_asked():
            for action in actions:
                self.carry_out(action)

    def carry_out(self, action):
        if isinstance(action, hostio.Close):
            return
        content = FILES.get(action.path, ...)
        event = hostio.FileFailed(action.handle, Failure.NOT_FOUND, False)
        if content is None and isinstance(action, hostio.ReadFile):
            event = hostio.FileFailed(action.handle, Failure.OTHER, True)
        elif content is not ... and isinstance(action, hostio.MeasureFile):
            event = hostio.FileSize(action.handle, len(content or b""))
        elif content is not ...:
            self.opened.append(action.path)
            octets = content[action.offset : action.offset + action.size]
            event = hostio.FileRead(action.handle, octets)
        self.guest.host_tells(event)

    def asks(self, name, *options, mode=b"octet"):
        (packet,) = self.sends(tftp.Request(name, mode, options))
        return packet

    def acknowledges(self, number):
        return self.sends(tftp.Acknowledgment(number))


@pytest.fixture
def client(make_guest):
    return Client(make_guest(tftp_directory="/srv"))


@pytest.fixture
def old_client(make_guest):
    guest = make_guest(QEMU_0_6, tftp_directory="/srv")
    guest.stack_mac = b"\x52\x54\x00\x12\x35\x02"
    return Client(guest)


@pytest.mark.parametrize("name", [b"512", b"/512", b"//512"])
def test_names_begin_at_the_directory(make_guest, name):
    client = Client(make_guest(tftp_directory="/srv"))
    answer = client.sends(tftp.Request(name))
    if name == b"512":
        assert answer == [tftp.Data(1, bytes(512))]
    else:
        assert answer == [NOT_FOUND]
        assert client.opened == []


def test_a_leading_slash_is_left_to_the_file_system(client):
    client.guest.says(client.guest.tftp(tftp.Request(b"//512")))
    (action,) = client.guest.host_is_asked()
    assert action == hostio.ReadFile(action.handle, b"/srv///512", 0, 512)


def test_a_directory_that_is_no_unicode(make_guest):
    guest = make_guest(tftp_directory=b"/s\xff".decode(errors="surrogateescape"))
    guest.says(guest.tftp(tftp.Request(b"f\xfe")))
    assert guest.host_is_asked()[0].path == b"/s\xff/f\xfe"


def test_without_a_directory_there_is_no_access(make_guest):
    client = Client(make_guest())
    assert client.asks(b"512") == VIOLATION
    assert client.asks(b"512", mode=b"netascii") == VIOLATION


@pytest.mark.parametrize(
    "name", [b"", b"sub/", b"../x", b"a/../b", b"x../y", b"n" * 512, b"/", b"n" * 600]
)
def test_names_that_are_not_allowed(client, name):
    assert client.asks(name) == VIOLATION


@pytest.mark.parametrize("name", [b"nope", b"sub/..", b"a\\b", b"n" * 511, b"sub"])
def test_names_of_no_file(client, name):
    assert client.asks(name) == NOT_FOUND


@pytest.mark.parametrize(
    ("mode", "answer"),
    [
        (b"netascii", BAD_MODE),
        (b"octetx", BAD_MODE),
        (b"mail", VIOLATION),
        (b"octe", VIOLATION),
        (b"OcTeT", tftp.Data(1, b"")),
    ],
)
def test_modes(client, mode, answer):
    assert client.asks(b"empty", mode=mode) == answer


@pytest.mark.parametrize(
    "octets",
    [
        b"\0\1",
        b"\0\1empty",
        b"\0\1empty\0octet",
        b"\0\1empty\0octet\0x",
        b"\0\1empty\0octet\0tsize\0",
        b"\0\1empty\0octet\0tsize\x000",
        b"\0\1empty\0octet\0\0",
        b"\0\1empty\0octet\0blksize\x008\0x\0",
    ],
)
def test_broken_requests(client, octets):
    assert client.sends(octets) == [VIOLATION]
    assert client.acknowledges(1) == []


def test_a_broken_option_of_no_file(client):
    assert client.sends(b"\0\1nope\0octet\0x") == [NOT_FOUND]


def test_a_transfer(client):
    blocks = [client.asks(b"big")]
    while len(blocks[-1].payload) == 512:
        blocks += client.acknowledges(blocks[-1].block)
    assert [block.block for block in blocks] == list(range(1, 11))
    assert b"".join(bytes(block.payload) for block in blocks) == BIG
    assert client.acknowledges(10) == []


def test_a_file_of_whole_blocks_ends_with_an_empty_one(client):
    assert client.asks(b"512") == tftp.Data(1, bytes(512))
    assert client.acknowledges(1) == [tftp.Data(2, b"")]


def test_any_acknowledgment_asks_for_the_next_block(client):
    client.asks(b"big")
    assert [client.acknowledges(number)[0].block for number in (7, 7, 0)] == [2, 3, 4]
    assert client.sends(b"\0\4")[0].block == 5


def test_a_new_request_from_the_same_port_starts_again(client):
    client.asks(b"big")
    client.acknowledges(1)
    assert client.asks(b"big").block == 1
    assert client.acknowledges(1)[0].block == 2


def test_transfers_are_told_apart_by_port(client):
    other = Client(client.guest, 2001)
    client.asks(b"big")
    other.asks(b"big")
    client.acknowledges(1)
    assert (other.acknowledges(1)[0].block, client.acknowledges(1)[0].block) == (2, 3)


def test_an_error_ends_the_transfer(client):
    client.asks(b"big")
    client.sends(tftp.Error(0, b""))
    assert client.acknowledges(1) == []


def test_nothing_is_sent_again(client):
    client.asks(b"big")
    client.guest.waits(60_000)
    assert client.guest.hears() == []


@pytest.mark.parametrize("octets", [b"\0\2x\0octet\0", b"\0\3\0\1", b"\0\6", b"\0\7", b"\0", b""])
def test_other_packets_are_ignored(client, octets):
    assert client.sends(octets) == []
    client.asks(b"big")
    assert client.sends(octets) == []
    assert client.acknowledges(1)[0].block == 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([(b"tsize", b"0")], [(b"tsize", b"5000")]),
        ([(b"TSize", b"17")], [(b"tsize", b"17")]),
        ([(b"tsize", b"-1")], [(b"tsize", b"4294967295")]),
        ([(b"tsize", b" +12x")], [(b"tsize", b"12")]),
        ([(b"tsize", b"x")], [(b"tsize", b"5000")]),
        ([(b"tsize", b"99999999999999999999999")], [(b"tsize", b"4294967295")]),
        ([(b"blksize", b"1")], [(b"blksize", b"1")]),
        ([(b"BLKSIZE", b"8192")], [(b"blksize", b"1428")]),
        ([(b"blksize", b"1428"), (b"tsize", b"0")], [(b"blksize", b"1428"), (b"tsize", b"5000")]),
        ([(b"timeout", b"3"), (b"tsize", b"0")], [(b"tsize", b"5000")]),
        (
            [(b"tsize", b"0"), (b"tsize", b"5"), (b"blksize", b"9")],
            [(b"tsize", b"5000"), (b"tsize", b"5")],
        ),
    ],
)
def test_options(client, asked, told):
    assert client.asks(b"big", *asked) == tftp.OptionAcknowledgment(tuple(told))


@pytest.mark.parametrize(
    "asked", [[(b"timeout", b"3")], [(b"blksize", b"0")], [(b"blksize", b"-5")], [(b"", b"")]]
)
def test_without_an_option_that_is_taken_data_comes_at_once(client, asked):
    assert client.asks(b"big", *asked) == tftp.Data(1, BIG[:512])


@pytest.mark.parametrize("size", [4, 1428])
def test_the_block_size_that_was_agreed_on(client, size):
    client.asks(b"big", (b"blksize", b"%d" % size))
    assert client.acknowledges(0) == [tftp.Data(1, BIG[:size])]
    assert client.acknowledges(1) == [tftp.Data(2, BIG[size : 2 * size])]


def test_options_of_what_is_no_file(client):
    assert client.asks(b"nope", (b"tsize", b"0")) == NOT_FOUND
    assert client.asks(b"sub", (b"tsize", b"0")) == tftp.OptionAcknowledgment(((b"tsize", b"0"),))
    assert client.acknowledges(0) == [NOT_FOUND]


def test_a_file_that_vanishes_while_it_is_measured(client):
    client.guest.says(client.guest.tftp(tftp.Request(b"512", options=((b"tsize", b"0"),))))
    (opening,) = client.guest.host_is_asked()
    client.guest.host_tells(hostio.FileRead(opening.handle, b""))
    (measuring,) = client.guest.host_is_asked()
    client.guest.host_tells(hostio.FileFailed(measuring.handle, Failure.NOT_FOUND, False))
    ((_, message),) = client.guest.hears_udp()
    assert tftp.decode(message.payload) == NOT_FOUND


def test_block_numbers_wrap_on_the_wire_alone(client):
    client.asks(b"big", (b"blksize", b"1"))
    (transfer,) = [place for place in client.guest.stack._udp._servers.tftp._places if place]
    transfer.block = 65534
    for number, offset in ((65535, 65534), (0, 65535), (1, 65536)):
        client.guest.says(client.guest.tftp(tftp.Acknowledgment(0)))
        (action,) = client.guest.host_is_asked()
        assert (action.offset, action.size) == (offset, 1)
        client.guest.host_tells(hostio.FileRead(action.handle, b"x"))
        ((_, message),) = client.guest.hears_udp()
        assert tftp.decode(message.payload) == tftp.Data(number, b"x")


def test_acknowledgments_while_the_file_is_read_are_dropped(client):
    client.asks(b"big")
    guest = client.guest
    guest.says(guest.tftp(tftp.Acknowledgment(1)), guest.tftp(tftp.Acknowledgment(1)))
    assert len(guest.host_is_asked()) == 1


def test_twenty_transfers_and_the_idle_make_room(client):
    guest = client.guest
    clients = [Client(guest, 3000 + index) for index in range(21)]
    assert all(one.asks(b"big").block == 1 for one in clients[:20])
    assert clients[20].sends(tftp.Request(b"big")) == []
    guest.waits(5000)
    guest.stack.poll(guest.now)
    assert clients[20].sends(tftp.Request(b"big")) == []
    assert clients[1].acknowledges(1)[0].block == 2
    guest.waits(1)
    assert clients[20].asks(b"big").block == 1
    assert clients[0].acknowledges(1) == []
    assert clients[2].acknowledges(1)[0].block == 2


@pytest.mark.parametrize("destination", [0xFFFFFFFF, 0x0A000204])
def test_elsewhere_it_is_plain_udp(make_guest, destination):
    guest = make_guest(tftp_directory="/srv")
    guest.says(guest.tftp(tftp.Request(b"512"), destination=destination))
    (action,) = guest.host_is_asked()
    assert (action.port, guest.hears()) == (69, [])


def test_restricted_guests_are_served(make_guest):
    client = Client(make_guest(tftp_directory="/srv", restricted=True))
    assert client.asks(b"empty") == tftp.Data(1, b"")


def test_events_of_transfers_that_are_over(client):
    client.guest.says(client.guest.tftp(tftp.Request(b"big")))
    (action,) = client.guest.host_is_asked()
    owner = client.guest.stack._udp._servers.tftp
    client.guest.host_tells(hostio.FileRead(action.handle, b""))
    owner.on_event(hostio.FileRead(action.handle, b""))
    owner.on_event(hostio.Connected(1))
    assert len(client.guest.hears()) == 1


def test_an_event_that_a_transfer_does_not_expect(client):
    client.asks(b"big")
    (transfer,) = [place for place in client.guest.stack._udp._servers.tftp._places if place]
    client.guest.host_tells(hostio.Connected(transfer.handle))
    assert client.guest.hears() == []


# -- 0.6 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"big", b"/etc/passwd", b"/srv/../big", b"/srv/", b"/sr"])
def test_in_0_6_names_are_absolute_and_begin_with_the_directory(old_client, name):
    assert old_client.asks(name) == VIOLATION


def test_in_0_6_a_transfer(old_client):
    blocks = [old_client.asks(b"/srv/big")]
    while len(blocks[-1].payload) == 512:
        blocks += old_client.acknowledges(blocks[-1].block)
    assert b"".join(bytes(block.payload) for block in blocks) == BIG


def test_in_0_6_a_block_follows_from_the_acknowledgment(old_client):
    old_client.asks(b"/srv/big")
    assert [old_client.acknowledges(number)[0].block for number in (3, 3, 0)] == [4, 4, 1]
    assert old_client.sends(b"\0\4") == []


def test_in_0_6_block_65536_never_comes(old_client):
    old_client.asks(b"/srv/big")
    assert old_client.acknowledges(65535) == []
    old_client.guest.says(old_client.guest.tftp(tftp.Acknowledgment(65534)))
    (action,) = old_client.guest.host_is_asked()
    assert action.offset + action.size == 32 * 1024 * 1024 - 512


def test_in_0_6_options_are_ignored(old_client):
    answer = old_client.asks(b"/srv/big", (b"tsize", b"0"), (b"blksize", b"8"))
    assert answer == tftp.Data(1, BIG[:512])


@pytest.mark.parametrize("mode", [b"OCTET", b"netascii"])
def test_in_0_6_the_mode_is_octet(old_client, mode):
    assert old_client.asks(b"/srv/big", mode=mode) == BAD_MODE


@pytest.mark.parametrize("octets", [b"\0\1/srv/big", b"\0\1/srv/big\0mail\0", b"\0\1"])
def test_in_0_6_broken_requests_are_ignored_and_take_a_place(old_client, octets):
    for port in (1, 2, 3):
        assert Client(old_client.guest, port).sends(octets) == []
    assert old_client.sends(tftp.Request(b"/srv/big")) == []
    old_client.guest.waits(5001)
    assert old_client.asks(b"/srv/big").block == 1


def test_in_0_6_errors_end_nothing(old_client):
    old_client.asks(b"/srv/big")
    old_client.sends(tftp.Error(0, b""))
    assert old_client.acknowledges(1)[0].block == 2


def test_in_0_6_without_a_directory(make_guest):
    guest = make_guest(QEMU_0_6)
    guest.stack_mac = b"\x52\x54\x00\x12\x35\x02"
    assert Client(guest).asks(b"/srv/big") == VIOLATION


def test_in_0_6_any_destination_is_served_and_answers_itself(old_client):
    guest = old_client.guest
    guest.says(guest.tftp(tftp.Request(b"/srv/empty"), destination=0x08080808))
    old_client.serve()
    ((datagram, _),) = guest.hears_udp()
    assert datagram.source == 0x08080808

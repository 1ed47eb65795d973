"""usb-net spoken to without a controller: control transfers, RNDIS, frames."""

import struct

import pytest
from rig import MAC, Assembly

from refnet.nic.usb.device import IN, OUT, SETUP, Busy, Stalled

FRAME = MAC + bytes.fromhex("52540000000188b5") + bytes(range(64))
RNDIS, ECM = 2, 1
FILTER = 0x0001_010E


class Host(Assembly):
    """Speaks to one device."""

    def __init__(self, configuration=0):
        super().__init__("usb-net", slot=None)
        if configuration:
            self.send(0x00, 9, configuration)

    def setup(self, kind, request, value, index, length):
        packet = struct.pack("<BBHHH", kind, request, value, index, length)
        assert self.nic.transact(SETUP, 0, packet, 0) == b""

    def fetch(self, kind, request, value=0, index=0, room=255):
        """A control transfer that takes something."""
        self.setup(kind, request, value, index, room)
        answer = b""
        while part := self.nic.transact(IN, 0, b"", 64):
            answer += part
        self.nic.transact(OUT, 0, b"", 0)
        return answer

    def send(self, kind, request, value=0, index=0, data=b""):
        """A control transfer that sends something."""
        self.setup(kind, request, value, index, len(data))
        for start in range(0, len(data), 64):
            self.nic.transact(OUT, 0, data[start : start + 64], 0)
        assert self.nic.transact(IN, 0, b"", 0) == b""

    def command(self, *words):
        self.send(0x21, 0, 0, 0, struct.pack(f"<{len(words)}I", *words))

    def answer(self):
        octets = self.fetch(0xA1, 1)
        return struct.unpack(f"<{len(octets) // 4}I", octets)


def test_every_descriptor_has_its_length():
    host = Host()

    for index, total in ((0, 67), (1, 80)):
        described = host.fetch(0x80, 6, 0x0200 | index)
        assert len(described) == int.from_bytes(described[2:4], "little") == total
    assert host.fetch(0x80, 6, 0x0100)[:2] == bytes((18, 1))
    assert host.fetch(0x80, 6, 0x0F00).hex() == "050f050000"
    assert host.fetch(0x80, 6, 0x0300).hex() == "04030904"
    assert host.fetch(0x80, 6, 0x0303)[2:].decode("utf-16-le") == MAC.hex()
    assert host.fetch(0x80, 6, 0x03FF) == b""
    assert host.fetch(0x80, 6, 0x0100, room=8).hex() == "1201000202000040"


@pytest.mark.parametrize(
    ("kind", "request_", "value", "index"),
    [
        (0x80, 6, 0x0202, 0),
        (0x80, 6, 0x0600, 0),
        (0x81, 10, 0, 0),
        (0xA1, 1, 0, 0),
        (0x00, 3, 2, 0),
    ],
)
def test_what_it_does_not_know_is_stalled(kind, request_, value, index):
    host = Host()
    with pytest.raises(Stalled):
        (host.fetch if kind & 0x80 else host.send)(kind, request_, value, index)


def test_what_was_set_is_told():
    host = Host(ECM)
    assert host.fetch(0x80, 8) == b"\1"
    host.send(0x01, 11, 1, 1)
    assert host.fetch(0x81, 10, 0, 1) == b"\1"
    assert host.fetch(0x80, 0) == b"\1\0"

    host.send(0x00, 3, 1)
    assert host.fetch(0x80, 0) == b"\3\0"
    host.send(0x00, 1, 1)
    assert host.fetch(0x80, 0) == b"\1\0"
    host.send(0x00, 9, 9)
    assert (host.fetch(0x80, 8), host.fetch(0x81, 10, 0, 1)) == (b"\1", b"\0")
    host.send(0x00, 9, 0)
    assert host.fetch(0x80, 8) == b"\0"
    host.send(0x00, 5, 300)
    assert host.nic.address == 300 & 0xFF


def test_the_host_may_not_lose_the_thread():
    host = Host()
    for octets in (b"", bytes(7), bytes(9), b"\0\x09\0\0\0\0\x01\x10"):
        with pytest.raises(Stalled):
            host.nic.transact(SETUP, 0, octets, 0)
    for kind in (IN, OUT):
        with pytest.raises(Stalled):
            host.nic.transact(kind, 0, b"", 0)
    host.setup(0x00, 9, 1, 0, 4)
    with pytest.raises(Stalled):
        host.nic.transact(IN, 0, b"", 64)
    host.setup(0x80, 6, 0x0100, 0, 18)
    with pytest.raises(Stalled):
        host.nic.transact(OUT, 0, b"", 0)
    host.setup(0x00, 9, 1, 0, 0)
    host.nic.transact(OUT, 0, b"more", 0)
    assert host.nic.configuration == 0


@pytest.mark.parametrize(("kind", "endpoint"), [(IN, 3), (OUT, 1), (OUT, 15)])
def test_it_has_three_endpoints(kind, endpoint):
    with pytest.raises(Stalled):
        Host(ECM).nic.transact(kind, endpoint, b"", 64)


def test_notifications_need_room():
    host = Host(ECM)
    assert host.nic.transact(IN, 1, b"", 8).hex() == "a100010001000000"
    with pytest.raises(Stalled):
        host.nic.transact(IN, 1, b"", 7)
    host.send(0x21, 0x43, 15)
    with pytest.raises(Stalled):
        host.send(0x21, 0x44)


def test_answers_of_rndis_are_fetched_in_order():
    host = Host(RNDIS)
    with pytest.raises(Busy):
        host.nic.transact(IN, 1, b"", 8)
    host.command(2, 24, 1, 1, 0, 0x4000)
    host.command(8, 12, 2)
    host.command(4, 28, 3, 0x0101_0101, 0, 16, 0)
    host.command(5, 32, 4, 0x0101_0103, 4, 20, 0, 0)
    host.command(5, 32, 5, 0x0001_0101, 4, 20, 0, 0)
    host.command(3, 12, 6)

    assert host.nic.transact(IN, 1, b"", 8).hex() == "0100000000000000"
    assert host.answer() == (0x8000_0002, 52, 1, 0, 1, 0, 1, 0, 1, 1580, 0, 0, 0)
    assert host.answer() == (0x8000_0008, 16, 2, 0)
    assert host.fetch(0xA1, 1)[24:] == MAC
    assert host.answer() == (0x8000_0005, 16, 4, 0)
    assert host.answer() == (0x8000_0005, 16, 5, 0xC000_00BB)
    assert host.fetch(0xA1, 1) == b"\0"


def test_rndis_refuses_what_lies_outside_and_what_it_does_not_know():
    host = Host(RNDIS)
    for words in ((7, 12, 0), (4, 28, 1, FILTER, 4, 400, 0), (4, 28, 1, FILTER, 4, 0xFFFF_FFF0, 0)):
        with pytest.raises(Stalled):
            host.command(*words)
    with pytest.raises(Stalled):
        host.send(0x21, 0, 1)
    with pytest.raises(Stalled):
        host.send(0x21, 1)
    assert host.fetch(0xA1, 1) == b"\0"
    with pytest.raises(Stalled):
        host.command(5, 32, 1, FILTER, 400, 20, 0, 15)
    assert host.fetch(0xA1, 1) == bytes(16)


def test_the_filter_is_what_was_set():
    host = Host(RNDIS)
    host.command(5, 32, 1, FILTER, 4, 20, 0, 0x1_000F)
    host.answer()
    host.command(4, 28, 2, FILTER, 0, 16, 0)
    assert host.answer() == (0x8000_0004, 28, 2, 0, 4, 16, 15)

    assert host.nic.receive(FRAME)
    assert not host.nic.receive(FRAME)
    host.command(6, 12, 0)
    assert host.answer() == (0x8000_0006, 16, 0, 1)
    with pytest.raises(Busy):
        host.nic.transact(IN, 2, b"", 64)


def test_packets_are_sent_when_all_of_them_is_there():
    host = Host(RNDIS)
    message = struct.pack("<11I", 1, 44 + len(FRAME), 36, len(FRAME), *[0] * 7) + FRAME
    for start in range(0, len(message), 50):
        host.nic.transact(OUT, 2, message[start : start + 50], 0)
    host.nic.transact(OUT, 2, struct.pack("<4I", 1, 16, 36, 100), 0)
    host.nic.transact(OUT, 2, struct.pack("<2I", 7, 8) + message, 0)
    assert host.wire.sent == [FRAME]

    host.nic.transact(OUT, 2, b"", 0)

    assert host.wire.sent == [FRAME, FRAME]


def test_frames_are_whole_only_within_2048_octets():
    host = Host(ECM)
    for _ in range(33):
        host.nic.transact(OUT, 2, bytes(64), 0)
    host.nic.transact(OUT, 2, b"", 0)
    assert [len(frame) for frame in host.wire.sent] == [2048]

    assert host.nic.receive(bytes(2049))
    with pytest.raises(Busy):
        host.nic.transact(IN, 2, b"", 64)
    assert host.nic.can_receive()

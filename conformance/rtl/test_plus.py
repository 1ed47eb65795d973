"""C+ mode: rings of descriptors, VLAN tags, checksums, segments (RTL-11)."""

from zlib import crc32

import pytest

from vnetspec.fixtures.driver.rtl8139 import (
    MISSED,
    OVERFLOW,
    PLUS_VLAN,
    RECEIVED,
    SENT,
    STATUS,
    TRANSMIT_CONFIG,
    Rings,
)
from vnetspec.fixtures.frames import tcp, udp
from vnetspec.fixtures.requirements import qemu_addresses, requirement
from vnetspec.nic.stations import BROADCAST, NIC, STATION, come, frame, heard

WHOLE, MINE, TO_ALL = 3 << 28, 1 << 25, 1 << 24
TAGGED, TAG = 1 << 16, 1 << 17
IP_SUM, UDP_SUM, TCP_SUM, SEGMENT = 1 << 18, 1 << 17, 1 << 16, 1 << 27
IP_SUM_AT, UDP_SUM_AT, TCP_SUM_AT = 24, 40, 50


def rings(plug, **options):
    card, far = plug("rtl8139")
    card.start()
    made = Rings(card, **options)
    card.accept(0x0A)
    return card, made, far


def without(packet: bytes, *places: int) -> bytes:
    """The packet, 16 bits at each place made nought."""
    cleared = bytearray(packet)
    for place in places:
        cleared[place : place + 2] = bytes(2)
    return bytes(cleared)


def tagged(octets: bytes, tag: int) -> bytes:
    return octets[:12] + b"\x81\x00" + tag.to_bytes(2, "big") + octets[12:]


@requirement("RTL-11", variant="receive")
@pytest.mark.parametrize(
    ("to", "length", "command"),
    [
        (NIC, 60, WHOLE | MINE | 64),
        (NIC, 1514, WHOLE | MINE | 1518),
        (BROADCAST, 60, WHOLE | TO_ALL | 64),
    ],
    ids=["short", "long", "broadcast"],
)
def test_a_frame_fills_a_descriptor(plug, transcript, golden, to, length, command):
    card, ring, far = rings(plug)

    come(card, far, frame(to, length))

    octets = frame(to, length)
    assert ring.take() == (command, 0, octets + crc32(octets).to_bytes(4, "little"))
    assert card.inw(STATUS) == RECEIVED
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-11", variant="receive-around")
def test_the_last_descriptor_closes_the_receive_ring(plug):
    card, ring, far = rings(plug, size=3)

    for number in range(5):
        come(card, far, frame(NIC, fill=number))
        taken = ring.take()
        assert taken is not None
        assert taken[2][59] == number


@requirement("RTL-11", variant="no-descriptor")
def test_a_frame_without_a_descriptor_is_lost(plug, transcript):
    card, ring, far = rings(plug, size=2)

    come(card, far, *(frame(NIC, fill=number) for number in range(3)))

    assert card.inw(STATUS) == RECEIVED | OVERFLOW
    assert card.inl(MISSED) == 1
    assert ring.tally() == {"received": 2, "unicasts": 3, "receive errors": 1, "missed": 1}
    transcript.matches()


@requirement("RTL-11", variant="small")
@pytest.mark.parametrize(("room", "status"), [(64, RECEIVED), (63, OVERFLOW)], ids=str)
def test_a_frame_and_its_fcs_must_fit_the_buffer(plug, transcript, room, status):
    card, _, far = rings(plug, room=room)

    come(card, far, frame(NIC))

    assert card.inw(STATUS) == status
    transcript.matches()


@requirement("RTL-11", variant="vlan-out")
@pytest.mark.parametrize("mode", [PLUS_VLAN, 0], ids=["stripped", "kept"])
def test_a_tag_is_taken_out_where_the_driver_wants_it(plug, transcript, golden, mode):
    card, ring, far = rings(plug, mode=mode)
    came = tagged(frame(NIC, 100), 0x2064)

    come(card, far, came)

    command, tag, octets = ring.take()
    if mode:
        assert (command & 0x1FFF, tag) == (104, TAGGED | 0x6420)
        assert octets[:-4] == frame(NIC, 100)
    else:
        assert (command & 0x1FFF, tag) == (108, 0)
        assert octets[:-4] == came
    assert octets[-4:] == crc32(came).to_bytes(4, "little")
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-11", variant="vlan-in")
def test_a_tag_is_put_in(plug, transcript, golden):
    card, ring, far = rings(plug)

    ring.send(frame(STATION, sender=NIC), tag=TAG | 0x6420)

    assert heard(far) == tagged(frame(STATION, sender=NIC), 0x2064)
    assert card.inw(STATUS) == SENT
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-11", variant="send")
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_frame_is_sent_from_its_descriptors(plug, transcript, golden, parts):
    card, ring, far = rings(plug)
    sent = frame(STATION, 90, sender=NIC)
    size = 90 // parts

    ring.send(*(sent[place : place + size] for place in range(0, 90, size)))

    assert heard(far) == sent
    assert card.inw(STATUS) == SENT
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-11", variant="send-around")
def test_the_last_descriptor_closes_the_transmit_ring(plug, golden):
    _, ring, far = rings(plug, size=3)

    for number in range(5):
        ring.send(frame(STATION, sender=NIC, fill=number))
        assert heard(far)[-1] == number
    golden.matches(far.wire)


@requirement("RTL-11", variant="checksum")
@qemu_addresses
@pytest.mark.parametrize(
    ("packet", "places", "tasks"),
    [
        (udp(data=b"odd"), (IP_SUM_AT,), IP_SUM),
        (udp(data=b"odd"), (IP_SUM_AT, UDP_SUM_AT), IP_SUM | UDP_SUM),
        (tcp(flags="PA", data=b"even"), (IP_SUM_AT, TCP_SUM_AT), IP_SUM | TCP_SUM),
        (tcp(flags="PA", data=b"even"), (TCP_SUM_AT,), TCP_SUM),
    ],
    ids=["ip", "ip-udp", "ip-tcp", "tcp"],
)
def test_checksums_are_filled_in(plug, transcript, golden, packet, places, tasks):
    _, ring, far = rings(plug)

    ring.send(without(bytes(packet), *places), tasks=tasks)

    assert heard(far) == bytes(packet)
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-11", variant="no-checksum")
@pytest.mark.parametrize(
    ("packet", "tasks"),
    [
        (frame(STATION, sender=NIC), IP_SUM | UDP_SUM | TCP_SUM),
        (bytes(udp(checksum=0)), TCP_SUM),
        (bytes(udp(checksum=0)), UDP_SUM | SEGMENT | 1000 << 16),
    ],
    ids=["no-packet", "another-protocol", "another-task"],
)
def test_what_no_task_is_for_is_sent_as_it_is(plug, packet, tasks):
    _, ring, far = rings(plug)

    ring.send(packet, tasks=tasks)

    assert heard(far) == packet


@requirement("RTL-11", variant="segments")
@qemu_addresses
@pytest.mark.parametrize("size", [536, 700, 1460])
def test_a_large_segment_is_cut(plug, transcript, golden, size):
    _, ring, far = rings(plug)
    data = bytes(range(250)) * 6

    packet = bytes(tcp(flags="A", seq=0xFFFF_FF00, data=data, id=0xFFFF))
    ring.send(without(packet, TCP_SUM_AT), tasks=SEGMENT | size << 16)

    for number, place in enumerate(range(0, len(data), size)):
        chunk = data[place : place + size]
        sequence = 0xFFFF_FF00 + place & 0xFFFF_FFFF
        expected = tcp(flags="A", seq=sequence, data=chunk, id=0xFFFF + number & 0xFFFF)
        assert heard(far) == bytes(expected)
    transcript.matches()
    golden.matches(far.wire)


@requirement("RTL-11", variant="loopback")
def test_c_plus_mode_has_loopback_too(plug, transcript):
    card, ring, _ = rings(plug)
    card.outl(TRANSMIT_CONFIG, 0x0006_0000)

    ring.send(frame(NIC, sender=NIC))

    assert card.inw(STATUS) == SENT | RECEIVED
    command, _, octets = ring.take()
    assert command == WHOLE | MINE | 64
    assert octets[:60] == frame(NIC, sender=NIC)
    transcript.matches()

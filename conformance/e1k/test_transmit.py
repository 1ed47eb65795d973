"""Descriptors, checksums, segmentation, tags and loopback (E1K-10, E1K-11)."""

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.e1000 import CTRL, ICR, LAST, descriptor_of
from vnetspec.fixtures.oracle import IP, TCP, UDP, Ether, Raw
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, NIC, STATION, frame, heard

MODELS = ["e1000", "e1000-82544gc", "e1000-82545em"]
END, FCS, SEGMENT, REPORT, EXTENDED, TAG = (1 << bit for bit in (24, 25, 26, 27, 29, 30))
DATA = EXTENDED | 1 << 20
SUM_IP, SUM_TRANSPORT = 0x100, 0x200
TCP_CONTEXT, IPV4_CONTEXT = 1 << 24, 1 << 25
SENT_AND_EMPTY = 0x03
LOOPBACK = 0x5140


def context(transport_sum, command=0, header=0, segment=0):
    """Checksums of an IPv4 header at 14 and of what follows at 34."""
    places = bytes((14, 24)) + (33).to_bytes(2, "little") + bytes((34, transport_sum, 0, 0))
    return (
        places
        + (EXTENDED | REPORT | command).to_bytes(4, "little")
        + bytes((0, header))
        + segment.to_bytes(2, "little")
    )


def without_sums(packet, size):
    """The octets of a packet as a driver leaves them: the sum of TCP or UDP is that of the pseudo
    header alone, with the length of ``size`` octets (0: what is added for each segment)."""
    packet = packet.copy()
    packet[IP].chksum = 0
    ends = packet[IP].src, packet[IP].dst
    words = [int.from_bytes(bytes(map(int, end.split("."))), "big") for end in ends]
    total = sum((word >> 16) + (word & 0xFFFF) for word in words) + packet[IP].proto + size
    packet[IP].payload.chksum = (total >> 16) + (total & 0xFFFF)
    return bytes(packet)


@requirement("E1K-10")
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("length", [14, 60, 1514])
def test_a_frame_is_sent_as_it_is(plug, transcript, golden, model, length):
    card, far = plug(model)
    card.start()

    card.send(frame(STATION, length, sender=NIC))

    assert heard(far)[:length] == frame(STATION, length, sender=NIC)
    assert card.read(ICR) == SENT_AND_EMPTY
    transcript.matches()
    golden.matches(far.wire)


@requirement("E1K-10", variant="unreported")
def test_a_descriptor_is_reported_on_only_if_it_asks(plug, transcript):
    card, far = plug("e1000")
    card.start()
    card.bus.write(card.heap, frame(STATION, sender=NIC))

    descriptor = card.post(descriptor_of(card.heap, END | FCS | 60))

    far.hears(ANY)
    assert card.bus.read(descriptor + 12, 1) == b"\0"
    assert card.read(ICR) == SENT_AND_EMPTY & ~1
    transcript.matches()


@requirement("E1K-10", variant="gathered")
def test_a_frame_is_gathered_from_its_parts(plug, transcript):
    card, far = plug("e1000")
    card.start()
    whole = frame(STATION, 300, sender=NIC)
    card.bus.write(card.heap, whole)

    card.post(
        descriptor_of(card.heap, 14),
        descriptor_of(card.heap + 14, 200),
        descriptor_of(card.heap + 214, LAST | 86),
    )

    assert heard(far) == whole
    transcript.matches()


@requirement("E1K-10", variant="sums")
@pytest.mark.parametrize(("kind", "place"), [(TCP, 50), (UDP, 40)], ids=["tcp", "udp"])
def test_checksums_are_filled_in(plug, transcript, golden, kind, place):
    card, far = plug("e1000")
    card.start()
    packet = Ether(dst=STATION.hex(":"), src=NIC.hex(":")) / IP(src="10.0.2.15", dst="10.0.2.2")
    packet = Ether(bytes(packet / kind(sport=1025, dport=9) / Raw(b"sum of this")))
    unsummed = without_sums(packet, len(packet) - 34)
    card.bus.write(card.heap, unsummed)

    card.post(
        context(place),
        descriptor_of(card.heap, DATA | REPORT | END | len(unsummed), SUM_IP | SUM_TRANSPORT),
    )

    assert heard(far)[: len(packet)] == bytes(packet)
    transcript.matches()
    golden.matches(far.wire)


@requirement("E1K-10", variant="segmented")
def test_data_is_cut_into_segments(plug, transcript, golden):
    card, far = plug("e1000")
    card.start()
    packet = Ether(dst=STATION.hex(":"), src=NIC.hex(":")) / IP(
        src="10.0.2.15", dst="10.0.2.2", id=7
    )
    packet = packet / TCP(sport=1025, dport=9, seq=1000, flags="PFA") / Raw(bytes(2500))
    whole = without_sums(Ether(bytes(packet)), 0)
    card.bus.write(card.heap, whole)
    sums = SUM_IP | SUM_TRANSPORT

    card.post(
        context(50, TCP_CONTEXT | IPV4_CONTEXT | SEGMENT | 2500, 54, 1000),
        descriptor_of(card.heap, DATA | SEGMENT | 54, sums),
        descriptor_of(card.heap + 54, DATA | SEGMENT | REPORT | END | 2500, sums),
    )

    segments = [Ether(heard(far)) for _ in range(3)]
    assert [len(each) for each in segments] == [1054, 1054, 554]
    assert [each[IP].id for each in segments] == [7, 8, 9]
    assert [each[TCP].seq for each in segments] == [1000, 2000, 3000]
    assert [str(each[TCP].flags) for each in segments] == ["A", "A", "FPA"]
    for each in segments:
        again = each.copy()
        del again[IP].chksum, again[TCP].chksum
        assert bytes(Ether(bytes(again))) == bytes(each)
    transcript.matches()
    golden.matches(far.wire)


@requirement("E1K-10", variant="tagged")
def test_a_vlan_tag_is_inserted(plug, transcript):
    card, far = plug("e1000")
    card.start()
    card.write(CTRL, card.read(CTRL) | 1 << 30)
    untagged = frame(STATION, 96, sender=NIC)
    card.bus.write(card.heap, untagged)

    card.post(descriptor_of(card.heap, LAST | TAG | 96, 0x2064 << 16))

    assert heard(far) == untagged[:12] + bytes.fromhex("81002064") + untagged[12:]
    transcript.matches()


@requirement("E1K-11")
def test_a_frame_comes_back_from_the_phy_and_goes_nowhere_else(plug, transcript):
    card, far = plug("e1000")
    card.start()
    card.phy(0, LOOPBACK)

    card.send(frame(NIC, sender=NIC))
    card.send(frame(BROADCAST, sender=NIC))

    assert [taken[:60] for taken in card.take_all()] == [
        frame(NIC, sender=NIC),
        frame(BROADCAST, sender=NIC),
    ]
    card.phy(0, LOOPBACK & ~0x4000)
    card.send(frame(STATION, sender=NIC))
    assert heard(far) == frame(STATION, sender=NIC)
    transcript.matches()

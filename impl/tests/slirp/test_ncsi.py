"""The NIC that NC-SI finds; the octets expected are those of QEMU 7.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.slirp import ncsi as responder
from refnet.slirp.profile import QEMU_0_6
from refnet.wire import ethernet, ncsi

#: Payload octets by command, the four of the codes among them (NCSI-03).
LENGTHS = {
    **dict.fromkeys([*range(0x0F), *range(0x10, 0x15)], 4),
    0x0A: 16,
    0x15: 40,
    0x16: 32,
    0x17: 40,
    **dict.fromkeys((0x18, 0x19, 0x1A), 172),
    0x1B: 8,
    0x52: 20,
}

OCTET = st.integers(0, 255)


def command(guest, type, **fields):
    values = {"controller": 1, "instance": 7, "channel": 0} | fields
    return guest.frame(ethernet.NCSI, ncsi.encode(ncsi.Packet(type=type, **values)))


def asked(guest, type, **fields):
    guest.says(command(guest, type, **fields))
    (octets,) = guest.hears()
    frame = ethernet.decode(octets)
    assert (frame.destination, frame.source) == (ethernet.BROADCAST, ethernet.BROADCAST)
    packet = ncsi.decode(frame.payload)
    assert octets[ethernet.HEADER :] == ncsi.encode(packet)
    return packet


@pytest.mark.parametrize("type", range(256))
def test_every_command_has_its_length(guest, type):
    packet = asked(guest, type)
    assert packet.type == (type + 0x80) & 0xFF
    assert len(packet.payload) == LENGTHS.get(type, 0)


@given(controller=OCTET, instance=OCTET, channel=OCTET)
def test_who_asks_is_told_in_the_answer(make_guest, controller, instance, channel):
    fields = {"controller": controller, "instance": instance, "channel": channel}
    packet = asked(make_guest(), 0, **fields)
    assert fields == {name: getattr(packet, name) for name in fields}


def test_the_link_is_up(guest):
    assert bytes(asked(guest, 0x0A).payload).hex() == "00000000000000010000000000000000"


def test_capabilities(guest):
    payload = bytes(asked(guest, 0x16).payload)
    assert payload.hex() == "00000000" + "ff" * 20 + "000000020000ff00"


@pytest.mark.parametrize(
    "settings", [{"restricted": True}, {"ipv4": False}], ids=["restricted", "no-ipv4"]
)
def test_settings_do_not_matter(make_guest, settings):
    assert asked(make_guest(known=False, **settings), 0).type == 0x80


@pytest.mark.parametrize("length", range(ncsi.HEADER))
def test_a_short_command_is_dropped(guest, length):
    guest.says(guest.frame(ethernet.NCSI, bytes(length)))
    assert guest.hears() == []
    assert guest.stack.dropped["NC-SI"] == 1


def test_the_checksum_may_be_missing(guest):
    guest.says(command(guest, 0)[:-4])
    assert len(guest.hears()) == 1


def test_2004_knows_none(make_guest):
    guest = make_guest(QEMU_0_6)
    guest.says(command(guest, 0))
    assert guest.hears() == []


def test_details_belong_to_known_commands():
    assert {int(each) for each in responder.Command} == set(LENGTHS)

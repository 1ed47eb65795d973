"""The receive ring, and what is let into it."""

import pytest

from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, STRANGER, frame

MODELS = ["ne2k_pci", "ne2k_isa"]
both = pytest.mark.parametrize("model", MODELS)

FIRST = 0x4700
OVW = 0x10
#: Bit 63 of the hash of 01:00:5e:00:00:01, whose CRC begins with ones.


@requirement("NE2K-09")
@both
@pytest.mark.parametrize(
    ("length", "header"),
    [(42, "01484000"), (60, "01484000"), (248, "0148fc00"), (249, "0149fd00"), (1514, "014dee05")],
)
def test_a_frame_stands_behind_its_header(plug, transcript, model, length, header):
    card, far = plug(model)
    card.start()

    far.says(frame(NIC, length))

    card.bus.settle()
    assert card.read(FIRST, 4).hex() == header
    assert len(card.take()) == max(60, length) + 4
    transcript.matches()


@requirement("NE2K-09", variant="group")
@both
def test_a_frame_for_many_has_it_in_its_status(plug, model):
    card, far = plug(model)
    card.start()

    far.says(frame(BROADCAST, 42))

    card.bus.settle()
    assert card.read(FIRST, 4).hex() == "21484000"


@requirement("NE2K-08")
@both
@pytest.mark.parametrize(
    ("config", "heard"),
    [(0x00, "u"), (0x04, "ub"), (0x08, "ug"), (0x0C, "ubg"), (0x10, "ubgs"), (0x1F, "ubgs")],
)
def test_the_filter_takes_what_it_is_told_to(plug, transcript, model, config, heard):
    card, far = plug(model)
    card.start()
    card.outb(0, 0x62)
    for register in range(8, 16):
        card.outb(register, 0xFF)
    card.outb(0, 0x22)
    card.outb(12, config)

    far.says(*(frame(to) for to in (NIC, BROADCAST, GROUP, STRANGER)))

    letters = {NIC: "u", BROADCAST: "b", GROUP: "g", STRANGER: "s"}
    assert "".join(letters[taken[:6]] for taken in card.take_all()) == heard
    transcript.matches()


@requirement("NE2K-08", variant="hash")
@both
@pytest.mark.parametrize("group", ["01005e000001", "333300000001", "0180c2000000", "01005e7ffffa"])
def test_one_of_64_bits_stands_for_a_group(plug, transcript, model, group):
    card, far = plug(model)
    card.start()
    card.outb(12, 0x08)
    bits = []

    for bit in range(64):
        card.bus.telling = False
        card.outb(0, 0x62)
        for register in range(8):
            card.outb(8 + register, (1 << bit >> 8 * register) & 0xFF)
        card.outb(0, 0x22)
        far.says(frame(bytes.fromhex(group), fill=bit))
        if card.take_all():
            bits.append(bit)
    card.bus.telling = True

    assert len(bits) == 1
    card.outb(0, bits[0])
    transcript.matches()


@requirement("NE2K-10")
@both
def test_a_ring_that_may_be_too_full_takes_nothing(plug, model):
    card, far = plug(model)
    card.start()

    far.says(*(frame(NIC, 1514, fill=number) for number in range(12)))

    taken = card.take_all()
    assert [each[20] for each in taken[:9]] == list(range(9))
    assert not card.inb(7) & OVW


@requirement("NE2K-11")
@both
def test_a_long_frame_is_received(plug, transcript, model):
    card, far = plug(model)
    card.start()

    far.says(frame(NIC, 2000))

    card.bus.settle()
    assert card.read(FIRST, 4).hex() == "014fd407"
    transcript.matches()

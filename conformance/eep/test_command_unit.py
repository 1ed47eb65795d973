"""The command unit (EEP-05)."""

import pytest

from vnetspec.fixtures.driver.i8255x import (
    ADDRESS,
    COMMAND,
    COMMAND_DONE,
    COMPLETE,
    CONFIGURE,
    DIAGNOSE,
    DUMP,
    DUMP_AND_RESET,
    INTERRUPT,
    LAST,
    LOAD_BASE,
    LOAD_DUMP_ADDRESS,
    MICROCODE,
    NOTHING,
    OK,
    RESUME,
    START,
    STATE,
    SUSPEND,
    TRANSMIT,
    UNIT_STOPPED,
    VARIANTS,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import NIC, STATION, STRANGER, frame, heard

DONE = COMPLETE | OK
DUMP_CHIP = 6
NO_CRC = 0x10
STATE_MASK, IDLE, SUSPENDED, ACTIVE = 0xC0, 0x00, 0x40, 0x80
SENT, TAKEN, NO_RESOURCES, SIGNATURE = 0, 9, 12, 16
TAKEN_STATUS = 0xA000

HEAD = STATION + NIC + bytes.fromhex("88b5")


def state(card) -> int:
    return card.registers.load(STATE, 1) & STATE_MASK


@requirement("EEP-05")
@pytest.mark.parametrize("length", [14, 60, 1514, 2600])
def test_a_frame_behind_its_block_is_sent(plug, transcript, golden, length):
    card, far = plug("i82559c")
    card.start()

    card.send(frame(STATION, length, sender=NIC))

    assert heard(far) == frame(STATION, length, sender=NIC)
    transcript.matches()
    golden.matches(far.wire)


@requirement("EEP-05", variant="longest")
def test_2600_octets_are_sent_at_most(plug, transcript, golden):
    card, far = plug("i82559c")
    card.start()
    card.configure(octet_6=0x30)

    card.send(frame(STATION, 2601, sender=NIC))
    array = card.array(bytes(2500), b"x" * 101)
    card.perform(TRANSMIT, card.transmit(HEAD, array, 2))

    assert heard(far) == frame(STATION, 2600, sender=NIC)
    assert heard(far) == HEAD + bytes(2500) + b"x" * 86
    transcript.matches()
    golden.matches(far.wire)


@requirement("EEP-05", variant="array")
@pytest.mark.parametrize(
    ("count", "marked", "parts"),
    [(3, True, 3), (3, False, 3), (2, False, 2), (9, True, 3), (0, 1, 0)],
)
def test_buffers_of_an_array_follow(plug, transcript, golden, count, marked, parts):
    card, far = plug("i82559c")
    card.start()
    array = card.array(b"a" * 20, b"b", b"c" * 40, marked=bool(marked))

    status = card.perform(TRANSMIT, card.transmit(HEAD, array, count))

    assert status == DONE
    assert heard(far) == HEAD + b"".join([b"a" * 20, b"b", b"c" * 40][:parts])
    transcript.matches()
    golden.matches(far.wire)


@requirement("EEP-05", variant="extended")
@pytest.mark.parametrize(
    ("model", "octet", "inside"),
    [
        ("i82559c", 0x20, True),
        ("i82558a", 0x20, True),
        ("i82559c", 0x30, False),
        ("i82557b", 0x20, False),
    ],
)
def test_extended_blocks_name_two_buffers(plug, transcript, golden, model, octet, inside):
    card, far = plug(model)
    card.start()
    card.configure(octet_6=octet)
    two = card.buffers(HEAD, b"b" * 46, marked=False)
    array = card.array(HEAD, b"c" * 46, b"d", marked=False)

    card.perform(TRANSMIT, card.transmit(b"", array, 3) + two)

    expected = HEAD + b"b" * 46 + HEAD if inside else HEAD + b"c" * 46 + b"d"
    assert heard(far) == expected
    transcript.matches()
    golden.matches(far.wire)


@requirement("EEP-05", variant="address")
@pytest.mark.parametrize("model", ["i82557a", "i82559c", "i82801"])
def test_ia_setup_sets_the_address(plug, transcript, model):
    card, far = plug(model)
    card.start()

    assert card.perform(ADDRESS, STRANGER) == DONE
    far.says(frame(NIC), frame(STRANGER))

    assert card.take_all() == [frame(STRANGER)]
    transcript.matches()


@requirement("EEP-05", variant="does")
@pytest.mark.parametrize(
    ("action", "status"),
    [
        (NOTHING, DONE),
        (CONFIGURE, DONE),
        (MICROCODE, DONE),
        (DIAGNOSE, DONE),
        (DUMP_CHIP, COMPLETE),
        (TRANSMIT | NO_CRC, COMPLETE),
    ],
)
def test_a_block_says_what_came_of_it(plug, transcript, action, status):
    card, _ = plug("i82559c")
    card.start()

    assert card.perform(action, bytes(0x110)) == status

    assert state(card) == IDLE
    assert card.causes() == UNIT_STOPPED
    transcript.matches()


@requirement("EEP-05", variant="diagnosed")
@pytest.mark.parametrize(("action", "status"), [(DIAGNOSE, DONE), (NOTHING, DONE | 0x0F00)])
def test_only_a_diagnosis_clears_the_rest_of_the_status(plug, transcript, action, status):
    card, _ = plug("i82559c")
    card.start()
    place = card.block(action | LAST)
    card.bus.write(place, b"\x00\x0f")

    card.order(START, place)

    assert card.status(place) == status
    transcript.matches()


@requirement("EEP-05", variant="list")
def test_a_list_is_gone_through_to_its_end(plug, transcript, golden):
    card, far = plug("i82559c")
    card.start()
    rest = [card.transmit(HEAD + bytes([number]) * 46) for number in range(3)]
    third = card.block(TRANSMIT | LAST, rest[2])
    second = card.block(TRANSMIT | INTERRUPT, rest[1], third)
    first = card.block(TRANSMIT, rest[0], second)

    card.order(START, first)

    assert [heard(far)[14] for _ in range(3)] == [0, 1, 2]
    assert [card.status(place) for place in (first, second, third)] == [DONE] * 3
    assert card.causes() == COMMAND_DONE | UNIT_STOPPED
    transcript.matches()
    golden.matches(far.wire)


@requirement("EEP-05", variant="suspended")
def test_a_suspended_list_goes_on(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    second = card.block(NOTHING | LAST)
    first = card.block(NOTHING | SUSPEND, link=second)

    card.order(START, first)
    assert (state(card), card.status(second)) == (SUSPENDED, 0)
    card.order(RESUME)

    assert (state(card), card.status(second)) == (IDLE, DONE)
    transcript.matches()


@requirement("EEP-05", variant="endless")
def test_a_list_without_an_end_is_left_after_sixteen_blocks(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    last = card.block(NOTHING | LAST)
    place = last
    blocks = [last]
    for _ in range(16):
        place = card.block(NOTHING, link=place)
        blocks.insert(0, place)

    card.order(START, place)

    assert [card.status(each) for each in blocks] == [DONE] * 16 + [0]
    assert state(card) == ACTIVE
    transcript.matches()


@requirement("EEP-05", variant="loop")
def test_a_list_that_bites_its_tail_is_left(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    place = card.bus.allocate(16)
    card.bus.write(place, bytes(4) + place.to_bytes(4, "little") + bytes(8))

    card.order(START, place)

    assert (state(card), card.status(place)) == (ACTIVE, DONE)
    transcript.matches()


@requirement("EEP-05", variant="base")
def test_blocks_are_counted_from_the_base(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    place = card.block(NOTHING | LAST)

    card.order(LOAD_BASE, 0xF000_0000)
    card.order(START, 0x1000_0000 + place)

    assert card.status(place) == DONE
    transcript.matches()


@requirement("EEP-05", variant="counters")
@pytest.mark.parametrize("model", VARIANTS)
def test_the_counters_are_sixteen(plug, model):
    card, far = plug(model)
    card.start()
    card.send(frame(STATION, sender=NIC))
    card.send(frame(STATION, sender=NIC))
    far.says(frame(NIC))
    card.bus.settle()

    counted = card.counters()

    expected = [0] * 16 + [0xA005]
    expected[SENT], expected[TAKEN] = 2, 1
    assert counted == expected


@requirement("EEP-05", variant="counted")
def test_a_dump_can_reset_the_counters(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    card.send(frame(STATION, sender=NIC))

    dumps = [card.counters(order) for order in (DUMP, DUMP_AND_RESET, DUMP)]

    assert [(each[SENT], each[SIGNATURE]) for each in dumps] == [
        *((1, 0xA005), (1, 0xA007), (0, 0xA005)),
    ]
    transcript.matches()


@requirement("EEP-05", variant="aligned")
def test_a_dump_goes_to_a_multiple_of_four(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    place = card.bus.place(b"\x55" * 80)

    card.order(LOAD_DUMP_ADDRESS, place + 3)
    card.order(DUMP)

    assert card.bus.read(place, 80) == bytes(64) + bytes.fromhex("05a00000") + b"\x55" * 12
    transcript.matches()


@requirement("EEP-05", variant="unknown")
@pytest.mark.parametrize("order", [0x30, 0x80, 0x90, 0xA0, 0xF0, 0x03, 0x07, 0x0F])
def test_an_unknown_order_does_nothing(plug, transcript, order):
    card, _ = plug("i82559c")
    card.start()
    before = card.registers.load(STATE, 4)

    card.order(order)

    assert card.registers.load(STATE, 4) == before
    assert card.registers.load(COMMAND, 1) == 0
    transcript.matches()


@requirement("EEP-05", variant="master")
def test_nothing_moves_while_it_may_not_be_master(plug, transcript):
    card, _ = plug("i82559c")
    card.start()
    place = card.block(NOTHING | LAST)
    card.function.write(0x04, 2, 0x0003)

    card.order(START, place)

    assert (state(card), card.status(place)) == (ACTIVE, 0)
    transcript.matches()

"""sungem: saving, the machine around it, and whatever a hostile guest writes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig import COMMAND, OURS, Assembly, LoopingWire

from refnet.nic.boards import Mac99
from refnet.nic.qtest import Session

RX, TX, BUFFERS = 0x1_0000, 0x1_2000, 0x2_0000
BASE, PLACE = 0x8000_0000, 13 << 3
CONFIG_ADDRESS, CONFIG_DATA = 0xF280_0000, 0xF2C0_0000


class Rig(Assembly):
    """A Macintosh with a GEM in slot 13."""

    def __init__(self):
        super().__init__("sungem", {0x10: BASE}, slot=PLACE >> 3, board=Mac99, wire=LoopingWire)
        self.nic.write_config(COMMAND, 2, 6)

    def get(self, register):
        return self.board.space.load(BASE + register, 4)

    def set(self, register, value):
        self.board.space.store(BASE + register, 4, value)

    def start(self):
        for place in range(4):
            octets = struct.pack("<QQ", 1 << 31, BUFFERS + 0x1000 * place)
            self.board.memory.write(RX + 16 * place, octets)
        for register, value in (
            *((0x2008, TX), (0x4004, RX), (0x6054, 0x5EE), (0x4100, 28), (0x10, 0)),
            *((0x2004, 1), (0x6030, 1), (0x4000, 1), (0x6034, 1)),
        ):
            self.set(register, value)

    def offer(self, place, frame, control=3 << 30):
        self.board.memory.write(BUFFERS + 0x8000, frame)
        octets = struct.pack("<QQ", control | len(frame), BUFFERS + 0x8000)
        self.board.memory.write(TX + 16 * place, octets)


def test_a_loaded_chip_goes_on_where_the_saved_one_was():
    first, second = Rig(), Rig()
    first.start()
    first.offer(0, OURS[:20], 1 << 31)
    first.set(0x2000, 1)
    first.nic.receive(OURS)

    second.board.memory.octets[:] = first.board.memory.octets
    second.nic.load(first.nic.save())

    assert second.nic.save() == first.nic.save()
    assert second.board.lines.high() == first.board.lines.high() == {0x1C}
    for rig in (first, second):
        rig.offer(1, OURS[20:], 1 << 30)
        rig.set(0x2000, 2)
        rig.nic.receive(OURS)
        rig.get(0x0C)
    assert second.wire.sent == first.wire.sent == [OURS]
    assert second.nic.save() == first.nic.save()
    assert second.board.memory.octets == first.board.memory.octets


def test_a_removed_chip_has_no_registers_and_no_interrupt():
    rig = Rig()
    rig.start()
    rig.nic.receive(OURS)
    assert rig.board.lines.high() == {0x1C}

    rig.nic.remove()

    assert rig.get(0x10) == 0
    assert rig.board.lines.high() == frozenset()


def test_a_reset_gives_the_mac_back():
    rig = Rig()
    rig.start()
    rig.set(0x6080, 0)

    rig.nic.reset()

    assert [rig.get(0x6080 + 4 * place) for place in range(3)] == [0x3456, 0x0012, 0x5254]
    assert not rig.nic.can_receive()


@pytest.mark.parametrize(
    ("selected", "offset", "value"),
    [
        pytest.param(0x8000_0000 | PLACE << 8, 0, 0x0021_106B, id="as a PC"),
        pytest.param(0x8000_0000 | PLACE << 8, 2, 0x0021, id="as a PC, the second half"),
        pytest.param(1 << 13, 0, 0x0021_106B, id="one bit"),
        pytest.param(1 << 13, 4, 0x02A0_0006, id="one bit, odd word"),
        pytest.param(1 << 11, 0, 0x001F_106B, id="the bridge"),
        pytest.param(PLACE << 8 | 1, 0, 0x0021_106B, id="bus and slot"),
        pytest.param(PLACE << 8 | 9, 0, 0x0200_0001, id="bus and slot, the class"),
        pytest.param(0, 0, 0xFFFF_FFFF, id="nobody"),
    ],
)
def test_configuration_space_is_selected_in_three_ways(selected, offset, value):
    rig = Rig()

    rig.board.space.store(CONFIG_ADDRESS, 4, selected)

    size = 2 if offset == 2 else 4
    assert rig.board.space.load(CONFIG_ADDRESS, 4) == selected
    assert rig.board.space.load(CONFIG_DATA + offset, size) == value


def test_only_a_whole_word_selects():
    rig = Rig()
    rig.board.space.store(CONFIG_ADDRESS, 4, 1 << 13)

    rig.board.space.store(CONFIG_ADDRESS, 2, 0x800)
    rig.board.space.store(CONFIG_ADDRESS + 4, 4, 0x800)

    assert rig.board.space.load(CONFIG_ADDRESS, 4) == 1 << 13


def test_a_qtest_client_of_a_macintosh_is_big_endian():
    rig, said = Rig(), []
    session = Session(rig.board, said.append)

    session.feed(
        "endianness\nreadl 0x80000010\nirq_intercept_in /machine/unattached/device[8]/pic\n"
    )
    rig.start()
    rig.nic.receive(OURS)

    assert "".join(said) == "OK big\nOK 0x00000000ffffff0f\nOK\nIRQ raise 28\n"


registers = st.sampled_from(
    [
        *(0x10, 0x14, 0x1010, 0x2000, 0x2004, 0x2008, 0x200C, 0x4000, 0x4004, 0x4008, 0x4100),
        *(0x6020, 0x6030, 0x6034, 0x603C, 0x6054, 0x620C, 0x6210, 0x9000),
    ]
)
values = st.one_of(st.sampled_from([0, 1, 3, RX, TX, 0xFFFF_FFFF]), st.integers(0, 0xFFFF_FFFF))
steps = st.one_of(
    st.tuples(st.just("set"), registers, values),
    st.tuples(st.just("load"), st.integers(0, 0xA000), st.sampled_from([1, 2, 4, 8])),
    st.tuples(st.just("poke"), st.sampled_from([RX, TX, 0]), st.binary(max_size=64)),
    st.tuples(st.just("frame"), st.binary(max_size=80)),
    st.tuples(st.just("start")),
)


@given(st.lists(steps, max_size=30))
def test_nothing_that_a_guest_does_raises(program):
    rig = Rig()
    for name, *arguments in program:
        match name:
            case "set":
                rig.set(*arguments)
            case "load":
                rig.board.space.load(BASE + arguments[0], arguments[1])
            case "poke":
                rig.board.memory.write(*arguments)
            case "frame":
                rig.nic.receive(arguments[0])
            case "start":
                rig.start()
    saved = rig.nic.save()
    rig.nic.load(saved)
    assert rig.nic.save() == saved

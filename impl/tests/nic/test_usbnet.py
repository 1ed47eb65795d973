"""usb-net and its controller: saving, coming and going, late frames, hostile guests.

The rest is compared with QEMU.
"""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import MAC, MEMORY, Assembly, Wire

from refnet.clock import MILLISECOND, ManualClock
from refnet.machine import Machine
from refnet.nic import registry
from refnet.nic.boards import Pc
from refnet.nic.model import Setting
from refnet.options import parse

FRAME = MAC + bytes.fromhex("52540000000188b5") + bytes(range(64))
LIST, HEAD, DESCRIPTORS, BUFFERS = 0x11_0000, 0x11_1000, 0x11_2000, 0x12_0000
BASE = 0xC000
COMMAND, STATUS, ENABLE, NUMBER, PORT = 0x00, 0x02, 0x04, 0x06, 0x10
IN, OUT, SETUP = 0x69, 0xE1, 0x2D
ACTIVE, STALLED, NAK, TIMEOUT = 1 << 23, 1 << 22, 1 << 19, 1 << 18
RNDIS, ECM = 2, 1
LINE = 11


class Rig(Assembly):
    """A PC with a controller, whose frames all lead to one queue, and a NIC in port 1."""

    def __init__(self, *, running=False):
        super().__init__("usb-net", slot=None)
        self.board.add_usb()
        self.usb = self.board.usb
        self.usb.ports["1"].attach(self.nic)
        if not running:
            self.usb.reset()
        self.usb.write_config(0x20, 4, BASE)
        self.usb.write_config(0x04, 2, 7)
        for route in range(0x60, 0x64):
            self.board.pci.write(1 << 11 | route, 1, LINE)
        self.memory = self.board.memory
        self.memory.write(LIST, struct.pack("<I", HEAD | 2) * 1024)
        self.memory.write(HEAD, struct.pack("<2I", 1, 1))
        self.board.ports.store(BASE + 0x08, 4, LIST)

    def read(self, register):
        return self.board.ports.load(BASE + register, 2)

    def write(self, register, value):
        self.board.ports.store(BASE + register, 2, value)

    def start(self):
        """Let the controller run, and the device answer, to address 0."""
        self.write(PORT, 0x200)
        self.write(PORT, 0x00E)
        self.write(COMMAND, 1)

    def tick(self, milliseconds=1):
        self.elapse(milliseconds * MILLISECOND)

    def queue(self, *transactions, address=0):
        """Put transactions into the queue: kind, endpoint, and octets or how many."""
        octets = b""
        for number, (kind, endpoint, data) in enumerate(transactions):
            place = BUFFERS + 64 * number
            room = data if isinstance(data, int) else len(data)
            if isinstance(data, bytes):
                self.memory.write(place, data)
            last = number == len(transactions) - 1
            link = 1 if last else DESCRIPTORS + 32 * (number + 1) | 4
            token = (room - 1 & 0x7FF) << 21 | endpoint << 15 | address << 8 | kind
            octets += struct.pack("<4I16x", link, ACTIVE | last << 24, token, place)
        self.memory.write(DESCRIPTORS, octets)
        self.memory.write(HEAD, struct.pack("<2I", 1, DESCRIPTORS))

    def run(self, *transactions, address=0):
        """Carry them out within four frames; their states."""
        self.queue(*transactions, address=address)
        for _ in range(4):
            self.tick()
        return [self.state(number) for number in range(len(transactions))]

    def state(self, number=0):
        return int.from_bytes(self.memory.read(DESCRIPTORS + 32 * number + 4, 4), "little")

    def ask(self, kind, request, value=0, index=0, data=b""):
        """A control transfer that sends at most 64 octets."""
        packet = struct.pack("<BBHHH", kind, request, value, index, len(data))
        parts = [(OUT, 0, data)] if data else []
        return self.run((SETUP, 0, packet), *parts, (IN, 0, 0))

    def save(self):
        return self.nic.save(), self.usb.save(), bytes(self.memory.octets)

    def load(self, saved):
        nic, usb, memory = saved
        self.memory.octets[:] = memory
        self.nic.load(nic)
        self.usb.load(usb)


def configured(value, **options):
    rig = Rig(**options)
    rig.start()
    rig.ask(0x00, 9, value)
    return rig


def ready_rndis():
    rig = configured(RNDIS)
    rig.ask(0x21, 0, 0, 0, struct.pack("<6I", 2, 24, 1, 1, 0, 0x4000))
    rig.ask(0x21, 0, 0, 0, struct.pack("<8I", 5, 32, 2, 0x0001_010E, 4, 20, 0, 15))
    return rig


@pytest.mark.parametrize("value", [ECM, RNDIS])
def test_one_that_was_saved_goes_on_like_the_other(value):
    one, other = configured(ECM) if value == ECM else ready_rndis(), Rig()
    for length in (64, 70):
        one.wire.offer(FRAME[:length])
    one.run((IN, 2, 32), (OUT, 2, FRAME[:64]), (SETUP, 0, bytes.fromhex("8006000100001200")))
    other.clock.advance(one.clock.now())

    other.load(one.save())
    other.wire.waiting = list(one.wire.waiting)
    one.wire.sent.clear()

    assert other.save() == one.save()
    for rig in (one, other):
        rig.run((IN, 0, 18), (IN, 2, 64), (IN, 2, 64), (IN, 2, 64), (OUT, 2, FRAME[64:]))
    assert other.save() == one.save()
    assert other.wire.sent == one.wire.sent
    assert other.board.lines.high() == one.board.lines.high()


def test_queues_in_use_are_saved():
    one, other = configured(ECM), Rig()
    one.queue((IN, 2, 64))
    one.tick()

    other.load(one.save())

    assert other.usb.schedule.queues.keys() == one.usb.schedule.queues.keys() != set()
    assert other.save() == one.save()


def test_a_device_that_came_later_answers_after_a_reset_of_its_port():
    rig = Rig(running=True)
    rig.write(PORT, 0x006)
    rig.write(COMMAND, 1)

    assert rig.run((SETUP, 0, bytes(8)))[0] & TIMEOUT

    rig.write(PORT, 0x204)
    rig.write(PORT, 0x004)
    assert rig.run((SETUP, 0, bytes.fromhex("8006000100001200")))[0] & (ACTIVE | TIMEOUT) == 0


def test_one_that_leaves_is_missed():
    rig = configured(ECM)
    assert rig.read(PORT) == 0x085

    rig.nic.remove()

    assert rig.read(PORT) == 0x08A
    assert rig.run((SETUP, 0, bytes(8)))[0] & TIMEOUT
    rig.write(PORT, 0x00E)
    assert rig.read(PORT) == 0x080
    rig.usb.reset()
    assert rig.read(PORT) == 0x080


def test_one_that_was_never_plugged_in_can_leave():
    board = Pc(ManualClock(), MEMORY)
    registry.make("usb-net", Setting(board, Wire(), MAC, {})).remove()


def test_an_endpoint_is_remembered_for_32_frames():
    rig = configured(ECM)
    rig.run((IN, 2, 64))
    rig.write(PORT, 0)

    rig.tick(31)
    rig.queue((IN, 2, 64))
    rig.tick()
    assert rig.state() & (NAK | TIMEOUT) == NAK
    rig.memory.write(HEAD, struct.pack("<2I", 1, 1))
    for _ in range(33):
        rig.tick()

    assert rig.run((IN, 2, 64))[0] & (NAK | TIMEOUT) == TIMEOUT


def test_a_late_machine_makes_up_for_frames_and_leaves_some_out():
    rig = configured(ECM)
    before = rig.read(NUMBER)

    rig.tick(10)
    assert rig.read(NUMBER) == before + 10
    rig.tick(1000)
    rig.tick()

    assert rig.read(NUMBER) - before - 10 == 1000 - 128 + 2 * 16


def test_a_controller_that_is_stopped_forgets():
    rig = configured(ECM)
    rig.queue((IN, 2, 64))
    rig.tick()
    assert rig.usb.schedule.queues

    rig.write(COMMAND, 0)
    assert rig.read(STATUS) & 0x20
    rig.tick()

    assert not rig.usb.schedule.queues
    assert rig.board.timers.next_deadline() is None


def test_what_makes_no_sense_stops_the_controller():
    rig = configured(ECM)
    rig.write(STATUS, 0x3F)

    rig.run((SETUP, 1, bytes(8)))

    assert rig.read(STATUS) == 0x30
    assert rig.read(COMMAND) == 0
    assert rig.board.lines.high() == {LINE}


def test_registers_take_what_they_take():
    rig = Rig()
    rig.write(0x08, 0xFFFF)
    rig.write(0x0A, 0x1234)
    rig.write(0x0C, 0x1FF)

    assert [rig.read(offset) for offset in range(0x08, 0x10, 2)] == [0xF000, 0x1234, 0xFF, 0xFF7F]
    assert rig.read(0x14) == 0xFF7F
    rig.write(NUMBER, 0xFFFF)
    assert rig.read(NUMBER) == 0x7FF
    rig.write(COMMAND, 1)
    rig.write(NUMBER, 0)
    assert rig.read(NUMBER) == 0x7FF
    rig.write(COMMAND, 4)
    assert (rig.read(COMMAND), rig.read(STATUS)) == (0, 0x20)


def test_a_circle_without_transactions_is_left():
    rig = configured(ECM)
    rig.memory.write(HEAD, struct.pack("<2I", HEAD | 2, 1))
    rig.tick()
    rig.memory.write(HEAD, struct.pack("<2I", HEAD | 2, DESCRIPTORS))
    setup = struct.pack("<4I", DESCRIPTORS, ACTIVE, 7 << 21 | SETUP, BUFFERS)
    rig.memory.write(BUFFERS, bytes.fromhex("8006000100001200"))
    rig.memory.write(DESCRIPTORS, setup)

    rig.tick()

    assert rig.state() == 7


def test_what_is_inactive_may_be_wanted_all_the_same():
    rig = configured(ECM)
    rig.write(STATUS, 0x3F)
    rig.write(ENABLE, 4)
    rig.queue((IN, 0, 8))
    rig.memory.write(DESCRIPTORS + 4, struct.pack("<I", 1 << 24))

    rig.tick()

    assert rig.read(STATUS) == 1
    assert rig.board.lines.high() == {LINE}


def test_a_packet_that_is_short_may_be_told_of():
    rig = configured(ECM)
    rig.write(STATUS, 0x3F)
    rig.write(ENABLE, 8)
    rig.wire.offer(FRAME[:60])
    rig.queue((IN, 2, 64))
    rig.memory.write(DESCRIPTORS + 4, struct.pack("<I", ACTIVE | 1 << 29))

    rig.tick()

    assert rig.state() == 1 << 29 | 59
    assert rig.board.lines.high() == {LINE}


def test_a_transaction_that_is_tried_once_is_not_active_any_more():
    rig = configured(ECM)
    rig.queue((IN, 2, 64))
    rig.memory.write(DESCRIPTORS + 4, struct.pack("<I", ACTIVE | 1 << 25))

    rig.tick()

    assert rig.state() == 1 << 25 | NAK


def test_a_frame_wakes_a_host_that_has_allowed_it():
    rig = configured(ECM)
    rig.ask(0x00, 3, 1)
    rig.write(STATUS, 0x3F)
    rig.write(ENABLE, 2)
    rig.write(PORT, 0x1004)
    rig.write(COMMAND, 0x09)

    rig.wire.offer(FRAME)

    assert rig.read(PORT) == 0x10C5
    assert rig.read(COMMAND) == 0x19
    assert rig.read(STATUS) == 0x04
    assert rig.board.lines.high() == {LINE}


def test_a_host_that_has_not_allowed_it_sleeps_on():
    rig = configured(ECM)
    rig.write(PORT, 0x1004)
    rig.write(COMMAND, 0x09)

    rig.wire.offer(FRAME)

    assert rig.read(PORT) == 0x1085
    assert rig.read(COMMAND) == 0x09


def test_a_reset_of_rndis_forgets_frames_and_answers():
    rig = ready_rndis()
    rig.wire.offer(FRAME)
    rig.wire.offer(FRAME[:60])

    rig.ask(0x21, 0, 0, 0, struct.pack("<3I", 6, 12, 0))

    assert rig.run((IN, 2, 64), (IN, 2, 64))[0] & ACTIVE == 0
    assert rig.memory.read(BUFFERS + 4, 4) == (44 + 60).to_bytes(4, "little")
    assert rig.run((SETUP, 0, bytes.fromhex("a101000000004000")), (IN, 0, 64))[1] & 0x7FF == 15


def test_the_device_has_no_line_of_its_own():
    rig = configured(ECM)
    rig.write(STATUS, 0x3F)
    rig.nic.interrupt(True)
    assert rig.board.lines.high() == set()


def test_devices_behind_a_hub_have_no_registers():
    devices = ["-device", "usb-net,id=a", "-device", "usb-net", "-device", "usb-net"]
    command = ["-M", "pc", "-usb", "-nodefaults", *devices]
    with Machine(parse(command, lambda text: None)) as machine:
        assert len(machine.hardware.models) == 1
        assert machine.execute("info usb").splitlines() == [
            "  Device 0.0, Port 1, Speed 12 Mb/s, Product QEMU USB Network Interface, ID: a",
            "  Device 0.0, Port 2, Speed 12 Mb/s, Product QEMU USB Hub",
            "  Device 0.0, Port 2.1, Speed 12 Mb/s, Product QEMU USB Network Interface",
            "  Device 0.0, Port 2.2, Speed 12 Mb/s, Product QEMU USB Network Interface",
        ]


@pytest.mark.parametrize("options", ["-M pc", "-M isapc -usb", "-M none -usb"])
def test_a_machine_without_usb_says_so(options):
    with Machine(parse([*options.split(), "-nodefaults"], lambda text: None)) as machine:
        assert machine.execute("info usb") == "Error: USB support not enabled\n"


def test_a_reset_of_the_machine_resets_the_bus():
    command = ["-M", "pc", "-usb", "-nodefaults", "-device", "usb-net"]
    with Machine(parse(command, lambda text: None)) as machine:
        usb = machine.hardware.board.usb
        usb.write_config(0x20, 4, BASE)
        usb.write_config(0x04, 2, 7)
        machine.hardware.board.ports.store(BASE + ENABLE, 2, 0xF)

        machine.reset()

        assert usb.read_config(0x20, 4) == 1
        assert usb.save()["registers"][3] == 0


WORDS = st.one_of(
    st.sampled_from([0, 1, 2, 4, LIST, HEAD | 2, DESCRIPTORS, DESCRIPTORS | 4, BUFFERS]),
    st.sampled_from([0x0080_0000, 0x0380_0000, 0x00E0_002D, 0x07E0_0069, 0x07E1_00E1]),
    st.integers(0, 0xFFFF_FFFF),
)
HOSTILE = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(range(0, 0x14, 2)), st.integers(0, 0xFFFF)),
    st.tuples(st.just("write"), st.just(COMMAND), st.sampled_from([1, 2, 4, 9, 0])),
    st.tuples(
        st.just("memory"),
        st.sampled_from([LIST, HEAD, DESCRIPTORS, DESCRIPTORS + 32, BUFFERS, MEMORY - 8]),
        st.lists(WORDS, min_size=1, max_size=8),
    ),
    st.tuples(st.just("tick"), st.sampled_from([1, 2, 40, 5000]), st.none()),
    st.tuples(st.just("frame"), st.integers(0, 3000), st.none()),
    st.tuples(st.just("start"), st.none(), st.none()),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(HOSTILE, max_size=40), st.sampled_from([ECM, RNDIS]))
def test_whatever_a_guest_writes_nothing_raises(program, value):
    rig = configured(value)
    for action, what, more in program:
        match action:
            case "write":
                rig.write(what, more)
            case "memory":
                rig.memory.write(what, struct.pack(f"<{len(more)}I", *more)[: MEMORY - what])
            case "tick":
                rig.tick(what)
            case "frame":
                rig.wire.offer(bytes(what))
            case "start":
                rig.start()
    assert len(rig.memory.octets) == MEMORY
    assert rig.nic.save() == rig.nic.save()

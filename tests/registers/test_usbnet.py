"""usb-net beside QEMU's: the controller's registers, transactions, schedules, RNDIS, frames.

The controller runs in real time. What is compared does not depend on it: transactions are waited
for, and each is done once; the frame number is looked at only while the controller is halted.
"""

import struct
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import Call, Frame, In, Operation, Out, Peek, Poke, compare, needs_qemu
from strategies import BROADCAST, CONFIGURATION, SIZING, examples, frames_of, longs, octets, words

from vnetspec.fixtures.driver.uhci import COMMAND, IN, OUT, SETUP, STATUS, Transaction

pytestmark = [pytest.mark.slow, needs_qemu]

REGISTERS = 4
frames = frames_of(
    st.one_of(
        st.integers(14, 200), st.sampled_from([64, 128, 1514, 2003, 2004, 2005, 2047, 2048, 2049])
    ),
    st.just(BROADCAST),
)


# -- registers while the controller is halted ----------------------------------------------------

sizes = st.sampled_from([1, 2, 2, 2, 4])
looks = st.builds(In, st.integers(0, 0x1F), sizes, st.just(REGISTERS))
commands = words.map(lambda value: value & ~1)
writes = st.one_of(
    st.builds(Out, st.just(COMMAND), commands, st.just(2), st.just(REGISTERS)),
    st.builds(
        Out, st.just(COMMAND), st.sampled_from([0x02, 0x04, 0x08]), st.just(2), st.just(REGISTERS)
    ),
    st.builds(
        lambda offset, value, size: Out(
            offset, value & (1 << 8 * size) - 1 & (-2 if offset < 2 else -1), size, REGISTERS
        ),
        st.integers(0, 0x1F),
        longs,
        sizes,
    ),
    st.builds(Out, st.sampled_from([0x10, 0x12]), words, st.just(2), st.just(REGISTERS)),
)


@examples(8)
@given(st.lists(st.one_of(looks, writes), min_size=200, max_size=400))
def test_registers(program):
    compare("usb-net", program)


# -- transactions --------------------------------------------------------------------------------

ADDRESSES = [5, 5, 5, 5, 5, 5, 5, 5, 0, 127]
DATA = st.builds(lambda length, fill: bytes([fill]) * length, st.integers(1, 70), octets)


def setup(kind: int, request: int, value: int, index: int, length: int) -> Transaction:
    return Transaction(SETUP, 0, struct.pack("<BBHHH", kind, request, value, index, length))


setups = st.builds(
    setup,
    st.sampled_from([0x00, 0x80, 0x81, 0x01, 0x21, 0xA1, 0xC0, 0x82]),
    st.sampled_from([0, 1, 3, 6, 8, 9, 10, 11, 81]),
    st.one_of(st.sampled_from([0, 1, 2, 0x100, 0x200, 0x201, 0x202, 0x303, 0xF00]), words),
    st.sampled_from([0, 0, 1, 2, 0x409]),
    st.sampled_from([0, 0, 1, 8, 18, 64, 80, 255, 4096, 4097, 65535]),
)
pieces = st.one_of(
    setups,
    st.builds(Transaction, st.just(IN), st.just(0), st.integers(0, 70)),
    st.builds(Transaction, st.just(OUT), st.just(0), st.one_of(DATA, st.just(b""))),
    st.builds(Transaction, st.just(SETUP), st.just(0), DATA),
    st.builds(Transaction, st.just(IN), st.integers(1, 15), st.integers(0, 70)),
    st.builds(
        Transaction, st.just(IN), st.sampled_from([1, 2]), st.sampled_from([8, 64, 64, 1280])
    ),
    st.builds(Transaction, st.just(OUT), st.sampled_from([1, 2, 2, 2, 3, 15]), DATA),
)
chains = st.builds(
    lambda address, chain: Call("host.run", (address, tuple(chain))),
    st.sampled_from(ADDRESSES),
    st.lists(pieces, min_size=1, max_size=8),
)


# -- control transfers and RNDIS -----------------------------------------------------------------


def ask(*arguments: object) -> Call:
    return Call("ask", arguments)


OBJECTS = [0x0001_0101 + number for number in range(0x1C)]
OBJECTS += [0x0001_0201, 0x0001_0202, 0x0001_021B, *range(0x0002_0101, 0x0002_0106), 0x0002_0201]
OBJECTS += [*range(0x0101_0101, 0x0101_0106), *range(0x0102_0101, 0x0102_0104), 0xFD01_0100, 0]
objects = st.one_of(st.sampled_from(OBJECTS), longs)
places = st.one_of(st.sampled_from([0, 8, 16, 20, 24, 0xFFFF_FFF8, 0xFFFF_FFFF]), longs)
lengths = st.one_of(st.sampled_from([0, 1, 2, 4, 8, 0xFFFF_FFFF]), longs)
messages = st.one_of(
    st.builds(lambda number: struct.pack("<6I", 2, 24, number, 1, 0, 0x4000), longs),
    st.builds(lambda kind, number: struct.pack("<3I", kind, 12, number), st.integers(0, 9), longs),
    st.builds(
        lambda kind, number, found, size, place, more: (
            struct.pack("<7I", kind, 28 + len(more), number, found, size, place, 0) + more
        ),
        st.sampled_from([4, 5]),
        longs,
        objects,
        st.one_of(st.sampled_from([0, 4]), lengths),
        st.one_of(st.just(20), places),
        st.binary(min_size=4, max_size=12),
    ),
    st.builds(
        lambda value: struct.pack("<8I", 5, 32, 9, 0x0001_010E, 4, 20, 0, value),
        st.sampled_from([0xF, 1, 0, 0x10000, 0x1000F]),
    ),
    st.binary(max_size=40),
)
sends = st.builds(lambda message: ask(0x21, 0, 0, 0, message), messages)
fetches = st.builds(lambda room: ask(0xA1, 1, 0, 0, room), st.sampled_from([0, 1, 24, 256, 4096]))
requests = st.builds(
    lambda kind, request, value, index, data: ask(kind, request, value, index, data),
    st.sampled_from([0x80, 0x81, 0x82, 0xA1, 0xC0, 0x83]),
    st.sampled_from([0, 1, 3, 6, 8, 10, 12]),
    st.one_of(
        st.builds(lambda kind, index: kind << 8 | index, st.integers(0, 16), st.integers(0, 12)),
        words,
    ),
    st.sampled_from([0, 0, 0, 1, 2, 0x409]),
    st.one_of(st.integers(0, 100), st.sampled_from([255, 4096, 4097])),
)
orders = st.builds(
    lambda kind, request, value, index, data: ask(kind, request, value, index, data),
    st.sampled_from([0x00, 0x01, 0x02, 0x21, 0x40]),
    st.sampled_from([0, 1, 3, 7, 9, 11, 11]),
    st.one_of(st.integers(0, 3), words),
    st.sampled_from([0, 0, 1, 2]),
    st.binary(max_size=20),
)
packets = st.builds(
    lambda frame, before, after, kind, fudge: (
        struct.pack(
            "<11I",
            kind,
            44 + before + len(frame) + after + fudge,
            36 + before,
            len(frame),
            *[0] * 7,
        )
        + b"\x55" * before
        + frame
        + b"\x77" * after
    ),
    frames,
    st.sampled_from([0, 0, 0, 4, 64]),
    st.sampled_from([0, 0, 0, 1, 20]),
    st.sampled_from([1, 1, 1, 1, 2]),
    st.sampled_from([0, 0, 0, 0, 0, 1, -40, 0x7FFF_0000]),
)
common = st.one_of(
    chains,
    chains,
    requests,
    orders,
    sends,
    sends,
    fetches,
    st.builds(Frame, frames),
    st.builds(lambda frame: Call("send_transfer", (frame,)), frames),
    st.builds(lambda packet: Call("send_transfer", (packet,)), packets),
    st.builds(lambda length: ask(0x21, 0, 0, 0, b"\6" + bytes(length)), st.sampled_from([3, 11])),
    st.just(Call("take_transfer")),
    st.just(Call("connect")),
    st.sampled_from([Call("configure", (1,)), Call("configure", (2,))]),
    st.sampled_from([In(register, 2, REGISTERS) for register in (COMMAND, STATUS, 0x10, 0x12)]),
    st.builds(
        Out,
        st.just(0x10),
        st.sampled_from([0x204, 0x20E, 0x1004, 0x1044, 0x0004]),
        st.just(2),
        st.just(REGISTERS),
    ),
    st.builds(Out, st.just(COMMAND), st.sampled_from([0x01, 0x09]), st.just(2), st.just(REGISTERS)),
    st.sampled_from([ask(0x00, 3, 1, 0), ask(0x00, 1, 1, 0)]),
)


@st.composite
def programs(draw: st.DrawFn) -> list[Operation]:
    """From time to time all is set up anew, or nothing would answer after a while."""
    program: list[Operation] = []
    for _ in range(draw(st.integers(3, 6))):
        program += [Call("connect"), Call("configure", (draw(st.sampled_from([1, 2, 2, 3])),))]
        if draw(st.booleans()):
            program += [Call("start")]
        program += draw(st.lists(common, min_size=10, max_size=30))
    return program


@examples(4)
@given(programs())
def test_transactions(program):
    compare("usb-net", program, settles=True)


# -- schedules -----------------------------------------------------------------------------------

POOL, BUFFERS, SLOTS = 0x40_0000, 0x41_0000, 24
SETUPS = [
    b"\x80\x06\x00\x01\x00\x00\x12\x00",
    b"\x80\x06\x00\x02\x00\x00\x43\x00",
    b"\x00\x09\x01\x00\x00\x00\x00\x00",
    b"\x21\x00\x00\x00\x00\x00\x0c\x00",
    b"\xa1\x01\x00\x00\x00\x00\x40\x00",
]
OUTSIDE = [0, 0x1FF_FFF0, 0x200_0000, 0x8000_0000]
KINDS = [IN] * 6 + [OUT] * 3 + [SETUP] * 4


def link(rng: Random, number: int) -> int:
    """Where it goes on: mostly with the next slot, as a queue head where that is one."""
    target = min(number + 1, SLOTS - 1) if rng.random() < 0.7 else rng.randrange(SLOTS)
    place = POOL + 32 * target if rng.random() < 0.97 else rng.choice(OUTSIDE)
    is_queue = (target % 4 == 0) is not (rng.random() < 0.03)
    return place | 2 * is_queue | 4 * (rng.random() < 0.6) | (rng.random() < 0.05)


def transaction(rng: Random, number: int) -> bytes:
    kind = rng.choice(KINDS) if rng.random() < 0.98 else rng.choice([0, 0xFF])
    address = 5 if rng.random() < 0.95 else rng.choice([0, 126])
    endpoint = 0 if rng.random() < 0.7 else rng.choice([1, 2, 2, 2, 2, 15])
    if kind == SETUP and rng.random() < 0.98:
        endpoint = 0
    room = 8 if kind == SETUP and rng.random() < 0.95 else rng.choice([64, 8, 0, 18, 70, 300, 2047])
    buffer = BUFFERS + 64 * rng.randrange(16)
    if kind != SETUP and rng.random() < 0.1:
        buffer = rng.choice([*OUTSIDE, POOL + 32 * rng.randrange(SLOTS)])
    state = 0x80_0000 * (rng.random() < 0.95) | rng.choice([3 << 27, 0, 0x7FF, 0x7F_0000])
    state |= rng.choice([0, 0, 0, 1 << 24, 1 << 25, 1 << 29, 1 << 29 | 1 << 24])
    token = (room - 1 & 0x7FF) << 21 | endpoint << 15 | address << 8 | kind
    return struct.pack("<4I16x", link(rng, number), state, token, buffer)


def slot(rng: Random, number: int) -> bytes:
    """Each fourth slot is a queue head, the others are transactions."""
    if number % 4:
        return transaction(rng, number)
    element = POOL + 32 * (number + 1) if rng.random() < 0.8 else link(rng, number)
    following = POOL + 32 * ((number + 4) % SLOTS) | 2
    return struct.pack("<2I24x", following if rng.random() < 0.8 else link(rng, number), element)


def buffer(rng: Random) -> bytes:
    octets = rng.choice(SETUPS) if rng.random() < 0.9 else rng.randbytes(8)
    return octets.ljust(64, b"\x55")


def schedules(seed: int) -> list[Operation]:
    """Graphs of queue heads and transactions, many of them in circles or out of memory."""
    rng = Random(seed)
    program: list[Operation] = []
    for number in range(20):
        if number % 4 == 0:
            program += [Call("start"), Call("configure", (rng.choice([1, 2]),))]
        program += [
            Poke(POOL, b"".join(slot(rng, place) for place in range(SLOTS))),
            Poke(BUFFERS, b"".join(buffer(rng) for _ in range(16))),
            Out(0x04, rng.randrange(16), 2, REGISTERS),
            Frame(b"\xff" * 6 + rng.randbytes(rng.choice([60, 122, 500]))),
            Call("host.run_frame", (POOL + 2 if rng.random() < 0.8 else link(rng, 0),)),
            In(COMMAND, 2, REGISTERS),
            In(STATUS, 2, REGISTERS),
            Peek(POOL, 32 * SLOTS),
            Peek(BUFFERS, 0x1000),
            Peek(0x1FF_F000, 0x1000),
            Out(STATUS, rng.choice([0x3F, 0x3F, 0x10, 0x11]), 2, REGISTERS),
        ]
    return program


@examples(4)
@given(st.integers(0, 0xFFFF_FFFF))
def test_schedules(seed):
    compare("usb-net", schedules(seed), settles=True)


def test_configuration_space():
    compare("usb-net", [*CONFIGURATION, *SIZING])

"""e1000 and its variants beside QEMU's: registers, both rings, offloads, filters.

What takes time is left out, as QEMU's clock is the real one: interrupts are not delayed, links are
not negotiated, and RCTL is written once, a second before the frames.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import (
    Config,
    Frame,
    In,
    Monitor,
    Operation,
    Out,
    Pass,
    Peek,
    Poke,
    Settle,
    compare,
    needs_qemu,
)
from strategies import BROADCAST, GROUP, NOBODY, OURS, examples, longs

pytestmark = [pytest.mark.slow, needs_qemu]

_OPTIONS = ("mitigation=off", "autonegotiation=off")
_SEND_RING, _RECEIVE_RING, _BUFFERS = 0x100000, 0x108000, 0x110000
_LAST_OCTETS, _NOWHERE, _ABOVE = 0x1FF_FFF8, 0x7000_0000, 0x1_2345_0000
_RCTL, _TCTL, _TDBAL, _TDT, _RDBAL, _RDT = 0x100, 0x400, 0x3800, 0x3818, 0x2800, 0x2818
_MDIC, _EECD, _EERD, _CTRL = 0x20, 0x10, 0x14, 0x00

_STATISTICS = [*range(0x4000, 0x4060, 4), *range(0x4060, 0x4100, 4)]
_WITH_EFFECT = [0x08, 0xC0, 0xC8, 0xD0, 0x00, 0x2810, 0x2818, 0x3810, 0x3818, 0x5400, 0x5404]
_PLAIN = [0x38, 0x14, 0x458, 0xE00, 0x1000, 0x5800, 0x5840, 0x5880, 0x9000, 0x9800, 0x1FFFC]

lengths = st.sampled_from([1, 2, 13, 14, 20, 59, 60, 64, 200, 1000, 1514, 4000])
wild_lengths = st.one_of(lengths, lengths, st.sampled_from([0, 0xFFFF, 0x8000, 0xFFFE]))
buffers = st.one_of(
    st.integers(0, 0xFF).map(lambda number: _BUFFERS + 256 * number),
    st.sampled_from([_LAST_OCTETS, _NOWHERE, _ABOVE]),
)


def _quad(value: int) -> bytes:
    return value.to_bytes(8, "little")


def _context(places: list[int], command: int, payload: int, header: int, segment: int) -> bytes:
    head = bytes((places[0], places[1])) + places[2].to_bytes(2, "little")
    head += bytes((places[3], places[4])) + places[5].to_bytes(2, "little")
    tail = (1 << 29 | command << 24 | payload).to_bytes(4, "little") + bytes((0, header))
    return head + tail + segment.to_bytes(2, "little")


def _data(address: int, length: int, command: int, kind: int, sums: int, tag: int) -> bytes:
    flags = length | kind << 20 | command << 24
    return (
        _quad(address) + flags.to_bytes(4, "little") + bytes((0, sums)) + tag.to_bytes(2, "little")
    )


places = st.tuples(
    st.sampled_from([14, 0, 18, 255]),
    st.sampled_from([24, 0, 28, 255]),
    st.sampled_from([33, 0, 65535, 5]),
    st.sampled_from([34, 0, 54, 255]),
    st.sampled_from([50, 40, 0, 255]),
    st.sampled_from([0, 0, 100, 65535]),
).map(list)
contexts = st.builds(
    _context,
    places,
    st.integers(0, 7).map(lambda bits: bits | 0x08),
    st.sampled_from([1000, 4000, 0, 0xFFFFF]),
    st.sampled_from([54, 14, 1, 255]),
    st.sampled_from([1460, 200, 0, 65535]),
)
parts = st.builds(
    _data,
    buffers,
    wild_lengths,
    st.sampled_from([0x0B, 0x0B, 0x0A, 0x4B, 0x2B, 0x2B, 0x2F, 0x2F, 0x2E, 0x6B, 0x6F, 0xAB, 0x23]),
    st.sampled_from([1, 1, 1, 0]),
    st.sampled_from([0, 1, 2, 3]),
    st.integers(0, 0xFFFF),
)
descriptors = st.one_of(contexts, parts, parts, parts)

#: Both contexts are set first: segments of no octets would be frames of none.
_CONTEXTS = _context([14, 24, 33, 34, 50, 0], 0x0F, 4000, 54, 1460) + _context(
    [14, 24, 33, 34, 50, 0], 0x0B, 0, 0, 0
)


def _ring(register: int, address: int, size: int) -> list[Operation]:
    return [
        Out(register, address & 0xFFFF_FFFF, 4),
        Out(register + 4, address >> 32, 4),
        Out(register + 8, size, 4),
        Out(register + 0x10, 0, 4),
    ]


def _sent(entries: list[bytes]) -> list[Operation]:
    """Descriptors in a ring of their own."""
    return [
        *_ring(_TDBAL, _SEND_RING, 0x1000),
        Poke(_SEND_RING, b"".join(entries)),
        Out(_TDT, len(entries), 4),
        Peek(_SEND_RING, 16 * len(entries)),
        Out(0x3810, 0, 4),
        Out(_TDT, 0, 4),
    ]


def _supplied(addresses: list[int], first: int, size: int) -> list[Operation]:
    """Receive buffers, of which some are null."""
    return [
        Out(_RDT, first, 4),
        Settle(),
        *_ring(_RDBAL, _RECEIVE_RING, size),
        Poke(_RECEIVE_RING, b"".join(_quad(address) + b"\xa5" * 8 for address in addresses)),
        Out(_RDT, len(addresses) - 1, 4),
        Settle(),
    ]


destinations = st.sampled_from(
    [OURS, OURS, BROADCAST, GROUP, bytes.fromhex("525400000001"), NOBODY]
)
kinds = st.sampled_from(
    [b"\x08\x00", b"\x81\x00\x00\x05", b"\x81\x00\xe0\x07", b"\x88\xb5", b"\x00\x00\x12\x34"]
)
frames = st.builds(
    lambda destination, kind, length: (destination + OURS + kind + bytes(range(256)) * 65)[:length],
    destinations,
    kinds,
    st.sampled_from(
        [42, 59, 60, 61, 64, 123, 124, 252, 300, 1000, 1514, 1522, 1523, 2044, 2045, 5000]
    )
    | st.sampled_from([16380, 16381, 16384, 16385])
    | st.integers(18, 1600),
)
wires = st.lists(
    st.tuples(st.sampled_from([0x02, 0x03, 0x06, 0x07, 0x42, 0]), st.booleans()), max_size=20
).map(
    lambda steps: [
        operation for value, _ in steps for operation in (Out(_EECD, value, 4), In(_EECD, 4))
    ]
)
words_of_eeprom = st.integers(0, 70).map(
    lambda number: [
        Out(_EECD, 0, 4),
        *(
            Out(_EECD, 2 | bit << 2 | clock, 4)
            for bit in [1, 1, 0, *(number >> place & 1 for place in range(5, -1, -1))]
            for clock in (0, 1)
        ),
        *(step for _ in range(20) for step in (Out(_EECD, 2, 4), In(_EECD, 4), Out(_EECD, 3, 4))),
    ]
)


def _phy(number: int, address: int, command: int, data: int) -> list[Operation]:
    data &= 0xFDFF if number == 0 else 0xFFFF
    return [Out(_MDIC, command << 26 | address << 21 | number << 16 | data, 4), In(_MDIC, 4)]


one = st.one_of(
    st.builds(In, st.sampled_from(_STATISTICS + _WITH_EFFECT + _PLAIN), st.just(4)),
    st.builds(In, st.sampled_from(_WITH_EFFECT + _PLAIN), st.sampled_from([1, 2, 4, 8])),
    st.builds(In, st.integers(0, 0x7FFF).map(lambda word: 4 * word), st.just(4)),
    st.builds(In, st.integers(0, 0x3F), st.sampled_from([1, 2, 4]), st.just(1)),
    st.builds(
        lambda place, value, size: Out(place, value & (1 << 8 * size) - 1, size),
        st.sampled_from(_PLAIN),
        longs,
        st.sampled_from([1, 2, 4, 8]),
    ),
    st.builds(Out, st.integers(0, 0x3F), longs, st.just(4), st.just(1)),
    st.builds(Out, st.sampled_from([0xC0, 0xC8, 0xD0, 0xD8]), st.integers(0, 0x1FF), st.just(4)),
    st.builds(Out, st.just(_CTRL), st.sampled_from([0, 1 << 30, 1 << 26, 0xFFFFFFFF]), st.just(4)),
    st.builds(Out, st.just(_TCTL), st.sampled_from([0, 2, 2, 2, 0xFFFFFFFF]), st.just(4)),
    st.builds(
        Out, st.sampled_from([0x38]), st.sampled_from([0x8100, 0x88B5, 0, 0x18100]), st.just(4)
    ),
    st.builds(
        Out,
        st.sampled_from([0x5200, 0x5404, 0x5408, 0x540C, 0x5600, 0x5400]),
        st.sampled_from([0, 0xFFFFFFFF, 0xA0, 0x12005452, 0x80005634, 0x0180]),
        st.just(4),
    ),
    st.builds(Peek, st.sampled_from([_SEND_RING, _RECEIVE_RING, _BUFFERS]), st.just(0x200)),
)
groups = st.one_of(
    st.lists(descriptors, min_size=1, max_size=12).map(_sent),
    st.builds(
        _phy,
        st.integers(0, 31),
        st.sampled_from([1, 1, 1, 0, 2]),
        st.sampled_from([1, 2, 2, 3, 8 | 2, 8 | 1, 0]),
        st.integers(0, 0xFFFF),
    ),
    wires,
    words_of_eeprom,
    st.integers(0, 0x1FFFF).map(lambda value: [Out(_EERD, value, 4), In(_EERD, 4)]),
    st.builds(
        lambda place, value: [Out(_TDBAL + place, value, 4), Out(_TDT, value & 0x3FF, 4)],
        st.sampled_from([0, 4, 8, 0x10]),
        st.sampled_from([0, 1, 3, 0x80, 0x100000, 0x7FFF, 0xFFFF, 0x1FFFFF8, 0xFFF80]),
    ),
    st.sampled_from([0x6, 0x2, 0x6, 0x406]).map(
        lambda value: [Config(4, 2, value), Settle(), Config(4, 4)]
    ),
)
incoming = st.one_of(
    st.builds(lambda octets: [Frame(octets)], frames),
    st.builds(lambda octets: [Frame(octets)], frames),
    st.builds(
        _supplied,
        st.lists(st.one_of(buffers, buffers, buffers, st.just(0)), min_size=2, max_size=16),
        st.sampled_from([0, 0, 5]),
        st.sampled_from([0x100, 0x100, 0x80, 0x1000, 0]),
    ),
    st.builds(
        lambda place, value: [Out(_RDBAL + place, value, 4), Settle()],
        st.sampled_from([8, 0x10, 0x18, 0x18, 0x18]),
        st.sampled_from([0, 1, 3, 7, 15, 0x80, 0x100, 0xFFFF]),
    ),
    st.sampled_from(["off", "on", "on"]).map(
        lambda state: [Monitor(f"set_link e1000.0 {state}"), In(0x08, 4)]
    ),
)

_END: list[Operation] = [
    *(In(place, 4) for place in _STATISTICS),
    Peek(_RECEIVE_RING, 0x400),
    *(Peek(_BUFFERS + 0x1000 * number, 0x1000) for number in range(17)),
]
_FILL = Poke(_BUFFERS, bytes(range(256)) * 256)


def _program(parts_of_it: list[list[Operation]]) -> list[Operation]:
    return [operation for part in parts_of_it for operation in part]


sending = st.lists(one.map(lambda each: [each]) | groups, min_size=100, max_size=300).map(
    lambda body: [
        Out(_TCTL, 2, 4),
        Out(0xD0, 0x3, 4),
        *_sent([_CONTEXTS[:16], _CONTEXTS[16:]]),
        *_program(body),
    ]
)
both = st.builds(
    lambda control, body: [
        Out(_TCTL, 2, 4),
        Out(0xD0, 0xFF, 4),
        *_sent([_CONTEXTS[:16], _CONTEXTS[16:]]),
        *_supplied([_BUFFERS + 0x800 * number for number in range(16)], 0, 0x100),
        Out(_RCTL, control, 4),
        Pass(1.1),
        *_program(body),
    ],
    st.builds(
        lambda chosen, size: 0x02 | chosen | size,
        st.sampled_from([0x8000, 0x8018, 0x40000, 0x4001000, 0x8024, 0x2320, 0x3238, 0]),
        st.sampled_from([0, 0, 0x10000, 0x20000, 0x30000, 0x2010000, 0x2030000, 0x2000000]),
    ),
    st.lists(
        incoming | incoming | groups | one.map(lambda each: [each]), min_size=100, max_size=300
    ),
)


@examples(6)
@given(sending)
def test_registers_and_transmission(program):
    compare("e1000", [_FILL, *program, *_END], options=_OPTIONS)


@examples(2)
@given(both)
def test_reception(program):
    compare("e1000", [_FILL, *program, *_END], options=_OPTIONS)

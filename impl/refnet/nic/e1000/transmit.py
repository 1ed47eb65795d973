"""From transmit descriptors to frames: gathering, segmentation, checksums, VLAN tags (E1K-10).

Three kinds of descriptors of 16 octets (SDM 3.3): a legacy one and a data descriptor point at a
part of a frame, a context descriptor says where in the frames that follow the checksums go and how
they are cut. There are two contexts, one for data that is cut into segments and one for the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...wire.checksum import internet
from ..pci import Function
from .registers import (
    CTRL,
    CTRL_VLAN,
    GOTCL,
    GPTC,
    TOTL,
    TPT,
    TSCTC,
    VET,
    Registers,
)

DESCRIPTOR = 16

_END, _CONTEXT_TCP = 1 << 24, 1 << 24
_CONTEXT_IPV4 = 1 << 25
_SEGMENT = 1 << 26
_REPORT = 1 << 27 | 1 << 28
_EXTENDED, _TAG, DELAY = 1 << 29, 1 << 30, 1 << 31
_DATA = 1 << 20
_DONE, _ERRORS = 0x1, 0xE

_SUM_IP, _SUM_TRANSPORT = 0x1, 0x2
_TCP_FLAGS, _PSH_FIN = 13, 0x09

#: Room for a frame: its length is kept in 16 bits, and a tag is put in front of it.
_ROOM, _TAG_ROOM, _HEADER_ROOM = 0x10000, 4, 256
_MASK = 0xFFFF_FFFF
_FAR = (1 << 64) - 1

#: Puts a frame on the wire; the six octets are what stands where its destination should.
Send = Callable[[bytes, bytes], None]


@dataclass
class Context:
    """Where checksums go, and how data is cut; places are offsets in the frame, in octets.

    Attributes:
        ip_start, ip_sum, ip_end: the first octet of the header sum, where it goes, and the last
            octet (0: the frame's); start, sum, end: likewise of TCP or UDP.
        payload: what is to be sent after the headers, header: length of these, segment: of a part.
        ipv4: else IPv6; tcp: else UDP.
    """

    ip_start: int = 0
    ip_sum: int = 0
    ip_end: int = 0
    start: int = 0
    sum: int = 0
    end: int = 0
    payload: int = 0
    header: int = 0
    segment: int = 0
    ipv4: bool = False
    tcp: bool = False

    @classmethod
    def parse(cls, octets: bytes) -> "Context":
        """The context that a descriptor sets."""
        command = int.from_bytes(octets[8:12], "little")
        return cls(
            octets[0],
            octets[1],
            int.from_bytes(octets[2:4], "little"),
            octets[4],
            octets[5],
            int.from_bytes(octets[6:8], "little"),
            command & 0xFFFFF,
            octets[13],
            int.from_bytes(octets[14:16], "little"),
            bool(command & _CONTEXT_IPV4),
            bool(command & _CONTEXT_TCP),
        )


@dataclass
class Assembly:
    """The frame that descriptors are making.

    Attributes:
        buffer: room for a tag, then the frame; what older frames left behind them stays there.
        size: how much of the frame there is, in octets.
        header: room for what every segment begins with.
        segments: how many have been sent.
        sums: which checksums are wanted; tag: the VLAN tag to insert, if there is one.
        cutting: whether it is cut into segments.
    """

    buffer: bytearray = field(default_factory=lambda: bytearray(_TAG_ROOM + _ROOM))
    size: int = 0
    header: bytearray = field(default_factory=lambda: bytearray(_HEADER_ROOM))
    segments: int = 0
    sums: int = 0
    tag: bytes = b""
    cutting: bool = False
    plain: Context = field(default_factory=Context)
    cut: Context = field(default_factory=Context)


class Transmitter:
    """What happens to one descriptor after the other.

    Args:
        function: whose DMA reads memory.
        send: takes frames.
        state: what is kept from one descriptor to the next.
    """

    def __init__(
        self, function: Function, send: Send, registers: Registers, state: Assembly
    ) -> None:
        self._function = function
        self._send = send
        self._registers = registers
        self._state = state

    def handle(self, descriptor: bytes) -> None:
        """Do what a descriptor says."""
        state = self._state
        command = int.from_bytes(descriptor[8:12], "little")
        if command & _EXTENDED and not command & _DATA:
            context = Context.parse(descriptor)
            if command & _SEGMENT:
                state.cut, state.segments = context, 0
            else:
                state.plain = context
            return
        if command & _EXTENDED and state.size == 0:
            state.sums = descriptor[13]
        state.cutting = bool(command & _EXTENDED and command & _SEGMENT)
        last = bool(command & _END)
        tagged = self._registers[CTRL] & CTRL_VLAN and command & _TAG
        if tagged and (state.cutting or last):
            kind = self._registers[VET] & 0xFFFF
            state.tag = kind.to_bytes(2, "big") + descriptor[15:13:-1]
        address, length = int.from_bytes(descriptor[:8], "little"), command & 0xFFFF
        if state.cutting:
            self._cut(address, length)
        else:
            self._gather(address, min(_ROOM - state.size, length))
        if last:
            self._finish()

    def _gather(self, address: int, length: int) -> None:
        """Append a part of the frame."""
        state = self._state
        place = _TAG_ROOM + state.size
        state.buffer[place : place + length] = self._function.read_memory(address & _FAR, length)
        state.size = state.size + length & 0xFFFF

    def _cut(self, address: int, length: int) -> None:
        """Append to the segment, and send it each time it is full."""
        state = self._state
        header = state.cut.header
        full = header + state.cut.segment
        while length and state.size < full:
            before = state.size
            part = min(length, full - before, _ROOM - before)
            self._gather(address, part)
            if before < header <= before + part:
                state.header[:header] = state.buffer[_TAG_ROOM : _TAG_ROOM + header]
            if before + part == full:
                self._send_frame()
                state.buffer[_TAG_ROOM : _TAG_ROOM + header] = state.header[:header]
                state.size = header
            address += part
            length -= part

    def _finish(self) -> None:
        state = self._state
        if not state.cutting or state.size >= state.cut.header:
            self._send_frame()
        state.segments = state.sums = state.size = 0
        state.tag = b""
        state.cutting = False

    def _send_frame(self) -> None:
        state, registers = self._state, self._registers
        context = state.cut if state.cutting else state.plain
        if state.cutting:
            self._adapt_headers()
            state.segments = state.segments + 1 & 0xFFFF
        if state.sums & _SUM_TRANSPORT:
            self._put_sum(context.sum, context.start, context.end)
        if state.sums & _SUM_IP:
            self._put_sum(context.ip_sum, context.ip_start, context.ip_end)
        buffer, first = state.buffer, _TAG_ROOM
        if state.tag:
            first = 0
            buffer[:12] = buffer[_TAG_ROOM : _TAG_ROOM + 12]
            buffer[12:16] = state.tag
        frame = bytes(buffer[first : _TAG_ROOM + state.size])
        self._send(frame, bytes(buffer[first : first + 6]))
        registers.tally(TPT)
        registers.tally_octets(TOTL, state.size + 4)
        registers.tally(GPTC)
        registers.tally_octets(GOTCL, state.size + 4)

    def _adapt_headers(self) -> None:
        """Make the headers those of the segment: lengths, identification, sequence, flags."""
        state, context = self._state, self._state.cut
        number = state.segments
        if context.ipv4:
            self._put(context.ip_start + 2, 2, state.size - context.ip_start)
            identification = self._get(context.ip_start + 4, 2)
            self._put(context.ip_start + 4, 2, identification + number)
        else:
            self._put(context.ip_start + 4, 2, state.size - context.ip_start)
        length = state.size - context.start & 0xFFFF
        if context.tcp:
            done = number * context.segment & _MASK
            self._put(context.start + 4, 4, self._get(context.start + 4, 4) + done)
            if context.payload - done & _MASK > context.segment:
                state.buffer[_TAG_ROOM + context.start + _TCP_FLAGS] &= ~_PSH_FIN & 0xFF
            elif number:
                self._registers.tally(TSCTC)
        else:
            self._put(context.start + 4, 2, length)
        if state.sums & _SUM_TRANSPORT:
            total = self._get(context.sum, 2) + length
            self._put(context.sum, 2, (total >> 16) + (total & 0xFFFF))

    def _put_sum(self, place: int, start: int, end: int) -> None:
        """Put the checksum of the octets from ``start`` to ``end`` (0: the last) at ``place``."""
        size = self._state.size
        if 0 < end < size:
            size = end + 1
        if size and place >= size - 1:
            return
        octets = self._state.buffer[_TAG_ROOM + start : _TAG_ROOM + max(start, size)]
        self._put(place, 2, internet(octets) or 0xFFFF)

    def _get(self, place: int, length: int) -> int:
        place += _TAG_ROOM
        return int.from_bytes(self._state.buffer[place : place + length], "big")

    def _put(self, place: int, length: int, value: int) -> None:
        """Store the low octets of a number in the frame, or behind it."""
        place += _TAG_ROOM
        value &= (1 << 8 * length) - 1
        self._state.buffer[place : place + length] = value.to_bytes(length, "big")


def is_delayed(descriptor: bytes) -> bool:
    """Whether the interrupt for it may wait."""
    return bool(descriptor[11] & DELAY >> 24)


def status(descriptor: bytes) -> bytes | None:
    """What is written over the last four octets of a descriptor; None: it asks for nothing."""
    if not int.from_bytes(descriptor[8:12], "little") & _REPORT:
        return None
    value = int.from_bytes(descriptor[12:16], "little")
    return ((value | _DONE) & ~_ERRORS).to_bytes(4, "little")

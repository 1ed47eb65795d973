"""Receiving: the filter, the ring of C mode, and the descriptors of C+ mode."""

from struct import Struct

from ..hashing import fcs, group_hash
from .core import COMMAND_RECEIVE, OVERFLOW, PLUS_RECEIVE, PLUS_VLAN, RECEIVED, Core

_ANY, _UNICAST, _MULTICAST, _BROADCAST, _PAST_END = 0x01, 0x02, 0x04, 0x08, 0x80
_OK, _IS_BROADCAST, _IS_UNICAST, _IS_MULTICAST = 0x0001, 0x2000, 0x4000, 0x8000
_TO_ALL = b"\xff" * 6

_SHORTEST, _LONGEST, _FCS, _HEADER = 60, 1514, 4, 4
_LARGEST_RING = 65536
_VLAN, _TAG = b"\x81\x00", 4

_OWN, _END_OF_RING, _FIRST_AND_LAST, _SIZE = 1 << 31, 1 << 30, 3 << 28, 0x1FFF
_HAS_TAG = 1 << 16
_PLUS_KINDS = {0: 0, _IS_BROADCAST: 1 << 24, _IS_UNICAST: 1 << 25, _IS_MULTICAST: 1 << 26}
_WORDS = Struct("<IIQ")
_DESCRIPTOR = _WORDS.size


class Receiver(Core):
    """Frames from the wire to the guest's memory."""

    def can_receive(self) -> bool:
        """Whether the ring has room for a frame, or the driver wants to hear that it has none.

        Frames that would be dropped in any case need no room, nor do those of C+ mode.
        """
        if not self._running or not self._command & COMMAND_RECEIVE:
            return True
        if self._plus & PLUS_RECEIVE and self._has_descriptors():
            return True
        free = self._room()
        return free == 0 or free >= _LONGEST or bool(self._mask & OVERFLOW)

    def receive(self, frame: bytes) -> bool:
        if not self._running or not self._command & COMMAND_RECEIVE:
            return True
        padded = frame.ljust(_SHORTEST, b"\0")
        kind = self._filter(padded)
        if kind is None:
            self._tally.receive_errors += 1
            return True
        if self._plus & PLUS_RECEIVE:
            if self._has_descriptors() and not self._fill_descriptor(frame, padded, kind):
                self._miss()
                self._tally.receive_errors += 1
                self._tally.missed += 1
            return True
        if self._append(padded, kind):
            self._raise(RECEIVED)
            return True
        self._miss()
        return False

    def _filter(self, frame: bytes) -> int | None:
        """What kind of address the frame is for, as the status says it; None: not wanted (RTL-07).

        A NIC that takes everything does not say.
        """
        config, tally = self._receive_config, self._tally
        if config & _ANY:
            return 0
        if frame[:6] == _TO_ALL:
            if config & _BROADCAST:
                tally.broadcasts += 1
                return _IS_BROADCAST
        elif frame[0] & 1:
            place = group_hash(frame)
            if config & _MULTICAST and self._groups[place >> 3] & 1 << (place & 7):
                tally.multicasts += 1
                return _IS_MULTICAST
        elif self._address == frame[:6] and config & _UNICAST:
            tally.unicasts += 1
            return _IS_UNICAST
        return None

    def _miss(self) -> None:
        self._missed = self._missed + 1 & 0xFFFF_FFFF
        self._raise(OVERFLOW)

    # -- C mode ------------------------------------------------------------------------------------

    def _room(self) -> int:
        """Octets between where the chip writes and where the driver reads; 0: all of them."""
        return (self._ring_read - self._ring_write) % self._ring_size

    def _append(self, frame: bytes, kind: int) -> bool:
        """Put a frame into the ring, between a header and its FCS. False: no room (RTL-06, 08).

        An empty ring is not asked whether the frame fits: a longer one is written past its end.
        """
        needed = _HEADER + len(frame) + _FCS + 3 & ~3
        if 0 < self._room() <= needed:
            return False
        header = kind | _OK | (len(frame) + _FCS & 0xFFFF) << 16
        for part in (header.to_bytes(_HEADER, "little"), frame, fcs(frame)):
            self._write_ring(part)
        self._ring_write = (self._ring_write + 3 & ~3) % self._ring_size
        return True

    def _write_ring(self, octets: bytes) -> None:
        size, end = self._ring_size, self._ring_write + len(octets)
        goes_on = size < _LARGEST_RING and self._receive_config & _PAST_END
        if end > size and end % size and not goes_on:
            head = len(octets) - end % size
            self._write_at(self._ring_write, octets[:head])
            octets, self._ring_write = octets[head:], 0
        self._write_at(self._ring_write, octets)
        self._ring_write += len(octets)

    def _write_at(self, place: int, octets: bytes) -> None:
        self.write_memory(self._ring_base + place & 0xFFFF_FFFF, octets)

    # -- C+ mode -----------------------------------------------------------------------------------

    def _has_descriptors(self) -> bool:
        return bool(self._descriptors_low or self._descriptors_high)

    def _fill_descriptor(self, frame: bytes, padded: bytes, kind: int) -> bool:
        """Put a frame where the next descriptor says. False: none is free, or the room is less.

        One descriptor takes a whole frame (RTL-11).
        """
        place, command, tag, buffer = self._read_descriptor(
            self._descriptors_low, self._descriptors_high, self._plus_receive
        )
        if not command & _OWN:
            return False
        if self._plus & PLUS_VLAN and padded[12:14] == _VLAN:
            tag = tag & ~0xFFFF | _HAS_TAG | int.from_bytes(padded[14:16], "little")
            padded = (padded[:12] + padded[12 + _TAG :]).ljust(_SHORTEST, b"\0")
        else:
            tag &= ~_HAS_TAG
        length = len(padded) + _FCS
        if length > command & _SIZE:
            return False
        # The FCS is that of the frame as it came: with its tag, and without padding.
        self.write_memory(buffer, padded + fcs(frame))
        command = command & ~(_OWN | _SIZE) | _FIRST_AND_LAST | _PLUS_KINDS[kind] | length
        self.write_memory(place, command.to_bytes(4, "little") + tag.to_bytes(4, "little"))
        self._tally.received += 1
        self._plus_receive = 0 if command & _END_OF_RING else self._plus_receive + 1
        self._raise(RECEIVED)
        return True

    def _read_descriptor(self, low: int, high: int, number: int) -> tuple[int, int, int, int]:
        """Of a descriptor of the ring at an address in two halves: its own address, its two words
        of commands, and the address of its buffer.
        """
        place = (high << 32 | low) + _DESCRIPTOR * number & 0xFFFF_FFFF_FFFF_FFFF
        return place, *_WORDS.unpack(self.read_memory(place, _DESCRIPTOR))

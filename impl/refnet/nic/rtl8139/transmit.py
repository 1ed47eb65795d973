"""Sending: the four buffers of C mode, the descriptors of C+ mode, and the dump of the tally."""

from .core import COMMAND_TRANSMIT, LOOPBACK, PLUS_TRANSMIT, SEND_OK, SEND_OWN, SENT
from .offload import FIRST, LAST, finished
from .receive import Receiver

_BUFFERS = 4
_LENGTH = 0x1FFF
_CLEARED, _KEPT = 0xFF00_C000, 0x00C0_0000

_OWN, _END_OF_RING, _ERRORS, _PLUS_LENGTH = 1 << 31, 1 << 30, 0x02F0_0000, 0xFFFF
_HAS_TAG, _VLAN = 1 << 17, b"\x81\x00"
_DESCRIPTORS = 64
_LONGEST = 65536

_DUMP, _DUMP_ADDRESS = 0x08, 0xFFFF_FFC0


class Transmitter(Receiver):
    """Frames from the guest's memory to the wire."""

    def _write_send_status(self, number: int, value: int) -> None:
        """A status of C mode was written: a frame may go. In C+ mode, a part of a command.

        Whichever it was: the buffer that is next in turn is the one that goes (RTL-05).
        """
        if self._plus_touched:
            self._send_status[number] = value
            if number == 0 and value & _DUMP:
                self._dump()
            return
        kept = self._send_status[number] & _KEPT
        self._send_status[number] = value & ~(_CLEARED | _KEPT) | kept
        self._send_buffer()

    def _send_buffer(self) -> None:
        number = self._next_send
        status = self._send_status[number]
        if not self._command & COMMAND_TRANSMIT or status & SEND_OWN:
            return
        frame = self.read_memory(self._send_from[number], status & _LENGTH)
        self._send_status[number] = status | SEND_OWN | SEND_OK
        self._emit(frame)
        self._raise(SENT)
        self._next_send = (number + 1) % _BUFFERS

    def _dump(self) -> None:
        """Write the tally to memory (RTL-12)."""
        low, high = self._send_status[0] & _DUMP_ADDRESS, self._send_status[1]
        self.write_memory(high << 32 | low, self._tally.octets())
        self._send_status[0] &= ~_DUMP

    # -- C+ mode -----------------------------------------------------------------------------------

    def _poll_descriptors(self) -> None:
        """Send what the driver has handed over; one turn round the largest ring at most."""
        done = 0
        while done < _DESCRIPTORS and self._send_descriptor():
            done += 1
        if done:
            self._raise(SENT)

    def _send_descriptor(self) -> bool:
        """Take one descriptor, and send the frame that ends there. False: nothing to do."""
        if not self._command & COMMAND_TRANSMIT or not self._plus & PLUS_TRANSMIT:
            return False
        place, command, tag, buffer = self._read_descriptor(
            self._send_from[0], self._send_from[1], self._plus_send
        )
        if not command & _OWN:
            return False
        if command & FIRST:
            self._assembled.clear()
        length = min(command & _PLUS_LENGTH, _LONGEST - len(self._assembled))
        self._assembled += self.read_memory(buffer, length)
        ends = command & _END_OF_RING or self._plus_send + 1 >= _DESCRIPTORS
        self._plus_send = 0 if ends else self._plus_send + 1
        self.write_memory(place, (command & ~(_OWN | _ERRORS)).to_bytes(4, "little"))
        if command & LAST:
            packet = bytes(self._assembled)
            self._assembled.clear()
            self._tally.sent += 1
            vlan = _VLAN + (tag & 0xFFFF).to_bytes(2, "little") if tag & _HAS_TAG else b""
            for frame in finished(packet, command):
                self._emit(frame, vlan)
        return True

    def _emit(self, frame: bytes, vlan: bytes = b"") -> None:
        """Put a frame on the wire, or hear it oneself (RTL-10). One of no octets is none.

        In loopback a tag drives as many octets off the end.
        """
        if not frame:
            return
        tagged = frame[:12] + vlan + frame[12:] if len(frame) >= 12 else frame
        if self._transmit_config & LOOPBACK == LOOPBACK:
            self.cable.loop_back(tagged[: len(frame)])
        else:
            self.cable.send(tagged)

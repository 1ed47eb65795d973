"""``usb-net``: an Ethernet interface on USB (USBN-01..06), CDC-ECM or RNDIS.

In ECM a frame is a bulk transfer, which ends with a packet shorter than 64 octets, of none if need
be. In RNDIS it is a message, and the length in its header says where it ends.
"""

from typing import Any

from ..model import Model, Setting
from . import descriptors, device, rndis
from .device import Busy, Device, Stalled

_BUFFER = 2048
#: What the interrupt endpoint says: an answer waits (RNDIS); the network is connected (ECM).
_ANSWER_WAITS = bytes.fromhex("0100000000000000")
_CONNECTED = bytes.fromhex("a100010001000000")

#: Class requests to the control interface: bmRequestType << 8 | bRequest.
_SEND_COMMAND, _GET_RESPONSE, _SET_FILTER = 0x2100, 0xA101, 0x2143
_NO_RESPONSE = b"\0"


class UsbNet(Device, Model):
    """The interface: one frame waits for the host, the others before the cable."""

    SAVED = (*Device.DEVICE_STATE, "_arrived", "_fetched", "_leaving", "_filled")

    def __init__(self, setting: Setting) -> None:
        Device.__init__(self)
        Model.__init__(self, setting)
        self.texts[descriptors.MAC] = self.mac.hex()
        self._rndis = rndis.Rndis(self.mac, self.wake)
        self._arrived = b""
        self._fetched = 0
        self._leaving = bytearray(_BUFFER)
        self._filled = 0

    def reset(self) -> None:
        """A reset of the machine is one of the bus, by its controller: nothing else is lost."""

    def remove(self) -> None:
        if self.port is not None:
            self.port.detach()

    def interrupt(self, high: bool) -> None:
        """It has no line: its controller interrupts when a transaction is done."""

    def save(self) -> dict[str, Any]:
        return super().save() | {"rndis": self._rndis.save()}

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        self._rndis.load(saved["rndis"])

    # -- frames ------------------------------------------------------------------------------------

    def receive(self, frame: bytes) -> bool:
        if not self.configuration:
            return True
        if self._speaks_rndis():
            if self._rndis.state != rndis.State.READY:
                return True
            frame = rndis.packet(frame)
        if len(frame) > _BUFFER:
            return True
        if self._arrived:
            return False
        self._arrived = frame
        self._fetched = 0
        self.wake()
        return True

    # -- the host ----------------------------------------------------------------------------------

    def request(self, request: int, value: int, index: int, length: int) -> bytes:
        if not self._speaks_rndis():
            if request == _SET_FILTER:
                return b""
            raise Stalled
        if value or index:
            raise Stalled
        if request == _SEND_COMMAND:
            if self._rndis.command(self._data, length) is rndis.Message.RESET:
                self._filled = 0
                self._make_room()
            return b""
        if request == _GET_RESPONSE:
            return self._rndis.answers.pop(0) if self._rndis.answers else _NO_RESPONSE
        raise Stalled

    def exchange(self, kind: int, endpoint: int, sent: bytes, room: int) -> bytes:
        match kind, endpoint:
            case (device.IN, descriptors.NOTIFICATIONS):
                return self._notify(room)
            case (device.IN, descriptors.FRAMES):
                return self._give(room)
            case (device.OUT, descriptors.FRAMES):
                self._collect(sent)
                return b""
        raise Stalled

    def _notify(self, room: int) -> bytes:
        if room < len(_CONNECTED):
            raise Stalled
        if not self._speaks_rndis():
            return _CONNECTED
        if not self._rndis.answers:
            raise Busy
        return _ANSWER_WAITS

    def _give(self, room: int) -> bytes:
        """The next part of the frame that waits."""
        if not self._arrived:
            raise Busy
        part = self._arrived[self._fetched : self._fetched + room]
        self._fetched += len(part)
        if self._fetched == len(self._arrived) and (
            self._speaks_rndis() or len(self._arrived) % descriptors.PACKET or not part
        ):
            self._make_room()
        return part

    def _make_room(self) -> None:
        """The frame is with the host: the next one can come."""
        self._arrived = b""
        self._fetched = 0
        self.cable.flush()

    def _collect(self, sent: bytes) -> None:
        """Put a part of a frame behind the others; what the buffer has no room for is lost."""
        part = sent[: _BUFFER - self._filled]
        self._leaving[self._filled : self._filled + len(part)] = part
        self._filled += len(part)
        if self._speaks_rndis():
            self._send_packet()
        elif not sent or len(sent) % descriptors.PACKET:
            self.cable.send(bytes(self._leaving[: self._filled]))
            self._filled = 0

    def _send_packet(self) -> None:
        """Take a message off the buffer, if all of it is there, and send its frame if it has one.

        A message that says that its length is nought stays, and everything behind it.
        """
        buffer = self._leaving
        kind, length, start, size = (
            int.from_bytes(buffer[place : place + 4], "little") for place in (0, 4, 8, 12)
        )
        if self._filled < rndis.OFFSET_FROM or self._filled < length:
            return
        start = start + rndis.OFFSET_FROM & 0xFFFF_FFFF
        if kind == rndis.PACKET and start < length and size < length and start + size <= length:
            self.cable.send(bytes(buffer[start : start + size]))
        self._filled -= length
        buffer[: self._filled] = buffer[length : length + self._filled]

    def _speaks_rndis(self) -> bool:
        return self.configuration == descriptors.RNDIS

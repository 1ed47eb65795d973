"""A device on a USB port: transactions, control transfers, standard requests (USB 2.0, 8.5, 9.4).

A control transfer is a setup transaction of eight octets, data in one direction, and a transaction
without data in the other one. What the host sends is looked at when all of it is there, in that
last transaction.
"""

from enum import IntEnum
from typing import Protocol

from . import descriptors

IN, OUT, SETUP = 0x69, 0xE1, 0x2D

#: The stages of a control transfer.
_IDLE, _DATA, _STATUS = range(3)
_SETUP_SIZE, _BUFFER_SIZE = 8, 4096
_INWARD = 0x80
_REMOTE_WAKEUP = 1
_SELF_POWERED = 1
_INTERFACES = 2


class _Request(IntEnum):
    """The standard requests: bmRequestType << 8 | bRequest."""

    CLEAR_FEATURE = 0x0001
    SET_FEATURE = 0x0003
    SET_ADDRESS = 0x0005
    SET_CONFIGURATION = 0x0009
    SET_INTERFACE = 0x010B
    GET_STATUS = 0x8000
    GET_DESCRIPTOR = 0x8006
    GET_CONFIGURATION = 0x8008
    GET_INTERFACE = 0x810A


class Refusal(Exception):
    """A transaction did not happen as the host asked."""


class Busy(Refusal):
    """NAK: ask again."""


class Stalled(Refusal):
    """STALL: the device does not understand."""


class Socket(Protocol):
    """Where a device is plugged in."""

    def detach(self) -> None:
        """Pull the device out."""

    def wake(self) -> None:
        """The device has something to say, and the port may be suspended."""


class Device:
    """What all devices have in common; a subclass has further requests and endpoints.

    Attributes:
        address: by which the host calls it, an octet.
        is_reset: whether it has been reset since it was plugged in, and answers.
        port: where it is plugged in.
        configuration: which one it is in; 0: none.
        texts: descriptors of kind STRING that are not the same in all such devices, by index.
    """

    DEVICE_STATE = (
        "address",
        "is_reset",
        "configuration",
        "_alternates",
        "_wakes",
        "_stage",
        "_setup",
        "_length",
        "_done",
        "_data",
    )

    def __init__(self) -> None:
        self.address = 0
        self.is_reset = False
        self.configuration = 0
        self.port: Socket | None = None
        self.texts: dict[int, str] = {}
        self._alternates = [0] * _INTERFACES
        self._wakes = 0
        self._stage = _IDLE
        self._setup = bytes(_SETUP_SIZE)
        self._length = self._done = 0
        self._data = bytearray(_BUFFER_SIZE)

    def plugged(self, port: Socket, path: str) -> None:
        """It is in a port now, whose ``path`` its serial number has."""
        self.port = port
        self.is_reset = False
        self.texts[descriptors.SERIAL] = f"1-{path}"

    def reset_port(self) -> None:
        """What a reset on the bus does: it answers to address 0. The configuration stays."""
        self.address = 0
        self._wakes = 0
        self.is_reset = True

    def wake(self) -> None:
        """Wake the host up, if it has allowed that."""
        if self._wakes and self.port is not None:
            self.port.wake()

    def transact(self, kind: int, endpoint: int, sent: bytes, room: int) -> bytes:
        """One transaction; what the device sends, ``room`` octets at most.

        Args:
            kind: :data:`IN`, :data:`OUT` or :data:`SETUP`, the latter to endpoint 0 alone.

        Raises:
            Refusal: there was none.
        """
        if endpoint:
            return self.exchange(kind, endpoint, sent, room)
        if kind == IN:
            return self._send(room)
        if kind == SETUP:
            self._begin(sent)
        else:
            self._take(sent)
        return b""

    def exchange(self, kind: int, endpoint: int, sent: bytes, room: int) -> bytes:
        """A transaction with another endpoint than 0."""
        raise NotImplementedError

    def request(self, request: int, value: int, index: int, length: int) -> bytes:
        """A request that is not a standard one, ``bmRequestType << 8 | bRequest``; the answer.

        What the host has sent is in the first ``length`` octets of the data buffer; what is behind
        them is left from earlier.

        Raises:
            Stalled: there is no such request.
        """
        raise NotImplementedError

    # -- control transfers -------------------------------------------------------------------------

    def _begin(self, sent: bytes) -> None:
        if len(sent) != _SETUP_SIZE:
            raise Stalled
        self._setup = sent
        self._done = 0
        length = int.from_bytes(sent[6:], "little")
        if length > _BUFFER_SIZE:
            raise Stalled
        self._length = length
        if self._is_inward():
            answer = self._carry_out()
            self._length = min(length, len(answer))
            self._stage = _DATA
        else:
            self._stage = _DATA if length else _STATUS

    def _send(self, room: int) -> bytes:
        if self._stage == _DATA and self._is_inward():
            octets = bytes(self._data[self._done : min(self._done + room, self._length)])
            self._advance(len(octets))
            return octets
        if self._stage == _STATUS:
            if not self._is_inward():
                self._stage = _IDLE
                self._carry_out()
            return b""
        self._stage = _IDLE
        raise Stalled

    def _take(self, sent: bytes) -> None:
        if self._stage == _DATA and not self._is_inward():
            part = sent[: self._length - self._done]
            self._data[self._done : self._done + len(part)] = part
            self._advance(len(part))
        elif self._stage == _STATUS:
            if self._is_inward():
                self._stage = _IDLE
        else:
            self._stage = _IDLE
            raise Stalled

    def _advance(self, octets: int) -> None:
        self._done += octets
        if self._done >= self._length:
            self._stage = _STATUS

    def _is_inward(self) -> bool:
        return bool(self._setup[0] & _INWARD)

    def _carry_out(self) -> bytes:
        """Do what is asked; the answer is in the data buffer then, too."""
        request = int.from_bytes(self._setup[:2], "big")
        value = int.from_bytes(self._setup[2:4], "little")
        index = int.from_bytes(self._setup[4:6], "little")
        answer = self._standard(request, value, index)
        if answer is None:
            answer = self.request(request, value, index, self._length)
        answer = answer[:_BUFFER_SIZE]
        if request == _Request.GET_DESCRIPTOR:
            answer = answer[: self._length]
        self._data[: len(answer)] = answer
        return answer

    # -- standard requests -------------------------------------------------------------------------

    def _standard(self, request: int, value: int, index: int) -> bytes | None:
        """The answer to a standard request; None: it is not one, or can't be met."""
        match request:
            case _Request.SET_ADDRESS:
                self.address = value & 0xFF
            case _Request.GET_DESCRIPTOR:
                return descriptors.find(value >> 8, value & 0xFF, self.texts)
            case _Request.GET_CONFIGURATION:
                return bytes((self.configuration,))
            case _Request.SET_CONFIGURATION:
                self._configure(value)
            case _Request.GET_STATUS:
                return bytes((_SELF_POWERED | self._wakes << 1, 0))
            case _Request.CLEAR_FEATURE | _Request.SET_FEATURE if value == _REMOTE_WAKEUP:
                self._wakes = int(request == _Request.SET_FEATURE)
            case _Request.GET_INTERFACE if self.configuration and index < _INTERFACES:
                return bytes((self._alternates[index],))
            case _Request.SET_INTERFACE if (index, value) in descriptors.SETTINGS.get(
                self.configuration, ()
            ):
                self._alternates[index] = value
            case _:
                return None
        return b""

    def _configure(self, value: int) -> None:
        """Choose a configuration. One that there isn't changes nothing but alternate settings."""
        if value == 0 or value in descriptors.SETTINGS:
            self.configuration = value
        self._alternates = [0] * _INTERFACES

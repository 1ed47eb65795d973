"""The TFTP server: read requests alone, in lock step, from port 69 (TFTP-01, TFTP-02).

Files are read through host actions. A transfer has at most one such action under way, and what
follows from its outcome stands in ``_Step``. With options in a request, first comes the question
whether the file can be opened (TFTP-07), because the request's errors are told in that order.
"""

import enum
from dataclasses import dataclass

from ..clock import MILLISECOND
from ..errors import WireError
from ..wire import ipv4, tftp, udp
from . import hostio
from .packets import Address, Packet, make_packet
from .seam import Stack

BLOCK_SIZE = 512
#: The largest block that an option can ask for (TFTP-18).
LARGEST_BLOCK = 1428
#: Longest file name, its zero with it (TFTP-09).
FILENAME_LENGTH = 512
#: A transfer idle for longer, in ms, may be ended when another one needs its place (TFTP-13).
IDLE = 5000
#: At most this many options are taken (TFTP-16).
MOST_OPTIONS = 2

_MODE = b"octet"
_TOS = 0x10
_TTL = 64

_ACCESS_VIOLATION = tftp.Error(tftp.ACCESS_VIOLATION, b"Access violation")
_BAD_MODE = tftp.Error(tftp.ILLEGAL_OPERATION, b"Unsupported transfer mode")
_NOT_FOUND = tftp.Error(tftp.NOT_FOUND, b"File not found")


class _Step(enum.Enum):
    """What a transfer waits for from the host."""

    NOTHING = enum.auto()
    OPENING = enum.auto()
    MEASURING = enum.auto()
    READING = enum.auto()


@dataclass(slots=True, eq=False)
class _Transfer:
    """One transfer; ``client`` and ``port`` are its key (TFTP-03), ``server`` who it asked.

    Attributes:
        used: when it last sent a whole block, in ms.
        block: how many blocks have been sent, which is the number of the last (TFTP-20).
        wishes: what follows file name and mode in the request, zeros and all.
        accepted: the options to be acknowledged.
    """

    handle: hostio.Handle
    client: Address
    port: int
    server: Address
    used: int
    path: bytes = b""
    block: int = 0
    block_size: int = BLOCK_SIZE
    step: _Step = _Step.NOTHING
    wishes: bytes = b""
    accepted: list[tftp.Option] | None = None


class _Refused(Exception):
    """A request that is answered with ``error``, or with nothing."""

    def __init__(self, error: tftp.Error | None) -> None:
        super().__init__()
        self.error = error


class TftpServer:
    """The server and its transfers, each in the first place that was free."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._places: list[_Transfer | None] = [None] * stack.profile.tftp_sessions

    def receive(self, datagram: Packet, message: udp.Datagram) -> None:
        """Take one packet. Writes, data and unknown operations are ignored (TFTP-15).

        Raises:
            WireError: it is too short to be a packet.
        """
        operation = tftp.operation_of(message.payload)
        transfer = self._find(datagram.source, message.source_port)
        if operation == tftp.READ:
            self._on_request(datagram, message, transfer)
        elif transfer is None:
            self._stack.drop("TFTP")
        elif operation == tftp.ACKNOWLEDGMENT:
            self._on_acknowledgment(transfer, bytes(message.payload[2:4]))
        elif operation == tftp.ERROR and self._stack.profile.tftp_options:
            self._end(transfer)

    def on_event(self, event: hostio.Event) -> None:
        """Take the outcome of a file action."""
        for transfer in self._places:
            if transfer is not None and transfer.handle == event.handle:
                step, transfer.step = transfer.step, _Step.NOTHING
                self._on_outcome(transfer, step, event)
                return

    def _find(self, client: Address, port: int) -> _Transfer | None:
        for transfer in self._places:
            if transfer is not None and (transfer.client, transfer.port) == (client, port):
                return transfer
        return None

    def _on_request(self, datagram: Packet, message: udp.Datagram, known: _Transfer | None) -> None:
        profile = self._stack.profile
        if known is not None and profile.tftp_restarts:
            self._end(known)
        transfer = self._begin(datagram, message)
        if transfer is None:
            self._stack.drop("too many TFTP transfers")
            return
        try:
            name, transfer.wishes = self._parse(bytes(message.payload[2:]))
            transfer.path = self._path(name)
        except _Refused as refusal:
            if refusal.error is not None:
                self._fail(transfer, refusal.error)
            return
        if profile.tftp_options and transfer.wishes:
            self._read(transfer, _Step.OPENING, 0, 0)
        else:
            self._read_block(transfer)

    def _begin(self, datagram: Packet, message: udp.Datagram) -> _Transfer | None:
        """A new transfer in a free place, or in that of an idle one (TFTP-13)."""
        now = self._stack.now // MILLISECOND
        for index, transfer in enumerate(self._places):
            if transfer is not None and now - transfer.used > IDLE:
                self._end(transfer)
                transfer = None
            if transfer is None:
                transfer = _Transfer(
                    self._stack.claim(self),
                    datagram.source,
                    message.source_port,
                    datagram.destination,
                    now,
                )
                self._places[index] = transfer
                return transfer
        return None

    def _parse(self, request: bytes) -> tuple[bytes, bytes]:
        """File name and options of a request (TFTP-04, TFTP-09; LEG-08, LEG-09)."""
        lenient = self._stack.profile.tftp_lenient
        broken = _Refused(_ACCESS_VIOLATION if lenient else None)
        if lenient and self._stack.config.tftp_directory is None:
            raise broken
        name, zero, rest = request.partition(b"\0")
        if not zero or len(name) >= FILENAME_LENGTH or len(rest) <= len(_MODE):
            raise broken
        mode = rest.split(b"\0")[0]
        if (mode.lower() if lenient else mode) != _MODE:
            raise _Refused(_BAD_MODE)
        return name, rest[len(_MODE) + 1 :]

    def _path(self, name: bytes) -> bytes:
        """The file that is meant (TFTP-05, TFTP-06; LEG-10)."""
        directory = self._stack.config.tftp_directory
        if directory is None or name.endswith(b"/"):
            raise _Refused(_ACCESS_VIOLATION)
        prefix = directory.encode(errors="surrogateescape")
        if self._stack.profile.tftp_absolute_names:
            if not name.startswith(b"/") or b"/../" in name or not name.startswith(prefix):
                raise _Refused(_ACCESS_VIOLATION)
            return name
        if not name or b"../" in name:
            raise _Refused(_ACCESS_VIOLATION)
        return prefix + b"/" + name

    def _on_acknowledgment(self, transfer: _Transfer, number: bytes) -> None:
        """Send the next block, whatever number came (TFTP-11, TFTP-19); or, in 0.6, the block
        behind that number, of which 65536 is none (LEG-11, LEG-12)."""
        if transfer.step is not _Step.NOTHING:
            self._stack.drop("TFTP")
            return
        if self._stack.profile.tftp_random_access:
            if len(number) < 2:
                raise WireError("TFTP: acknowledgment without a number")
            transfer.block = int.from_bytes(number, "big")
            if transfer.block == 0xFFFF:
                return
        self._read_block(transfer)

    def _on_outcome(self, transfer: _Transfer, step: _Step, event: hostio.Event) -> None:
        match event:
            case hostio.FileFailed():
                if step is _Step.OPENING and event.opened:
                    self._on_opened(transfer)
                else:
                    self._fail(transfer, _NOT_FOUND)
            case hostio.FileSize() if step is _Step.MEASURING:
                self._accept(transfer, b"tsize", event.size)
                self._negotiate(transfer)
            case hostio.FileRead() if step is _Step.OPENING:
                self._on_opened(transfer)
            case hostio.FileRead() if step is _Step.READING:
                self._send_block(transfer, event.data)

    def _on_opened(self, transfer: _Transfer) -> None:
        if transfer.wishes.endswith(b"\0"):
            self._negotiate(transfer)
        else:
            self._fail(transfer, _ACCESS_VIOLATION)

    def _negotiate(self, transfer: _Transfer) -> None:
        """Go on through the options of the request; then acknowledge them or send data."""
        accepted = transfer.accepted = transfer.accepted or []
        while transfer.wishes and len(accepted) < MOST_OPTIONS:
            key, _, rest = transfer.wishes.partition(b"\0")
            if not rest:
                self._fail(transfer, _ACCESS_VIOLATION)
                return
            text, _, transfer.wishes = rest.partition(b"\0")
            value = _number(text)
            if key.lower() == b"tsize":
                if not value:
                    transfer.step = _Step.MEASURING
                    self._stack.perform(hostio.MeasureFile(transfer.handle, transfer.path))
                    return
                self._accept(transfer, b"tsize", value)
            elif key.lower() == b"blksize" and value > 0:
                transfer.block_size = min(value, LARGEST_BLOCK)
                self._accept(transfer, b"blksize", transfer.block_size)
        if accepted:
            self._send(transfer, tftp.OptionAcknowledgment(tuple(accepted)))
        else:
            self._read_block(transfer)

    def _accept(self, transfer: _Transfer, key: bytes, value: int) -> None:
        """Note an option for acknowledgment, its value in 32 bits (TFTP-17)."""
        assert transfer.accepted is not None
        transfer.accepted.append((key, b"%d" % (value & 0xFFFFFFFF)))

    def _read_block(self, transfer: _Transfer) -> None:
        size = transfer.block_size
        self._read(transfer, _Step.READING, transfer.block * size, size)

    def _read(self, transfer: _Transfer, step: _Step, offset: int, size: int) -> None:
        transfer.step = step
        self._stack.perform(hostio.ReadFile(transfer.handle, transfer.path, offset, size))

    def _send_block(self, transfer: _Transfer, payload: bytes) -> None:
        """Send the next block; a short one is the last (TFTP-10)."""
        transfer.block += 1
        self._send(transfer, tftp.Data(transfer.block, payload))
        if len(payload) == transfer.block_size:
            transfer.used = self._stack.now // MILLISECOND
        else:
            self._end(transfer)

    def _fail(self, transfer: _Transfer, error: tftp.Error) -> None:
        self._send(transfer, error)
        self._end(transfer)

    def _send(self, transfer: _Transfer, packet: tftp.Packet) -> None:
        payload = udp.encode(
            udp.Datagram(tftp.PORT, transfer.port, tftp.encode(packet)),
            transfer.server,
            transfer.client,
        )
        self._stack.send(
            make_packet(transfer.server, transfer.client, ipv4.UDP, payload, _TTL, _TOS)
        )

    def _end(self, transfer: _Transfer) -> None:
        self._places[self._places.index(transfer)] = None
        self._stack.perform(hostio.Close(transfer.handle))
        self._stack.release(transfer.handle)


def _number(text: bytes) -> int:
    """The number that ``text`` begins with, 0 if it begins with none; as a signed 32-bit one."""
    text = text.lstrip(b" \t\n\v\f\r")
    sign = -1 if text[:1] == b"-" else 1
    digits = text[1:] if text[:1] in (b"-", b"+") else text
    length = 0
    while length < min(len(digits), 20) and digits[length : length + 1].isdigit():
        length += 1
    value = min(int(digits[:length] or b"0"), (1 << 63) - 1) * sign
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)

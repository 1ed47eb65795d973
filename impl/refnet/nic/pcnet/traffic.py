"""Frames of the Am79C970A: what becomes of one that comes, and of those in the transmit ring."""

from .. import hashing
from ..model import Setting
from . import registers as reg
from .core import Core
from .descriptors import (
    ENP,
    ERR,
    OWN,
    RX_BAM,
    RX_BUFF,
    RX_CRC,
    RX_LFAM,
    RX_OFLO,
    RX_PAM,
    STP,
    TX_ADD_FCS,
    TX_BUFF,
    TX_LCAR,
    TX_LTINT,
    TX_UFLO,
    Descriptor,
)


class Traffic(Core):
    """Receiver and transmitter; in loopback the buffer of one is that of the other."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._buffer = bytearray(reg.BUFFER_SIZE)
        self._link = reg.LINK_UP
        self._transmitting = False
        self._looping: bool | None = None

    def on_link_change(self, up: bool) -> None:
        self._link = reg.LINK_UP if up else 0

    def _poll(self) -> None:
        """Look at both rings, and send what is there to be sent."""
        csr = self._csr
        if csr[0] & reg.RXON:
            self._poll_receive()
        wanted = csr[0] & reg.TDMD or (
            csr[0] & reg.TXON and not csr[4] & reg.DPOLL and self._poll_transmit()
        )
        if wanted and not self._transmitting:
            self._transmit()

    # -- receiving ---------------------------------------------------------------------------------

    def receive(self, frame: bytes) -> bool:
        """Take a frame (PCN-05); from outside it is lost while the chip stands still or loops."""
        csr = self._csr
        loops = bool(csr[reg.MODE] & reg.LOOP)
        if (
            csr[reg.MODE] & reg.DRX
            or self._is_idle()
            or not frame
            or (loops and self._looping is None)
        ):
            return True
        padded = frame.ljust(reg.SHORTEST, b"\0")
        match = self._match(padded)
        if match is not None:
            self._poll_receive()
            if not csr[reg.CRST] & OWN and self._receive_ring:
                self._seek_buffer()
            if csr[reg.CRST] & OWN:
                self._put(padded, match)
            else:
                csr[0] |= reg.MISS
                csr[reg.MISSC] = csr[reg.MISSC] + 1 & 0xFFFF
        self._poll()
        self._update()
        return True

    def _match(self, frame: bytes) -> int | None:
        """The receive filter: how the frame's destination was recognized; None: not at all."""
        mode = self._csr[reg.MODE]
        if mode & reg.PROM:
            return 0
        if not mode & reg.DRCVPA and frame[:6] == self._octets(reg.PADR, 3):
            return RX_PAM
        if not mode & reg.DRCVBC and frame[:6] == reg.BROADCAST:
            return RX_BAM
        if frame[0] & 1:
            place = hashing.register(frame[:6]) >> 26
            if self._octets(reg.LADRF, 4)[place >> 3] & 1 << (place & 7):
                return RX_LFAM
        return None

    def _octets(self, number: int, words: int) -> bytes:
        return b"".join(word.to_bytes(2, "little") for word in self._csr[number : number + words])

    def _seek_buffer(self) -> None:
        """Go on to the next receive descriptor that is the chip's, once round the ring."""
        csr = self._csr
        left = csr[reg.RCVRC] - 1
        for _ in range(csr[reg.RCVRL] - 1):
            if left <= 1:
                left = csr[reg.RCVRL]
            if self._load(self._receive_place(left)).status & OWN:
                csr[reg.RCVRC] = left
                self._poll_receive()
                return
            left -= 1

    def _put(self, frame: bytes, match: int) -> None:
        """Write a frame to as many as three buffers, and say so in their descriptors."""
        csr = self._csr
        if self._looping is None:
            frame = frame[: reg.LONGEST] + bytes(reg.FCS)
            self._buffer[: len(frame)] = frame
            length, wrong = len(frame), False
        else:
            length, wrong = self._append_fcs(len(frame))
        here = self._pair(reg.CRDA)
        descriptor = self._load(self._address(here))
        descriptor.status |= STP
        done = self._fill(here, descriptor, 0, length)
        used = 1
        for following in (reg.NRDA, reg.NNRD):
            address = self._pair(following)
            if done == length or not address:
                break
            descriptor = self._load(self._address(address))
            if not descriptor.status & OWN:
                break
            here = address
            done = self._fill(here, descriptor, done, length)
            used += 1
        descriptor = self._load(self._address(here))
        if done == length:
            descriptor.detail = descriptor.detail & ~0xFFF | length
            descriptor.status = descriptor.status & ~(RX_PAM | RX_LFAM | RX_BAM) | ENP | match
            if wrong:
                descriptor.status |= RX_CRC | ERR
        else:
            descriptor.status |= RX_OFLO | RX_BUFF | ERR
        self._store(self._address(here), descriptor)
        csr[0] |= reg.RINT
        for _ in range(used):
            self._step(reg.RCVRC, reg.RCVRL)
        self._poll_receive()

    def _fill(self, address: int, descriptor: Descriptor, done: int, length: int) -> int:
        """Write as much as one buffer takes, from octet ``done`` on; how much is done then."""
        end = min(done + descriptor.room, length)
        self.write_memory(self._address(descriptor.address), self._buffer[done:end])
        descriptor.status &= ~OWN
        self._store(self._address(address), descriptor)
        return end

    def _append_fcs(self, length: int) -> tuple[int, bool]:
        """Loopback's FCS (PCN-07): the new length, and whether the FCS is held to be wrong.

        A frame that brings its own is held against the four octets behind it, as QEMU does.
        """
        fcs = hashing.register(self._buffer[:length]).to_bytes(reg.FCS, "big")
        end = length + reg.FCS
        if (
            not self._looping
            and self._csr[reg.MODE] & reg.DXMTFCS
            and length >= reg.SHORTEST + reg.FCS
        ):
            return length, self._buffer[length:end] != fcs
        self._buffer[length:end] = fcs
        return end, False

    # -- transmitting ------------------------------------------------------------------------------

    def _transmit(self) -> None:
        """Send what the transmit ring holds, once round it at most (PCN-06)."""
        csr = self._csr
        if not csr[0] & reg.TXON:
            csr[0] &= ~reg.TDMD
            return
        self._transmitting = True
        self._send_ring()
        self._transmitting = False

    def _send_ring(self) -> None:
        csr = self._csr
        filled: int | None = None
        first = 0
        adds_fcs = False
        for _ in range(csr[reg.XMTRL]):
            if not self._poll_transmit():
                if filled is None:
                    return
                self._underflow(first)
                if not csr[3] & reg.DXSUFLO:
                    csr[0] &= ~reg.TXON
                    return
                continue
            descriptor = self._load(self._address(self._pair(reg.CXDA)), transmits=True)
            style = self._bcr[reg.SWS] & 0xFF
            if descriptor.status & STP:
                filled, first = 0, self._address(self._pair(reg.CXDA))
                if style != 1:
                    adds_fcs = bool(descriptor.status & TX_ADD_FCS)
            if self._is_cut_off():
                descriptor.detail |= TX_LCAR
                descriptor.status |= ERR
                csr[0] |= reg.ERROR | reg.CERR
                filled = None
            elif filled is not None:
                filled = self._gather(descriptor, filled)
                if filled is not None and descriptor.status & ENP:
                    if style == 1:
                        adds_fcs = not descriptor.status & TX_ADD_FCS
                    self._send(filled, adds_fcs)
                    filled = None
            self._finish(descriptor)

    def _is_cut_off(self) -> bool:
        """Whether the link is down, and the frame would not stay inside."""
        mode = self._csr[reg.MODE]
        inside = mode & reg.LOOP and (mode & reg.INTL or self._bcr[reg.MISC] & reg.TMAU_LOOP)
        return not self._link and not inside

    def _gather(self, descriptor: Descriptor, filled: int) -> int | None:
        """Read a buffer behind what is there; None: it would be too much, and nothing is sent."""
        end = filled + descriptor.room
        if end > reg.BUFFER_SIZE - reg.FCS:
            return None
        address = self._address(descriptor.address)
        self._buffer[filled:end] = self.read_memory(address, descriptor.room)
        return end

    def _send(self, length: int, adds_fcs: bool) -> None:
        csr = self._csr
        frame = bytes(self._buffer[:length])
        if not csr[reg.MODE] & reg.LOOP:
            self.cable.send(frame)
        else:
            self._looping = adds_fcs
            self.cable.loop_back(frame)
            self._looping = None
        csr[0] &= ~reg.TDMD
        csr[4] |= reg.TXSTRT

    def _finish(self, descriptor: Descriptor) -> None:
        """Give a transmit descriptor back and go on to the next."""
        csr = self._csr
        descriptor.status &= ~OWN
        self._store(self._address(self._pair(reg.CXDA)), descriptor, transmits=True)
        told = csr[5] & reg.LTINTEN and descriptor.status & TX_LTINT
        if told or not csr[5] & reg.TOKINTD:
            csr[0] |= reg.TINT
        self._step(reg.XMTRC, reg.XMTRL)

    def _underflow(self, first: int) -> None:
        """A frame began at ``first`` and does not end: no descriptor for the rest is there."""
        descriptor = self._load(first, transmits=True)
        descriptor.detail |= TX_BUFF | TX_UFLO
        descriptor.status = descriptor.status & ~OWN | ERR
        self._store(first, descriptor, transmits=True)
        self._csr[0] |= reg.TINT

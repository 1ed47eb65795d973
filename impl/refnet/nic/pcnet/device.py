"""The Am79C970A as the processor sees it: ports, commands, and the timer that polls."""

from ..bus import Region
from ..model import Setting
from ..pci import STATUS, Identity
from . import registers as reg
from .traffic import Traffic

_NARROW_PORTS = {0x0: "RDP", 0x2: "RAP", 0x4: "RESET", 0x6: "BDP"}
_WIDE_PORTS = {0x0: "RDP", 0x4: "RAP", 0x8: "RESET", 0xC: "BDP"}


class Pcnet(Traffic):
    """``pcnet``."""

    IDENTITY = Identity(
        0x1022,
        0x2000,
        revision=0x10,
        subsystem_vendor=0,
        subsystem=0,
        min_grant=0x06,
        max_latency=0xFF,
    )
    SAVED = (
        "_prom",
        "_csr",
        "_bcr",
        "_selected",
        "_receive_ring",
        "_transmit_ring",
        "_buffer",
        "_polls",
        "_link",
        "_timer",
    )

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.preset(STATUS, reg.PCI_STATUS.to_bytes(2, "little"))
        self.add_bar(0, Region(reg.PORTS, self._read, self._write), io=True)
        self.add_bar(1, Region(reg.PORTS, self._read, self._write))
        self.add_rom(0x40000)
        self._prom = bytearray(_prom(self.mac))
        self._selected = 0
        self._polls = False
        self._timer = self.board.timers.add(self._tick)

    def reset(self) -> None:
        for number, value in reg.BCRS_AFTER_RESET.items():
            self._bcr[number] = value
        self._reset_chip()
        self._update()
        self._tick()

    def remove(self) -> None:
        self._timer.cancel()
        super().remove()

    def _reset_chip(self) -> None:
        """What reading the RESET port does (PCN-03)."""
        csr = self._csr
        for number, value in reg.AFTER_RESET.items():
            csr[number] = value
        for place in range(3):
            csr[reg.PADR + place] = int.from_bytes(self._prom[2 * place : 2 * place + 2], "little")
        csr[reg.MODE] &= reg.MODE_KEPT
        self._bcr[reg.BURST] &= ~reg.DWIO
        self._receive_ring = self._transmit_ring = self._selected = 0
        self._transmitting = False

    def _tick(self) -> None:
        """What happens about every 2 ms, and before each access (PCN-08).

        The chip polls when a counter has run for 65536 of its cycles. QEMU counts so many that it
        has always run out by the next access, except at the very first start.
        """
        self._timer.cancel()
        csr = self._csr
        if csr[0] & reg.TDMD:
            self._transmit()
        self._update()
        if csr[0] & reg.STOP or csr[5] & reg.SPND or csr[4] & reg.DPOLL:
            return
        if self._polls:
            self._poll()
            csr[reg.POLL] = csr[reg.POLLINT]
        self._polls = True
        self._timer.set(self.now() + (0x10000 - csr[reg.POLL]) * reg.TICK_NS)

    # -- ports -------------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        if offset < reg.PROM_SIZE:
            if size == 4 if self._bcr[reg.BURST] & reg.DWIO else size < 4:
                return int.from_bytes(self._prom[offset : offset + size], "little")
        elif size > 1:
            self._tick()
            value = self._read_port(self._port(offset, size))
            self._update()
            return value
        return (1 << 8 * size) - 1

    def _write(self, offset: int, size: int, value: int) -> None:
        if offset < reg.PROM_SIZE:
            fits = size == 4 if self._bcr[reg.BURST] & reg.DWIO else size < 4
            if fits and self._bcr[reg.MISC] & reg.PROM_WRITABLE:
                self._prom[offset : offset + size] = value.to_bytes(size, "little")
        elif size > 1:
            self._tick()
            self._write_port(self._port(offset, size), size, value & 0xFFFF)
            self._update()

    def _port(self, offset: int, size: int) -> str:
        """Which port is meant; none, if the access is not as wide as the ports are now."""
        if self._bcr[reg.BURST] & reg.DWIO:
            return _WIDE_PORTS.get(offset & 0xF, "") if size == 4 else ""
        if size == 4:
            return "widen" if not offset & 0xF else ""
        return _NARROW_PORTS.get(offset & 0xF, "")

    def _read_port(self, port: str) -> int:
        match port:
            case "RDP":
                return self._read_csr(self._selected)
            case "RAP":
                return self._selected
            case "RESET":
                self._reset_chip()
                return 0
            case "BDP":
                return self._read_bcr(self._selected)
        return 0xFFFF_FFFF

    def _write_port(self, port: str, size: int, value: int) -> None:
        match port:
            case "RDP":
                self._write_csr(self._selected, value)
            case "RAP":
                self._selected = value & 0x7F
            case "BDP":
                self._write_bcr(self._selected, value)
            case "widen":
                self._bcr[reg.BURST] |= reg.DWIO

    def _read_csr(self, number: int) -> int:
        csr = self._csr
        if number == 0:
            self._update()
            return csr[0] | (reg.ERROR if csr[0] & reg.ERRORS else 0)
        if number == reg.STYLE:
            return self._bcr[reg.SWS]
        if number == reg.CHIP_ID:
            return csr[reg.CHIP_ID + 1] << 16 | csr[reg.CHIP_ID]
        return csr[reg.ALIASES.get(number, number)]

    def _write_csr(self, number: int, value: int) -> None:
        csr = self._csr
        number = reg.ALIASES.get(number, number)
        if number == 0:
            self._command(value)
        elif number == 4:
            csr[4] = value & ~reg.CLEARABLE4 | csr[4] & ~value & reg.CLEARABLE4
        elif number == 5:
            csr[5] = value & ~reg.CLEARABLE5 | csr[5] & ~value & reg.CLEARABLE5
        elif number == reg.STYLE:
            self._write_bcr(reg.SWS, value)
        elif number in (reg.RCVRL, reg.XMTRL):
            csr[number] = value or reg.LONGEST_RING
        elif number in reg.PLAIN or (number == reg.MISSC and self._is_idle()):
            csr[number] = value

    def _read_bcr(self, number: int) -> int:
        if number >= len(self._bcr):
            return 0
        value = self._bcr[number]
        if reg.LINK <= number <= reg.LED3:
            value &= ~reg.LED_ON
            if value & reg.LED_CAUSES & self._link:
                value |= reg.LED_ON
        return value

    def _write_bcr(self, number: int, value: int) -> None:
        if number == reg.SWS:
            if not self._is_idle():
                return
            bits = reg.STYLE_BITS.get(value & 0xFF)
            value = reg.STYLE_BITS[0] if bits is None else value & ~0x0300 | bits
        if number in reg.WRITABLE_BCRS:
            self._bcr[number] = value

    # -- what CSR0 commands ------------------------------------------------------------------------

    def _command(self, value: int) -> None:
        csr = self._csr
        csr[0] &= ~(value & reg.CLEARABLE)
        csr[0] = csr[0] & ~reg.INEA | value & (reg.INEA | reg.TDMD)
        if value & reg.STARTED == reg.STARTED:
            value &= ~(reg.INIT | reg.STRT)
        if value & reg.STOP and not csr[0] & reg.STOP:
            self._stop()
        if value & reg.INIT and not csr[0] & reg.INIT:
            self._initialize()
        if value & reg.STRT and not csr[0] & reg.STRT:
            self._start()
        if csr[0] & reg.TDMD:
            self._transmit()

    def _stop(self) -> None:
        self._csr[0] = reg.STOP | reg.TXON
        self._csr[4] &= ~reg.STOPPED4
        self._csr[5] &= ~reg.STOPPED5
        self._tick()

    def _initialize(self) -> None:
        """Read the initialization block: mode, addresses and rings (PCN-04)."""
        csr = self._csr
        wide = bool(self._bcr[reg.SWS] & reg.WIDE)
        octets = self.read_memory(self._address(self._pair(reg.IADR)), 28 if wide else 24)
        words = [int.from_bytes(octets[at : at + 2], "little") for at in range(0, len(octets), 2)]
        if wide:
            receive_bits, transmit_bits = octets[2] >> 4, octets[3] >> 4
            own, groups = words[2:5], words[6:10]
            rings = [words[10] | words[11] << 16, words[12] | words[13] << 16]
        else:
            receive_bits, transmit_bits = words[9] >> 13, words[11] >> 13
            own, groups = words[1:4], words[4:8]
            rings = [words[8] | (words[9] & 0xFF) << 16, words[10] | (words[11] & 0xFF) << 16]
        csr[reg.RCVRL] = csr[reg.RCVRC] = min(1 << receive_bits, reg.LONGEST_RING)
        csr[reg.XMTRL] = csr[reg.XMTRC] = min(1 << transmit_bits, reg.LONGEST_RING)
        csr[6] = transmit_bits << 12 | receive_bits << 8
        csr[reg.MODE] = words[0]
        csr[reg.LADRF : reg.LADRF + 4] = groups
        csr[reg.PADR : reg.PADR + 3] = own
        self._receive_ring, self._transmit_ring = map(self._address, rings)
        csr[0] = (csr[0] | reg.IDON | reg.INIT) & ~reg.STOP
        self.cable.flush()

    def _start(self) -> None:
        csr = self._csr
        if not csr[reg.MODE] & reg.DTX:
            csr[0] |= reg.TXON
        if not csr[reg.MODE] & reg.DRX:
            csr[0] |= reg.RXON
        csr[0] = csr[0] & ~reg.STOP | reg.STRT
        self._tick()
        self.cable.flush()


def _prom(mac: bytes) -> bytes:
    """What is in the address PROM, with its checksum (PCN-02)."""
    octets = bytearray(mac + bytes.fromhex("000000110000 0000 5757"))
    octets[12:14] = sum(octets).to_bytes(2, "little")
    return bytes(octets)

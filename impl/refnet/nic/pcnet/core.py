"""What all of the Am79C970A works on: registers, the interrupt they make, rings in memory."""

from ..model import PciModel, Setting
from . import registers as reg
from .descriptors import OWN, Descriptor, decode, encode, size_of


class Core(PciModel):
    """The registers, and where they say that descriptors are."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._csr = [0] * 128
        self._bcr = [0] * 32
        self._receive_ring = self._transmit_ring = 0

    def _is_idle(self) -> bool:
        return bool(self._csr[0] & reg.STOP or self._csr[5] & reg.SPND)

    def _update(self) -> None:
        """Work out INTR and the interrupt from what has happened, and what of it is masked."""
        csr = self._csr
        enabled = bool(csr[0] & reg.INEA)
        csr[0] &= ~reg.INTR
        high = False
        if (
            csr[0] & ~csr[3] & reg.CAUSES
            or csr[4] >> 1 & ~csr[4] & reg.CAUSES4
            or csr[5] >> 1 & csr[5] & reg.CAUSES5
        ):
            high = enabled
            csr[0] |= reg.INTR
        if csr[4] & reg.UINT_COMMAND and enabled:
            csr[4] = csr[4] & ~reg.UINT_COMMAND | reg.UINT
            csr[0] |= reg.INTR
            high = True
        if csr[5] >> 1 & csr[5] & reg.ALWAYS5:
            csr[0] |= reg.INTR
            high = True
        self.interrupt(high)

    # -- rings -------------------------------------------------------------------------------------

    def _pair(self, number: int) -> int:
        """A value of 32 bits, in two registers."""
        return self._csr[number] | self._csr[number + 1] << 16

    def _set_pair(self, number: int, value: int) -> None:
        self._csr[number], self._csr[number + 1] = value & 0xFFFF, value >> 16

    def _address(self, address: int) -> int:
        """An address on the bus: with 24 bits, the rest is from the initialization block's."""
        return address if self._bcr[reg.SWS] & reg.WIDE else address | (self._csr[2] & 0xFF00) << 16

    def _load(self, address: int, transmits: bool = False) -> Descriptor:
        style = self._bcr[reg.SWS] & 0xFF
        return decode(self.read_memory(address, size_of(style)), style, transmits)

    def _store(self, address: int, descriptor: Descriptor, transmits: bool = False) -> None:
        style = self._bcr[reg.SWS] & 0xFF
        self.write_memory(address, encode(descriptor, style, transmits))

    def _receive_place(self, left: int) -> int:
        """Where the receive descriptor is after which ``left`` - 1 others come in the ring."""
        length = self._csr[reg.RCVRL]
        while left < 1:
            left += length
        return (
            self._receive_ring + (length - left) * size_of(self._bcr[reg.SWS] & 0xFF) & reg.ADDRESS
        )

    def _step(self, left: int, length: int) -> None:
        """Go on to the next descriptor of a ring: the number of what is left counts down."""
        csr = self._csr
        csr[left] = csr[length] if csr[left] <= 1 else csr[left] - 1

    def _poll_receive(self) -> None:
        """Note where the current, the next and the one after next receive descriptor are."""
        csr = self._csr
        self._set_pair(reg.CRDA, 0)
        if self._receive_ring:
            left = csr[reg.RCVRC]
            here, following, last = (self._receive_place(left - step) for step in range(3))
            if not self._load(here).is_bad(transmits=False):
                bad = self._load(following).is_bad(transmits=False)
                self._set_pair(reg.CRDA, here)
                self._set_pair(reg.NRDA, 0 if bad or following == here else following)
                bad = bad or self._load(last).is_bad(transmits=False)
                self._set_pair(reg.NNRD, 0 if bad or last == here else last)
        for place, count, status in (
            (reg.CRDA, reg.CRBC, reg.CRST),
            (reg.NRDA, reg.NRBC, reg.NRST),
        ):
            address = self._pair(place)
            csr[count] = csr[status] = 0
            if address:
                descriptor = self._load(self._address(address))
                csr[count], csr[status] = descriptor.count, descriptor.status

    def _poll_transmit(self) -> bool:
        """Note where the current transmit descriptor is; whether it is the chip's."""
        csr = self._csr
        self._set_pair(reg.CXDA, 0)
        if self._transmit_ring:
            done = csr[reg.XMTRL] - csr[reg.XMTRC]
            here = self._transmit_ring + done * size_of(self._bcr[reg.SWS] & 0xFF) & reg.ADDRESS
            if here and not self._load(here, transmits=True).is_bad(transmits=True):
                self._set_pair(reg.PXDA, 0)
                csr[reg.PXBC], csr[reg.PXST] = csr[reg.CXBC], csr[reg.CXST]
                self._set_pair(reg.CXDA, here)
        csr[reg.CXBC] = csr[reg.CXST] = 0
        if address := self._pair(reg.CXDA):
            descriptor = self._load(self._address(address), transmits=True)
            csr[reg.CXBC], csr[reg.CXST] = descriptor.count, descriptor.status
        return bool(csr[reg.CXST] & OWN)

"""The registers of a modern driver, in memory (Virtio 1.2, 4.1.4).

Common configuration, interrupt status, the device's own configuration and notifications have a
page or more each; capabilities say where. A further capability is a way to them through
configuration space.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..pci import Function
from . import features
from .ring import LARGEST

if TYPE_CHECKING:
    from .transport import VirtioPci

PIO_NOTIFY_SIZE = 4

_VENDOR_SPECIFIC = 0x09
_COMMON, _NOTIFY, _ISR, _DEVICE, _PCI_CONFIG = 1, 2, 3, 4, 5
_CAPABILITY, _NOTIFY_CAPABILITY, _ACCESS_CAPABILITY = 16, 20, 20
_BAR, _OFFSET, _LENGTH, _DATA = 4, 8, 12, 16

_PAGE = 0x1000
_ISR_AT, _DEVICE_AT, _NOTIFY_AT = 0x1000, 0x2000, 0x3000
_DOORBELL, _DOORBELL_PAGE = 4, 0x1000

_QUEUE_ADDRESSES = range(0x20, 0x38, 4)
_DESCRIPTORS, _AVAILABLE, _USED = 0x20, 0x28, 0x30
_SIZE = 0x18


class ModernRegisters:
    """BAR 4.

    Attributes:
        size: of all, in octets; on_ports: whether notifications may also go to an I/O port.
    """

    def __init__(self, device: "VirtioPci", options: Mapping[str, object]) -> None:
        self._device = device
        self._doorbell = _DOORBELL_PAGE if options.get("page-per-vq") is True else _DOORBELL
        self.on_ports = options.get("modern-pio-notify") is True
        self.size = 1 << (_NOTIFY_AT + self._doorbell * LARGEST - 1).bit_length()
        self._access = 0
        self.reset()

    def reset(self) -> None:
        """Which words of the features a driver looks at, and which it has accepted."""
        self._offered_word = self._accepted_word = 0
        self._accepted = [0, 0]

    def save(self) -> dict[str, Any]:
        """What there is to save, as a plain value."""
        return {"words": (self._offered_word, self._accepted_word), "accepted": [*self._accepted]}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        self._offered_word, self._accepted_word = saved["words"]
        self._accepted = [*saved["accepted"]]

    # -- capabilities ------------------------------------------------------------------------------

    def add_capabilities(self, function: Function, bar: int, port_bar: int) -> None:
        """Say in configuration space where the registers are."""
        doorbells = self._doorbell * LARGEST
        self._add(function, _COMMON, bar, 0, _PAGE)
        self._add(function, _ISR, bar, _ISR_AT, _PAGE)
        self._add(function, _DEVICE, bar, _DEVICE_AT, _PAGE)
        at = self._add(function, _NOTIFY, bar, _NOTIFY_AT, doorbells, _NOTIFY_CAPABILITY)
        function.preset(at + _DATA, self._doorbell.to_bytes(4, "little"))
        if self.on_ports:
            self._add(function, _NOTIFY, port_bar, 0, PIO_NOTIFY_SIZE, _NOTIFY_CAPABILITY)
        self._access = self._add(function, _PCI_CONFIG, 0, 0, 0, _ACCESS_CAPABILITY)
        function.allow(self._access + _BAR, b"\xff")
        function.allow(self._access + _OFFSET, b"\xff" * (_ACCESS_CAPABILITY - _OFFSET))

    def _add(
        self,
        function: Function,
        kind: int,
        bar: int,
        offset: int,
        length: int,
        size: int = _CAPABILITY,
    ) -> int:
        at = function.add_capability(_VENDOR_SPECIFIC, size)
        function.preset(at + 2, bytes([size, kind, bar]))
        function.preset(at + _OFFSET, offset.to_bytes(4, "little"))
        function.preset(at + _LENGTH, length.to_bytes(4, "little"))
        return at

    def read_through(self, function: Function, offset: int, length: int) -> None:
        """Configuration space is read: the window shows the register that it is on."""
        if self._touches_data(offset, length) and (window := self._window(function)) is not None:
            place, size = window
            value = self.load(place, size) & (1 << 8 * size) - 1
            function.preset(self._access + _DATA, value.to_bytes(size, "little"))

    def written_through(self, function: Function, offset: int, length: int) -> None:
        """Configuration space was written: what is in the window goes to the register."""
        if self._touches_data(offset, length) and (window := self._window(function)) is not None:
            place, size = window
            data = function.config[self._access + _DATA :][:size]
            self.store(place, size, int.from_bytes(data, "little"))

    def _touches_data(self, offset: int, length: int) -> bool:
        data = self._access + _DATA
        return offset < data + 4 and offset + length > data

    def _window(self, function: Function) -> tuple[int, int] | None:
        """Which register is in the window, and its size; None: none."""
        at = function.config[self._access : self._access + _ACCESS_CAPABILITY]
        offset = int.from_bytes(at[_OFFSET:_LENGTH], "little")
        size = int.from_bytes(at[_LENGTH:_DATA], "little")
        if size not in (1, 2, 4) or offset + size > _NOTIFY_AT + self._doorbell * LARGEST:
            return None
        if offset < _NOTIFY_AT and offset % _PAGE + size > _PAGE:
            return None
        return offset & -size, size

    # -- registers ---------------------------------------------------------------------------------

    def load(self, offset: int, size: int) -> int:
        """Read whatever is there."""
        if offset < _ISR_AT:
            return self._load_common(offset)
        if offset < _DEVICE_AT:
            return self._device.read_interrupts()
        if offset < _NOTIFY_AT:
            return self._device.load_device_config(offset - _DEVICE_AT, size)
        return 0

    def store(self, offset: int, size: int, value: int) -> None:
        """Write whatever is there."""
        if offset < _ISR_AT:
            self._store_common(offset, value)
        elif _DEVICE_AT <= offset < _NOTIFY_AT:
            self._device.store_device_config(offset - _DEVICE_AT, size, value)
        elif offset >= _NOTIFY_AT:
            self._device.kick((offset - _NOTIFY_AT) // self._doorbell)

    def notify_port(self, offset: int, size: int, value: int) -> None:
        """A queue's number is written to the I/O port."""
        self._device.kick(value)

    def _load_common(self, offset: int) -> int:
        device = self._device
        queue = device.queue(device.selected)
        match offset:
            case 0x00:
                return self._offered_word
            case 0x04 if self._offered_word < 2:
                offered = device.host_features & ~features.LEGACY_ALONE
                return offered >> 32 * self._offered_word & 0xFFFF_FFFF
            case 0x08:
                return self._accepted_word
            case 0x0C if self._accepted_word < 2:
                return self._accepted[self._accepted_word]
            case 0x10:
                return device.config_vector
            case 0x12:
                return max(number + 1 for number, each in device.queues.items() if each.size)
            case 0x14:
                return device.status
            case 0x15:
                return device.generation
            case 0x16:
                return device.selected
            case 0x18:
                return queue.size
            case 0x1A:
                return queue.vector
            case 0x1C:
                return queue.enabled
            case 0x1E:
                return device.selected
            case place if place in _QUEUE_ADDRESSES:
                return queue.wanted.get(place, 0)
        return 0

    def _store_common(self, offset: int, value: int) -> None:
        device = self._device
        queue = device.queue(device.selected)
        match offset:
            case 0x00:
                self._offered_word = value
            case 0x08:
                self._accepted_word = value
            case 0x0C if self._accepted_word < 2:
                self._accepted[self._accepted_word] = value
                device.set_features(self._accepted[1] << 32 | self._accepted[0])
            case 0x10:
                device.choose_config_vector(value)
            case 0x14:
                device.write_status(value)
            case 0x16 if value < LARGEST:
                device.selected = value
            case 0x18:
                queue.wanted[_SIZE] = value & 0xFFFF
                device.resize(queue, value & 0xFFFF)
            case 0x1A:
                device.choose_vector(queue, value)
            case 0x1C if value == 1:
                self._enable()
            case 0x1C:
                device.fail()
            case 0x3A if value == 1:
                device.reset_queue(queue)
            case place if place in _QUEUE_ADDRESSES:
                queue.wanted[place] = value

    def _enable(self) -> None:
        device = self._device
        queue = device.queue(device.selected)
        wanted = queue.wanted
        device.resize(queue, wanted.get(_SIZE, 0))
        descriptors, available, used = (
            wanted.get(low + 4, 0) << 32 | wanted.get(low, 0)
            for low in (_DESCRIPTORS, _AVAILABLE, _USED)
        )
        device.place(queue, descriptors, available, used)
        queue.enabled = True

"""The registers of a legacy driver, on I/O ports (Virtio 1.2, 4.1.4.10; VIO-01).

The device's own configuration follows them: behind two more registers while MSI-X is enabled.
"""

from typing import TYPE_CHECKING

from . import features
from .ring import LARGEST

if TYPE_CHECKING:
    from .transport import VirtioPci

_END, _END_WITH_MSIX = 20, 24

_PAGE_BITS = 12
_PAGE_SIZE = 1 << _PAGE_BITS


class LegacyRegisters:
    """BAR 0."""

    def __init__(self, device: "VirtioPci") -> None:
        self._device = device

    def load(self, offset: int, size: int) -> int:
        """Read a register: nothing but its first octet's offset names it, whatever the size."""
        device = self._device
        if offset >= (end := self._end()):
            return device.load_device_config(offset - end, size)
        queue = device.queue(device.selected)
        match offset:
            case 0:
                return device.host_features & 0xFFFF_FFFF
            case 4:
                return device.guest_features & 0xFFFF_FFFF
            case 8:
                return queue.descriptors >> _PAGE_BITS
            case 12:
                return queue.size
            case 14:
                return device.selected
            case 18:
                return device.status
            case 19:
                return device.read_interrupts()
            case 20:
                return device.config_vector
            case 22:
                return queue.vector
        return 0xFFFF_FFFF

    def store(self, offset: int, size: int, value: int) -> None:
        """Write a register."""
        device = self._device
        if offset >= (end := self._end()):
            device.store_device_config(offset - end, size, value)
            return
        queue = device.queue(device.selected)
        match offset:
            case 4:
                if value & 1 << features.BAD_FEATURE:
                    value = features.UNTHINKING
                device.set_features(value)
            case 8 if value == 0:
                device.reset_device()
            case 8:
                descriptors = value << _PAGE_BITS
                available = descriptors + 16 * queue.size
                used = available + 4 + 2 * queue.size + _PAGE_SIZE - 1 & -_PAGE_SIZE
                device.place(queue, descriptors, available, used)
            case 14 if value < LARGEST:
                device.selected = value
            case 16:
                device.kick(value)
            case 18:
                device.write_legacy_status(value)
            case 20:
                device.choose_config_vector(value)
            case 22:
                device.choose_vector(queue, value)

    def _end(self) -> int:
        msix = self._device.msix
        return _END_WITH_MSIX if msix is not None and msix.enabled else _END

"""A virtio device on PCI: configuration space, BARs, status, features, queues and interrupts.

Virtio 1.2, sections 2 and 4.1. A transitional device has a legacy driver's registers on I/O ports
(BAR 0) and a modern one's in memory (BAR 4); MSI-X is in BAR 1.
"""

from typing import Any

from ...errors import OptionError
from ..bus import Region
from ..model import PciModel, Setting
from ..msix import Msix
from ..pci import BAR0, COMMAND, COMMAND_IO, COMMAND_MASTER, COMMAND_MEMORY, Identity
from . import features
from .legacy import LegacyRegisters
from .modern import PIO_NOTIFY_SIZE, ModernRegisters
from .ring import LARGEST, NO_VECTOR, Queue, Rings

DRIVER_OK, FEATURES_OK, NEEDS_RESET = 0x04, 0x08, 0x40
_ACKNOWLEDGED_DRIVER = 0x03

_VENDOR = 0x1AF4
_LEGACY_BAR, _MSIX_BAR, _PIO_BAR, _MODERN_BAR = 0, 1, 2, 4
_QUEUE_INTERRUPT, _CONFIG_INTERRUPT = 0x01, 0x02
_IOMMU_PLATFORM = 33
_MAPPING = COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER


class VirtioPci(PciModel):
    """What all devices have in common; subclasses are one.

    Args:
        kind: the number of the device type, 1 for a NIC; old: the ID of a transitional one.
        vectors: how many interrupts MSI-X has, unless told otherwise.
        config_size: of the device's own configuration, in octets.
        queues: the sizes of its queues.

    Attributes:
        status: what the driver has written, and NEEDS_RESET; interrupts: why it interrupts.
        guest_features: those that the driver has accepted; host_features: those on offer.
        selected: the queue that a driver's registers are about.
    """

    SAVED: tuple[str, ...] = (
        "status",
        "guest_features",
        "selected",
        "interrupts",
        "config_vector",
        "generation",
        "config_space",
        "started",
        "start_at_kick",
        "broken",
        "barred",
        "kicking",
        "queues",
    )

    def __init__(
        self,
        setting: Setting,
        *,
        kind: int,
        old: int,
        vectors: int,
        config_size: int,
        queues: list[int],
    ) -> None:
        options = setting.options
        modern = options.get("disable-modern") is not True
        legacy = options.get("disable-legacy", "auto") not in ("on", True)
        self.IDENTITY = Identity(
            _VENDOR,
            old if legacy else 0x1040 + kind,
            revision=0 if legacy else 1,
            subsystem=kind if legacy else 0x1100,
        )
        super().__init__(setting)
        self.host_features = features.offered(options) | modern << features.VERSION_1
        self.status = self.guest_features = self.selected = self.interrupts = 0
        self.config_vector = NO_VECTOR
        self.generation = 0
        self.config_space = bytearray(config_size)
        self.started = self.start_at_kick = self.broken = self.barred = self.kicking = False
        self.queues = {n: Queue(n, usual, usual) for n, usual in enumerate(queues)}
        self.rings = Rings(self)
        self._layout = b""
        self._uses_started = options.get("use-started", True) is not False
        self._uses_barring = options.get("use-disabled-flag", True) is not False
        self._kicks_by_event = options.get("ioeventfd", True) is not False
        self._legacy = LegacyRegisters(self) if legacy else None
        self._modern = ModernRegisters(self, options) if modern else None
        self.msix: Msix | None = None
        self._add_registers(_vectors(options.get("vectors"), vectors), options)

    def _add_registers(self, vectors: int, options: Any) -> None:
        modern = self._modern
        if modern is not None:
            modern.add_capabilities(self, _MODERN_BAR, _PIO_BAR)
        if vectors:
            self.msix = Msix(self, vectors, _MSIX_BAR)
        if modern is not None:
            if modern.on_ports:
                ports = Region(PIO_NOTIFY_SIZE, lambda *_: 0, modern.notify_port)
                self.add_bar(_PIO_BAR, ports, io=True)
            region = Region(modern.size, modern.load, modern.store)
            self.add_bar(_MODERN_BAR, region, wide=True, ahead=True)
        if self._legacy is not None:
            size = (24 if vectors else 20) + len(self.config_space)
            region = Region(1 << (size - 1).bit_length(), self._legacy.load, self._legacy.store)
            self.add_bar(_LEGACY_BAR, region, io=True)
        if options.get("romfile") != "":
            self.add_rom(0x40000)

    # -- what a device says of itself --------------------------------------------------------------

    def read_device_config(self) -> bytes:
        """The device's own configuration, as it is now."""
        raise NotImplementedError

    def device_config_written(self) -> None:
        """A driver has changed :attr:`config_space`."""

    def on_features(self, accepted: int) -> None:
        """A driver accepts these features."""

    def on_status(self, status: int) -> None:
        """The status is about to be this one."""

    def on_reset(self) -> None:
        """The device is reset; its queues have not been yet."""

    def on_queue_reset(self, number: int) -> None:
        """A queue is about to be reset."""

    def on_kick(self, queue: Queue) -> None:
        """The driver has notified the device of a queue."""

    def after_kicks(self) -> None:
        """What it has notified the device of at once has been looked at: do what was put off."""

    # -- what drivers do ---------------------------------------------------------------------------

    def queue(self, number: int) -> Queue:
        """A queue by its number, below 1024; one that does not exist has size 0."""
        if number not in self.queues:
            self.queues[number] = Queue(number)
        return self.queues[number]

    def reset(self) -> None:
        """A reset of the machine: of the bus first, then of the device."""
        if self.msix is not None:
            self.msix.reset()
        self.reset_device()
        if self._modern is not None:
            self._modern.reset()

    def reset_device(self) -> None:
        """Forget the driver: status, features, queues, vectors."""
        self.set_status(0)
        self.on_reset()
        self.start_at_kick = self.started = self.broken = self.barred = False
        self.guest_features = self.selected = self.status = self.interrupts = 0
        self.config_vector = NO_VECTOR
        self._notify(NO_VECTOR)
        for number, queue in list(self.queues.items()):
            if queue.usual:
                queue.reset()
            else:
                del self.queues[number]
        if self.msix is not None:
            self.msix.unuse_all()

    def write_status(self, value: int) -> None:
        """A driver writes the status; nought resets the device."""
        value &= 0xFF
        if not value & DRIVER_OK:
            self.kicking = False
        self.set_status(value)
        if value & DRIVER_OK and self._kicks_by_event and not self.kicking:
            self.kicking = True
            self._kick_all()
        if self.status == 0:
            self.reset_device()

    def write_legacy_status(self, value: int) -> None:
        """As :meth:`write_status`; that a driver is there lets the function be master of the bus.

        Linux before 2.6.34 forgot to.
        """
        self.write_status(value)
        if value == _ACKNOWLEDGED_DRIVER and not self.config[COMMAND] & COMMAND_MASTER:
            self.config[COMMAND] |= COMMAND_MASTER
            self._map_queues()

    def set_status(self, value: int) -> None:
        """The status becomes this one, unless the features are not enough."""
        if (
            self.has(features.VERSION_1)
            and value & FEATURES_OK & ~self.status
            and self.host_features & 1 << _IOMMU_PLATFORM
            and not self.has(_IOMMU_PLATFORM)
        ):
            return
        if (self.status ^ value) & DRIVER_OK:
            self._set_started(bool(value & DRIVER_OK))
        self.on_status(value)
        self.status = value

    def set_features(self, wanted: int) -> None:
        """A driver accepts features, unless it has said that it is done with that."""
        if self.status & FEATURES_OK:
            return
        accepted = wanted & self.host_features
        self.on_features(accepted)
        self.guest_features = accepted
        if self.has(features.EVENT_IDX):
            self._map_queues()
        running = self.started if self._uses_started else bool(self.status & DRIVER_OK)
        if not running and not self.has(features.VERSION_1):
            self.start_at_kick = True

    def has(self, feature: int) -> bool:
        """Whether the driver has accepted a feature."""
        return bool(self.guest_features & 1 << feature)

    def kick(self, number: int) -> None:
        """A driver notifies the device of a queue."""
        if number < LARGEST and (queue := self.queues.get(number)) is not None:
            self._handle(queue)

    def read_interrupts(self) -> int:
        """Why the device interrupts; having been read, it does not any more."""
        causes, self.interrupts = self.interrupts, 0
        self.interrupt(False)
        return causes

    def choose_config_vector(self, vector: int) -> None:
        """The interrupt for changes of the configuration; one that there is not is none."""
        self.config_vector = self._choose(self.config_vector, vector)

    def choose_vector(self, queue: Queue, vector: int) -> None:
        """The interrupt of a queue."""
        queue.vector = self._choose(queue.vector, vector)

    def resize(self, queue: Queue, size: int) -> None:
        """Let a queue have another size: one that exists, of 1 to 1024 descriptors."""
        if bool(size) is bool(queue.size) and size <= LARGEST:
            queue.size = size

    def place(self, queue: Queue, descriptors: int, available: int, used: int) -> None:
        """Say where a queue is."""
        if queue.size:
            queue.descriptors, queue.available, queue.used = descriptors, available, used
            self.rings.map(queue)

    def reset_queue(self, queue: Queue) -> None:
        """Forget where a queue is."""
        if queue.usual:
            self.on_queue_reset(queue.number)
        wanted = queue.wanted
        queue.reset()
        queue.wanted = wanted

    # -- configuration -----------------------------------------------------------------------------

    def load_device_config(self, offset: int, size: int) -> int:
        """Read the device's own configuration."""
        if offset + size > len(self.config_space):
            return (1 << 8 * size) - 1
        self.config_space[:] = self.read_device_config()
        return int.from_bytes(self.config_space[offset : offset + size], "little")

    def store_device_config(self, offset: int, size: int, value: int) -> None:
        """Write it."""
        if offset + size <= len(self.config_space):
            self.config_space[offset : offset + size] = value.to_bytes(size, "little")
            self.device_config_written()

    def read_config(self, offset: int, size: int) -> int:
        if self._modern is not None:
            self._modern.read_through(self, offset, size)
        return super().read_config(offset, size)

    def write_config(self, offset: int, size: int, value: int) -> None:
        self._layout = self._lies()
        super().write_config(offset, size, value)

    def configured(self, offset: int, length: int) -> None:
        if self._lies() != self._layout:
            self._map_queues()
        if self.msix is not None:
            self.msix.configured(offset, length)
        if offset <= COMMAND < offset + length:
            if self.config[COMMAND] & COMMAND_MASTER:
                self.barred = False
            else:
                self.barred = self._uses_barring
                self.kicking = False
                self.set_status(self.status & ~DRIVER_OK)
        if self._modern is not None:
            self._modern.written_through(self, offset, length)

    # -- for the rings -----------------------------------------------------------------------------
    #
    # They are in the guest's memory whether or not the function may be master of the bus, as if
    # the device were part of the processor; messages of MSI-X are not.

    def disabled(self) -> bool:
        return self.broken or self.barred

    def fail(self) -> None:
        """The driver has broken the rules: nothing goes on before a reset."""
        if self.has(features.VERSION_1):
            self.status |= NEEDS_RESET
            self.config_changed()
        self.broken = True

    def fetch(self, address: int, length: int) -> bytes:
        return bytes(length) if self.bus is None else self.bus.memory.read(address, length)

    def deposit(self, address: int, octets: bytes) -> None:
        if self.bus is not None:
            self.bus.memory.write(address, octets)

    def stretch(self, address: int, length: int) -> int:
        return 0 if self.bus is None else self.bus.memory.stretch(address, length)

    # -- interrupts --------------------------------------------------------------------------------

    def used(self, queue: Queue) -> None:
        """Buffers were used: interrupt, if the driver wants to know."""
        if self.rings.wants_interrupt(queue):
            self.interrupts |= _QUEUE_INTERRUPT
            self._notify(queue.vector)

    def config_changed(self) -> None:
        """The device's own configuration has changed, or the status."""
        if self.status & DRIVER_OK:
            self.interrupts |= _QUEUE_INTERRUPT | _CONFIG_INTERRUPT
            self.generation = self.generation + 1 & 0xFFFF_FFFF
            self._notify(self.config_vector)

    # -- saving ------------------------------------------------------------------------------------

    def save(self) -> dict[str, Any]:
        return super().save() | {
            "msix": self.msix and self.msix.save(),
            "modern": self._modern and self._modern.save(),
        }

    def load(self, saved: dict[str, Any]) -> None:
        if self.msix is not None:
            self.msix.load(saved["msix"])
        if self._modern is not None:
            self._modern.restore(saved["modern"])
        super().load(saved)

    # -- inside ------------------------------------------------------------------------------------

    def _kick_all(self) -> None:
        """The driver may have filled its queues already: the last one is looked at first."""
        for queue in sorted(self.queues.values(), key=lambda each: -each.number):
            if queue.size:
                self._handle(queue, False)
        self.after_kicks()

    def _handle(self, queue: Queue, alone: bool = True) -> None:
        if not queue.descriptors or self.broken:
            return
        self.on_kick(queue)
        if alone:
            self.after_kicks()
        if self.start_at_kick:
            self._set_started(True)

    def _set_started(self, started: bool) -> None:
        if started:
            self.start_at_kick = False
        if self._uses_started:
            self.started = started

    def _choose(self, old: int, new: int) -> int:
        if self.msix is None:
            return NO_VECTOR
        if old != NO_VECTOR:
            self.msix.unuse(old)
        if new >= self.msix.vectors:
            return NO_VECTOR
        self.msix.use(new)
        return new

    def _notify(self, vector: int) -> None:
        if self.disabled():
            return
        if self.msix is None or not self.msix.enabled:
            self.interrupt(bool(self.interrupts & _QUEUE_INTERRUPT))
        elif vector != NO_VECTOR:
            self.msix.notify(vector)

    def _lies(self) -> bytes:
        """What says where the function is mapped: with it, the map of all memory changes."""
        return bytes((self.config[COMMAND] & _MAPPING,)) + self.config[BAR0 : BAR0 + 24]

    def _map_queues(self) -> None:
        for queue in self.queues.values():
            if queue.size:
                self.rings.map(queue)


def _vectors(wanted: object, usual: int) -> int:
    """How many interrupts there are.

    Raises:
        OptionError: more than MSI-X can have.
    """
    if not isinstance(wanted, int) or wanted == 0xFFFF_FFFF:
        return usual
    if wanted > 2048:
        raise OptionError(f"there can't be {wanted} vectors: 2048 are the most")
    return wanted

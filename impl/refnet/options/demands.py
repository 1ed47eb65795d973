"""What the properties of a NIC must be together, checked when it is plugged in (CLI-11)."""

from collections.abc import Mapping

from ..errors import OptionError
from .grammar import Report, Value

_WHOLE_ROM = 0xFFFFFFFF
_QUEUE_SIZES = (256, 512, 1024)
_ISA_INTERRUPTS = 16
_MOST_INDEX = 16383


def check_before(settings: Mapping[str, Value]) -> None:
    """Check what counts before a place on the bus is looked for.

    Raises:
        OptionError: with QEMU's text.
    """
    index = settings.get("acpi-index")
    if isinstance(index, int) and index > _MOST_INDEX:
        raise OptionError(f"acpi-index should be less or equal to {_MOST_INDEX}")
    size = settings.get("romsize", _WHOLE_ROM)
    if isinstance(size, int) and size != _WHOLE_ROM and (size == 0 or size & (size - 1)):
        raise OptionError(f"ROM size {size} is not a power of two")


def check_after(
    settings: Mapping[str, Value], alone: bool, express: bool, modern: bool, report: Report
) -> None:
    """Check the rest; ``report`` is told of what is not heeded.

    Args:
        alone: whether the device has a slot for itself.
        express: whether its bus is PCI Express.
        modern: whether it is of a model that has no legacy mode (virtio).

    Raises:
        OptionError: with QEMU's text.
    """
    interrupt = settings.get("irq")
    if isinstance(interrupt, int) and interrupt >= _ISA_INTERRUPTS:
        raise OptionError(f"interrupt {interrupt} is none of the ISA bus, which has 0 to 15")
    _check_virtio(settings, modern or settings.get("disable-legacy") == "on", report)
    if settings.get("failover_pair_id") is not None:
        if not express:
            raise OptionError("failover primary device must be on PCIExpress bus")
        if not alone:
            raise OptionError("failover: primary device must be in its own PCI slot")


def _check_virtio(settings: Mapping[str, Value], modern: bool, report: Report) -> None:
    if settings.get("disable-modern") is True and settings.get("disable-legacy") == "on":
        raise OptionError(
            "device cannot work as neither modern nor legacy mode is enabled\n"
            "Set either disable-modern or disable-legacy to off"
        )
    if settings.get("duplex", "half") not in ("half", "full"):
        raise OptionError("'duplex' must be 'half' or 'full'")
    speed = settings.get("speed")
    if isinstance(speed, int) and speed < -1:
        raise OptionError("'speed' must be between 0 and INT_MAX")
    for name, end in (("rx_queue_size", "."), ("tx_queue_size", "")):
        size = settings.get(name, _QUEUE_SIZES[0])
        if size not in _QUEUE_SIZES:
            raise OptionError(
                f"Invalid {name} (= {size}), must be a power of 2 between 256 and 1024{end}"
            )
    if settings.get("iommu_platform") is True and not modern:
        raise OptionError(
            "VIRTIO_F_IOMMU_PLATFORM was supported by neither legacy nor transitional device"
        )
    sender = settings.get("tx", "bh")
    if sender not in ("bh", "timer"):
        report(
            f'warning: virtio-net: Unknown option tx={sender}, valid options: "timer" "bh"\n'
            'Defaulting to "bh"'
        )

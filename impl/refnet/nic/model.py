"""What every NIC model is: something that takes frames, sends frames, and has a state to save."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

from ..fabric.port import Sent
from .boards import Board
from .pci import Function, Identity
from .timers import Timer


class Cable(Protocol):
    """The peer that a model speaks through; the fabric's ``Nic`` is one.

    Attributes:
        current_mac: the address that the guest has given the NIC, which people see (INF-10).
    """

    link_up: bool
    current_mac: bytes

    def send(self, frame: bytes, on_sent: Sent | None = None) -> bool:
        """Put a frame on the wire, without FCS; False: it waits in a queue, and counts as sent.

        ``on_sent`` is called when one that had to wait went, or was lost.
        """

    def purge(self) -> None:
        """Have what waits of this NIC's frames sent now, or lose it."""

    def loop_back(self, frame: bytes) -> None:
        """Have the NIC receive a frame of its own; it is lost where it can't be taken now."""

    def flush(self) -> bool:
        """Offer the frames that wait for this NIC again: it can receive now."""


@dataclass(frozen=True)
class Setting:
    """What a model is made from.

    Attributes:
        board: the board it sits on.
        cable: its peer.
        mac: its address, six octets.
        options: further properties (``iobase``, ``mrg_rxbuf``, ...), as integers, bools and texts.
    """

    board: Board
    cable: Cable
    mac: bytes
    options: Mapping[str, object]


class Model:
    """A NIC. Subclasses have registers, and say what becomes of frames.

    Attributes:
        SAVED: names of the attributes that make up the state: plain values (int, bool, bytes, str,
            None, and lists, tuples, dicts of them), bytearrays, dataclasses of such, and timers.
    """

    SAVED: tuple[str, ...] = ()

    def __init__(self, setting: Setting) -> None:
        self.board = setting.board
        self.cable = setting.cable
        self.mac = setting.mac

    def reset(self) -> None:
        """What a reset of the machine does to the NIC."""
        raise NotImplementedError

    def interrupt(self, high: bool) -> None:
        """Assert the interrupt, or let go of it."""
        raise NotImplementedError

    def can_receive(self) -> bool:
        """Whether a frame would be taken now; else it waits. To be told of by ``cable.flush()``."""
        return True

    def receive(self, frame: bytes) -> bool:
        """Take a frame, or drop it (True); or have it offered again after ``cable.flush()``."""
        raise NotImplementedError

    def on_link_change(self, up: bool) -> None:
        """The cable was plugged in or pulled out (``set_link``)."""

    def announce(self) -> None:
        """Ask the driver to tell the network where it is, if the model has a way to."""

    def remove(self) -> None:
        """Leave the machine: no register is mapped and no timer set any more."""
        raise NotImplementedError

    def save(self) -> dict[str, Any]:
        """The whole state, as a plain value that is equal to another one when they are alike."""
        return {name: _plain(getattr(self, name)) for name in self.SAVED}

    def load(self, saved: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        for name in self.SAVED:
            _restore(self, name, saved[name])

    def now(self) -> int:
        """Nanoseconds on the machine's clock."""
        return self.board.timers.now()


class PciModel(Function, Model):
    """A NIC on a PCI bus, with configuration space, base address registers and one interrupt."""

    IDENTITY: Identity

    def __init__(self, setting: Setting) -> None:
        Function.__init__(self, self.IDENTITY)
        Model.__init__(self, setting)

    def remove(self) -> None:
        self.unplug()

    def save(self) -> dict[str, Any]:
        return super().save() | self.save_config()

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        self.load_config(saved)


def _plain(value: Any) -> Any:
    if isinstance(value, Timer):
        return value.deadline
    if isinstance(value, bytearray):
        return bytes(value)
    return deepcopy(value)


def _restore(model: Model, name: str, value: Any) -> None:
    current = getattr(model, name)
    if isinstance(current, Timer):
        current.deadline = value
    elif isinstance(current, bytearray):
        current[:] = value
    else:
        setattr(model, name, deepcopy(value))

"""A NIC as its peer sees it: a name, a model, a MAC, and perhaps registers behind (GEN-15)."""

from typing import Protocol

from .port import Fabric, Port


class Device(Protocol):
    """What takes the frames of a NIC."""

    def can_receive(self) -> bool:
        """Whether a frame would be taken now."""

    def receive(self, frame: bytes) -> bool:
        """Take a frame, or drop it; False: not now."""

    def on_link_change(self, up: bool) -> None:
        """The cable was plugged in or pulled out."""

    def announce(self) -> None:
        """Ask the driver to tell the network where it is, if the model has a way to."""


class Nic(Port):
    """What is plugged into the machine at the guests' end of a cable.

    Args:
        model: its name.
        mac: its address.
        holds: whether frames wait, where it has no device; else they are lost.
        pads: whether short frames for it are padded (GEN-01).

    Attributes:
        current_mac: the one that it uses, which its guest may have changed (INF-10).
        device: what takes its frames; None: it has no registers, and says nothing.
    """

    kind = "nic"
    on_host = False

    def __init__(
        self, fabric: Fabric, name: str, model: str, mac: bytes, *, holds: bool, pads: bool = True
    ) -> None:
        super().__init__(fabric, name)
        self.model = model
        self.mac = self.current_mac = mac
        self.pads = pads
        self.device: Device | None = None
        self._holds = holds

    def describe(self) -> str:
        return f"model={self.model},macaddr={self.current_mac.hex(':')}"

    def receive(self, frame: bytes) -> bool:
        return not self._holds if self.device is None else self.device.receive(frame)

    def can_receive(self) -> bool:
        return not self._holds if self.device is None else self.device.can_receive()

    def announce(self, frame: bytes) -> None:
        """Send ``frame``, which says where the NIC is, and have its driver say so if it can."""
        self.send(frame)
        if self.device is not None:
            self.device.announce()

    def purge(self) -> None:
        """Have what waits of this NIC's frames sent now, or lose it."""
        if self.peer is not None and not self.peer.flush():
            self.peer.forget(self)

    def on_link_change(self) -> None:
        if self.device is not None:
            self.device.on_link_change(self.link_up)

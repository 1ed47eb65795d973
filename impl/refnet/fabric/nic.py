"""A NIC without a driver: a peer with a name, a model and a MAC, that says nothing (GEN-15)."""

from .port import Fabric, Port


class Nic(Port):
    """What is plugged into the machine at the guests' end of a cable.

    Args:
        model: its name.
        mac: its address.
        holds: whether frames wait until a driver takes them; else they are lost.
        pads: whether short frames for it are padded (GEN-01).
    """

    kind = "nic"
    on_host = False

    def __init__(
        self, fabric: Fabric, name: str, model: str, mac: bytes, *, holds: bool, pads: bool = True
    ) -> None:
        super().__init__(fabric, name)
        self.model = model
        self.mac = mac
        self.pads = pads
        self._holds = holds

    def describe(self) -> str:
        return f"model={self.model},macaddr={self.mac.hex(':')}"

    def receive(self, frame: bytes) -> bool:
        return not self._holds

    def can_receive(self) -> bool:
        return not self._holds

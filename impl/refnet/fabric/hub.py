"""The repeater: what enters at one port leaves at every other (HUB-01..07).

It learns no addresses, knows no VLANs and detects no loops (HUB-02).
"""

from .port import Fabric, Port

#: A longer frame is not forwarded (HUB-11).
FRAME_LIMIT = 4096 + 65536


class Hub:
    """One hub; ``ports`` newest first, the order in which it serves and lists them (HUB-07)."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.ports: list[HubPort] = []
        self._named = 0

    def add_port(self, fabric: Fabric, name: str | None = None) -> "HubPort":
        """A new port, called ``hub<H>port<N>`` unless ``name`` says otherwise (HUB-05)."""
        port = HubPort(fabric, name or f"hub{self.number}port{self._named}", self)
        self._named += 1
        self.ports.insert(0, port)
        return port

    def repeat(self, source: "HubPort", frame: bytes) -> None:
        """Send ``frame`` out of every port but ``source``."""
        if len(frame) > FRAME_LIMIT:
            return
        for port in self.ports:
            if port is not source:
                port.send(frame)


class HubPort(Port):
    """A port of a hub. What is joined to it is the station on that port."""

    kind = "hubport"
    on_host = False
    pads = True

    def __init__(self, fabric: Fabric, name: str, hub: Hub) -> None:
        super().__init__(fabric, name)
        self.hub = hub

    def receive(self, frame: bytes) -> bool:
        self.hub.repeat(self, frame)
        return True

    def can_receive(self) -> bool:
        """True as soon as one other port can pass a frame on (HUB-03)."""
        return any(port.may_send() for port in self.hub.ports if port is not self)

    def on_peer_ready(self) -> None:
        """The station here can take frames again: so can the hub's other ports."""
        for port in self.hub.ports:
            if port is not self:
                port.drain()

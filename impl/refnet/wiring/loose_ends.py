"""What leads nowhere, as a person is told of it (CLI-05..07, LEG-17)."""

from ..fabric.hub import Hub
from ..fabric.nic import Nic
from ..fabric.port import Fabric


def loose_ends(hubs: list[Hub], fabric: Fabric, word: str = "hub") -> list[str]:
    """The complaints in QEMU's order: hub by hub, then port by port. ``word`` is for a hub."""
    told: list[str] = []
    for hub in hubs:
        peers = [port.peer for port in hub.ports if port.peer is not None]
        told += [f"hub port {port.name} has no peer" for port in hub.ports if port.peer is None]
        has_nic = any(isinstance(peer, Nic) for peer in peers)
        on_host = any(peer.on_host for peer in peers)
        if on_host and not has_nic:
            told.append(f"{word} {hub.number} with no nics")
        if has_nic and not on_host:
            told.append(f"{word} {hub.number} is not connected to host network")
    for port in fabric.ports:
        if port.peer is None:
            told.append(f"{'nic' if isinstance(port, Nic) else 'netdev'} {port.name} has no peer")
    return told

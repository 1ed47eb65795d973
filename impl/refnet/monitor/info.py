"""``info network``, ``info usernet`` (INF-01..07) and others."""

from ..backend.user import UserPort
from ..fabric.hub import HubPort
from ..fabric.nic import Nic
from ..fabric.port import Port
from ..slirp.packets import Address
from ..slirp.seam import SocketRow
from ..wire import ipv4, ipv6
from .seam import Machine

_HEADER = "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\n"


def network(machine: Machine) -> str:
    """Every hub with its ports, then every NIC and loose netdev that is on no hub."""
    lines: list[str] = []
    for hub in machine.hubs:
        lines.append(f"hub {hub.number}")
        for port in hub.ports:
            if port.peer is None:
                lines.append(f" \\ {port.name}")
            else:
                lines += _client(f" \\ {port.name}: ", port.peer)
    for netdev in machine.fabric.ports:
        if _is_on_hub(netdev) or (netdev.peer is not None and not isinstance(netdev, Nic)):
            continue
        lines += _client("", netdev)
        if netdev.peer is not None:
            lines += _client(" \\ ", netdev.peer)
    return "".join(f"{line}\n" for line in lines)


def _is_on_hub(port: Port) -> bool:
    return isinstance(port, HubPort) or isinstance(port.peer, HubPort)


def _client(indent: str, port: Port) -> list[str]:
    lines = [f"{indent}{port.name}: index=0,type={port.kind},{port.describe()}"]
    if port.filters:
        lines.append("filters:")
    for filter in port.filters:
        properties = "".join(f",{name}={_value(value)}" for name, value in filter.told())
        lines.append(f"  - {filter.name}: type={filter.kind}{properties}")
    return lines


def _value(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def chardev(machine: Machine) -> str:
    """Every character device."""
    rows = machine.channels.rows()
    return "".join(f"{name}: filename={description}\n" for name, description, _ in rows)


def usb(machine: Machine) -> str:
    """What is on the USB bus."""
    lines = machine.usb()
    if lines is None:
        return "Error: USB support not enabled\n"
    return "".join(f"{line}\n" for line in lines)


def usernet(machine: Machine) -> str:
    """Every user network with its connections, in the stack's order."""
    text = ""
    for port in machine.fabric.ports:
        if not isinstance(port, UserPort):
            continue
        hub = port.peer.hub.number if isinstance(port.peer, HubPort) else -1
        text += f"Hub {hub} ({port.name}):\n{_HEADER}"
        for row in port.stack.rows():
            text += f"{_row(row, port.descriptor(row.handle))}\n"
    return text


def _row(row: SocketRow, descriptor: int) -> str:
    """One connection, as ``%-19s %3d %15s %5d %15s %5d %5d %5d`` with two spaces in front."""
    name = f"  {row.protocol}[{row.state}]"
    source = row.source or None
    ends = f"{_address(source)} {_port(row.source_port)} "
    ends += f"{_address(row.destination)} {_port(row.destination_port)}"
    return f"{name:<19} {descriptor:3d} {ends} {row.receive_queue:5d} {row.send_queue:5d}"


def _address(address: Address | None) -> str:
    if address is None:
        text = "*"
    elif isinstance(address, bytes):
        text = ipv6.format_address(address)
    else:
        text = ipv4.format_address(address)
    return f"{text:>15}"


def _port(port: int | None) -> str:
    return f"{'-':>5}" if port is None else f"{port:5d}"

"""The commands of the control queue (Virtio 1.2, 5.1.6.5)."""

from typing import TYPE_CHECKING

from .filtering import MODES, VLANS

if TYPE_CHECKING:
    from .net import VirtioNet

_TABLE_SET, _ADDRESS_SET = 0, 1
_VLAN_ADD, _VLAN_DELETE = 0, 1
_ACKNOWLEDGE = 0
_PAIRS_SET = 0


def obey(nic: "VirtioNet", kind: int, command: int, data: bytes) -> bool:
    """Carry out a command of a class; False: there is none like it, or its data is wrong."""
    match kind:
        case 0:
            return _set_mode(nic, command, data)
        case 1:
            return _set_addresses(nic, command, data)
        case 2:
            return _set_vlan(nic, command, data)
        case 3:
            return command == _ACKNOWLEDGE and nic.announced()
        case 4:
            return command == _PAIRS_SET and nic.set_pairs(data)
    return False


def _set_mode(nic: "VirtioNet", command: int, data: bytes) -> bool:
    if not data or command >= len(MODES):
        return False
    setattr(nic.filter, MODES[command], data[0])
    return True


def _set_addresses(nic: "VirtioNet", command: int, data: bytes) -> bool:
    if command == _ADDRESS_SET:
        if len(data) != len(nic.address):
            return False
        nic.set_address(data)
        return True
    return command == _TABLE_SET and nic.filter.set_table(data)


def _set_vlan(nic: "VirtioNet", command: int, data: bytes) -> bool:
    vlan = int.from_bytes(data[:2], "little")
    if len(data) < 2 or vlan >= VLANS or command not in (_VLAN_ADD, _VLAN_DELETE):
        return False
    nic.filter.set_vlan(vlan, command == _VLAN_ADD)
    return True

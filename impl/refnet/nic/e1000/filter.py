"""Which frames are received (E1K-06, E1K-07; SDM 3.2.1)."""

from .registers import (
    BPRC,
    MPRC,
    MTA,
    RA,
    RAH_VALID,
    RCTL,
    RCTL_BROADCAST,
    RCTL_LONG,
    RCTL_MULTICAST,
    RCTL_STORE_BAD,
    RCTL_UNICAST,
    RCTL_VLAN_FILTER,
    VET,
    VFTA,
    Registers,
)

_BROADCAST = b"\xff" * 6
_LONGEST, _LONGEST_EVER = 1522, 16384
_ADDRESSES = 16
#: By RCTL.MO: how far the last two octets of the address are shifted for the 12 bits of its hash.
_HASH_SHIFTS = (4, 3, 2, 0)


def is_too_long(registers: Registers, octets: int) -> bool:
    """Whether a frame of so many octets, without FCS, is longer than RCTL allows."""
    control = registers[RCTL]
    if control & RCTL_STORE_BAD:
        return False
    return octets > _LONGEST_EVER or (octets > _LONGEST and not control & RCTL_LONG)


def is_tagged(registers: Registers, frame: bytes) -> bool:
    """Whether a frame bears a VLAN tag of the kind that VET names."""
    return int.from_bytes(frame[12:14], "big") == registers[VET] & 0xFFFF


def wants(registers: Registers, frame: bytes) -> bool:
    """Whether the VLAN filter and one of the address filters let a frame in; groups are counted.

    A broadcast counts as one when RCTL.BAM lets it in, else as the multicast that it is too.
    """
    control = registers[RCTL]
    if control & RCTL_VLAN_FILTER and is_tagged(registers, frame):
        vlan = int.from_bytes(frame[14:16], "big") & 0xFFF
        if not registers[VFTA + (vlan >> 5)] >> (vlan & 0x1F) & 1:
            return False
    group = bool(frame[0] & 1)
    if not group and control & RCTL_UNICAST:
        return True
    if group and control & RCTL_MULTICAST:
        registers.tally(MPRC)
        return True
    if control & RCTL_BROADCAST and frame[:6] == _BROADCAST:
        registers.tally(BPRC)
        return True
    return _is_address(registers, frame[:6]) or _is_listed(registers, frame)


def _is_address(registers: Registers, destination: bytes) -> bool:
    low = int.from_bytes(destination[:4], "little")
    high = int.from_bytes(destination[4:], "little")
    return any(
        registers[word] == low
        and registers[word + 1] & RAH_VALID
        and registers[word + 1] & 0xFFFF == high
        for word in range(RA, RA + 2 * _ADDRESSES, 2)
    )


def _is_listed(registers: Registers, frame: bytes) -> bool:
    """Whether the hash of the destination is in the multicast table."""
    shift = _HASH_SHIFTS[registers[RCTL] >> 12 & 3]
    place = (frame[5] << 8 | frame[4]) >> shift & 0xFFF
    if not registers[MTA + (place >> 5)] >> (place & 0x1F) & 1:
        return False
    registers.tally(MPRC)
    return True

"""Which frames a driver wants (VIO-06): modes, a table of addresses, a table of VLANs."""

from dataclasses import dataclass, field

TABLE_SIZE = 64
VLANS = 4096

_BROADCAST = b"\xff" * 6
_VLAN_TYPE = b"\x81\x00"

#: The modes by their command: promiscuous, all and no multicast and unicast, no broadcast.
MODES = ("promiscuous", "all_multi", "all_uni", "no_multi", "no_uni", "no_broadcast")


@dataclass
class Filter:
    """Starts out promiscuous, and stays so until a driver says otherwise.

    Attributes:
        unicast: addresses that are wanted beside the NIC's own; None: more than the table holds,
            so all are; multicast: likewise.
        vlans: a bit for each that is wanted.
    """

    promiscuous: int = 1
    all_multi: int = 0
    all_uni: int = 0
    no_multi: int = 0
    no_uni: int = 0
    no_broadcast: int = 0
    unicast: list[bytes] | None = field(default_factory=list)
    multicast: list[bytes] | None = field(default_factory=list)
    vlans: bytearray = field(default_factory=lambda: bytearray(VLANS // 8))

    def wants(self, frame: bytes, own: bytes) -> bool:
        """Whether a frame passes, on a NIC with the address ``own``."""
        if self.promiscuous:
            return True
        if frame[12:14] == _VLAN_TYPE:
            vlan = int.from_bytes(frame[14:16], "big") & VLANS - 1
            if not self.vlans[vlan >> 3] & 1 << (vlan & 7):
                return False
        target = frame[:6]
        if target[0] & 1:
            if target == _BROADCAST:
                return not self.no_broadcast
            if self.no_multi:
                return False
            return bool(self.all_multi) or self.multicast is None or target in self.multicast
        if self.no_uni:
            return False
        if self.all_uni or self.unicast is None or target == own:
            return True
        return target in self.unicast

    def set_vlan(self, vlan: int, wanted: bool) -> None:
        """Add a VLAN, or take it out."""
        bit = 1 << (vlan & 7)
        self.vlans[vlan >> 3] = self.vlans[vlan >> 3] & ~bit | (bit if wanted else 0)

    def set_all_vlans(self, wanted: bool) -> None:
        """Every VLAN, or none."""
        self.vlans[:] = (b"\xff" if wanted else b"\0") * len(self.vlans)

    def set_table(self, entries: bytes) -> bool:
        """Take over a table as it comes: a count and addresses, unicast, then multicast.

        False: its counts are not those of its addresses; nothing is changed.
        """
        counted = _counted(entries)
        if counted is None:
            return False
        unicast, rest = counted
        counted = _counted(rest)
        if counted is None or counted[1]:
            return False
        multicast = counted[0]
        room = TABLE_SIZE - len(unicast or ())
        self.unicast = unicast
        self.multicast = None if multicast is None or len(multicast) > room else multicast
        return True


def _counted(octets: bytes) -> tuple[list[bytes] | None, bytes] | None:
    """As many addresses as the count before them says, and what follows; None: there are fewer.

    Instead of more than the table holds: None. Their size is counted in 32 bits.
    """
    count = int.from_bytes(octets[:4], "little")
    end = 4 + (6 * count & 0xFFFF_FFFF)
    if len(octets) < 4 or end > len(octets):
        return None
    if count > TABLE_SIZE:
        return None, octets[end:]
    return [octets[place : place + 6] for place in range(4, end, 6)], octets[end:]

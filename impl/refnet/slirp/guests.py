"""Which guest has which MAC: the memory of ARP and of neighbour discovery (ARP-12, IP6-16)."""

from typing import Generic, TypeVar

TABLE_SIZE = 16

_Address = TypeVar("_Address")


class GuestTable(Generic[_Address]):
    """Sixteen guests; entries never age (ARP-13).

    The seventeenth takes the place that was filled first, whatever was updated since.
    """

    def __init__(self) -> None:
        self._macs: dict[_Address, bytes] = {}

    def __len__(self) -> int:
        return len(self._macs)

    def learn(self, address: _Address, mac: bytes) -> None:
        """Note that ``address`` has ``mac``."""
        if address not in self._macs and len(self._macs) == TABLE_SIZE:
            del self._macs[next(iter(self._macs))]
        self._macs[address] = mac

    def lookup(self, address: _Address) -> bytes | None:
        """The MAC of ``address``; None: it was not heard, or is forgotten."""
        return self._macs.get(address)

"""``announce_self``: every NIC tells the network where it is, by RARP, several times (GEN-17)."""

from ..backend.loop import Loop
from ..clock import MILLISECOND
from ..fabric.nic import Nic
from ..fabric.port import Fabric
from ..monitor.seam import Rounds

_BROADCAST = b"\xff" * 6
#: RFC 903: Ethernet and IPv4, operation 3 (who am I?).
_HEAD = bytes.fromhex("8035 0001 0800 06 04 0003")
_NO_ADDRESS = bytes(4)
_SHORTEST = 60


class Announcements:
    """One announcement at a time; a source of deadlines for the loop."""

    def __init__(self, fabric: Fabric, loop: Loop) -> None:
        self._fabric = fabric
        self._loop = loop
        self._rounds = Rounds()
        self._left = 0
        self._deadline: int | None = None

    def begin(self, rounds: Rounds) -> None:
        """Announce; another announcement under way ends."""
        if self._deadline is None:
            self._loop.add_source(self)
        self._rounds, self._left = rounds, rounds.count
        self._announce()

    def next_deadline(self) -> int | None:
        return self._deadline

    def poll(self, now: int) -> None:
        self._announce()

    def _announce(self) -> None:
        rounds = self._rounds
        if self._left > 0:
            for port in tuple(self._fabric.ports):
                if isinstance(port, Nic) and (rounds.names is None or port.name in rounds.names):
                    port.announce(_question(port.mac))
        self._left -= 1
        if self._left <= 0:
            self._deadline = None
            self._loop.remove_source(self)
            return
        wait = rounds.initial + (rounds.count - self._left - 1) * rounds.step
        if not 0 <= wait <= rounds.most:
            wait = rounds.most
        self._deadline = self._loop.clock.now() + wait * MILLISECOND


def _question(mac: bytes) -> bytes:
    """A reverse ARP request about ourselves."""
    who = mac + _NO_ADDRESS
    return (_BROADCAST + mac + _HEAD + who + who).ljust(_SHORTEST, b"\0")

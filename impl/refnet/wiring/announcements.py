"""``announce_self``: every NIC tells the network where it is, by RARP, several times (GEN-17)."""

from ..backend.loop import Loop
from ..clock import MILLISECOND
from ..fabric.nic import Nic
from ..fabric.port import Fabric
from ..monitor.seam import Rounds
from ..wire import arp, ethernet, ipv4

#: RFC 903: the type of the frame, and the operation "who am I?".
_RARP = 0x8035
_WHO_AM_I = 3


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
    question = arp.Packet(_WHO_AM_I, mac, ipv4.ANY, mac, ipv4.ANY)
    frame = ethernet.Frame(ethernet.BROADCAST, mac, _RARP, arp.encode(question))
    return ethernet.pad(ethernet.encode(frame))

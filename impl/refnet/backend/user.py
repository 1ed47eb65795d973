"""``-netdev user``: the sans-I/O stack between the fabric and the host."""

from collections.abc import Callable

from ..clock import VirtualClock
from ..fabric.port import Fabric, Port
from ..slirp.hostio import Handle
from ..slirp.seam import GuestForward
from ..slirp.stack import Slirp
from .host import Host
from .loop import Loop
from .smb import Share

_SHORTEST = 60
#: NetBIOS sessions and SMB over TCP (SMB-01).
_SMB_PORTS = (139, 445)


class UserPort(Port):
    """A user-mode network.

    It is a source of deadlines for the loop, those of its stack. Frames are padded to 60 octets
    for a peer that wants it (GEN-01), if QEMU did so in the stack's profile.

    Raises:
        HostError: the profile needs something of the host that is not there.
    """

    kind = "user"

    def __init__(
        self,
        fabric: Fabric,
        name: str,
        loop: Loop,
        stack: Slirp,
        clock: VirtualClock,
        info: str,
        report: Callable[[str], None],
        resolv_conf: str = "/etc/resolv.conf",
    ) -> None:
        self.host = Host(loop, stack, clock, resolv_conf, self._emit, report)
        super().__init__(fabric, name)
        self.stack = stack
        self._loop = loop
        self._clock = clock
        self._info = info
        self._report = report
        self._closed = False
        self._share: Share | None = None
        loop.add_source(self)
        self.settle()

    def describe(self) -> str:
        return self._info

    def receive(self, frame: bytes) -> bool:
        self.stack.receive(frame, self._clock.now())
        self.settle()
        return True

    def next_deadline(self) -> int | None:
        """When the stack is due, on the clock of the loop; None while the machine stands still."""
        deadline = self.stack.next_deadline()
        if deadline is None or not self._fabric.running:
            return None
        return self._clock.real(deadline)

    def poll(self, now: int) -> None:
        self.stack.poll(self._clock.now())
        self.settle()

    def descriptor(self, handle: Handle | None) -> int:
        """The file descriptor behind a handle; -1: there is none (INF-06)."""
        return self.host.descriptor(handle)

    def settle(self) -> None:
        """Carry out what the stack asks of the host, and send what it has for the guest."""
        self.host.run_actions()
        self._emit()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.remove_source(self)
            self.host.close()
            if self._share is not None:
                self._share.close()

    def serve(self, share: Share, address: int) -> None:
        """Let the guest find a share at ``address``; it is closed with the port."""
        self._share = share
        for port in _SMB_PORTS:
            self.stack.serve(GuestForward(address, port, share.command, over_tcp=True))

    def _emit(self) -> None:
        for line in self.stack.take_lines():
            self._report(line)
        pads = self.peer is not None and self.peer.pads and self.stack.profile.pads_frames
        for frame in self.stack.take_frames():
            if pads and len(frame) < _SHORTEST:
                frame = frame.ljust(_SHORTEST, b"\0")
            self.send(frame)

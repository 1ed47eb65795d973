"""``-netdev tap`` and ``bridge``: frames to and from a tap device of the kernel."""

import contextlib
import os

from ..errors import HostError
from ..fabric.port import Port
from . import helpers, tun
from .loop import WRITE
from .netdevs import Site
from .tun import Tap
from .watch import Watch

#: Frames taken from the device in one wake-up (TAP-09).
_BATCH = 50
_SIZE = 4096 + 65536
_SHORTEST = 60
_HEADER = bytes(tun.HEADER_SIZE)


class TapPort(Port):
    """A netdev on a tap device, which it owns.

    A device that is down takes no frames: they are lost, as on a cable that is not plugged in.

    Args:
        info: what ``info network`` says of it.
        down_script: run when the port closes, with the device's name (TAP-05); None: none is.
    """

    kind = "tap"

    def __init__(
        self, site: Site, name: str, tap: Tap, info: str, down_script: str | None = None
    ) -> None:
        super().__init__(site.fabric, name)
        self._tap = tap
        self._info = info
        self._down_script = down_script
        self._report = site.report
        self._closed = False
        self._watch = Watch(site.loop, tap.fd, self._on_ready)
        self._watch.set(reading=True)

    def describe(self) -> str:
        return self._info

    def receive(self, frame: bytes) -> bool:
        try:
            if self._tap.has_header:
                os.writev(self._tap.fd, (_HEADER, frame))
            else:
                os.write(self._tap.fd, frame)
        except BlockingIOError:
            self._watch.set(writing=True)
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._watch.close()
        if self._down_script is not None:
            try:
                helpers.run_script(self._down_script, self._tap.name, self._tap.fd)
            except HostError as error:
                self._report(str(error))
        with contextlib.suppress(OSError):
            os.close(self._tap.fd)

    def _on_ready(self, events: int) -> None:
        if events & WRITE and self._watch.writing:
            self._watch.set(writing=False)
            self.flush()
        if events & ~WRITE:
            self._read()

    def _read(self) -> None:
        for _ in range(_BATCH):
            if not self._watch.reading:
                return
            try:
                frame = os.read(self._tap.fd, _SIZE)
            except BlockingIOError:
                return
            except OSError:
                self._watch.set(reading=False)
                return
            if self._tap.has_header:
                frame = frame[tun.HEADER_SIZE :]
            if self.peer is not None and self.peer.pads:
                frame = frame.ljust(_SHORTEST, b"\0")
            if not self.send(frame, self._resume):
                self._watch.set(reading=False)

    def _resume(self) -> None:
        self._watch.set(reading=True)

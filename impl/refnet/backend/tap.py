"""``-netdev tap`` and ``bridge``: frames to and from a tap device of the kernel."""

import contextlib
import os

from ..errors import HostError
from . import helpers, tun
from .framed import READ_SIZE, FramedPort
from .netdevs import Site
from .tun import Tap

_SHORTEST = 60
_HEADER = bytes(tun.HEADER_SIZE)


class TapPort(FramedPort):
    """A netdev on a tap device, which it owns; a device that is down takes no frames.

    Args:
        info: what ``info network`` says of it.
        down_script: run when the port closes, with the device's name (TAP-05); None: none is.
    """

    kind = "tap"
    #: TAP-09.
    batch = 50

    def __init__(
        self, site: Site, name: str, tap: Tap, info: str, down_script: str | None = None
    ) -> None:
        super().__init__(site.fabric, name, site.loop, tap.fd)
        self._tap = tap
        self._info = info
        self._down_script = down_script
        self._report = site.report
        self._closed = False

    def describe(self) -> str:
        return self._info

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

    def _write(self, frame: bytes) -> None:
        if self._tap.has_header:
            os.writev(self._tap.fd, (_HEADER, frame))
        else:
            os.write(self._tap.fd, frame)

    def _read(self) -> bytes:
        frame = os.read(self._tap.fd, READ_SIZE)
        if self._tap.has_header:
            frame = frame[tun.HEADER_SIZE :]
        if self.peer is not None and self.peer.pads:
            frame = frame.ljust(_SHORTEST, b"\0")
        return frame

    def _on_error(self) -> None:
        self._watch.set(reading=False)

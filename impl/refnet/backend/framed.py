"""Netdevs whose descriptor takes and gives a whole frame with each call: taps, datagram sockets."""

from ..fabric.port import Fabric, Port
from .loop import WRITE, Loop
from .watch import Watch

#: The octets to ask for when a frame is read: more than any frame has.
READ_SIZE = 4096 + 65536


class FramedPort(Port):
    """A netdev on a descriptor that does not block.

    Frames wait in front of a descriptor that is full, and in it while the peer takes none. What
    can't be written for another reason is lost, as on a cable that is not plugged in.

    Attributes:
        batch: how many frames are taken in one wake-up, so that nobody else starves.
    """

    batch = 64

    def __init__(self, fabric: Fabric, name: str, loop: Loop, fd: int) -> None:
        super().__init__(fabric, name)
        self._watch = Watch(loop, fd, self._on_ready)
        self._watch.set(reading=True)

    def receive(self, frame: bytes) -> bool:
        try:
            self._write(frame)
        except BlockingIOError:
            self._watch.set(writing=True)
            return False
        except OSError:
            pass
        self._on_sent()
        return True

    def _write(self, frame: bytes) -> None:
        """Write a frame.

        Raises:
            OSError: it was not written.
        """
        raise NotImplementedError

    def _read(self) -> bytes:
        """Read a frame; empty: there was none in what came.

        Raises:
            OSError: nothing was read.
        """
        raise NotImplementedError

    def _on_sent(self) -> None:
        """A frame has left, or is lost."""

    def _on_error(self) -> None:
        """A read failed, and not because there is nothing to read."""

    def _on_ready(self, events: int) -> None:
        if events & WRITE and self._watch.writing:
            self._watch.set(writing=False)
            self.flush()
        if events & ~WRITE:
            self._read_batch()

    def _read_batch(self) -> None:
        for _ in range(self.batch):
            if not self._watch.reading:
                return
            try:
                frame = self._read()
            except BlockingIOError:
                return
            except OSError:
                self._on_error()
                continue
            if frame and not self.send(frame, self._resume):
                self._watch.set(reading=False)

    def _resume(self) -> None:
        self._watch.set(reading=True)

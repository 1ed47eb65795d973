"""Frames that come one after the other, and are taken one after the other."""

from vnetspec.fixtures.driver.rtl8139 import COMMAND, EMPTY, Rtl8139
from vnetspec.fixtures.guest import Guest


def come(card: Rtl8139, far: Guest, *frames: bytes) -> None:
    """The far end says each frame when the chip has dealt with the one before."""
    for each in frames:
        far.says(each)
        card.bus.settle()


def taken(card: Rtl8139, count: int) -> list[bytes]:
    """As many frames from the ring, each as soon as it is there."""
    frames = []
    for _ in range(count):
        assert card.bus.wait(lambda: not card.inb(COMMAND) & EMPTY), "no frame is in the ring"
        frame = card.take()
        assert frame is not None
        frames.append(frame)
    return frames

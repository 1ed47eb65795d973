"""Frames that are taken one after the other."""

from vnetspec.fixtures.driver.rtl8139 import COMMAND, EMPTY, Rtl8139


def taken(card: Rtl8139, count: int) -> list[bytes]:
    """As many frames from the ring, each as soon as it is there."""
    frames = []
    for _ in range(count):
        assert card.bus.wait(lambda: not card.inb(COMMAND) & EMPTY), "no frame is in the ring"
        frame = card.take()
        assert frame is not None
        frames.append(frame)
    return frames

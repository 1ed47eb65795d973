"""``filter-mirror`` and ``filter-redirector``: frames that go another way (FILT-10, 11)."""

from collections.abc import Callable
from typing import TypeAlias

from .base import Direction, Filter, Property

#: Takes a frame to the character device.
Outlet: TypeAlias = Callable[[bytes], None]


class Mirror(Filter):
    """Sends a copy of every frame to ``outdev``; the frame goes on."""

    kind = "filter-mirror"

    def __init__(
        self,
        name: str,
        outdev: str,
        outlet: Outlet,
        *,
        vnet_header: bool = False,
        queue: Direction = Direction.ALL,
        on: bool = True,
    ) -> None:
        super().__init__(name, queue, on)
        self.outdev = outdev
        self.vnet_header = vnet_header
        self._outlet = outlet

    def handle(self, frame: bytes, direction: Direction) -> bool:
        self._outlet(frame)
        return False

    def properties(self) -> list[tuple[str, Property]]:
        return [
            ("vnet_hdr_support", self.vnet_header),
            ("outdev", self.outdev),
            *super().properties(),
        ]


class Redirector(Filter):
    """Takes every frame away to ``outdev``, if there is one, and brings in those of ``indev``.

    What comes in joins the frames of the filter's queue, behind the filter: with ``all`` it goes
    both ways.
    """

    kind = "filter-redirector"

    def __init__(
        self,
        name: str,
        indev: str,
        outdev: str,
        outlet: Outlet | None,
        *,
        vnet_header: bool = False,
        queue: Direction = Direction.ALL,
        on: bool = True,
    ) -> None:
        super().__init__(name, queue, on)
        self.indev = indev
        self.outdev = outdev
        self.vnet_header = vnet_header
        self._outlet = outlet

    def handle(self, frame: bytes, direction: Direction) -> bool:
        if self._outlet is None:
            return False
        self._outlet(frame)
        return True

    def inject(self, frame: bytes) -> None:
        """A frame has come from ``indev``."""
        for direction in (Direction.TX, Direction.RX):
            if self.sees(direction):
                self._pass_on(frame, direction)

    def properties(self) -> list[tuple[str, Property]]:
        return [
            ("vnet_hdr_support", self.vnet_header),
            ("indev", self.indev),
            ("outdev", self.outdev),
            *super().properties(),
        ]

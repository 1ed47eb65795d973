"""``filter-rewriter`` and ``filter-replay``, which change nothing here (FILT-13).

The rewriter moves the TCP sequence numbers of a virtual machine that was failed over to, the other
records and replays frames with a processor's instructions: without either, every frame goes on as
it came.
"""

from .base import Direction, Filter, Property


class Replay(Filter):
    """Lets every frame pass."""

    kind = "filter-replay"

    def handle(self, frame: bytes, direction: Direction) -> bool:
        return False


class Rewriter(Replay):
    """Lets every frame pass."""

    kind = "filter-rewriter"

    def __init__(
        self,
        name: str,
        *,
        vnet_header: bool = False,
        queue: Direction = Direction.ALL,
        on: bool = True,
    ) -> None:
        super().__init__(name, queue, on)
        self.vnet_header = vnet_header

    def properties(self) -> list[tuple[str, Property]]:
        return [("vnet_hdr_support", self.vnet_header), *super().properties()]

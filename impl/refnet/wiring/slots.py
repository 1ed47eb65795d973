"""Places on a PCI bus, and ports of a USB bus: who is where (CLI-11)."""

from ..errors import OptionError
from ..options.boards import Board
from ..options.device import Slot

_SLOTS = 32
_FUNCTIONS = 8


class PciSlots:
    """The 32 slots of a machine's first PCI bus, each with eight functions.

    Args:
        usb: whether there is a USB controller.
        display: the name of the display adapter, which takes the first free slot; empty: none.
    """

    def __init__(self, board: Board, usb: bool, display: str) -> None:
        self._taken: dict[Slot, str] = {}
        self._many: set[Slot] = set()
        self._first = board.first_slot
        for chip in (*board.chips, *(board.usb_chips if usb else ())):
            place, name = chip.split()
            number, function = (int(each, 16) for each in place.split("."))
            self._put(Slot(number, function), name, None)
            if function:
                self._many.add(Slot(number))
        if display and board.chips:
            self._put(self._free(display), display, None)

    def occupy(
        self, slot: Slot | None, model: str, name: str | None, many: bool, running: bool = False
    ) -> Slot:
        """Take ``slot``, or the first free one.

        Args:
            many: for a device of several functions.
            running: the guest runs already; it sees no more than the functions that it has seen.

        Raises:
            OptionError: it is taken, or goes with none of its neighbours.
        """
        if slot is None:
            slot = self._free(model)
        if slot in self._taken:
            raise OptionError(
                f"PCI: slot {slot.number} function {slot.function} not available for {model},"
                f" in use by {self._taken[slot]}"
            )
        first = Slot(slot.number)
        if running and first in self._taken:
            raise OptionError(
                f"PCI: slot {slot.number} function 0 already occupied by"
                f" {self._taken[first].partition(',')[0]}, new func {model} cannot be exposed to"
                " guest."
            )
        if slot.function and first in self._taken and first not in self._many:
            place = f"{slot.number:x}.{slot.function:x}"
            raise OptionError(f"PCI: single function device can't be populated in function {place}")
        if not slot.function and not many:
            self._check_alone(slot)
        self._put(slot, model, name)
        if many:
            self._many.add(slot)
        return slot

    def leave(self, slot: Slot) -> None:
        """Make the place free."""
        del self._taken[slot]
        self._many.discard(slot)

    def _check_alone(self, slot: Slot) -> None:
        others = (slot._replace(function=each) for each in range(1, _FUNCTIONS))
        other = next((each for each in others if each in self._taken), None)
        if other is not None:
            raise OptionError(
                f"PCI: {slot.number:x}.0 indicates single function,"
                f" but {other.number:x}.{other.function:x} is already populated."
            )

    def _put(self, slot: Slot, model: str, name: str | None) -> None:
        self._taken[slot] = f"{model},id={name or '(null)'}"

    def _free(self, model: str) -> Slot:
        for number in range(self._first, _SLOTS):
            if Slot(number) not in self._taken:
                return Slot(number)
        raise OptionError(f"PCI: no slot/function available for {model}, all in use or reserved")


class UsbPorts:
    """The ports of a machine's USB bus; the last one free gets a hub with eight more.

    Attributes:
        taken: the ports that are, hubs' too, in the order in which they were.
        hubs: those that have one.
    """

    def __init__(self, board: Board) -> None:
        self.taken: list[str] = []
        self.hubs: list[str] = []
        self._free = [str(number) for number in range(1, board.usb_ports + 1)]

    def occupy(self, port: str | None) -> str:
        """Take a port, or the first free one.

        Raises:
            OptionError: there is no such port, or it is taken.
        """
        if port is not None:
            if port not in self._free:
                raise OptionError(f"usb port {port} (bus usb-bus.0) not found (in use?)")
            self._free.remove(port)
            self.taken.append(port)
            return port
        if len(self._free) == 1:
            hub = self._free.pop()
            self.taken.append(hub)
            self.hubs.append(hub)
            self._free = [f"{hub}.{number}" for number in range(1, 9)]
        self.taken.append(self._free[0])
        return self._free.pop(0)

    def leave(self, port: str) -> None:
        """Make the port free."""
        self._free.append(port)
        self.taken.remove(port)

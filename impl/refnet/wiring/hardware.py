"""The NICs' side of a machine: the board they sit on, made at the first use, and its timers."""

from collections.abc import Callable, Mapping

from ..backend.loop import Loop
from ..clock import ManualClock, VirtualClock
from ..fabric.nic import Nic
from ..nic import registry
from ..nic.boards import CHASSIS, Board
from ..nic.model import Model, PciModel, Setting
from ..nic.qtest import Session
from ..nic.usb.device import Device as UsbDevice


class Hardware:
    """What a driver can reach.

    It is a source of deadlines for the loop, those of its devices.

    Args:
        chassis: which board, one of :data:`refnet.nic.boards.CHASSIS`; None: none.
        memory: the guest's memory, in octets.
        usb: whether there is a USB controller.
    """

    def __init__(
        self, loop: Loop, clock: VirtualClock, chassis: str | None, memory: int, usb: bool = False
    ) -> None:
        self.models: list[Model] = []
        self._loop = loop
        self._clock = clock
        self._chassis = chassis
        self._memory = memory
        self._usb = usb
        self._board: Board | None = None

    @property
    def board(self) -> Board | None:
        """The board; None: the machine has nothing that a driver could reach."""
        if self._board is None and self._chassis is not None:
            self._board = CHASSIS[self._chassis](self._clock, self._memory)
            if self._usb:
                self._board.add_usb()
            self._loop.add_source(self)
        return self._board

    def equip(
        self,
        nic: Nic,
        options: Mapping[str, object],
        place: int | None,
        port: str | None = None,
        running: bool = False,
    ) -> None:
        """Give a NIC its registers, if there are any of its model on this board.

        Args:
            options: the properties that were given.
            place: where on the PCI bus, slot << 3 | function; None: on another bus.
            port: where on the USB bus; None: on another bus. Behind a hub it has no registers.
            running: the machine runs already; else it is reset before it does.

        Raises:
            OptionError: a property has a wrong value.
        """
        board = self.board if registry.has(nic.model) else None
        if board is None:
            return
        root = board.usb.ports.get(port) if board.usb is not None and port is not None else None
        if port is not None and root is None:
            return
        model = registry.make(nic.model, Setting(board, nic, nic.mac, options))
        nic.device = model
        self.models.append(model)
        if isinstance(model, PciModel) and board.pci is not None and place is not None:
            board.pci.plug(model, place)
        if isinstance(model, UsbDevice) and root is not None:
            root.attach(model)
            if not running:
                root.reset()

    def remove(self, nic: Nic) -> None:
        """Take the NIC's device out. It has none: nothing happens."""
        if isinstance(nic.device, Model):
            self.models.remove(nic.device)
            nic.device.remove()
            nic.device = None

    def reset(self) -> None:
        """Reset every device and its place on the bus."""
        if self._board is not None and self._board.usb is not None:
            self._board.usb.reset_config()
            self._board.usb.reset()
        for model in self.models:
            if isinstance(model, PciModel):
                model.reset_config()
            model.reset()

    def session(self, write: Callable[[str], None]) -> Session | None:
        """A qtest client's end of the board; None: there is no board."""
        if self.board is None:
            return None
        moved = self._loop.clock if isinstance(self._loop.clock, ManualClock) else None
        steps = None if moved is None else Steps(self._loop, moved)
        return Session(self.board, write, steps)

    def next_deadline(self) -> int | None:
        """When a device is due, on the clock of the loop."""
        assert self._board is not None
        deadline = self._board.timers.next_deadline()
        return None if deadline is None else self._clock.real(deadline)

    def poll(self, now: int) -> None:
        assert self._board is not None
        self._board.timers.poll()


class Steps:
    """Moves a clock by hand; whatever is due on the way happens at its moment."""

    def __init__(self, loop: Loop, clock: ManualClock) -> None:
        self._loop = loop
        self._clock = clock

    def step(self, nanoseconds: int | None) -> int:
        """Go on by so many ns, None: to the next deadline, if there is one. The time then."""
        now = self._clock.now()
        if nanoseconds is None:
            deadline = self._loop.next_deadline()
            return self.set(now if deadline is None else max(deadline, now))
        return self.set(now + nanoseconds)

    def set(self, moment: int) -> int:
        """Go on to ``moment``, in ns; a moment that has passed is now. The time then."""
        while (deadline := self._loop.next_deadline()) is not None and deadline <= moment:
            self._clock.advance(max(0, deadline - self._clock.now()))
            if not self._loop.fire():
                break
        self._clock.advance(max(0, moment - self._clock.now()))
        return self._clock.now()

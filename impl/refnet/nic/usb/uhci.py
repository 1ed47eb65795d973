"""``piix3-usb-uhci``: a USB host controller on PCI, UHCI Design Guide 1.1, chapter 2.

Sixteen-bit registers on 32 I/O ports; two ports for devices; each millisecond while it runs, one
frame of the schedule (:mod:`.schedule`).
"""

from enum import IntEnum
from typing import Any

from ...clock import MILLISECOND
from ..bus import Region
from ..pci import Function, Identity
from ..timers import Timers
from .device import Device
from .schedule import COMPLETE, SHORT, Queue, Schedule

_NOTHING = 0xFF7F

_RUN, _HOST_RESET, _GLOBAL_RESET, _SUSPEND, _RESUME = 0x01, 0x02, 0x04, 0x08, 0x10
_INTERRUPTED, _ERROR, _RESUMED, _SYSTEM_ERROR, _PROCESS_ERROR, _HALTED = 1, 2, 4, 8, 16, 32
_ON_ERROR, _ON_RESUME, _ON_COMPLETE, _ON_SHORT = 1, 2, 4, 8

_CONNECTED, _CHANGED, _ENABLED, _ENABLE_CHANGED = 0x001, 0x002, 0x004, 0x008
_RESUME_SEEN, _ALWAYS, _SLOW, _PORT_RESET, _PORT_SUSPENDED = 0x040, 0x080, 0x100, 0x200, 0x1000
_PORT_READ_ONLY = _CONNECTED | _CHANGED | _ENABLE_CHANGED | 0x030 | _ALWAYS | _SLOW
_PORT_CLEARABLE = _CHANGED | _ENABLE_CHANGED

_SERIAL_BUS_RELEASE, _CLOCK = 0x60, 0x6A
_FRAMES = 0x7FF
_TIMING_DEFAULT = 64
#: Frames that one wake-up makes up for; beyond the other number they are left out.
_FRAMES_AT_ONCE, _FRAMES_LATE = 16, 128


class _Register(IntEnum):
    """The registers; behind PORTS there is one for each port."""

    COMMAND = 0x00
    STATUS = 0x02
    ENABLE = 0x04
    FRAME = 0x06
    BASE_LOW = 0x08
    BASE_HIGH = 0x0A
    TIMING = 0x0C
    PORTS = 0x10


class Port:
    """One of the controller's ports.

    Args:
        path: where it is, as serial numbers say it.

    Attributes:
        control: its register; device: what is plugged in.
    """

    def __init__(self, controller: "Uhci", path: str) -> None:
        self.control = _ALWAYS
        self.device: Device | None = None
        self._controller = controller
        self._path = path

    def attach(self, device: Device) -> None:
        """Plug a device in; it waits for a reset."""
        self.device = device
        device.plugged(self, self._path)
        self.control |= _CONNECTED | _CHANGED
        self._controller.resume()

    def detach(self) -> None:
        """Pull the device out."""
        self._controller.schedule.forget(self.device)
        self.device = None
        if self.control & _CONNECTED:
            self.control = self.control & ~_CONNECTED | _CHANGED
        if self.control & _ENABLED:
            self.control = self.control & ~_ENABLED | _ENABLE_CHANGED
        self._controller.resume()

    def wake(self) -> None:
        """The device wants to be heard: a port that is suspended resumes."""
        if self.control & _PORT_SUSPENDED and not self.control & _RESUME_SEEN:
            self.control |= _RESUME_SEEN
            self._controller.resume()

    def reset(self) -> None:
        """What a reset of the controller does: as if the device had been plugged in again."""
        self.control = _ALWAYS
        if self.device is not None:
            self.control |= _CONNECTED | _CHANGED
            self.device.reset_port()

    def write(self, value: int) -> None:
        """Write its register."""
        if self.device is not None and value & ~self.control & _PORT_RESET:
            self.device.reset_port()
        if not self.control & _CONNECTED:
            value &= ~_ENABLED
        self.control = self.control & _PORT_READ_ONLY | value & ~_PORT_READ_ONLY
        self.control &= ~(value & _PORT_CLEARABLE)


class Uhci(Function):
    """The controller.

    Args:
        path: where it is, as serial numbers say it.

    Attributes:
        ports: by their names.
    """

    _REGISTERS = (
        "_command",
        "_status",
        "_causes",
        "_enable",
        "_frame",
        "_list",
        "_timing",
        "_due",
    )

    def __init__(self, timers: Timers, path: str) -> None:
        super().__init__(Identity(0x8086, 0x7020, revision=1, class_code=0x0C0300, pin=4))
        self.ports = {name: Port(self, f"{path}-{name}") for name in ("1", "2")}
        self.schedule = Schedule(self)
        self._timers = timers
        self._timer = timers.add(self._tick)
        self._command = self._status = self._causes = self._enable = 0
        self._frame = self._list = self._due = 0
        self._timing = _TIMING_DEFAULT
        self.add_bar(4, Region(0x20, self._read, self._write, implemented=(2, 2)), io=True)
        self.preset(_SERIAL_BUS_RELEASE, b"\x10")
        self.reset()

    def reset(self) -> None:
        """What a reset of the controller, and one of the machine, does."""
        self.preset(_CLOCK, b"\x01\x00")
        self._command = self._causes = self._enable = self._list = 0
        self._status = _HALTED
        self._timing = _TIMING_DEFAULT
        self.schedule.forget()
        for port in self.ports.values():
            port.reset()
        self._update()

    def find(self, address: int) -> Device | None:
        """The device of that address, in a port that is enabled."""
        enabled = (port.device for port in self.ports.values() if port.control & _ENABLED)
        answering = (each for each in enabled if each is not None and each.is_reset)
        return next((each for each in answering if each.address == address), None)

    def resume(self) -> None:
        """A port has changed: a suspended bus wakes up."""
        if self._command & _SUSPEND:
            self._command |= _RESUME
            self._status |= _RESUMED
            self._update()

    def save(self) -> dict[str, Any]:
        """The whole state but for the devices', as a plain value."""
        devices = {port.device: name for name, port in self.ports.items()}
        return self.save_config() | {
            "registers": [getattr(self, name) for name in self._REGISTERS],
            "timer": self._timer.deadline,
            "ports": [port.control for port in self.ports.values()],
            "queues": {
                pipe: (queue.head, devices[queue.device], queue.frames)
                for pipe, queue in self.schedule.queues.items()
            },
        }

    def load(self, saved: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave; the devices are in the same ports."""
        for name, value in zip(self._REGISTERS, saved["registers"], strict=True):
            setattr(self, name, value)
        self._timer.deadline = saved["timer"]
        for port, control in zip(self.ports.values(), saved["ports"], strict=True):
            port.control = control
        self.schedule.queues.clear()
        for pipe, (head, name, frames) in saved["queues"].items():
            device = self.ports[name].device
            if device is not None:
                self.schedule.queues[pipe] = Queue(head, device, frames)
        self.load_config(saved)

    # -- registers ---------------------------------------------------------------------------------

    def _read(self, offset: int, size: int) -> int:
        match offset:
            case _Register.COMMAND:
                return self._command
            case _Register.STATUS:
                return self._status
            case _Register.ENABLE:
                return self._enable
            case _Register.FRAME:
                return self._frame
            case _Register.BASE_LOW:
                return self._list & 0xFFFF
            case _Register.BASE_HIGH:
                return self._list >> 16
            case _Register.TIMING:
                return self._timing
        port = self._port(offset)
        return _NOTHING if port is None else port.control

    def _write(self, offset: int, size: int, value: int) -> None:
        match offset:
            case _Register.COMMAND:
                self._write_command(value)
            case _Register.STATUS:
                self._status &= ~value
                if value & _INTERRUPTED:
                    self._causes = 0
                self._update()
            case _Register.ENABLE:
                self._enable = value
                self._update()
            case _Register.FRAME if self._status & _HALTED:
                self._frame = value & _FRAMES
            case _Register.BASE_LOW:
                self._list = self._list & 0xFFFF_0000 | value & 0xF000
            case _Register.BASE_HIGH:
                self._list = self._list & 0xFFFF | value << 16
            case _Register.TIMING:
                self._timing = value & 0xFF
            case _:
                port = self._port(offset)
                if port is not None:
                    port.write(value)

    def _port(self, offset: int) -> Port | None:
        """The port whose register is there, two octets wide."""
        return (
            self.ports.get(str((offset - _Register.PORTS >> 1) + 1))
            if offset >= _Register.PORTS
            else None
        )

    def _write_command(self, value: int) -> None:
        if value & ~self._command & _RUN:
            self._due = self._timers.now() + MILLISECOND
            self._timer.set(self._due)
            self._status &= ~_HALTED
        elif not value & _RUN:
            self._status |= _HALTED
        if value & (_GLOBAL_RESET | _HOST_RESET):
            self.reset()
            return
        self._command = value
        if any(port.control & _RESUME_SEEN for port in self.ports.values()):
            self.resume()

    def _update(self) -> None:
        """Assert the interrupt, if there is one that is wanted."""
        status, causes, enable = self._status, self._causes, self._enable
        self.interrupt(
            bool(
                (causes & COMPLETE and enable & _ON_COMPLETE)
                or (causes & SHORT and enable & _ON_SHORT)
                or (status & _ERROR and enable & _ON_ERROR)
                or (status & _RESUMED and enable & _ON_RESUME)
                or status & (_SYSTEM_ERROR | _PROCESS_ERROR)
            )
        )

    # -- frames ------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Run the frames that are due; some are left out where the machine lags far behind."""
        if not self._command & _RUN:
            self.schedule.forget()
            self._status |= _HALTED
            return
        now = self._timers.now()
        frames = (now - self._due) // MILLISECOND + 1
        if frames > _FRAMES_LATE:
            self._skip(frames - _FRAMES_LATE)
        for _ in range(min(frames, _FRAMES_AT_ONCE)):
            self.schedule.run(self._list + (self._frame & 0x3FF) * 4)
            self._skip(1)
        self._take_outcome()
        self._timer.set(now + MILLISECOND)

    def _skip(self, frames: int) -> None:
        self._frame = self._frame + frames & _FRAMES
        self._due += frames * MILLISECOND

    def _take_outcome(self) -> None:
        """Tell the host what came of the frames."""
        schedule = self.schedule
        if schedule.confused:
            self._status |= _PROCESS_ERROR
            self._command &= ~_RUN
        if schedule.failed:
            self._status |= _ERROR
        if schedule.causes:
            self._causes |= schedule.causes
            self._status |= _INTERRUPTED
        schedule.causes = 0
        schedule.confused = schedule.failed = False
        self._update()

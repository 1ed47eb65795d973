"""Character devices, and the monitors that sit on them, which are loaded only if there are any.

A device has one user: a monitor or a filter.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..backend import channel
from ..backend.channel import Channel
from ..backend.loop import Loop
from ..errors import HostError, OptionError
from ..monitor.seam import Machine
from ..options.chardev import ByFd, ByPath, ByPort, Chardev, Means, Monitor, Stdio
from ..options.qtest import Qtest

if TYPE_CHECKING:
    from ..monitor import qmp, readline
    from .hardware import Hardware


class Consoles:
    """All channels of a machine by name, and who answers on them."""

    def __init__(self, machine: Machine, loop: Loop) -> None:
        self._machine = machine
        self._loop = loop
        self._channels: dict[str, Channel] = {}
        self._means: dict[str, Means] = {}
        self._sessions: dict[str, qmp.Session | readline.Session] = {}
        self._claimed: set[str] = set()

    def open(self, device: Chardev) -> None:
        """Make the channel of a character device.

        Raises:
            OptionError: the host refuses.
        """
        try:
            self._channels[device.name] = self._make(device)
            self._means[device.name] = device.means
        except HostError as error:
            raise device.line.error(str(error)) from None

    def add(self, monitor: Monitor) -> None:
        """Put a monitor on a channel.

        Raises:
            OptionError: there is no such channel, or it has a monitor.
        """
        if monitor.chardev not in self._channels:
            raise monitor.line.error(f'chardev "{monitor.chardev}" not found')
        try:
            on = self.claim(monitor.chardev)
        except OptionError as error:
            raise monitor.line.error(str(error)) from None

        def write(text: str) -> None:
            on.write(text.encode("utf-8", "surrogateescape"))

        session = self._make_session(monitor, write)
        self._sessions[monitor.chardev] = session
        on.on_open = session.open
        on.on_data = lambda data: session.feed(data.decode("utf-8", "surrogateescape"))

    def add_qtest(self, qtest: Qtest, hardware: "Hardware") -> None:
        """Let a client drive the devices through a channel.

        Raises:
            OptionError: there is no such channel, it has another user, or there is no device.
        """
        try:
            on = self.claim(qtest.chardev)
        except OptionError as error:
            raise qtest.line.error(str(error)) from None
        session = hardware.session(lambda text: on.write(text.encode("ascii", "replace")))
        if session is None:
            raise qtest.line.error("this machine has no devices to drive")
        on.on_open = session.open
        on.on_data = lambda data: session.feed(data.decode("latin-1"))

    def create(self, device: Chardev) -> None:
        """Make a device while the machine runs.

        Raises:
            OptionError: there is one of that name.
            HostError: the host refuses.
        """
        if device.name in self._channels:
            raise OptionError(f"Chardev with id '{device.name}' already exists")
        channel = self._make(device)
        self._channels[device.name] = channel
        self._means[device.name] = device.means
        channel.start()

    def remove(self, name: str) -> None:
        """Give a device back.

        Raises:
            OptionError: there is none of that name, or it is in use.
        """
        if name not in self._channels:
            raise OptionError(f"Chardev '{name}' not found")
        if name in self._claimed:
            raise OptionError(f"Chardev '{name}' is busy")
        del self._means[name]
        self._channels.pop(name).close()

    def rows(self) -> list[tuple[str, str, bool]]:
        """Every device, oldest first: its name, what it is, and whether somebody reads it."""
        return [
            (name, each.describe(), name in self._sessions) for name, each in self._channels.items()
        ]

    def has(self, name: str) -> bool:
        return name in self._channels

    def means(self, name: str) -> Means | None:
        """What kind of character device ``name`` is; None: there is none."""
        return self._means.get(name)

    def claim(self, name: str) -> Channel:
        """The channel of a device, for one user alone.

        Raises:
            OptionError: there is none of that name, or it is in use.
        """
        if name not in self._channels:
            raise OptionError(f"Device '{name}' not found")
        if name in self._claimed:
            raise OptionError(f"Device '{name}' is in use")
        self._claimed.add(name)
        return self._channels[name]

    def release(self, name: str) -> None:
        """Let another user claim the device."""
        self._claimed.discard(name)
        self._channels[name].forget()

    def start(self) -> None:
        """Let clients in."""
        for each in self._channels.values():
            each.start()

    def notify(self, event: str, data: dict[str, Any] | None = None) -> None:
        """Tell every monitor of an event."""
        for session in self._sessions.values():
            session.notify(event, data)

    def close(self) -> None:
        """Give every channel back."""
        for each in self._channels.values():
            each.close()

    def _make_session(
        self, monitor: Monitor, write: Callable[[str], None]
    ) -> "qmp.Session | readline.Session":
        if monitor.control:
            from ..monitor.qmp import Session

            return Session(self._machine, write, monitor.pretty)
        from ..monitor.readline import Session as Human

        return Human(self._machine, write)

    def _make(self, device: Chardev) -> Channel:
        match device.means:
            case Stdio() if any(isinstance(each, Stdio) for each in self._means.values()):
                raise HostError("cannot use stdio by multiple character devices")
            case Stdio():
                return channel.StdioChannel(self._loop)
            case ByFd(text):
                return channel.from_fd(self._loop, text)
            case ByPath(path, server, wait):
                return channel.from_place(self._loop, path, server, wait)
            case ByPort(host, port, server, wait):
                return channel.from_place(self._loop, (host, port), server, wait)
        return Channel()

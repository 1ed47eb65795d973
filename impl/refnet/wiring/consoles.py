"""Character devices, and the monitors that sit on them, which are loaded only if there are any."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..backend import channel
from ..backend.channel import Channel
from ..backend.loop import Loop
from ..errors import HostError
from ..monitor.seam import Machine
from ..options.chardev import ByFd, ByPath, ByPort, Chardev, Monitor, Stdio

if TYPE_CHECKING:
    from ..monitor import qmp, readline


class Consoles:
    """All channels of a machine by name, and who answers on them."""

    def __init__(self, machine: Machine, loop: Loop) -> None:
        self._machine = machine
        self._loop = loop
        self._channels: dict[str, Channel] = {}
        self._sessions: dict[str, qmp.Session | readline.Session] = {}

    def open(self, device: Chardev) -> None:
        """Make the channel of a character device.

        Raises:
            OptionError: the host refuses.
        """
        try:
            self._channels[device.name] = self._make(device)
        except HostError as error:
            raise device.line.error(str(error)) from None

    def add(self, monitor: Monitor) -> None:
        """Put a monitor on a channel.

        Raises:
            OptionError: there is no such channel, or it has a monitor.
        """
        on = self._channels.get(monitor.chardev)
        if on is None:
            raise monitor.line.error(f'chardev "{monitor.chardev}" not found')
        if monitor.chardev in self._sessions:
            raise monitor.line.error(f"Device '{monitor.chardev}' is in use")

        def write(text: str) -> None:
            on.write(text.encode("utf-8", "surrogateescape"))

        session = self._make_session(monitor, write)
        self._sessions[monitor.chardev] = session
        on.on_open = session.open
        on.on_data = lambda data: session.feed(data.decode("utf-8", "surrogateescape"))

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
            case Stdio():
                return channel.StdioChannel(self._loop)
            case ByFd(text):
                return channel.from_fd(self._loop, text)
            case ByPath(path, server, wait):
                return channel.from_place(self._loop, path, server, wait)
            case ByPort(host, port, server, wait):
                return channel.from_place(self._loop, (host, port), server, wait)
        return Channel()

"""What comes and goes while a machine runs: NICs and character devices (``device_add``,
``chardev-add`` and their ends).
"""

from collections.abc import Callable
from typing import Any

from ..errors import HostError, OptionError
from ..options import chardev, device
from ..options.boards import Board
from ..options.grammar import Dialect, Line, Value, check_identifier, split_opts
from .cards import Cards, Removed
from .consoles import Consoles

_GONE = "DEVICE_DELETED"


class Devices:
    """NICs by ``device_add`` and ``device_del``.

    Args:
        notify: tells the monitors of an event.
        report: told of what the human monitor says to the person who runs refnet.
    """

    def __init__(
        self,
        cards: Cards,
        board: Board,
        notify: Callable[[str, Removed], None],
        report: Callable[[str], None],
    ) -> None:
        self._cards = cards
        self._board = board
        self._notify = notify
        self._report = report

    def add(self, text: str) -> str | None:
        """See :class:`refnet.monitor.seam.Devices`.

        Raises:
            OptionError: with QEMU's text.
        """
        line = split_opts("device_add", text, "driver", lambda said: None)
        try:
            answer = device.help_for(line, self._board)
            if answer is not None:
                return answer
            self._plug(line)
        except _Malformed as error:
            self._report(str(error))
            return None
        return ""

    def create(self, members: dict[str, Any]) -> None:
        """See :class:`refnet.monitor.seam.Devices`.

        Raises:
            OptionError: with QEMU's text.
        """
        pairs = tuple((key, _as_text(value)) for key, value in members.items())
        self._plug(Line("device_add", "", Dialect.OPTS, pairs))

    def remove(self, name: str) -> None:
        """See :class:`refnet.monitor.seam.Devices`.

        Raises:
            OptionError: there is no such NIC, or it may not go.
        """
        self._tell(self._cards.unplug(name))

    def reset(self) -> None:
        """The machine is reset: what was to go, goes."""
        self._tell(self._cards.let_go())

    def _tell(self, gone: list[Removed]) -> None:
        for each in gone:
            self._notify(_GONE, each)

    def _plug(self, line: Line) -> None:
        try:
            check_identifier(line)
        except OptionError as error:
            raise _Malformed(_bare(error, line)) from None
        try:
            into = self._cards.surroundings(running=True)
            self._cards.plug(device.interpret(line, into), running=True)
        except OptionError as error:
            raise OptionError(_bare(error, line)) from None


class Channels:
    """Character devices by ``chardev-add`` and ``chardev-remove``."""

    def __init__(self, consoles: Consoles) -> None:
        self._consoles = consoles
        self.remove = consoles.remove
        self.rows = consoles.rows

    def add(self, text: str) -> str:
        """See :class:`refnet.monitor.seam.Channels`."""
        if chardev.wants_help(text):
            return chardev.HELP
        prefix = Line("-chardev", text).located("")
        try:
            made = chardev.parse(text, lambda said: None)
            if self._consoles.has(made.name):
                return (
                    f"Error: attempt to add duplicate property '{made.name}' to object"
                    " (type 'container')\n"
                )
            self._consoles.create(made)
        except (OptionError, HostError) as error:
            said = str(error).removeprefix(prefix)
            unread = said.startswith(("Invalid parameter", "Parameter"))
            return f"{said}\nError: Parsing chardev args failed\n" if unread else f"Error: {said}\n"
        return ""

    def create(self, name: str, backend: Any) -> None:
        """See :class:`refnet.monitor.seam.Channels`.

        Raises:
            OptionError: with QEMU's text.
        """
        line = Line("chardev-add", "")
        try:
            self._consoles.create(chardev.from_backend(name, backend))
        except HostError as error:
            raise OptionError(f"Failed to add chardev '{name}': {error}") from None
        except OptionError as error:
            raise OptionError(_bare(error, line)) from None


class _Malformed(OptionError):
    """An identifier is none."""


def _bare(error: OptionError, line: Line) -> str:
    return str(error).removeprefix(line.located(""))


def _as_text(value: Value) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)

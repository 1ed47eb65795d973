"""What the monitors ask of the machine."""

from dataclasses import dataclass
from typing import Any, Protocol

from ..backend.user import UserPort
from ..fabric.hub import Hub
from ..fabric.port import Fabric


class Devices(Protocol):
    """NICs that come and go while the machine runs."""

    def add(self, text: str) -> str | None:
        """What the human monitor asks for: the answer, or None if what is wrong went to the
        person who runs refnet.
        """

    def create(self, members: dict[str, Any]) -> None: ...

    def remove(self, name: str) -> None:
        """Those on a PCI bus go when the machine is reset; the event tells that they are gone."""


class Channels(Protocol):
    """The character devices."""

    def add(self, text: str) -> str:
        """What the human monitor asks for; the answer."""

    def create(self, name: str, backend: Any) -> None: ...

    def remove(self, name: str) -> None: ...

    def rows(self) -> list[tuple[str, str, bool]]:
        """Name, what it is, and whether a monitor sits on it."""


@dataclass(frozen=True)
class Rounds:
    """When to say it, and who.

    Attributes:
        initial, step, most: ms from the first time to the second, more from each to the next, and
            at most.
        count: how often.
        names: of the NICs; None: all.
    """

    initial: int = 50
    step: int = 100
    most: int = 550
    count: int = 5
    names: tuple[str, ...] | None = None


class Announcements(Protocol):
    """NICs that tell the network where they are."""

    def begin(self, rounds: Rounds) -> None: ...


class Machine(Protocol):
    """A running machine. Everything that refuses raises :class:`~refnet.errors.OptionError`.

    Attributes:
        fabric: its ports.
        hubs: newest first.
        release: its version.
    """

    fabric: Fabric
    hubs: list[Hub]
    release: tuple[int, int, int]

    @property
    def devices(self) -> Devices: ...

    @property
    def channels(self) -> Channels: ...

    @property
    def announcements(self) -> Announcements: ...

    @property
    def running(self) -> bool:
        """Whether frames move and time passes."""

    def usb(self) -> list[str] | None:
        """What is on the USB bus, a line each; None: there is none."""

    def stop(self) -> None: ...

    def resume(self) -> None: ...

    def reset(self) -> None: ...

    def power_down(self) -> None: ...

    def quit(self) -> None:
        """End the process after the answer."""

    def user_port(self, name: str | None) -> UserPort:
        """The user network ``name``, or the first one."""

    def add_host_forward(self, port: UserPort, rule: str) -> None: ...

    def remove_host_forward(self, port: UserPort, rule: str) -> bool:
        """False: there is no such rule."""

    def set_link(self, name: str, up: bool) -> None: ...

    def add_netdev(self, text: str) -> str | None:
        """What the human monitor asks for: the answer, or None if what is wrong went to the
        person who runs refnet.
        """

    def create_netdev(self, members: dict[str, Any]) -> None: ...

    def remove_netdev(self, name: str) -> None: ...

    def add_object(self, text: str) -> str:
        """What the human monitor asks for; the answer."""

    def create_object(self, members: dict[str, Any]) -> None: ...

    def remove_object(self, name: str) -> None: ...

    def get_property(self, path: str, name: str) -> str | int | bool: ...

    def parse_property(self, path: str, name: str, text: str) -> None:
        """Set a property to what ``text`` says."""

    def set_property(self, path: str, name: str, value: Any) -> None:
        """Set a property to a value of JSON, whose type must fit."""

    def list_properties(self, path: str) -> list[tuple[str, str]]:
        """Names and types of the properties of an object."""

    def execute(self, command: str) -> str:
        """Carry out a command of the human monitor; what it prints, lines ended by ``\\n``."""

    def timestamp(self) -> int:
        """Nanoseconds since 1970, on the machine's own clock."""

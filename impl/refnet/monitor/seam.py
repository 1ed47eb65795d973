"""What the monitors ask of the machine."""

from typing import Protocol

from ..backend.user import UserPort
from ..fabric.hub import Hub
from ..fabric.port import Fabric


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
    def running(self) -> bool:
        """Whether frames move and time passes."""

    def stop(self) -> None: ...

    def resume(self) -> None: ...

    def quit(self) -> None:
        """End the process after the answer."""

    def user_port(self, name: str | None) -> UserPort:
        """The user network ``name``, or the first one."""

    def add_host_forward(self, port: UserPort, rule: str) -> None: ...

    def remove_host_forward(self, port: UserPort, rule: str) -> bool:
        """False: there is no such rule."""

    def set_link(self, name: str, up: bool) -> None: ...

    def add_netdev(self, text: str) -> None: ...

    def remove_netdev(self, name: str) -> None: ...

    def add_object(self, text: str) -> None: ...

    def remove_object(self, name: str) -> None: ...

    def get_property(self, path: str, name: str) -> str | int | bool: ...

    def set_property(self, path: str, name: str, value: str) -> None: ...

    def execute(self, command: str) -> str:
        """Carry out a command of the human monitor; what it prints, lines ended by ``\\n``."""

    def timestamp(self) -> int:
        """Nanoseconds since 1970, on the machine's own clock."""

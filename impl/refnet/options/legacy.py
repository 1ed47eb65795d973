"""Options of QEMU 0.6 that are none any more: settings of its one network (CLI-15, LEG-13, LEG-16).

``-user-net`` asks for the user network, ``-dummy-net`` for none, ``-tun-fd FD[,...]`` for a tap
device that is open already to each NIC; ``-redir``, ``-tftp``, ``-bootp`` and ``-smb`` are settings
of the user network; ``-nics``, ``-macaddr`` and ``-isa`` say how many NICs there are, what address
the first one has (the others follow), and that they are on ISA. ``-n SCRIPT`` is for tap devices
that QEMU 0.6 opened by itself, which refnet does not do unasked.
"""

from ..errors import OptionError
from . import ethernet
from .forwards import from_redirection
from .grammar import Dialect, Line

FLAGS = frozenset({"user-net", "dummy-net", "isa", "localtime"})
_SETTINGS = {"tftp": "tftp", "bootp": "bootfile", "smb": "smb"}
WITH_ARGUMENT = frozenset({"redir", "nics", "macaddr", "tun-fd", "n", *_SETTINGS})

#: How many NICs QEMU 0.6 had at most.
_MOST = 8
_FIRST_MAC = bytes.fromhex("525400123456")


class Legacy:
    """What old options ask for.

    Attributes:
        asked: whether the user network was asked for, or has a setting.
        isa: whether NICs are on ISA.
        settings: of the user network, as ``-net user`` takes them.
    """

    def __init__(self) -> None:
        self.asked = False
        self.isa = False
        self.settings: list[tuple[str, str]] = []
        self._nics: int | None = None
        self._mac: bytes | None = None
        self._taps: list[str] = []
        self._dummy = False

    def flag(self, name: str) -> None:
        """Take an option without an argument."""
        self.asked |= name == "user-net"
        self.isa |= name == "isa"
        self._dummy |= name == "dummy-net"

    def option(self, name: str, text: str) -> None:
        """Take an option with an argument.

        Raises:
            OptionError: the argument is malformed.
        """
        match name:
            case "redir":
                self._set("hostfwd", from_redirection(text))
            case "nics":
                self._nics = int(text) if text.isdecimal() else 0
                if not 1 <= self._nics <= _MOST:
                    raise OptionError(f"-nics {text}: invalid number of network interfaces")
            case "macaddr":
                self._mac = ethernet.parse_strict(text)
                if self._mac is None:
                    raise OptionError(f"-macaddr {text}: invalid MAC address")
            case "tun-fd":
                self._taps = text.split(",")
            case _ if name in _SETTINGS:
                self._set(_SETTINGS[name], text)

    def network(self) -> list[Line] | None:
        """The network as ``-net`` lines; None: nothing was said of one."""
        said = (self.asked, self._nics, self._mac, self._taps, self._dummy)
        if not any(said):
            return None
        lines = [
            net_line(
                ("type", "nic"),
                ("vlan", str(number if self._taps else 0)),
                *((("macaddr", self._address(number)),) if self._mac is not None else ()),
            )
            for number in range(max(self._nics or 1, len(self._taps)))
        ]
        if self._taps:
            for number, descriptor in enumerate(self._taps):
                lines.append(net_line(("type", "tap"), ("vlan", str(number)), ("fd", descriptor)))
        elif not self._dummy:
            lines.append(self.user_line())
        return lines

    def user_line(self) -> Line:
        """The user network, ``user.0``."""
        return net_line(("type", "user"), ("id", "user.0"), *self.settings)

    def _set(self, key: str, value: str) -> None:
        self.asked = True
        self.settings.append((key, value))

    def _address(self, number: int) -> str:
        """The address of a NIC: the last octet counts up."""
        first = self._mac or _FIRST_MAC
        return (first[:5] + bytes([first[5] + number & 0xFF])).hex(":")


def net_line(*pairs: tuple[str, str]) -> Line:
    """``-net`` with these keys and values."""
    text = ",".join(f"{key}={value.replace(',', ',,')}" for key, value in pairs)
    return Line("-net", text.removeprefix("type="), Dialect.OPTS, pairs)

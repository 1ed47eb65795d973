"""``info network`` and warnings without what changes from run to run."""

import re
from typing import Any

from vnetspec.fixtures.guest import Guest

#: A machine with PCI and ISA that does not run: no firmware touches its NICs.
PC = ("-M", "pc", "-S")


def started(*arguments: str, **wanted: Any) -> dict[str, Any]:
    """The keywords of ``@network`` for a command line with nothing else on it."""
    return {"user": False, "ports": 0, "arguments": arguments} | wanted


def listing(guest: Guest) -> list[str]:
    """The lines of ``info network``; generated names are ``#net``."""
    return _plain(guest.link.monitor("info network"))


def warnings(guest: Guest) -> list[str]:
    """What was said at the start, line by line."""
    return _plain(guest.link.warnings())


def nic(name: str, last: int = 0x56) -> str:
    """How a NIC with a MAC of QEMU's is listed."""
    model = name.partition(".")[0]
    return f"{name}: index=0,type=nic,model={model},macaddr=52:54:00:12:34:{last:02x}"


def user(name: str = "#net", address: str = "10.0.2.0") -> str:
    """How a user network is listed."""
    return f"{name}: index=0,type=user,net={address},restrict=off"


def _plain(text: str) -> list[str]:
    return [re.sub(r"#net\d+", "#net", line.rstrip()) for line in text.splitlines()]

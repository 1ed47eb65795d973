"""The lines of ``documents.toml``, and the discs that they name.

An entry is a line as a document quotes it, by the ID of its requirement::

    [DOC-01]
    document = "S0"                      # a key of TITLES
    line = "./qemu -hda x.img -user-net" # as it is quoted
    argv = ["-hda", "{dir}/x.img", ...]  # what is given, behind -M pc -S
    in_2004 = ["hub 0", ...]             # info network with the profile qemu-0.6, or the refusal
    needs = ["/etc/qemu-ifup"]           # files of the host
    lists = ["e1000", ...]               # the answer is a list with these in it, whatever else
    why = "..."                          # why refnet's answer is another one than QEMU's
    note = "..."                         # what a reader should know
"""

from __future__ import annotations

import struct
import tomllib
from dataclasses import dataclass
from pathlib import Path

TITLES = {
    "S0": "User mode network how-to (2004)",
    "S1": "QEMU manual, Network emulation",
    "S2": "OpenSolaris, networking in QEMU guests",
    "S3": "QEMU wiki, Documentation/Networking",
    "S4": "QEMU Networking (vlan era)",
}

#: Lines of the same documents that other programs take.
OTHERS = (
    ("S2", "./sol_qemu_tap dsl.sh", "the document's own: makes a tap device, then starts a script"),
    ("S2", "./sol_qemu_tap -b e1000g dsl.sh", "the same, with the device in a bridge"),
    ("S4", "vde_switch -hub -tap qtap -sock /var/run/qtap-ctl", "VDE's switch"),
    ("S4", "vqeq -vdesock /var/run/qtap-ctl", "VDE's: starts the QEMU that follows, see DOC-63"),
)

_FILE = Path(__file__).with_name("documents.toml")
_CLUSTER = 0x10000


@dataclass(frozen=True)
class Line:
    """An entry; see above."""

    id: str
    document: str
    line: str
    argv: tuple[str, ...]
    in_2004: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    why: str = ""
    note: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line: a PC that does not run."""
        return "-M", "pc", "-S", *self.argv

    def inserts_discs(self, directory: Path) -> None:
        """Put the images that the line names into ``directory``."""
        for word in self.argv:
            if word.endswith((".img", ".iso")):
                Path(word.replace("{dir}", str(directory))).write_bytes(disc())


def lines() -> list[Line]:
    """All of them, in the order of the documents."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return [
        Line(key, **{name: _frozen(value) for name, value in table.items()})
        for key, table in tables.items()
    ]


def _frozen(value: str | list[str]) -> str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value


def disc() -> bytes:
    """An empty disc of 1 MiB as qcow2, the format that QEMU knows without being told.

    Clusters of 64 KiB: the header, the table of reference counts, the counts, and the map.
    """
    table, counts, mapped = (_CLUSTER * number for number in (1, 2, 3))
    version, bits, size = 2, 16, 1 << 20
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        *(b"QFI\xfb", version, 0, 0, bits, size, 0),
        *(1, mapped, table, 1, 0, 0),
    )
    parts = [header, struct.pack(">Q", counts), struct.pack(">4H", 1, 1, 1, 1), b""]
    return b"".join(part.ljust(_CLUSTER, b"\0") for part in parts)

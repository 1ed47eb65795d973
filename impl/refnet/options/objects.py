"""``-object filter-dump`` (FILT-01..08)."""

from typing import NamedTuple

from .fields import Fields
from .grammar import Line, Report, check_identifier, is_help, split_json, split_opts

KIND = "filter-dump"
HELP = f"List of user creatable objects:\n  {KIND}\n"
HELP_ON_DUMP = """\
filter-dump options:
  file=<string>
  insert=<string>
  maxlen=<uint32>
  netdev=<string>
  position=<string>
  queue=<NetFilterDirection>
  status=<string>
"""


class FilterDump(NamedTuple):
    """The settings of a dump; what depends on other objects is not checked yet."""

    name: str
    netdev: str
    file: str
    maxlen: int = 65536
    queue: str = "all"
    status: str = "on"
    position: str = "tail"
    insert: str = "behind"


def split(text: str, report: Report) -> Line:
    """Take the argument of ``-object`` apart.

    Raises:
        OptionError: it can't be taken apart.
    """
    if text.startswith("{"):
        return split_json("-object", text)
    return split_opts("-object", text, "qom-type", report)


def help_for(line: Line) -> str | None:
    """The answer, if the line asks for help."""
    if is_help(line.get("qom-type")):
        return HELP
    if line.get("qom-type") == KIND and line.get("help") == "on":
        return HELP_ON_DUMP
    return None


def interpret(line: Line) -> FilterDump:
    """Read one ``-object``.

    Raises:
        OptionError: with QEMU's text.
    """
    fields = Fields(line)
    kind = fields.required("qom-type")
    if kind != KIND:
        raise line.error(f"Parameter 'qom-type' does not accept value '{kind}'")
    name = fields.required("id")
    check_identifier(line)
    netdev = fields.required("netdev")
    queue = fields.choice("queue", ("all", "rx", "tx"))
    status = fields.text("status")
    position = fields.text("position")
    insert = fields.choice("insert", ("behind", "before"))
    file = fields.required("file")
    maxlen = fields.number("maxlen", bits=32, signed=False)
    fields.finish()
    return FilterDump(
        name,
        netdev,
        file,
        65536 if maxlen is None else maxlen,
        queue or "all",
        "on" if status is None else status,
        "tail" if position is None else position,
        insert or "behind",
    )

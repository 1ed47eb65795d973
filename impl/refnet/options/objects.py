"""``-object filter-*`` (FILT-01..14), and ``filter-fault``, which is refnet's own."""

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import OptionError
from ..fabric.filters.fault import MILLION, Faults
from .fields import Fields
from .grammar import (
    NO_IDENTIFIER,
    Dialect,
    Line,
    Report,
    check_identifier,
    is_help,
    is_identifier,
    split_json,
    split_opts,
)


@dataclass(frozen=True, slots=True)
class Common:
    """What every filter is asked; what depends on other objects is not checked yet."""

    kind: str
    name: str
    netdev: str
    queue: str = "all"
    status: str = "on"
    position: str = "tail"
    insert: str = "behind"


@dataclass(frozen=True, slots=True)
class FilterDump:
    """A dump into ``file``."""

    common: Common
    file: str
    maxlen: int = 65536


@dataclass(frozen=True, slots=True)
class FilterMirror:
    """A copy of everything to a character device."""

    common: Common
    outdev: str
    vnet_header: bool = False


@dataclass(frozen=True, slots=True)
class FilterRedirector:
    """Everything to one character device, and in from another."""

    common: Common
    indev: str | None
    outdev: str | None
    vnet_header: bool = False


@dataclass(frozen=True, slots=True)
class FilterBuffer:
    """Everything waits for a tick, each ``interval`` microseconds."""

    common: Common
    interval: int


@dataclass(frozen=True, slots=True)
class FilterRewriter:
    """Nothing changes until a failover."""

    common: Common
    vnet_header: bool = False


@dataclass(frozen=True, slots=True)
class FilterReplay:
    """Nothing changes without record and replay."""

    common: Common


@dataclass(frozen=True, slots=True)
class FilterFault:
    """A cable with faults."""

    common: Common
    faults: Faults


FilterSpec = (
    FilterDump
    | FilterMirror
    | FilterRedirector
    | FilterBuffer
    | FilterRewriter
    | FilterReplay
    | FilterFault
)


def split(text: str, report: Report, check: Callable[[Line], None] = lambda line: None) -> Line:
    """Take the argument of ``-object`` apart; ``check`` looks at it in the old dialect.

    Raises:
        OptionError: it can't be taken apart.
    """
    if text.startswith("{"):
        return split_json("-object", text)
    return split_opts("-object", text, "qom-type", report, check)


def help_for(line: Line) -> str | None:
    """The answer, if the line asks for help."""
    kind = line.get("qom-type")
    if is_help(kind):
        listed = "".join(f"  {each}\n" for each in sorted(_KINDS))
        return f"List of user creatable objects:\n{listed}"
    if isinstance(kind, str) and kind in _KINDS and line.get("help") == "on":
        own = dict(word.split("=") for word in _KINDS[kind][1].split())
        listed = "".join(f"  {key}=<{value}>\n" for key, value in sorted((_COMMON | own).items()))
        return f"{kind} options:\n{listed}"
    return None


def interpret(line: Line) -> FilterSpec:
    """Read one ``-object``; the form of its ID is looked at first in the old dialect, else last.

    Raises:
        OptionError: with QEMU's text.
    """
    fields = Fields(line)
    if line.dialect is Dialect.OPTS:
        check_identifier(line)
    kind = fields.required("qom-type")
    if kind not in _KINDS:
        raise line.error(f"Parameter 'qom-type' does not accept value '{kind}'")
    name = fields.required("id")
    netdev = fields.required("netdev")
    queue = fields.choice("queue", ("all", "rx", "tx"))
    status = fields.text("status")
    position = fields.text("position")
    insert = fields.choice("insert", ("behind", "before"))
    common = Common(
        kind,
        name,
        netdev,
        queue or "all",
        "on" if status is None else status,
        "tail" if position is None else position,
        insert or "behind",
    )
    spec = _KINDS[kind][0](fields, common)
    fields.finish()
    if not is_identifier(name):
        raise OptionError(NO_IDENTIFIER)
    return spec


def _dump(fields: Fields, common: Common) -> FilterSpec:
    file = fields.required("file")
    maxlen = fields.number("maxlen", bits=32, signed=False)
    return FilterDump(common, file, 65536 if maxlen is None else maxlen)


def _mirror(fields: Fields, common: Common) -> FilterSpec:
    outdev = fields.required("outdev")
    return FilterMirror(common, outdev, bool(fields.flag("vnet_hdr_support")))


def _redirector(fields: Fields, common: Common) -> FilterSpec:
    indev, outdev = fields.text("indev"), fields.text("outdev")
    return FilterRedirector(common, indev, outdev, bool(fields.flag("vnet_hdr_support")))


def _buffer(fields: Fields, common: Common) -> FilterSpec:
    interval = fields.number("interval", bits=32, signed=False)
    if interval is None:
        fields.missing("interval")
    return FilterBuffer(common, interval)


def _rewriter(fields: Fields, common: Common) -> FilterSpec:
    return FilterRewriter(common, bool(fields.flag("vnet_hdr_support")))


def _replay(fields: Fields, common: Common) -> FilterSpec:
    return FilterReplay(common)


def _fault(fields: Fields, common: Common) -> FilterSpec:
    faults = Faults(
        _millionths(fields, "loss"),
        _millionths(fields, "duplicate"),
        _millionths(fields, "reorder"),
        _millionths(fields, "corrupt"),
        fields.number("delay", bits=32, signed=False) or 0,
        fields.number("seed", signed=False) or 0,
    )
    return FilterFault(common, faults)


def _millionths(fields: Fields, name: str) -> int:
    """A percentage, which may have decimals, in millionths; 0 if it is not there."""
    given = fields.texts(name)
    if not given:
        return 0
    try:
        share = float(given[-1]) * MILLION / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= MILLION:
        raise fields.line.error(f"Parameter '{name}' expects a percentage, from 0 to 100")
    return round(share)


_COMMON = {
    "insert": "string",
    "netdev": "string",
    "position": "string",
    "queue": "NetFilterDirection",
    "status": "string",
}
#: How each kind is read, and what it takes beside :data:`_COMMON`.
_KINDS: dict[str, tuple[Callable[[Fields, Common], FilterSpec], str]] = {
    "filter-buffer": (_buffer, "interval=uint32"),
    "filter-dump": (_dump, "file=string maxlen=uint32"),
    "filter-fault": (
        _fault,
        "loss=percent duplicate=percent reorder=percent corrupt=percent delay=uint32 seed=uint64",
    ),
    "filter-mirror": (_mirror, "outdev=string vnet_hdr_support=bool"),
    "filter-redirector": (_redirector, "indev=string outdev=string vnet_hdr_support=bool"),
    "filter-replay": (_replay, ""),
    "filter-rewriter": (_rewriter, "vnet_hdr_support=bool"),
}

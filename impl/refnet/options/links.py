"""The options of ``-netdev vde`` and ``l2tpv3`` (VDE-06, SOCK-18)."""

from typing import NamedTuple

from .fields import Fields
from .grammar import Line


class Vde(NamedTuple):
    """A port of a VDE switch; None: not given."""

    name: str
    line: Line
    path: str | None
    port: int | None
    group: str | None
    mode: int | None


class L2tpv3(NamedTuple):
    """A session of L2TPv3 (RFC 3931) with one peer, over UDP or IP; None: not given."""

    name: str
    line: Line
    source: str
    destination: str
    source_port: str | None
    destination_port: str | None
    ipv6: bool
    udp: bool
    long_cookie: bool
    counter: bool
    pinned_counter: bool
    sent_cookie: int | None
    expected_cookie: int | None
    sent_session: int
    expected_session: int | None
    offset: int | None


def take_vde(name: str, line: Line, fields: Fields) -> Vde:
    """Take the keys of ``vde``."""
    return Vde(
        name,
        line,
        path=fields.text("sock"),
        port=fields.number("port", bits=16, signed=False),
        group=fields.text("group"),
        mode=fields.number("mode", bits=16, signed=False),
    )


def take_l2tpv3(name: str, line: Line, fields: Fields) -> L2tpv3:
    """Take the keys of ``l2tpv3``."""
    return L2tpv3(
        name,
        line,
        source=fields.required("src"),
        destination=fields.required("dst"),
        source_port=fields.text("srcport"),
        destination_port=fields.text("dstport"),
        ipv6=bool(fields.flag("ipv6")),
        udp=bool(fields.flag("udp")),
        long_cookie=bool(fields.flag("cookie64")),
        counter=bool(fields.flag("counter")),
        pinned_counter=bool(fields.flag("pincounter")),
        sent_cookie=fields.number("txcookie", signed=False),
        expected_cookie=fields.number("rxcookie", signed=False),
        sent_session=_session(fields),
        expected_session=fields.number("rxsession", bits=32, signed=False),
        offset=fields.number("offset", bits=32, signed=False),
    )


def _session(fields: Fields) -> int:
    session = fields.number("txsession", bits=32, signed=False)
    if session is None:
        fields.missing("txsession")
    return session

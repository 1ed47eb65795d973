"""The options of ``-netdev tap`` and ``bridge`` (TAP-05, TAP-07, TAP-08)."""

from typing import NamedTuple

from .fields import Fields
from .grammar import Line


class Tap(NamedTuple):
    """A tap device: by name, on inherited descriptors, or from a helper.

    None: not given. ``send_buffer`` is in octets.
    """

    name: str
    line: Line
    interface: str | None
    fd: str | None
    fds: str | None
    script: str | None
    down_script: str | None
    bridge: str | None
    helper: str | None
    send_buffer: int | None
    header: bool | None
    vhost: bool | None
    vhost_fd: str | None
    vhost_fds: str | None
    vhost_force: bool | None
    queues: int | None


class Bridge(NamedTuple):
    """A tap device that a helper opens on a bridge."""

    name: str
    line: Line
    bridge: str | None
    helper: str | None


def take_tap(name: str, line: Line, fields: Fields) -> Tap:
    """Take the keys of ``tap``."""
    spec = Tap(
        name,
        line,
        interface=fields.text("ifname"),
        fd=fields.text("fd"),
        fds=fields.text("fds"),
        script=fields.text("script"),
        down_script=fields.text("downscript"),
        bridge=fields.text("br"),
        helper=fields.text("helper"),
        send_buffer=fields.size("sndbuf"),
        header=fields.flag("vnet_hdr"),
        vhost=fields.flag("vhost"),
        vhost_fd=fields.text("vhostfd"),
        vhost_fds=fields.text("vhostfds"),
        vhost_force=fields.flag("vhostforce"),
        queues=fields.number("queues", bits=32, signed=False),
    )
    fields.number("poll-us", bits=32, signed=False)
    return spec


def take_bridge(name: str, line: Line, fields: Fields) -> Bridge:
    """Take the keys of ``bridge``."""
    return Bridge(name, line, fields.text("br"), fields.text("helper"))

"""The options of ``-netdev vhost-user`` and ``vhost-vdpa`` (SOCK-19)."""

from typing import NamedTuple

from .fields import Fields
from .grammar import Line


class VhostUser(NamedTuple):
    """Another process that would carry the frames, at character device ``chardev``."""

    name: str
    line: Line
    chardev: str
    queues: int


class VhostVdpa(NamedTuple):
    """A device that would carry the frames, by path or inherited descriptor; None: not given."""

    name: str
    line: Line
    path: str | None
    fd: str | None


def take_user(name: str, line: Line, fields: Fields) -> VhostUser:
    """Take the keys of ``vhost-user``."""
    chardev = fields.required("chardev")
    fields.flag("vhostforce")
    queues = fields.number("queues")
    return VhostUser(name, line, chardev, 1 if queues is None else queues)


def take_vdpa(name: str, line: Line, fields: Fields) -> VhostVdpa:
    """Take the keys of ``vhost-vdpa``."""
    spec = VhostVdpa(name, line, fields.text("vhostdev"), fields.text("vhostfd"))
    fields.number("queues")
    fields.flag("x-svq")
    return spec

"""``-object qtest`` and ``-qtest``: who may drive the devices from outside."""

from typing import NamedTuple

from .fields import Fields
from .grammar import Line, check_identifier


class Qtest(NamedTuple):
    """A server of the qtest protocol on ``chardev``."""

    name: str
    chardev: str
    line: Line


def interpret(line: Line) -> Qtest:
    """Read ``-object qtest``.

    Raises:
        OptionError: with QEMU's text.
    """
    fields = Fields(line)
    fields.text("qom-type")
    name = fields.required("id")
    check_identifier(line)
    chardev = fields.required("chardev")
    fields.text("log")
    fields.finish()
    return Qtest(name, chardev, line)

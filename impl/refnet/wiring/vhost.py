"""``vhost-user`` and ``vhost-vdpa``: what is wrong with one, and else that refnet has neither.

Both take a guest's memory, of which there is none here (SOCK-19).
"""

from typing import NoReturn

from ..backend import vhost
from ..errors import OptionError
from ..options.chardev import ByFd, ByPath, ByPort, Means
from ..options.fields import whole_number
from ..options.netdev import absent
from ..options.vhost import VhostUser, VhostVdpa

_MOST_QUEUES = 1024
_LARGEST_INT = (1 << 31) - 1


def refuse_user(spec: VhostUser, means: Means | None) -> NoReturn:
    """Refuse a ``vhost-user`` on a character device of that kind; None: there is none.

    Raises:
        OptionError: always.
    """
    device = f'chardev "{spec.chardev}"'
    if means is None:
        raise OptionError(f"{device} not found")
    if not isinstance(means, ByPath | ByPort | ByFd):
        raise OptionError(f"{device} is not reconnectable")
    if not isinstance(means, ByPath):
        raise OptionError(f"{device} does not support FD passing")
    if not 1 <= spec.queues <= _MOST_QUEUES:
        raise OptionError(f"vhost-user number of queues must be in range [1, {_MOST_QUEUES}]")
    raise OptionError(absent("vhost-user"))


def refuse_vdpa(spec: VhostVdpa) -> NoReturn:
    """Refuse a ``vhost-vdpa``.

    Raises:
        OptionError: the options are wrong, or right.
        HostError: there is no such device.
    """
    if spec.path is None and spec.fd is None:
        raise OptionError("vhost-vdpa: neither vhostdev= nor vhostfd= was specified")
    if spec.path is not None and spec.fd is not None:
        raise OptionError("vhost-vdpa: vhostdev= and vhostfd= are mutually exclusive")
    number = -1 if spec.fd is None else whole_number(spec.fd, 10)
    if spec.fd is not None and (number is None or not 0 <= number <= _LARGEST_INT):
        raise OptionError(f"Invalid file descriptor number '{spec.fd}'")
    vhost.check_vdpa(spec.path, number or 0)
    raise OptionError(absent("vhost-vdpa"))

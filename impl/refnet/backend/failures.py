"""What the operating system's errors mean to the stack."""

import errno

from ..slirp.hostio import Failure

_MEANING = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ENETUNREACH: Failure.NET_UNREACHABLE,
    errno.ENETDOWN: Failure.NET_UNREACHABLE,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Failure.HOST_UNREACHABLE,
    errno.EPERM: Failure.NOT_PERMITTED,
    errno.EACCES: Failure.NOT_PERMITTED,
    errno.ECONNRESET: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ETIMEDOUT: Failure.TIMED_OUT,
    errno.EADDRINUSE: Failure.ADDRESS_IN_USE,
    errno.ENOENT: Failure.NOT_FOUND,
    errno.ENOTDIR: Failure.NOT_FOUND,
}


def failure(error: OSError | int) -> Failure:
    """The :class:`Failure` of an exception or an ``errno``; ``OTHER`` for all that has no name."""
    number = error if isinstance(error, int) else error.errno
    return _MEANING.get(number or 0, Failure.OTHER)

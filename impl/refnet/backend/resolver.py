"""The host's resolver, for the virtual nameserver to forward to (DNS-05, DNS-06)."""

import os
import socket
from pathlib import Path

from ..clock import SECOND, Clock
from ..errors import HostError
from .addresses import Real

_LIFETIME = SECOND
_LINK_LOCAL = b"\xfe\x80"


class Resolver:
    """The first nameserver of a ``resolv.conf`` with an address of one family.

    An answer is good for a second without a look at the file; after that the file is read again
    if it has changed. With ``once``, the answer of the start is good for ever (LEG-14).

    Raises:
        HostError: ``once`` is asked for and there is no answer (DNS-11).
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        clock: Clock,
        once: bool = False,
        family: int = socket.AF_INET,
    ) -> None:
        self._family = family
        self._path = Path(path)
        self._clock = clock
        self._once = False
        self._address: Real | None = None
        self._read_at = 0
        self._identity: tuple[int, ...] = ()
        if once and self.nameserver() is None:
            raise HostError("Could not get DNS address")
        self._once = once

    def nameserver(self) -> Real | None:
        """The address, or None: the file names no usable one (DNS-07)."""
        if self._once:
            return self._address
        now = self._clock.now()
        if self._address is not None and now - self._read_at < _LIFETIME:
            return self._address
        try:
            status = self._path.stat()
            identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            if self._address is None or identity != self._identity:
                text = self._path.read_text(encoding="utf-8", errors="replace")
                self._address = first_nameserver(text, self._family)
                self._identity = identity
                self._read_at = now
        except OSError:
            self._address = None
        return self._address


def first_nameserver(text: str, family: int = socket.AF_INET) -> Real | None:
    """The address of the first ``nameserver`` line with one of ``family`` (DNS-05).

    A ``%scope`` is cut off but from a link-local address, to which it belongs.
    """
    for line in text.splitlines():
        words = line.split(None, 2)
        if len(words) < 2 or words[0] != "nameserver" or line[:1].isspace():
            continue
        try:
            packed = socket.inet_pton(family, words[1].partition("%")[0])
        except OSError:
            continue
        if family == socket.AF_INET:
            return int.from_bytes(packed, "big")
        return words[1] if "%" in words[1] and packed[:2] == _LINK_LOCAL else packed
    return None

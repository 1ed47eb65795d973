"""IPv4 fragments: put together on the way in, made on the way out."""

import dataclasses
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ..wire import ipv4

#: A datagram that is not whole after this many slow ticks is forgotten (IP4-07): 30 s.
LIFETIME = 60
#: Beyond this many octets or fragments in all, datagrams are forgotten; SLiRP has no such limit.
MOST_OCTETS = 4 << 20
MOST_FRAGMENTS = 16_384

_LONGEST = 0xFFFF
_Key: TypeAlias = tuple[int, int, int, int]


@dataclass(slots=True)
class _Fragment:
    offset: int
    payload: memoryview
    more: bool

    @property
    def end(self) -> int:
        return self.offset + len(self.payload)


@dataclass(slots=True)
class _Partial:
    """The fragments of one datagram so far: sorted by offset, no two overlap."""

    fragments: list[_Fragment] = field(default_factory=list)
    first: ipv4.Datagram | None = None
    octets: int = 0
    ticks: int = LIFETIME

    def add(self, new: _Fragment) -> None:
        """Put a fragment in its place; what came earlier at lower offsets wins (IP4-06)."""
        index = bisect_right(self.fragments, new.offset, key=lambda fragment: fragment.offset)
        if index:
            covered = self.fragments[index - 1].end - new.offset
            if covered > 0:
                if covered >= len(new.payload):
                    return
                new = _Fragment(new.offset + covered, new.payload[covered:], new.more)
        while index < len(self.fragments) and self.fragments[index].offset < new.end:
            later = self.fragments[index]
            covered = new.end - later.offset
            if covered < len(later.payload):
                later.offset += covered
                later.payload = later.payload[covered:]
                self.octets -= covered
                break
            self.octets -= len(later.payload)
            del self.fragments[index]
        self.fragments.insert(index, new)
        self.octets += len(new.payload)

    @property
    def whole(self) -> bool:
        last = self.fragments[-1]
        return not last.more and self.octets == last.end


class Reassembly:
    """Datagrams of which only fragments have come, in any order (IP4-08), by IP4-06's key."""

    def __init__(self) -> None:
        self._partials: OrderedDict[_Key, _Partial] = OrderedDict()
        self._octets = 0
        self._fragments = 0

    def __len__(self) -> int:
        return len(self._partials)

    @property
    def octets(self) -> int:
        """How many octets are kept."""
        return self._octets

    def add(self, datagram: ipv4.Datagram) -> ipv4.Datagram | None:
        """Take a fragment; the whole datagram if this was the last one missing.

        The whole has the header of the first fragment, without the lowest bit of its type of
        service and without its "don't fragment" bit, both of which SLiRP loses here. A datagram
        that would exceed 65535 octets is forgotten (RFC 791 section 3.1).
        """
        payload = memoryview(datagram.payload)
        if not payload and datagram.more_fragments:
            return None
        key = _key(datagram)
        partial = self._take(key) or _Partial()
        if datagram.offset == 0 and partial.first is None:
            partial.first = datagram
        partial.add(_Fragment(datagram.offset, payload, datagram.more_fragments))
        header = ipv4.HEADER + (len(partial.first.options) if partial.first else 0)
        if partial.fragments[-1].end + header > _LONGEST:
            return None
        if partial.first is None or not partial.whole:
            self._keep(key, partial)
            return None
        return dataclasses.replace(
            partial.first,
            payload=b"".join(fragment.payload for fragment in partial.fragments),
            tos=partial.first.tos & ~1,
            dont_fragment=False,
            more_fragments=False,
            reserved=False,
        )

    def forget(self, datagram: ipv4.Datagram) -> None:
        """Drop the fragments of the datagram that ``datagram`` would belong to."""
        self._take(_key(datagram))

    def on_slow_tick(self) -> None:
        """Count down, and forget in silence what has expired (IP4-07)."""
        for key, partial in list(self._partials.items()):
            partial.ticks -= 1
            if not partial.ticks:
                self._take(key)

    def _take(self, key: _Key) -> _Partial | None:
        partial = self._partials.pop(key, None)
        if partial is not None:
            self._octets -= partial.octets
            self._fragments -= len(partial.fragments)
        return partial

    def _keep(self, key: _Key, partial: _Partial) -> None:
        """Store, at the cost of the datagrams that saw no fragment for longest."""
        self._partials[key] = partial
        self._octets += partial.octets
        self._fragments += len(partial.fragments)
        while self._octets > MOST_OCTETS or self._fragments > MOST_FRAGMENTS:
            self._take(next(iter(self._partials)))


def _key(datagram: ipv4.Datagram) -> _Key:
    return (
        datagram.identification,
        datagram.source,
        datagram.destination,
        datagram.protocol,
    )


def fragments(datagram: ipv4.Datagram, mtu: int) -> Iterator[ipv4.Datagram]:
    """Cut to pieces of at most ``mtu`` octets; none if it may not be cut (IP4-09).

    Options are not expected: the stack sends none.
    """
    if ipv4.HEADER + len(datagram.payload) <= mtu:
        yield datagram
        return
    if datagram.dont_fragment:
        return
    size = (mtu - ipv4.HEADER) & ~7
    payload = memoryview(datagram.payload)
    for offset in range(0, len(payload), size):
        yield dataclasses.replace(
            datagram,
            payload=payload[offset : offset + size],
            offset=offset,
            more_fragments=offset + size < len(payload),
        )

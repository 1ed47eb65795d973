"""Text that arrived before the text in front of it (TCP-15)."""

from bisect import bisect_right

from ...wire._types import Buffer


class Reassembly:
    """Queued text, sorted, without overlaps.

    Positions count from the next octet expected, so that they never wrap; the caller offers only
    what lies within the receive window, which bounds the queue (text is copied: a view would keep
    a whole frame for the sake of one octet).
    """

    def __init__(self) -> None:
        self._expected = 0
        self._starts: list[int] = []
        self._texts: list[bytes] = []
        self._end: int | None = None

    def __bool__(self) -> bool:
        return bool(self._starts) or self._end is not None

    def insert(self, offset: int, text: Buffer, final: bool) -> None:
        """Queue ``text``, which lies ``offset`` octets beyond the next one expected.

        Of what overlaps, the start of ``text`` yields to text that is there, its end does not.
        ``final``: a FIN follows it.
        """
        start = self._expected + offset
        end = start + len(text)
        if final and self._end is None:
            self._end = end
        place = bisect_right(self._starts, start)
        if place:
            start = max(start, self._starts[place - 1] + len(self._texts[place - 1]))
        if start >= end:
            return
        while place < len(self._starts) and self._starts[place] < end:
            overlap = end - self._starts[place]
            if overlap < len(self._texts[place]):
                self._starts[place] += overlap
                self._texts[place] = self._texts[place][overlap:]
            else:
                del self._starts[place], self._texts[place]
        self._starts.insert(place, start)
        self._texts.insert(place, bytes(text[start - end :]))

    def take(self) -> tuple[bytes, bool]:
        """Remove the text that is now in sequence; whether the FIN is reached with it."""
        ready = 0
        before = self._expected
        while ready < len(self._starts) and self._starts[ready] == self._expected:
            self._expected += len(self._texts[ready])
            ready += 1
        text = b"".join(self._texts[:ready])
        del self._starts[:ready], self._texts[:ready]
        if self._end is None or self._end > self._expected:
            return text, False
        text = text[: self._end - before]
        self._starts.clear()
        self._texts.clear()
        self._end = None
        return text, True

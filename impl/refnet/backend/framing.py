"""Frames on a byte stream: four octets of length, most significant first, then the frame (SOCK-01).

Sans-I/O, so that it can be tested one octet at a time.
"""

from ..errors import PeerError

#: The longest frame that is taken (SOCK-02).
LIMIT = 4096 + 65536


def prefix(frame: bytes) -> bytes:
    """The frame as it goes on the stream."""
    return len(frame).to_bytes(4, "big") + frame


class Framer:
    """Cuts a byte stream into frames. Empty ones are passed over (SOCK-03)."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add what arrived; the frames that are complete now.

        Raises:
            PeerError: more than :data:`LIMIT` octets of one frame arrived.
        """
        octets = self._octets
        octets += data
        frames: list[bytes] = []
        start = 0
        view = memoryview(octets)
        while len(octets) - start >= 4:
            length = int.from_bytes(view[start : start + 4], "big")
            if length > LIMIT:
                break
            end = start + 4 + length
            if end > len(octets):
                break
            if length:
                frames.append(bytes(view[start + 4 : end]))
            start = end
        view.release()
        del octets[:start]
        if len(octets) > 4 + LIMIT:
            raise PeerError("serious error: oversized packet received,connection terminated.")
        return frames

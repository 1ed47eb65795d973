"""Frames on a byte stream: four octets of length, most significant first, then the frame (SOCK-01).

Filters may put four more in between, the length of the frame's virtio header (SOCK-17, FILT-10),
which no netdev here has.

Sans-I/O, so that it can be tested one octet at a time.
"""

from ..errors import PeerError

#: The longest frame that is taken (SOCK-02).
LIMIT = 4096 + 65536


def prefix(frame: bytes) -> bytes:
    """The frame as it goes on the stream."""
    return len(frame).to_bytes(4, "big") + frame


def prefix_with_header(frame: bytes) -> bytes:
    """The frame as it goes on the stream of a filter with ``vnet_hdr_support``."""
    return len(frame).to_bytes(4, "big") + bytes(4) + frame


class Framer:
    """Cuts a byte stream into frames. Empty ones are passed over (SOCK-03).

    Args:
        head: octets before each frame, the first four its length.
    """

    def __init__(self, head: int = 4) -> None:
        self._head = head
        self._octets = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add what arrived; the frames that are complete now.

        Raises:
            PeerError: more than :data:`LIMIT` octets of one frame arrived.
        """
        octets, head = self._octets, self._head
        octets += data
        frames: list[bytes] = []
        start = 0
        view = memoryview(octets)
        while len(octets) - start >= head:
            length = int.from_bytes(view[start : start + 4], "big")
            if length > LIMIT:
                break
            end = start + head + length
            if end > len(octets):
                break
            if length:
                frames.append(bytes(view[start + head : end]))
            start = end
        view.release()
        del octets[:start]
        if len(octets) > head + LIMIT:
            raise PeerError("serious error: oversized packet received,connection terminated.")
        return frames

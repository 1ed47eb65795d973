"""Character devices of filters, as the cases of this area ask for them and listen to them."""

from vnetspec.fixtures.host import TcpStream


def device(name: str) -> list[str]:
    """The arguments for a device that connects to the socket ``name`` in the scratch directory."""
    return ["-chardev", f"socket,id={name},path={{dir}}/{name}"]


def filter_(kind: str, *properties: str, name: str = "f", netdev: str = "u0") -> list[str]:
    """The arguments for a filter."""
    return ["-object", ",".join([f"filter-{kind},id={name},netdev={netdev}", *properties])]


def framed(frame: bytes, header: bytes = b"") -> bytes:
    """A frame as filters put it on a byte stream; ``header`` stands between length and frame."""
    return len(frame).to_bytes(4, "big") + header + frame


def hears_frames(stream: TcpStream, *frames: bytes, header: bytes = b"") -> None:
    """The next frames on ``stream`` are these."""
    for frame in frames:
        stream.hears(framed(frame, header))

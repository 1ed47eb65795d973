"""The other end of a link, as the cases of this area ask for it and speak through it."""

from __future__ import annotations

import re
from typing import NamedTuple

from vnetspec.fixtures.addresses import LOOPBACK, guest_address, guest_mac
from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.frames import arp_request, gratuitous_arp
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.host import Host, TcpStream
from vnetspec.fixtures.oracle import Frame

#: Where a netdev listens, or finds whom it connects to.
PORT = 1234
#: The other end's port, where the netdev sends datagrams to it.
REMOTE_PORT = 1235
GROUP = "230.0.0.1"

PEER = guest_address(1)
PEER_MAC = guest_mac(1)
INTRODUCTION = gratuitous_arp(PEER, mac=PEER_MAC)

#: The EtherType of fillers: local experimental (IEEE 802).
FILLER_TYPE = b"\x88\xb5"


def link(backend: str) -> list[str]:
    """The arguments for netdev ``w0`` on the guest's hub: ``link("socket,listen=:1234")``."""
    kind, _, options = backend.partition(",")
    return [
        *("-netdev", f"{kind},id=w0,{options}"),
        *("-netdev", "hubport,id=p0,hubid=0,netdev=w0"),
    ]


LISTENING = link(f"socket,listen={LOOPBACK}:{PORT}")
CONNECTING = link(f"socket,connect={LOOPBACK}:{PORT}")


def framed(*frames: Frame) -> bytes:
    """Frames as a stream carries them: each after its length in four octets (SOCK-01)."""
    return b"".join(len(octets).to_bytes(4, "big") + octets for octets in map(bytes, frames))


def numbered(number: int) -> Frame:
    """A frame of the peer, unlike that of any other number; nobody answers it."""
    return arp_request(f"10.0.3.{number}", sender=PEER, mac=PEER_MAC)


def filler(number: int, length: int) -> bytes:
    """Frame ``number`` of some length, unlike its neighbours, in an experimental protocol."""
    header = bytes.fromhex("525400999902 525400999901") + FILLER_TYPE
    return (header + number.to_bytes(2, "big")).ljust(length, bytes([number & 255]))[:length]


def hears_just(guest: Guest, *frames: Frame) -> None:
    """What ``guest`` hears next is ``frames``, octet by octet."""
    for frame in map(bytes, frames):
        heard = guest.hears(ANY).original
        assert heard == frame, f"heard {heard.hex()}, MUST be {frame.hex()}"


class Peer(NamedTuple):
    """Who is at the other end of a stream."""

    stream: TcpStream

    def says(self, *frames: Frame) -> None:
        """Send frames at once."""
        self.stream.says(framed(*frames))

    def hears(self, *frames: Frame) -> None:
        """The next frames are these."""
        self.stream.hears(framed(*frames))

    def hears_fillers(self, *frames: bytes) -> None:
        """The next frames of :func:`filler` are these; other frames are passed over."""
        for frame in frames:
            while (heard := self.takes())[12:14] != FILLER_TYPE:
                pass
            assert heard == frame, f"the host received {heard[:40]!r}..., MUST be {frame[:40]!r}..."

    def takes(self) -> bytes:
        """The next frame."""
        length = int.from_bytes(self.stream.takes(4), "big")
        assert length, "the host received no frame, MUST be one"
        return self.stream.takes(length)

    def introduces_itself(self, guest: Guest) -> Peer:
        """Say a frame that the guest hears: the link is up in both directions then."""
        self.says(INTRODUCTION)
        hears_just(guest, INTRODUCTION)
        return self


def dials(guest: Guest, host: Host) -> Peer:
    """A peer that has connected to the netdev that listens, and was served."""
    _ = guest.link
    host.sees_listener(PORT)
    return Peer(host.connects(PORT)).introduces_itself(guest)


def goes_on(guest: Guest) -> None:
    """The user network still answers, and nothing else is waiting."""
    guest.knocks()


def state(guest: Guest) -> str:
    """What ``info network`` says of the link, its type included."""
    found = re.search(r"\bw0: index=0,type=(.*)", guest.monitor("info network"))
    assert found, "info network does not show w0"
    return found[1].rstrip()


def becomes(guest: Guest, wanted: str) -> None:
    """:func:`state` is ``wanted`` within two seconds: a connection is tried in its own time."""
    for _ in range(200):
        if state(guest) == wanted:
            return
        guest.listens(patience=0.01)
    assert state(guest) == wanted


def question(guest: Guest, address: str = PEER) -> Frame:
    """The guest asks for a MAC that the user network does not answer for."""
    return arp_request(address, sender=guest.address, mac=guest.mac)

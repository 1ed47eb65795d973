"""What stands on the host for the far end of a connection: a stream of its own or a shared device.

:class:`Stream` turns what a connection wants into host actions, and keeps the count of what the
host has not yet taken. A :class:`Channel` is a character device that a ``guestfwd`` rule opened for
the whole life of the network (GFW-03): every connection to the rule writes to it, and what it says
goes to the newest.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ...wire._types import Buffer
from .. import hostio

if TYPE_CHECKING:
    from ..seam import GuestForward, HostForward, Stack
    from .connection import Connection


class Stream:
    """A byte stream of one connection.

    Attributes:
        open: octets may pass: the handshake with the guest is complete.
        ended: the host sends no more.
        shut: the host is sent no more, and has taken all that it was sent.
        draining: ``shut`` as soon as all is taken.
        unsent: octets that were sent and that the host has not taken yet.
    """

    __slots__ = ("_allowance", "draining", "ended", "handle", "open", "shut", "stack", "unsent")

    def __init__(self, stack: Stack, handle: hostio.Handle) -> None:
        self.stack = stack
        self.handle = handle
        self.open = self.ended = self.shut = self.draining = False
        self.unsent = 0
        self._allowance = 0

    @property
    def gone(self) -> bool:
        """Nothing can pass in either direction any more."""
        return self.ended and self.shut

    def send(self, text: Buffer, urgent: bool = False) -> None:
        self.unsent += len(text)
        self.stack.perform(hostio.Send(self.handle, text, urgent))

    def took(self, count: int) -> None:
        """The host has taken ``count`` octets."""
        self.unsent -= count
        if self.draining and not self.unsent:
            self.shut = True

    def read(self, count: int) -> None:
        """``count`` octets have come, which used up as much of the allowance."""
        self._allowance -= count

    def allow(self, limit: int) -> None:
        """Let the host read up to ``limit`` octets from now on."""
        if limit != self._allowance:
            self._allowance = limit
            self.stack.perform(hostio.Read(self.handle, limit))

    def finish(self) -> None:
        """The guest sends no more: shut the stream once all is taken (TCP-22)."""
        if self.draining or self.shut:
            return
        self.draining = True
        self.stack.perform(hostio.Shutdown(self.handle))
        self.took(0)

    def close(self) -> None:
        """Drop the stream; the host's peer sees its end."""
        self.stack.perform(hostio.Close(self.handle))
        self.stack.release(self.handle)


class Channel:
    """A character device, shared by the connections to one ``guestfwd`` rule, newest last."""

    def __init__(self, stack: Stack, handle: hostio.Handle, forward: GuestForward) -> None:
        self.stack = stack
        self.handle = handle
        self.forward = forward
        self.broken = False
        self.members: list[Connection] = []
        self.senders: deque[tuple[ChannelStream, int]] = deque()
        self._allowance = 0

    def join(self, connection: Connection) -> None:
        """Make ``connection`` the one that the device speaks to."""
        connection.stream = ChannelStream(self, connection)
        self.members.append(connection)

    def leave(self, connection: Connection) -> None:
        self.members.remove(connection)
        if self.members:
            self.members[-1].allow_reading()
        else:
            self.grant(0)

    def grant(self, limit: int) -> None:
        if limit != self._allowance:
            self._allowance = limit
            self.stack.perform(hostio.Read(self.handle, limit))

    def read(self, count: int) -> None:
        self._allowance -= count

    def took(self, count: int) -> list[Connection]:
        """Account for octets that the device has taken; whose they were."""
        connections = []
        while count and self.senders:
            stream, owed = self.senders.popleft()
            part = min(owed, count)
            stream.took(part)
            connections.append(stream.connection)
            count -= part
            if owed > part:
                self.senders.appendleft((stream, owed - part))
        return connections


class ChannelStream(Stream):
    """One connection's part in a :class:`Channel`."""

    __slots__ = ("channel", "connection")

    def __init__(self, channel: Channel, connection: Connection) -> None:
        super().__init__(channel.stack, channel.handle)
        self.channel = channel
        self.connection = connection
        self.open = True

    def send(self, text: Buffer, urgent: bool = False) -> None:
        if self.channel.broken:
            return
        self.channel.senders.append((self, len(text)))
        super().send(text)

    def read(self, count: int) -> None:
        self.channel.read(count)

    def allow(self, limit: int) -> None:
        if self.channel.members and self.channel.members[-1] is self.connection:
            self.channel.grant(limit)

    def finish(self) -> None:
        self.draining = True
        self.took(0)

    def close(self) -> None:
        self.channel.leave(self.connection)


class Listener:
    """A ``hostfwd`` rule for TCP, and the endpoint on the host that waits for its clients.

    Attributes:
        address, port: what was really bound; the rule's own until the host has said so.
    """

    __slots__ = ("address", "forward", "handle", "port")

    def __init__(self, handle: hostio.Handle, forward: HostForward) -> None:
        self.handle = handle
        self.forward = forward
        self.address = forward.host_address
        self.port = forward.host_port

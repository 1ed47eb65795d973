"""Carries out on the operating system what the user-mode stack asks for, and tells it the outcome.

:class:`Host` is the only way from ``slirp`` to sockets, files and processes. Nothing that the
system refuses raises out of here: it becomes the event that ``slirp.hostio`` has for it.
"""

import contextlib
import os
import socket
from collections.abc import Callable
from typing import Any, Protocol

from ..clock import Clock
from ..slirp import hostio
from ..slirp.hostio import Action, Event, Failure, Handle, Nameserver
from ..slirp.profile import Profile
from ..wire import ipv4
from . import words
from .addresses import Real, family_of, number
from .failures import failure
from .host_datagrams import PingEndpoint, UdpEndpoint, unavailable
from .host_files import HostFile
from .host_streams import Child, HostListener, HostStream
from .loop import Loop
from .pipes import SocketPipe, open_device, spawn
from .resolver import Resolver


class Stack(Protocol):
    """What the host knows of the stack that it serves (``slirp.stack.Slirp``)."""

    profile: Profile

    def take_actions(self) -> list[Action]: ...

    def on_event(self, event: Event, now: int) -> None: ...

    def claim_for(self, handle: Handle) -> Handle:
        """Draw a handle whose events go to the owner of ``handle``."""


class Host:
    """The host's side of one user-mode network.

    Args:
        loop: where descriptors are waited for.
        stack: whose actions are carried out.
        clock: the time that goes with each event.
        resolv_conf: where the host's resolver is read from.
        notify: called after events of the loop, when the stack may have frames to send.
        report: told what the person who runs this should know.
    """

    def __init__(
        self,
        loop: Loop,
        stack: Stack,
        clock: Clock,
        resolv_conf: str | os.PathLike[str] = "/etc/resolv.conf",
        notify: Callable[[], None] | None = None,
        report: Callable[[str], None] | None = None,
    ) -> None:
        self.notify = notify
        self._report: Callable[[str], None] = report or (lambda text: None)
        self._loop = loop
        self._stack = stack
        self._clock = clock
        self._resolvers = {
            Nameserver.IPV4: Resolver(resolv_conf, clock, stack.profile.nameserver_once),
            Nameserver.IPV6: Resolver(resolv_conf, clock, family=socket.AF_INET6),
        }
        self._running = False
        self._flushing = False
        self._unflushed: list[HostStream] = []
        self._streams: dict[Handle, HostStream] = {}
        self._devices: set[Handle] = set()
        self._udp: dict[Handle, UdpEndpoint] = {}
        self._pings: dict[Handle, PingEndpoint] = {}
        self._listeners: dict[Handle, HostListener] = {}
        self._files: dict[Handle, HostFile] = {}
        self._children: set[Child] = set()
        self._carry_out: dict[type, Callable[[Any], None]] = {
            hostio.OpenUdp: self._open_udp,
            hostio.SendUdp: self._send_udp,
            hostio.SendPing: self._send_ping,
            hostio.Connect: self._connect,
            hostio.Listen: self._listen,
            hostio.Spawn: self._spawn,
            hostio.OpenChannel: self._open_channel,
            hostio.Send: self._send,
            hostio.Read: self._read,
            hostio.Shutdown: self._shutdown,
            hostio.Close: self._close,
            hostio.ReadFile: self._read_file,
            hostio.MeasureFile: self._measure_file,
            hostio.FindNameserver: self._find_nameserver,
        }

    def run_actions(self) -> None:
        """Carry out actions, and those that their outcomes lead to, until none is left."""
        if self._running:
            return
        self._running = True
        try:
            while actions := self._stack.take_actions():
                for action in actions:
                    self._carry_out[type(action)](action)
                if self._unflushed and not self._flushing:
                    self._flushing = True
                    self._loop.defer(self._flush)
        finally:
            self._running = False

    def descriptor(self, handle: Handle | None) -> int:
        """The file descriptor behind a handle, for ``info usernet``; -1: there is none.

        Nor is there one for a character device, which is not the connection's (GFW-03).
        """
        if handle is None or handle in self._devices:
            return -1
        for endpoints in (self._streams, self._udp, self._pings, self._listeners):
            if handle in endpoints:
                return int(endpoints[handle].descriptor)
        return -1

    def close(self) -> None:
        """Drop every endpoint and end every command."""
        for endpoints in (self._streams, self._udp, self._pings, self._listeners, self._files):
            for endpoint in endpoints.values():
                endpoint.close()
            endpoints.clear()
        for child in tuple(self._children):
            child.kill()

    def _flush(self) -> None:
        """Write what the frames of one step have brought: once a stream, not once a frame."""
        self._flushing = False
        while self._unflushed:
            self._unflushed.pop().flush()

    # -- events ----------------------------------------------------------------------------------

    def _emit(self, event: Event) -> None:
        """Tell the stack. Outside :meth:`run_actions` its actions follow at once."""
        self._stack.on_event(event, self._clock.now())
        if not self._running:
            self.run_actions()
            if self.notify is not None:
                self.notify()

    def _accepted(
        self, listener: Handle, connection: socket.socket, client: tuple[int, int]
    ) -> None:
        handle = self._stack.claim_for(listener)
        local_host, local_port = connection.getsockname()
        self._streams[handle] = HostStream(self._loop, self._emit, handle, SocketPipe(connection))
        self._emit(hostio.Accepted(listener, handle, *client, number(local_host), local_port))

    def _real(self, address: hostio.Address) -> Real | None:
        """An address to send to; None: it stands for a resolver that the host has not got."""
        if not isinstance(address, Nameserver):
            return address
        return self._resolvers[address].nameserver()

    def _find_nameserver(self, action: hostio.FindNameserver) -> None:
        exists = self._real(action.nameserver) is not None
        self._emit(hostio.NameserverFound(action.handle, exists))

    # -- datagrams -------------------------------------------------------------------------------

    def _open_udp(self, action: hostio.OpenUdp) -> None:
        """Without a descriptor left, the session stays silent (OUT-02)."""
        try:
            self._udp[action.handle] = UdpEndpoint(
                self._loop, self._emit, action.handle, version=action.version
            )
        except OSError:
            return

    def _send_udp(self, action: hostio.SendUdp) -> None:
        endpoint = self._udp.get(action.handle)
        if endpoint is None:
            return
        address = self._real(action.address)
        if address is None:
            self._emit(hostio.UdpFailed(action.handle, Failure.NOT_PERMITTED))
        else:
            endpoint.send(action, address)

    def _send_ping(self, action: hostio.SendPing) -> None:
        try:
            endpoint = PingEndpoint(self._loop, self._emit, action)
        except OSError as error:
            if unavailable(error):
                self._emit(hostio.PingUnavailable(action.handle))
            else:
                self._emit(hostio.PingFailed(action.handle, failure(error), sending=True))
            return
        self._pings[action.handle] = endpoint
        endpoint.send(action.payload)

    # -- streams ---------------------------------------------------------------------------------

    def _connect(self, action: hostio.Connect) -> None:
        address = self._real(action.address)
        if address is None:
            error = Failure.NOT_PERMITTED
            self._emit(hostio.ConnectFailed(action.handle, error, at_once=True))
            return
        try:
            sock = socket.socket(family_of(address), socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        except OSError as error:
            self._emit(hostio.ConnectFailed(action.handle, failure(error), at_once=True))
            return
        stream = HostStream(self._loop, self._emit, action.handle, SocketPipe(sock))
        self._streams[action.handle] = stream
        stream.connect(sock, address, action.port)

    def _listen(self, action: hostio.Listen) -> None:
        try:
            if action.protocol == ipv4.UDP:
                bound = (action.address, action.port)
                udp = UdpEndpoint(self._loop, self._emit, action.handle, bound)
                self._udp[action.handle] = udp
                host, port = udp.socket.getsockname()
                self._emit(hostio.Listening(action.handle, number(host), port))
            else:
                listener = HostListener(self._loop, action, self._accepted)
                self._listeners[action.handle] = listener
                self._emit(hostio.Listening(action.handle, *listener.bound))
        except (OSError, OverflowError) as error:
            reason = failure(error) if isinstance(error, OSError) else Failure.OTHER
            self._emit(hostio.ListenFailed(action.handle, reason))

    def _spawn(self, action: hostio.Spawn) -> None:
        try:
            pipe, process = spawn(action.command, action.over_tcp)
            with contextlib.ExitStack() as undo:
                undo.callback(pipe.close, reset=False)
                self._children.add(Child(self._loop, process, self._children.discard))
                undo.pop_all()
        except (OSError, ValueError) as error:
            reason = failure(error) if isinstance(error, OSError) else Failure.OTHER
            for line in _spawn_complaint(action.command, error):
                self._report(line)
            self._emit(hostio.ConnectFailed(action.handle, reason, at_once=True))
            return
        stream = HostStream(self._loop, self._emit, action.handle, pipe, process)
        self._streams[action.handle] = stream
        self._emit(hostio.Connected(action.handle))

    def _open_channel(self, action: hostio.OpenChannel) -> None:
        try:
            pipe = open_device(action.device)
        except (OSError, ValueError) as error:
            reason = failure(error) if isinstance(error, OSError) else Failure.OTHER
            if isinstance(error, OSError):
                self._report(_device_complaint(action.device, error))
            self._emit(hostio.ConnectFailed(action.handle, reason, at_once=True))
            return
        self._streams[action.handle] = HostStream(self._loop, self._emit, action.handle, pipe)
        self._devices.add(action.handle)
        self._emit(hostio.Connected(action.handle))

    def _send(self, action: hostio.Send) -> None:
        stream = self._streams.get(action.handle)
        if stream is not None and stream.queue(action.data, action.urgent):
            self._unflushed.append(stream)

    def _read(self, action: hostio.Read) -> None:
        reader = self._streams.get(action.handle) or self._udp.get(action.handle)
        if reader is not None:
            reader.allow(action.limit)

    def _shutdown(self, action: hostio.Shutdown) -> None:
        stream = self._streams.get(action.handle)
        if stream is not None:
            stream.shut()

    def _close(self, action: hostio.Close) -> None:
        stream = self._streams.get(action.handle)
        if stream in self._unflushed:
            stream.flush()
        for endpoints in (self._streams, self._udp, self._pings, self._listeners, self._files):
            endpoint = endpoints.pop(action.handle, None)
            if endpoint is not None:
                endpoint.close(action.reset)

    # -- files -----------------------------------------------------------------------------------

    def _read_file(self, action: hostio.ReadFile) -> None:
        self._emit(self._file(action.handle).read(action))

    def _measure_file(self, action: hostio.MeasureFile) -> None:
        self._emit(self._file(action.handle).measure(action))

    def _file(self, handle: Handle) -> HostFile:
        if handle not in self._files:
            self._files[handle] = HostFile(handle)
        return self._files[handle]


def _device_complaint(device: str, error: OSError) -> str:
    """QEMU's words for a character device that can't be opened (GFW-01)."""
    kind, _, rest = device.partition(":")
    target = rest.partition(",")[0]
    if isinstance(error, socket.gaierror):
        return f"address resolution failed for {target}: {error.strerror}"
    reason = os.strerror(error.errno or 0)
    if kind in ("tcp", "unix"):
        return f"Failed to connect to '{target}': {reason}"
    return f"Could not open '{rest or device}': {reason}"


def _spawn_complaint(command: str, error: OSError | ValueError) -> list[str]:
    """QEMU's words for a command that can't be run (GFW-05)."""
    if not isinstance(error, OSError):
        return [f"Slirp: fork_exec invalid command: {command}", f"error: {error}"]
    program = words.split(command)[0]
    reason = os.strerror(error.errno or 0)
    return [f"Slirp: fork_exec: Failed to execute child process “{program}” ({reason})"]

"""Host forwards as the monitor knows them: rules that come, go, and may fail (HFW-09, HFW-10)."""

from dataclasses import dataclass
from typing import Protocol

from ..wire import ipv4
from .hostio import Event, Failure, Handle, ListenFailed, Listening
from .seam import HostForward


class Listener(Protocol):
    """A protocol that can listen on the host for the guest."""

    def listen(self, forward: HostForward) -> Handle:
        """Leave a :class:`~refnet.slirp.hostio.Listen` for the rule; its handle."""

    def unlisten(self, forward: HostForward) -> bool:
        """Stop listening for the rule; whether anything was."""


@dataclass(slots=True)
class _Rule:
    forward: HostForward
    address: int
    port: int
    handle: Handle


class HostForwards:
    """The rules in force, oldest first.

    Attributes:
        failed: rules that the host could not listen for, and why.
    """

    def __init__(self, udp: Listener, tcp: Listener) -> None:
        self._listeners = {ipv4.UDP: udp, ipv4.TCP: tcp}
        self._rules: list[_Rule] = []
        self.failed: list[tuple[HostForward, Failure]] = []

    def add(self, forward: HostForward) -> None:
        """Put a rule in force; that it can't be shows later, in :attr:`failed`."""
        handle = self._listeners[forward.protocol].listen(forward)
        self._rules.append(_Rule(forward, forward.host_address, forward.host_port, handle))

    def remove(self, protocol: int, address: int, port: int) -> bool:
        """Take back the newest rule that listens at ``address:port``; whether there was one."""
        for rule in reversed(self._rules):
            if (rule.forward.protocol, rule.address, rule.port) == (protocol, address, port):
                self._rules.remove(rule)
                return self._listeners[protocol].unlisten(rule.forward)
        return False

    def on_event(self, event: Event) -> None:
        """Note what became of a rule."""
        if not isinstance(event, Listening | ListenFailed):
            return
        for rule in self._rules:
            if rule.handle == event.handle:
                if isinstance(event, Listening):
                    rule.address, rule.port = event.address, event.port
                else:
                    self._rules.remove(rule)
                    self.failed.append((rule.forward, event.error))
                return

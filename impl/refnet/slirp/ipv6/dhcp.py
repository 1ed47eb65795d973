"""The DHCPv6 server, which keeps nothing: it tells the name server and the boot file (IP6-11)."""

from ...wire import dhcpv6, ipv6, udp
from ...wire.dhcpv6 import Code
from ..seam import Stack
from .addresses import mac_of

#: A DUID by link-layer address, of Ethernet (RFC 8415 section 11.4).
_DUID_LL = bytes.fromhex("0003 0001")
#: A client whose identifier is longer is not answered.
LONGEST_IDENTIFIER = 256


class Dhcp6Server:
    """Answers Information-requests."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def receive(self, packet: ipv6.Packet, message: udp.Datagram) -> None:
        """Answer one message.

        Raises:
            WireError: it can't be read.
        """
        request = dhcpv6.decode(message.payload)
        options = self._answer(request)
        if options is None:
            self._stack.drop("DHCPv6")
            return
        reply = dhcpv6.encode(dhcpv6.Message(dhcpv6.REPLY, request.transaction, tuple(options)))
        source, destination = self._stack.config.host6, packet.source
        port = self._stack.profile.dhcpv6_port
        datagram = udp.Datagram(port, message.source_port, reply)
        payload = udp.encode(datagram, source, destination)
        self._stack.send(ipv6.Packet(source, destination, ipv6.UDP, payload))

    def _answer(self, request: dhcpv6.Message) -> list[dhcpv6.Option] | None:
        """The options of a reply; None: there is none."""
        if request.type != dhcpv6.INFORMATION_REQUEST:
            return None
        identifier: bytes | None = None
        requested: set[int] = set()
        for code, value in request.options:
            if code == Code.ADDRESS or (
                code == Code.CLIENT_IDENTIFIER and len(value) > LONGEST_IDENTIFIER
            ):
                return None
            if code == Code.CLIENT_IDENTIFIER:
                identifier = value
            elif code == Code.REQUESTED:
                requested.update(dhcpv6.decode_requested(value))
        options: list[dhcpv6.Option] = []
        if identifier is not None:
            options.append((Code.CLIENT_IDENTIFIER, identifier))
        if self._stack.profile.dhcpv6_names_server:
            options.append((Code.SERVER_IDENTIFIER, _DUID_LL + mac_of(self._stack.config.host6)))
        if Code.NAMESERVERS in requested:
            options.append((Code.NAMESERVERS, self._stack.config.nameserver6))
        bootfile = self._stack.config.bootfile
        if bootfile is None:
            bootfile = self._stack.profile.missing_bootfile
        if Code.BOOTFILE_URL in requested and bootfile is not None:
            options.append((Code.BOOTFILE_URL, self._url(bootfile)))
        return options

    def _url(self, bootfile: str) -> bytes:
        """Where the boot file is, the server's address in full (IP6-12)."""
        host = self._stack.config.host6.hex(":", 2)
        return f"tftp://[{host}]/{bootfile}".encode(errors="surrogateescape")

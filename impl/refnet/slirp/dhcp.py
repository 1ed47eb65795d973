"""The DHCP server: sixteen leases that never end (DHCP-17, DHCP-27).

A client is its MAC, nothing else (DHCP-25). What it asks decides what it gets:

==================  ===============================  ==========================================
message             asked address                    answer
==================  ===============================  ==========================================
DISCOVER            free or its own (DHCP-19)        OFFER of that address
DISCOVER            another, or none (DHCP-18)       OFFER of its own or the first free; silence
                                                     if none is free
REQUEST, renewal    free or its own (DHCP-20, -22)   ACK of that address
REQUEST, renewal    another (DHCP-21)                NAK
REQUEST, BOOTP      none (DHCP-23, -24)              ACK of its own, else of the first free
==================  ===============================  ==========================================

All else is ignored (DHCP-03). 0.6 looks at no asked address, so never refuses (LEG-05), and takes a
new lease for each DISCOVER (LEG-07).
"""

from dataclasses import dataclass

from ..wire import dhcp, domain_search, ipv4, udp
from ..wire.dhcp import MessageType, Tag
from .seam import Stack

LEASES = 16
#: In seconds (DHCP-10).
LEASE_TIME = 24 * 3600
#: Octets of the options, cookie and padding with them (DHCP-05).
OPTIONS_LENGTH = 312
#: A longer host name is cut (DHCP-13).
HOSTNAME_LENGTH = 32

_TOS = 0x10
_TTL = 64
_REFUSAL = b"requested address not available"
_HTTP_PREFIX = "http://"


@dataclass(frozen=True, slots=True)
class _Grant:
    """The answer to a client: an address, offered or acknowledged."""

    type: MessageType
    address: int


class DhcpServer:
    """The server, with its leases by the MAC that holds each."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._leases: list[bytes | None] = [None] * LEASES
        self._search = self._encode_search()

    def receive(self, datagram: ipv4.Datagram, message: udp.Datagram) -> None:
        """Answer one message.

        Raises:
            WireError: it is too short (DHCP-26).
        """
        request = dhcp.decode(message.payload)
        if request.operation != dhcp.REQUEST:
            return
        profile = self._stack.profile
        type, asked = _wish(request)
        if type is None and profile.dhcp_takes_strangers:
            type = MessageType.REQUEST
        if type not in (MessageType.DISCOVER, MessageType.REQUEST):
            return
        if not profile.resolves_guests:
            self._stack.learn(ipv4.ANY, request.mac)
        if not profile.dhcp_heeds_requests:
            asked = ipv4.ANY
        address = (
            self._discover(request.mac, asked)
            if type == MessageType.DISCOVER
            else self._request(request.mac, asked)
        )
        if address is not None:
            answer = MessageType.OFFER if type == MessageType.DISCOVER else MessageType.ACK
            self._stack.learn(address, request.mac)
            self._send(request, _Grant(answer, address))
        elif type == MessageType.REQUEST and asked:
            self._send(request, None)

    def _discover(self, mac: bytes, asked: int) -> int | None:
        if asked and (granted := self._take(mac, asked)) is not None:
            return granted
        return self._take_any(mac)

    def _request(self, mac: bytes, asked: int) -> int | None:
        if asked:
            return self._take(mac, asked)
        if mac in self._leases:
            return self._address(self._leases.index(mac))
        return self._take_any(mac) if self._stack.profile.dhcp_takes_strangers else None

    def _take(self, mac: bytes, address: int) -> int | None:
        """Lease ``address`` to ``mac``; None if it is not to be had."""
        index = address - self._stack.config.dhcp_start
        if not 0 <= index < LEASES or self._leases[index] not in (None, mac):
            return None
        self._leases[index] = mac
        return address

    def _take_any(self, mac: bytes) -> int | None:
        """Lease the first address that is free or already ``mac``'s; None if all are taken."""
        for index, holder in enumerate(self._leases):
            if holder is None or (holder == mac and self._stack.profile.dhcp_remembers):
                self._leases[index] = mac
                return self._address(index)
        return None

    def _address(self, index: int) -> int:
        return self._stack.config.dhcp_start + index

    def _send(self, request: dhcp.Message, grant: _Grant | None) -> None:
        """Send a grant, or a refusal (DHCP-21), for ``request``; in the form of DHCP-04 to -06."""
        config = self._stack.config
        profile = self._stack.profile
        address = ipv4.BROADCAST if grant is None else grant.address
        named = grant is not None and profile.dhcp_tells_names
        reply = dhcp.Message(
            dhcp.REPLY,
            request.transaction,
            request.mac,
            your=address,
            server=config.host if profile.dhcp_names_server else ipv4.ANY,
            file=(config.bootfile or "").encode()[: dhcp.FILE_LENGTH - 1] if named else b"",
            vendor=self._refusal() if grant is None else self._options(grant),
        )
        destination = ipv4.BROADCAST if profile.dhcp_broadcasts else address
        source = config.host
        payload = udp.encode(
            udp.Datagram(dhcp.SERVER_PORT, dhcp.CLIENT_PORT, dhcp.encode(reply)),
            source,
            destination,
        )
        self._stack.send(ipv4.Datagram(source, destination, ipv4.UDP, payload, _TTL, _TOS))

    def _refusal(self) -> bytes:
        options = [
            (Tag.MESSAGE_TYPE, bytes((MessageType.NAK,))),
            (Tag.MESSAGE, _REFUSAL),
        ]
        return dhcp.encode_options(options, OPTIONS_LENGTH)

    def _options(self, grant: _Grant) -> bytes:
        """The options of a grant, in order (DHCP-09); the restricted get no way out (DHCP-11)."""
        config = self._stack.config
        options: list[dhcp.Option] = [
            (Tag.MESSAGE_TYPE, bytes((grant.type,))),
            (Tag.SERVER_IDENTIFIER, _word(config.host)),
            (Tag.SUBNET_MASK, _word(config.netmask)),
        ]
        if not config.restricted:
            options.append((Tag.ROUTER, _word(config.host)))
            options.append((Tag.NAMESERVER, _word(config.nameserver)))
        options.append((Tag.LEASE_TIME, _word(LEASE_TIME)))
        if self._stack.profile.dhcp_tells_names:
            self._append_names(options)
        return dhcp.encode_options(options, OPTIONS_LENGTH)

    def _append_names(self, options: list[dhcp.Option]) -> None:
        """Add what fits of the names; what does not is left out with a warning (DHCP-14)."""
        config = self._stack.config
        used = len(dhcp.COOKIE) + sum(2 + len(value) for _, value in options)
        http = (config.bootfile or "").startswith(_HTTP_PREFIX)
        for what, tag, values in (
            ("host name", Tag.HOST_NAME, _texts(config.hostname, HOSTNAME_LENGTH)),
            ("domain name", Tag.DOMAIN_NAME, _texts(config.domain_name)),
            ("tftp-server-name", Tag.TFTP_SERVER_NAME, _texts(config.tftp_server_name)),
            ("domain-search", Tag.DOMAIN_SEARCH, self._search),
            ("vendor class id", Tag.VENDOR_CLASS, [b"HTTPClient"] if http else []),
        ):
            length = sum(2 + len(value) for value in values)
            if used + length >= OPTIONS_LENGTH:
                self._stack.warn(f"Slirp: DHCP packet size exceeded, omitting {what} option.")
                continue
            options.extend((tag, value) for value in values)
            used += length

    def _encode_search(self) -> list[bytes]:
        """The domain search list (DHCP-15), without the names that are none (DHCP-16).

        As in libslirp, an empty line follows the warning.
        """
        names = []
        for name in self._stack.config.dns_search:
            try:
                names.append(domain_search.parse_name(name))
            except ValueError:
                self._stack.warn(f"Slirp: failed to parse domain name '{name}'\n")
        return domain_search.split(domain_search.encode(names))


def _wish(request: dhcp.Message) -> tuple[int | None, int]:
    """The type of a message, None if it says none, and the address that it asks for, or 0."""
    type: int | None = None
    asked = 0
    for tag, value in dhcp.decode_options(request.vendor):
        if tag == Tag.MESSAGE_TYPE and value:
            type = value[0]
        elif tag == Tag.REQUESTED_ADDRESS and len(value) >= 4:
            asked = int.from_bytes(value[:4], "big")
    if type == MessageType.REQUEST and not asked:
        asked = request.client
    return type or None, asked


def _word(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _texts(text: str | None, length: int | None = None) -> list[bytes]:
    """The one value of an option that holds ``text``, or none."""
    return [text.encode()[:length]] if text else []

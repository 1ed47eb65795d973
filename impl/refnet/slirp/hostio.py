"""What the stack asks of the host and what the host tells it: two closed families of values.

The stack does no I/O. It leaves :data:`Action` values on a list; whoever drives it
(``refnet.backend.host``) carries them out in that order, before the next frame goes in, and
returns each outcome as an :data:`Event`. An endpoint on the host is a ``Handle``: a number that the
stack draws, or for an accepted connection asks to be drawn through :class:`Slirp.claim
<refnet.slirp.stack.Slirp>`. IPv4 addresses are 32-bit numbers, IPv6 addresses 16 octets. After
:class:`Close` no event of that handle reaches the stack.

Flow control is explicit. Towards the host, :class:`Sent` gives back what :class:`Send` handed over,
so the stack knows what is still waiting. From the host, nothing is read beyond what :class:`Read`
has allowed.
"""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from ..wire._types import Buffer

Handle: TypeAlias = int


class Nameserver(enum.Enum):
    """Stands for an address that only the host knows: its resolver (DNS-05)."""

    IPV4 = 4
    IPV6 = 6


Address: TypeAlias = int | bytes | Nameserver


class Failure(enum.Enum):
    """Why the host could not do something, as far as the guest can tell the reasons apart."""

    REFUSED = "connection refused"
    NET_UNREACHABLE = "network unreachable"
    HOST_UNREACHABLE = "host unreachable"
    NOT_PERMITTED = "not permitted"
    RESET = "connection reset"
    TIMED_OUT = "timed out"
    ADDRESS_IN_USE = "address in use"
    NOT_FOUND = "not found"
    OTHER = "other error"


# -- actions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenUdp:
    """Make a UDP endpoint, bound to any address and an ephemeral port (UDP-13).

    ``version`` is that of IP, 4 or 6.
    """

    handle: Handle
    version: int = 4


@dataclass(frozen=True, slots=True)
class SendUdp:
    """Send one datagram. ``ttl`` None leaves the host's default. Fails by :class:`UdpFailed`."""

    handle: Handle
    payload: Buffer
    address: Address
    port: int
    ttl: int | None = None


@dataclass(frozen=True, slots=True)
class SendPing:
    """Open a ping socket for ``handle``, send one ICMP echo (ICM-05), await one reply.

    ``code`` is the guest's; Linux's ping sockets refuse to send any but 0.

    Answered by :class:`PingReply` or :class:`PingFailed`; if the host allows no such socket, by
    :class:`PingUnavailable`.
    """

    handle: Handle
    address: int
    identifier: int
    sequence: int
    payload: Buffer
    code: int = 0


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a TCP connection. Answered by :class:`Connected` or :class:`ConnectFailed`."""

    handle: Handle
    address: Address
    port: int


@dataclass(frozen=True, slots=True)
class Listen:
    """Listen for TCP or UDP (``protocol`` 6 or 17) on the host. ``port`` 0 is ephemeral.

    Answered by :class:`Listening` or :class:`ListenFailed`, and for TCP later by :class:`Accepted`.
    A UDP listener is an endpoint like that of :class:`OpenUdp`.
    """

    handle: Handle
    protocol: int
    address: int
    port: int


@dataclass(frozen=True, slots=True)
class Spawn:
    """Run a command with its standard streams on ``handle``, a byte stream (GFW-04).

    ``command`` is split as a shell splits words, with no shell; ``over_tcp`` says that its streams
    must be a TCP connection, as inetd's are. Answered by :class:`Connected` or
    :class:`ConnectFailed`.
    """

    handle: Handle
    command: str
    over_tcp: bool = False


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """Open a character device, such as ``tcp:127.0.0.1:80`` (GFW-03), as a byte stream."""

    handle: Handle
    device: str


@dataclass(frozen=True, slots=True)
class Send:
    """Queue octets on a byte stream. ``urgent``: the last octet goes out of band (TCP-28)."""

    handle: Handle
    data: Buffer
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Allow up to ``limit`` octets in all to be read from now on; replaces the last allowance.

    Of an endpoint for datagrams, which may be read from the start: 0 stops reading, any other
    ``limit`` resumes it (GEN-13).
    """

    handle: Handle
    limit: int


@dataclass(frozen=True, slots=True)
class Shutdown:
    """End the sending side once everything queued has gone."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class Close:
    """Drop the endpoint; with ``reset``, so that a TCP peer sees a reset."""

    handle: Handle
    reset: bool = False


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read ``size`` octets at ``offset`` of a file that is opened once a handle (TFTP-24).

    Answered by :class:`FileRead` or :class:`FileFailed`.
    """

    handle: Handle
    path: str | bytes
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class MeasureFile:
    """Ask for the size of a file. Answered by :class:`FileSize` or :class:`FileFailed`."""

    handle: Handle
    path: str | bytes


@dataclass(frozen=True, slots=True)
class FindNameserver:
    """Ask whether there is a resolver for a version of IP. Answered by :class:`NameserverFound`."""

    handle: Handle
    nameserver: Nameserver


Action: TypeAlias = (
    OpenUdp
    | SendUdp
    | SendPing
    | Connect
    | Listen
    | Spawn
    | OpenChannel
    | Send
    | Read
    | Shutdown
    | Close
    | ReadFile
    | MeasureFile
    | FindNameserver
)

# -- events --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IcmpError:
    """An ICMP error that the host's kernel received for one of our datagrams (ICM-12)."""

    type: int
    code: int
    offender: int | bytes


@dataclass(frozen=True, slots=True)
class UdpReceived:
    handle: Handle
    payload: bytes
    address: int | bytes
    port: int


@dataclass(frozen=True, slots=True)
class UdpFailed:
    """``error`` is a :class:`Failure` of sending, or what the network reported later."""

    handle: Handle
    error: Failure | IcmpError


@dataclass(frozen=True, slots=True)
class PingReply:
    """The echo reply's data, without the ICMP header."""

    handle: Handle
    payload: bytes


@dataclass(frozen=True, slots=True)
class PingFailed:
    """``sending``: the echo never left (ICM-09 tells the two apart)."""

    handle: Handle
    error: Failure
    sending: bool


@dataclass(frozen=True, slots=True)
class PingUnavailable:
    """The host allows no ping socket (ICM-07)."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class Connected:
    handle: Handle


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """``at_once``: the call itself failed, rather than an attempt under way (TCP-05, TCP-06)."""

    handle: Handle
    error: Failure
    at_once: bool


@dataclass(frozen=True, slots=True)
class Listening:
    """``address`` and ``port`` are those really bound."""

    handle: Handle
    address: int
    port: int


@dataclass(frozen=True, slots=True)
class ListenFailed:
    handle: Handle
    error: Failure


@dataclass(frozen=True, slots=True)
class Accepted:
    """A client connected to listener ``handle``; it is ``connection``, from ``address:port``.

    ``local_address`` and ``local_port`` are those that it connected to (HFW-12).
    """

    handle: Handle
    connection: Handle
    address: int
    port: int
    local_address: int = 0
    local_port: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """Octets of a byte stream. ``urgent`` counts the octets up to and with the urgent one."""

    handle: Handle
    data: bytes
    urgent: int = 0


@dataclass(frozen=True, slots=True)
class EndOfStream:
    """The other side has finished sending."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class Broken:
    """A byte stream ended with an error, such as a reset."""

    handle: Handle
    error: Failure


@dataclass(frozen=True, slots=True)
class Sent:
    """``count`` octets of those queued by :class:`Send` were taken by the host."""

    handle: Handle
    count: int


@dataclass(frozen=True, slots=True)
class FileRead:
    """What was read; shorter than asked at the end of the file."""

    handle: Handle
    data: bytes


@dataclass(frozen=True, slots=True)
class FileSize:
    handle: Handle
    size: int


@dataclass(frozen=True, slots=True)
class FileFailed:
    """``opened``: the file could be opened, yet not read (a directory: TFTP-08)."""

    handle: Handle
    error: Failure
    opened: bool


@dataclass(frozen=True, slots=True)
class NameserverFound:
    """Whether the host has such a resolver."""

    handle: Handle
    exists: bool


Event: TypeAlias = (
    UdpReceived
    | UdpFailed
    | PingReply
    | PingFailed
    | PingUnavailable
    | Connected
    | ConnectFailed
    | Listening
    | ListenFailed
    | Accepted
    | Received
    | EndOfStream
    | Broken
    | Sent
    | FileRead
    | FileSize
    | FileFailed
    | NameserverFound
)

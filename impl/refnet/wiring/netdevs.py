"""From what ``-netdev`` says to ports: which backend, on which socket (SOCK-05..14)."""

from ..backend import netdevs, sockets
from ..backend.netdevs import Site
from ..errors import HostError, OptionError
from ..fabric.port import Port
from ..options.netdev import Descriptor, Dgram, Endpoint, Inet, Socket, Stream, Unix

_ONE_OF_FOUR = "exactly one of listen=, connect=, mcast= or udp= is required"


def dgram(site: Site, spec: Dgram) -> Port:
    """Make a ``dgram`` netdev.

    Raises:
        OptionError: local and remote do not fit each other.
        HostError: the host refuses.
    """
    match spec.remote:
        case Inet(host, port) if sockets.is_multicast((group := sockets.resolve(host, port))[0]):
            return _dgram_multicast(site, spec, group)
    if spec.local is None:
        raise OptionError("dgram requires local= parameter")
    if isinstance(spec.local, Descriptor) and spec.remote is not None:
        raise OptionError("don't set remote with local.fd")
    if not isinstance(spec.local, Descriptor) and spec.remote is None:
        raise OptionError("type=inet or type=unix requires remote parameter")
    match spec.local, spec.remote:
        case Descriptor(number), None:
            return netdevs.dgram_on_fd(site, spec.name, number, None)
        case Inet() as local, Inet() as remote:
            here = sockets.resolve(local.host, local.port)
            return netdevs.dgram_inet(
                site, spec.name, here, sockets.resolve(remote.host, remote.port)
            )
        case Unix() as local, Unix() as remote:
            return netdevs.dgram_unix(site, spec.name, local.path, remote.path)
        case local, remote if type(local) is not type(remote):
            raise OptionError("remote and local types must be the same")
    raise OptionError("only support inet, unix or fd type for local")


def _dgram_multicast(site: Site, spec: Dgram, group: tuple[str, int]) -> Port:
    match spec.local:
        case None:
            return netdevs.dgram_multicast(site, spec.name, group, None)
        case Inet(host, _):
            interface = sockets.local_interface(host)
            return netdevs.dgram_multicast(site, spec.name, group, interface)
        case Descriptor(number):
            return netdevs.dgram_on_fd(site, spec.name, number, group)
    raise OptionError("only support inet or fd type for local")


def stream(site: Site, spec: Stream) -> Port:
    """Make a ``stream`` netdev; what goes wrong with its address shows in ``info network``."""
    number = spec.address.number if isinstance(spec.address, Descriptor) else ""
    try:
        place = _place(spec.address)
    except HostError:
        place = None
    return netdevs.stream(site, spec.name, place, number, spec.server)


def _place(endpoint: Endpoint) -> sockets.Place | None:
    match endpoint:
        case Inet(host, port):
            return sockets.resolve(host, port)
        case Unix(path, abstract):
            return b"\0" + path.encode() if abstract else path
    return None


def socket(site: Site, spec: Socket) -> Port:
    """Make a ``socket`` netdev.

    Raises:
        OptionError: not exactly one way was chosen, or ``localaddr`` does not go with it.
        HostError: the host refuses.
    """
    ways = (spec.fd, spec.listen, spec.connect, spec.mcast, spec.udp)
    if sum(way is not None for way in ways) != 1:
        raise OptionError(_ONE_OF_FOUR)
    if spec.localaddr is not None and spec.mcast is None and spec.udp is None:
        raise OptionError("localaddr= is only valid with mcast= or udp=")
    if spec.fd is not None:
        return netdevs.socket_on_fd(site, spec.name, spec.fd)
    if spec.listen is not None:
        return netdevs.socket_listen(site, spec.name, spec.listen)
    if spec.connect is not None:
        return netdevs.socket_connect(site, spec.name, spec.connect)
    if spec.mcast is not None:
        return netdevs.socket_multicast(site, spec.name, spec.mcast, spec.localaddr)
    if spec.localaddr is None:
        raise OptionError("localaddr= is mandatory with udp=")
    return netdevs.socket_udp(site, spec.name, spec.udp or "", spec.localaddr)

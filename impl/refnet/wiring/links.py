"""From what ``-netdev vde`` and ``l2tpv3`` say to ports (VDE-06, SOCK-18)."""

from ..backend import l2tpv3 as sessions
from ..backend import vde as switches
from ..backend.netdevs import Site
from ..errors import OptionError
from ..fabric.port import Port
from ..options.links import L2tpv3, Vde

_MODE = 0o700
_WIDEST_GAP = 256


def vde(site: Site, spec: Vde) -> Port:
    """Make a ``vde`` netdev.

    Raises:
        HostError: there is no switch, or it gives no port.
    """
    mode = _MODE if spec.mode is None else spec.mode
    control, data = switches.plug(spec.path, spec.port or 0, spec.group, mode)
    return switches.VdePort(site, spec.name, spec.path or "(null)", control, data)


def l2tpv3(site: Site, spec: L2tpv3) -> Port:
    """Make an ``l2tpv3`` netdev.

    Raises:
        OptionError: what is asked for does not fit together.
        HostError: the host refuses.
    """
    if spec.offset is not None and spec.offset > _WIDEST_GAP:
        raise OptionError("offset must be less than 256 bytes")
    if (spec.sent_cookie is None) != (spec.expected_cookie is None):
        raise OptionError("require both 'rxcookie' and 'txcookie' or neither")
    ports: tuple[str | None, str | None] = (None, None)
    if spec.udp:
        ports = (spec.source_port, spec.destination_port)
        if None in ports:
            raise OptionError("need both src and dst port for udp")
    sock, peer = sessions.connect(
        (spec.source, ports[0]), (spec.destination, ports[1]), ipv6=spec.ipv6, udp=spec.udp
    )
    skipped = sessions.skipped_octets(ipv6=spec.ipv6, udp=spec.udp)
    return sessions.L2tpv3Port(site, spec.name, sock, peer, _header(spec), skipped)


def _header(spec: L2tpv3) -> sessions.Header:
    has_cookie = spec.sent_cookie is not None
    expected = spec.sent_session if spec.expected_session is None else spec.expected_session
    return sessions.Header(
        udp=spec.udp,
        sent_session=spec.sent_session,
        expected_session=expected,
        cookie_size=(8 if spec.long_cookie else 4) if has_cookie else 0,
        sent_cookie=spec.sent_cookie or 0,
        expected_cookie=spec.expected_cookie or 0,
        counts=spec.counter,
        pinned=spec.pinned_counter,
        gap=spec.offset or 0,
    )

"""From what ``-netdev tap`` and ``bridge`` say to ports on tap devices (TAP-01..12)."""

from ..backend import files, helpers, sockets, tun, vhost
from ..backend.netdevs import Site
from ..backend.tap import TapPort
from ..errors import HostError, OptionError
from ..fabric.port import Port
from ..options.taps import Bridge, Tap

_UP_SCRIPT = "/etc/qemu-ifup"
_DOWN_SCRIPT = "/etc/qemu-ifdown"
_HELPER = "/usr/lib/qemu/qemu-bridge-helper"
_BRIDGE = "br0"
_VHOST = "/dev/vhost-net"


def bridge(site: Site, spec: Bridge) -> Port:
    """Make a ``bridge`` netdev.

    Raises:
        HostError: the helper failed, or gave no tap device.
    """
    helper, place = spec.helper or _HELPER, spec.bridge or _BRIDGE
    opened = _from_helper(helper, place)
    tun.prepare(opened, None)
    return TapPort(site, spec.name, opened, f"helper={helper},br={place}")


def tap(site: Site, spec: Tap, on_hub: bool = False) -> Port:
    """Make a ``tap`` netdev: its first port; further queues are ports of the same name.

    Raises:
        OptionError: what is asked for excludes each other.
        HostError: the host refuses.
    """
    if on_hub and not (spec.queues is None and spec.fds is None and spec.vhost_fds is None):
        raise OptionError("Multiqueue tap cannot be used with hubs")
    try:
        return _tap(site, spec)
    except BaseException:
        for port in [each for each in site.fabric.ports if each.name == spec.name]:
            port.close()
            site.fabric.ports.remove(port)
        raise


def _tap(site: Site, spec: Tap) -> Port:
    named = spec.interface, spec.script, spec.down_script, spec.header
    if spec.fd is not None:
        _exclude((*named, spec.helper, spec.queues, spec.fds, spec.vhost_fds), _WITH_FD)
        return _on_descriptors(site, spec, [spec.fd])
    if spec.fds is not None:
        _exclude((*named, spec.helper, spec.queues, spec.vhost_fd), _WITH_FDS)
        numbers = spec.fds.split(":") if spec.fds else []
        if spec.vhost_fds is not None and len(spec.vhost_fds.split(":")) != len(numbers):
            raise OptionError(
                "The number of fds passed does not match the number of vhostfds passed"
            )
        return _on_descriptors(site, spec, numbers)
    if spec.helper is not None:
        _exclude((*named, spec.queues, spec.vhost_fds), _WITH_HELPER)
        opened = _from_helper(spec.helper, spec.bridge or _BRIDGE)
        return _port(site, spec, opened, f"helper={spec.helper}")
    if spec.vhost_fds is not None:
        raise OptionError("vhostfds= is invalid if fds= wasn't specified")
    return _by_name(site, spec)


_WITH_FD = (
    "ifname=, script=, downscript=, vnet_hdr=, helper=, queues=, fds=, and vhostfds="
    " are invalid with fd="
)
_WITH_FDS = (
    "ifname=, script=, downscript=, vnet_hdr=, helper=, queues=, and vhostfd= are invalid with fds="
)
_WITH_HELPER = (
    "ifname=, script=, downscript=, vnet_hdr=, queues=, and vhostfds= are invalid with helper="
)


def _exclude(values: tuple[object, ...], complaint: str) -> None:
    if any(value is not None for value in values):
        raise OptionError(complaint)


def _from_helper(helper: str, place: str) -> tun.Tap:
    fd = helpers.run_bridge_helper(helper, place)
    try:
        return tun.inspect(fd)
    except HostError:
        files.close(fd)
        raise


def _on_descriptors(site: Site, spec: Tap, numbers: list[str]) -> Port:
    if not numbers:
        raise OptionError("fds= names no descriptor")
    opened = [tun.inspect(sockets.inherit(spec.name, number)) for number in numbers]
    if len({each.has_header for each in opened}) > 1:
        raise HostError("vnet_hdr not consistent across given tap fds")
    ports = [_port(site, spec, each, f"fd={each.fd}") for each in opened]
    return ports[0]


def _by_name(site: Site, spec: Tap) -> Port:
    count = 1 if spec.queues is None else spec.queues
    if count == 0:
        raise OptionError("queues=0 is no tap device")
    up = _UP_SCRIPT if spec.script is None else spec.script
    down = _DOWN_SCRIPT if spec.down_script is None else spec.down_script
    name = spec.interface or ""
    ports: list[Port] = []
    for _ in range(count):
        opened = tun.open_tap(name, spec.header, count > 1)
        name = opened.name
        if ports:
            up = down = "no"
        try:
            if up not in ("", "no"):
                helpers.run_script(up, name, opened.fd)
        except HostError:
            files.close(opened.fd)
            raise
        info = f"ifname={name},script={up},downscript={down}"
        ports.append(_port(site, spec, opened, info, None if down in ("", "no") else down))
    return ports[0]


def _port(
    site: Site, spec: Tap, opened: tun.Tap, info: str, down_script: str | None = None
) -> Port:
    port = TapPort(site, spec.name, opened, info, down_script)
    tun.prepare(opened, spec.send_buffer)
    _consider_vhost(site, spec)
    return port


def _consider_vhost(site: Site, spec: Tap) -> None:
    """Say that frames go through refnet itself, which can't lend them to the kernel (TAP-10)."""
    given = spec.vhost_fd is not None or spec.vhost_fds is not None
    force = bool(spec.vhost_force)
    wanted = spec.vhost if spec.vhost is not None else given or force
    if not wanted:
        if given:
            raise OptionError("vhostfd(s)= is not valid without vhost")
        return
    complaint = _why_no_vhost(site, spec)
    if force:
        raise HostError(complaint)
    site.report(spec.line.located(f"warning: {complaint}"))


def _why_no_vhost(site: Site, spec: Tap) -> str:
    if spec.vhost_fd is not None:
        reason = vhost.why_not_owned(sockets.inherit(spec.name, spec.vhost_fd))
        if reason is not None:
            site.report(spec.line.located(reason))
    elif spec.vhost_fds is None:
        reason = files.why_not_open(_VHOST)
        if reason is not None:
            return f"tap: open vhost char device failed: {reason}"
    return "vhost-net requested but could not be initialized"

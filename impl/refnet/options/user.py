"""``-netdev user``: its keys, checked in QEMU's order, become a stack's settings (CLI-16)."""

from dataclasses import replace
from typing import NamedTuple

from ..errors import OptionError
from ..slirp.seam import Config
from .address import format_ipv4, parse_ipv4, parse_ipv6
from .fields import Fields, leading_number, whole_number
from .forwards import parse_guest_forward, parse_host_forward
from .grammar import Line

_ALL_ONES = 0xFFFFFFFF
#: What the file field of a BOOTP message holds beside its final zero (DHCP-08).
_BOOTFILE_LIMIT = 127


class User(NamedTuple):
    """A user network.

    ``forwards`` are the texts of its ``hostfwd`` rules, in the order of ``config.host_forwards``:
    that in which QEMU sets them up, the last one given first. ``shared_directory`` is ``smb=``,
    ``smb_server`` the address of ``smbserver=`` or its default; whether it will do is not decided.
    """

    name: str
    line: Line
    config: Config
    forwards: tuple[str, ...] = ()
    shared_directory: str | None = None
    smb_server: int = 0

    @property
    def summary(self) -> str:
        """What ``info network`` says of it (INF-02)."""
        restrict = "on" if self.config.restricted else "off"
        return f"net={format_ipv4(self.config.network)},restrict={restrict}"


class _Given(NamedTuple):
    """The keys as given, before anything is checked against anything else."""

    hostname: str | None
    restricted: bool
    ipv4: bool
    ipv6: bool
    network: str | None
    host: str | None
    tftp: str | None
    bootfile: str | None
    dhcp_start: str | None
    nameserver: str | None
    dns_search: tuple[str, ...]
    domain_name: str | None
    prefix6: str | None
    prefix6_length: int
    host6: str | None
    nameserver6: str | None
    smb: str | None
    smb_server: str | None
    host_forwards: tuple[str, ...]
    guest_forwards: tuple[str, ...]
    tftp_server_name: str | None


def interpret(name: str, line: Line, fields: Fields) -> User:
    """Check the keys of a user network and fill in the defaults.

    Raises:
        OptionError: with QEMU's text (CLI-08, CLI-09, HFW-09, GFW-01).
    """
    given = _take(fields)
    fields.finish()
    try:
        config = _with_forwards(_configure(given), given)
    except OptionError as error:
        raise line.error(str(error)) from None
    server = _smb_server(given, config)
    return User(name, line, config, given.host_forwards[::-1], given.smb, server)


def _take(fields: Fields) -> _Given:
    prefix6, length6 = _ipv6_network(fields)
    hostname = fields.text("hostname")
    restricted = fields.flag("restrict")
    ipv4, ipv6 = fields.flag("ipv4"), fields.flag("ipv6")
    old_network = fields.text("ip")
    network = fields.text("net")
    if network is None and old_network is not None:
        network = f"{old_network}/24"
    return _Given(
        hostname=hostname,
        restricted=bool(restricted),
        ipv4=not ((ipv6 is True and ipv4 is None) or ipv4 is False),
        ipv6=not ((ipv4 is True and ipv6 is None) or ipv6 is False),
        network=network,
        host=fields.text("host"),
        tftp=fields.text("tftp"),
        bootfile=fields.text("bootfile"),
        dhcp_start=fields.text("dhcpstart"),
        nameserver=fields.text("dns"),
        dns_search=fields.texts("dnssearch"),
        domain_name=fields.text("domainname"),
        prefix6=prefix6 if prefix6 is not None else fields.text("ipv6-prefix"),
        prefix6_length=length6 if length6 is not None else fields.number("ipv6-prefixlen") or 64,
        host6=fields.text("ipv6-host"),
        nameserver6=fields.text("ipv6-dns"),
        smb=fields.text("smb"),
        smb_server=fields.text("smbserver"),
        host_forwards=fields.texts("hostfwd"),
        guest_forwards=fields.texts("guestfwd"),
        tftp_server_name=fields.text("tftp-server-name"),
    )


def _ipv6_network(fields: Fields) -> tuple[str | None, int | None]:
    """``ipv6-net=prefix[/length]``, which sets both ``ipv6-prefix`` and ``ipv6-prefixlen``."""
    text = fields.text("ipv6-net")
    if text is None:
        return None, None
    fields.text("ipv6-prefix")
    prefix, slash, length = text.partition("/")
    if not slash:
        return prefix, fields.number("ipv6-prefixlen") or 64
    fields.text("ipv6-prefixlen")
    number = whole_number(length)
    if number is None or number < 0:
        raise fields.line.error("Parameter 'ipv6-prefixlen' expects a number")
    return prefix, number or 64


def _configure(given: _Given) -> Config:
    if not given.ipv4 and any(
        text is not None for text in (given.network, given.host, given.nameserver)
    ):
        raise OptionError("IPv4 disabled but netmask/host/dns provided")
    if not given.ipv6 and any(
        text is not None for text in (given.prefix6, given.host6, given.nameserver6)
    ):
        raise OptionError("IPv6 disabled but prefix/host6/dns6 provided")
    if not given.ipv4 and not given.ipv6:
        raise OptionError("IPv4 and IPv6 disabled")
    config = _addresses(given)
    if given.smb_server is not None and parse_ipv4(given.smb_server) is None:
        raise OptionError("Failed to parse SMB address")
    config = _with_ipv6(config, given)
    _check_names(given)
    return replace(
        config,
        ipv4=given.ipv4,
        ipv6=given.ipv6,
        restricted=given.restricted,
        hostname=given.hostname,
        domain_name=given.domain_name,
        dns_search=given.dns_search,
        tftp_directory=given.tftp,
        tftp_server_name=given.tftp_server_name,
        bootfile=given.bootfile,
    )


def _addresses(given: _Given) -> Config:
    config = Config()
    if given.network is not None:
        network, mask = parse_network(given.network)
        config = replace(
            config,
            network=network & mask,
            netmask=mask,
            host=network & mask | 0x0202 & ~mask,
            nameserver=network & mask | 0x0203 & ~mask,
            dhcp_start=network & mask | 0x020F & ~mask,
        )
    host = _address(given.host, config.host, "Failed to parse host")
    if not config.contains(host):
        raise OptionError("Host doesn't belong to network")
    nameserver = _address(given.nameserver, config.nameserver, "Failed to parse DNS")
    if given.restricted and not config.contains(nameserver):
        raise OptionError("DNS doesn't belong to network")
    if nameserver == host:
        raise OptionError("DNS must be different from host")
    dhcp_start = _address(given.dhcp_start, config.dhcp_start, "Failed to parse DHCP start address")
    if not config.contains(dhcp_start):
        raise OptionError("DHCP doesn't belong to network")
    if dhcp_start in (host, nameserver):
        raise OptionError("DHCP must be different from host and DNS")
    return replace(config, host=host, nameserver=nameserver, dhcp_start=dhcp_start)


def _address(text: str | None, default: int, complaint: str) -> int:
    if text is None:
        return default
    address = parse_ipv4(text)
    if address is None:
        raise OptionError(complaint)
    return address


def parse_network(text: str) -> tuple[int, int]:
    """Address and mask of ``net=address[/length|/mask]``; the address is not masked yet.

    Raises:
        OptionError: either can't be read.
    """
    head, slash, tail = text.partition("/")
    address = parse_ipv4(head)
    if address is None:
        raise OptionError("Failed to parse netmask")
    if not slash:
        return address, _mask_of_class(address)
    length, rest, _ = leading_number(tail, 10)
    if rest:
        mask = parse_ipv4(tail)
        if mask is None:
            raise OptionError("Failed to parse netmask (trailing chars)")
        return address, mask
    if not 4 <= length <= 32:
        raise OptionError("Invalid netmask provided (must be in range 4-32)")
    return address, _ALL_ONES << (32 - length) & _ALL_ONES


def _mask_of_class(address: int) -> int:
    """The mask that QEMU derives from an address alone, its odd last rows included (DHCP-29)."""
    for bits, length, mask_length in (
        (0x00000000, 1, 8),
        (0xAC100000, 12, 12),
        (0x80000000, 2, 16),
        (0xC0A80000, 16, 16),
        (0xC6120000, 16, 15),
        (0xE0000000, 3, 24),
    ):
        if address >> (32 - length) == bits >> (32 - length):
            return _ALL_ONES << (32 - mask_length) & _ALL_ONES
    return 0xFFFFFFF0


def _with_ipv6(config: Config, given: _Given) -> Config:
    """Add the IPv6 network; host and name server are ::2 and ::3 in it unless given (IP6-19)."""
    prefix = _address6(given.prefix6 if given.prefix6 is not None else "fec0::", "prefix")
    length = given.prefix6_length
    if not 0 <= length <= 126:
        raise OptionError(
            "Invalid IPv6 prefix provided (IPv6 prefix length must be between 0 and 126)"
        )
    host, nameserver = prefix | 2, prefix | 3
    if given.host6 is not None:
        host = _address6(given.host6, "host")
        if (host ^ prefix) >> (128 - length):
            raise OptionError("IPv6 Host doesn't belong to network")
    if given.nameserver6 is not None:
        nameserver = _address6(given.nameserver6, "DNS")
        if given.restricted and (nameserver ^ prefix) >> (128 - length):
            raise OptionError("IPv6 DNS doesn't belong to network")
    return replace(
        config,
        prefix6=prefix.to_bytes(16, "big"),
        prefix6_length=length,
        host6=host.to_bytes(16, "big"),
        nameserver6=nameserver.to_bytes(16, "big"),
    )


def _address6(text: str, what: str) -> int:
    address = parse_ipv6(text)
    if address is None:
        raise OptionError(f"Failed to parse IPv6 {what}")
    return address


def _check_names(given: _Given) -> None:
    if given.domain_name == "":
        raise OptionError("'domainname' parameter cannot be empty")
    for key, text, limit in (
        ("domainname", given.domain_name, 255),
        ("vhostname", given.hostname, 255),
        ("tftp-server-name", given.tftp_server_name, 255),
        ("bootfile", given.bootfile, _BOOTFILE_LIMIT),
    ):
        if text is not None and len(text.encode("utf-8", "surrogateescape")) > limit:
            raise OptionError(f"'{key}' parameter cannot exceed {limit} bytes")


def _smb_server(given: _Given, config: Config) -> int:
    """Where the share is: the network's .4, if it is not said (SMB-01, SMB-02)."""
    address = parse_ipv4(given.smb_server) if given.smb_server is not None else 0
    return address or config.network | 0x0204 & ~config.netmask


def _with_forwards(config: Config, given: _Given) -> Config:
    """Add the rules; QEMU reads the guest's before the host's, of each the last one first."""
    guests = [parse_guest_forward(rule, config) for rule in reversed(given.guest_forwards)]
    hosts = [parse_host_forward(rule, config.dhcp_start) for rule in reversed(given.host_forwards)]
    return replace(
        config,
        guest_forwards=tuple(reversed(guests)),
        host_forwards=tuple(hosts),
    )

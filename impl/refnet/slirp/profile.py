"""Where versions of QEMU differ, as data. Code asks the profile, never the version."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Profile:
    """One version's behaviour. The defaults are QEMU 7.2's; each field names its entries."""

    name: str

    #: First octets of the stack's own MACs; the last of the IPv4 address follow (ARP-02, LEG-01).
    mac_prefix: bytes = b"\x52\x55"
    #: Length of an ARP reply in octets (GEN-02, LEG-02).
    arp_reply_length: int = 64
    #: Short frames are padded for peers that want it (GEN-01, LEG-02).
    pads_frames: bool = True
    #: Guests are told apart by a table and asked for by ARP; else there is one guest, the one that
    #: last asked for the stack or for a lease (ARP-08..12, GEN-08, LEG-02).
    resolves_guests: bool = True

    #: Every address of the network but the name server's stands for the host's loopback, and the
    #: name server takes every port (UDP-03, DNS-03, IP4-14; LEG-04).
    network_is_loopback: bool = False
    #: DHCP and TFTP serve any destination address (DHCP-01, TFTP-21).
    serves_any_address: bool = False

    #: The host's resolver is looked up at the start and never again; there must be one
    #: (DNS-06, DNS-07; DNS-11, LEG-14).
    nameserver_once: bool = False

    #: A datagram with a lower TTL is answered with an error, wherever it goes (IP4-03; LEG-18).
    least_ttl: int = 1
    #: The name server answers an echo itself (ICM-02, LEG-04).
    nameserver_answers_echo: bool = True
    #: Other echoes leave by a ping socket, else at once by UDP to port 7 (ICM-05, ICM-07, LEG-04).
    has_ping_sockets: bool = True
    #: A datagram's TTL is checked and handed on (UDP-08, ICM-08; since libslirp 4.4).
    forwards_ttl: bool = True
    #: ICMP errors that the host received are handed on as they are (ICM-12; since libslirp 4.4).
    forwards_errors: bool = True

    #: DHCP replies go to 255.255.255.255, else to the address they give (DHCP-04, LEG-05).
    dhcp_broadcasts: bool = True
    #: ``siaddr`` is filled in (DHCP-07, LEG-05).
    dhcp_names_server: bool = True
    #: A requested address counts, and may be refused (DHCP-19..22, LEG-05).
    dhcp_heeds_requests: bool = True
    #: A BOOTP request and a DHCP request by a stranger are answered (DHCP-23, DHCP-24, LEG-05).
    dhcp_takes_strangers: bool = True
    #: A client that asks again gets the same address (DHCP-18, LEG-07).
    dhcp_remembers: bool = True
    #: Boot file and names are told (DHCP-08, DHCP-09, LEG-05).
    dhcp_tells_names: bool = True

    #: How many transfers at a time (TFTP-13, LEG-08).
    tftp_sessions: int = 20
    #: File names are absolute and begin with the directory (TFTP-05, LEG-10).
    tftp_absolute_names: bool = False
    #: Options are negotiated (TFTP-16, LEG-08).
    tftp_options: bool = True
    #: An acknowledgment asks for the block behind its own number, in 16 bits; else for the next
    #: (TFTP-11, TFTP-20; LEG-11, LEG-12).
    tftp_random_access: bool = False
    #: The mode's case is ignored, and a broken request is answered with an error
    #: (TFTP-04, TFTP-09; LEG-08, LEG-09).
    tftp_lenient: bool = True
    #: A request on the ports of a transfer under way takes its place (TFTP-03).
    tftp_restarts: bool = True

    #: NC-SI commands are answered (NCSI-01).
    has_ncsi: bool = True

    #: There is IPv6 (LEG-18).
    has_ipv6: bool = True
    #: For how long name servers are advertised, in seconds: twice the longest interval (IP6-05).
    nameserver_lifetime: int = 1200
    #: The port that answers of DHCPv6 come from (IP6-11).
    dhcpv6_port: int = 547
    #: They name their server (IP6-11).
    dhcpv6_names_server: bool = True
    #: The boot file that is told when none is given (IP6-12).
    missing_bootfile: str | None = None
    #: An error about a TCP segment that can't be delivered quotes it with the octets of the payload
    #: length in the wrong order (IP6-14).
    swaps_quoted_length: bool = False
    #: ``info usernet`` tells the addresses of IPv6 sockets (IP6-18).
    tells_ipv6_addresses: bool = True

    #: ``-net`` names its hub, a vlan, and warnings speak of those (CLI-14; LEG-16, LEG-17).
    has_vlans: bool = False
    #: The NIC of a PC that is not named (CLI-04; LEG-15). None: the machine's own.
    default_nic: str | None = None


QEMU_7_2 = Profile("qemu-7.2")

QEMU_0_6 = Profile(
    "qemu-0.6",
    mac_prefix=b"\x52\x54\x00\x12\x35",
    arp_reply_length=42,
    pads_frames=False,
    resolves_guests=False,
    network_is_loopback=True,
    serves_any_address=True,
    nameserver_once=True,
    least_ttl=2,
    nameserver_answers_echo=False,
    has_ping_sockets=False,
    forwards_ttl=False,
    forwards_errors=False,
    dhcp_broadcasts=False,
    dhcp_names_server=False,
    dhcp_heeds_requests=False,
    dhcp_takes_strangers=False,
    dhcp_remembers=False,
    dhcp_tells_names=False,
    tftp_sessions=3,
    tftp_absolute_names=True,
    tftp_options=False,
    tftp_random_access=True,
    tftp_lenient=False,
    tftp_restarts=False,
    has_ncsi=False,
    has_ipv6=False,
    has_vlans=True,
    default_nic="ne2k_pci",
)


def with_quirks(profile: Profile) -> Profile:
    """The profile with what QEMU 7.2 does where it is wrong (IP6-05, IP6-11, IP6-12, IP6-14,
    IP6-18).
    """
    return replace(
        profile,
        nameserver_lifetime=1_200_000,
        dhcpv6_port=0x2302,
        dhcpv6_names_server=False,
        missing_bootfile="(null)",
        swaps_quoted_length=True,
        tells_ipv6_addresses=False,
    )


PROFILES = {profile.name: profile for profile in (QEMU_7_2, QEMU_0_6)}

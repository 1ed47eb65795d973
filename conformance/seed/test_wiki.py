"""The QEMU wiki, Documentation/Networking (SEED-20 to SEED-30)."""

import struct

import pytest

from vnetspec.fixtures.addresses import GUEST, NAMESERVER, ROUTER, at
from vnetspec.fixtures.checkers import ANY, DHCP_OFFER, ECHO_REPLY, RST_ACK, SYN, dhcp_option
from vnetspec.fixtures.frames import arp_request, discover, echo_request, tcp
from vnetspec.fixtures.oracle import ARP, BOOTP, IP, TCP
from vnetspec.fixtures.requirements import needs, network, requirement


@requirement("SEED-20")
@network(net="192.168.76.0/24", dhcpstart="192.168.76.9")
def test_the_wikis_network(guest, golden):
    guest.says(discover())

    offer = guest.hears(DHCP_OFFER.where(BOOTP, yiaddr="192.168.76.9"))

    assert dhcp_option(offer, 3) == bytes([192, 168, 76, 2])
    golden.matches(guest.wire)


@requirement("SEED-21")
@pytest.mark.parametrize("spelling", ["y", "yes"])
def test_restrict_shuts_the_guest_in(launch, golden, spelling):
    guest = launch(restrict=spelling)
    guest.announces()

    guest.says(tcp(NAMESERVER, 53, "S"))

    guest.hears_only(RST_ACK)
    golden.matches(guest.wire)


@requirement("SEED-22")
@network(ports=2)
def test_a_hub_without_a_nic_is_warned_of(guest):
    guest.resolves(ROUTER)

    assert "warning: hub 0 with no nics" in guest.link.warnings()


@requirement("SEED-23")
@pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
@needs("icmp")
def test_ping_works_whatever_the_host_allows(guest, host, golden, address):
    host.forbids_ping_sockets()
    guest.announces()

    guest.says(echo_request(address))

    guest.hears_only(ECHO_REPLY.where(IP, src=address))
    golden.matches(guest.wire)


@requirement("SEED-24")
def test_a_rule_without_its_protocol_field_is_refused(refuses, transcript):
    rule = "127.0.0.1:5555-:22"

    assert refuses(hostfwd=rule) == (
        f"-netdev user,id=u0,hostfwd={rule}: "
        f"Invalid host forwarding rule '{rule}' (Bad protocol name)"
    )

    transcript.matches()


@requirement("SEED-24", variant="empty")
@network(hostfwd=":127.0.0.1:5555-:22")
def test_an_empty_protocol_field_is_tcp(guest, host, golden):
    guest.announces()

    host.connects(5555, source=("127.0.0.1", 40022))

    guest.hears_only(SYN.where(TCP, dport=22))
    golden.matches(guest.wire)


@requirement("SEED-25")
@network(hostfwd="tcp::5555-:22")
def test_hostfwd_of_the_wiki(guest, host, golden):
    guest.announces()

    host.connects(5555, source=("127.0.0.1", 40022))

    guest.hears_only(SYN.where(IP, dst=GUEST).where(TCP, dport=22))
    golden.matches(guest.wire)


@requirement("SEED-26")
@network(arguments=["-object", "filter-dump,id=wiki,netdev=u0,file={dir}/dump.dat"])
def test_filter_dump_of_the_wiki(guest, host):
    guest.resolves(ROUTER)
    guest.close()

    dump = (host.directory / "dump.dat").read_bytes()

    assert struct.unpack_from("<IHHiIII", dump) == (0xA1B2C3D4, 2, 4, 0, 0, 65536, 1)
    assert len(dump) == 24 + (16 + 42) + (16 + 64)


@requirement("SEED-27")
@network(
    arguments=[
        "-netdev",
        "socket,id=w0,listen=:1234",
        "-netdev",
        "hubport,id=w1,hubid=0,netdev=w0",
    ]
)
def test_a_socket_joins_a_second_network(guest, host):
    guest.resolves(ROUTER)
    peer = host.connects(1234)

    peer.says(framed(arp_request(at(99))))
    guest.hears(ANY.where(ARP, pdst=at(99)))
    guest.says(arp_request(at(98)))

    peer.hears(framed(arp_request(at(98))))


def framed(frame):
    """A frame as it crosses a stream: its length in four octets, then itself (SOCK-01)."""
    octets = bytes(frame)
    return len(octets).to_bytes(4, "big") + octets

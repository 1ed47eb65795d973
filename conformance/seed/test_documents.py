"""The QEMU manual, the OpenSolaris page, the wiki and the vlan-era text (from SEED-10 on)."""

import struct

import pytest

from vnetspec.fixtures.addresses import GUEST, NAMESERVER, ROUTER, SMB_SERVER
from vnetspec.fixtures.checkers import (
    ANY,
    ARP_REPLY,
    DHCP_OFFER,
    ECHO_REPLY,
    RST_ACK,
    SYN,
    dhcp_option,
    tftp_data,
    tftp_error,
)
from vnetspec.fixtures.frames import arp_request, discover, echo_request, tcp, tftp_read
from vnetspec.fixtures.oracle import ARP, BOOTP, IP, TCP
from vnetspec.fixtures.requirements import network, requirement


@requirement("SEED-10")
def test_nothing_listens_on_the_host(guest, host):
    before = host.listening()

    guest.resolves(ROUTER)

    assert host.listening() == before


@requirement("SEED-11")
def test_leases_start_at_15(guest, golden):
    guest.says(discover())

    guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr="10.0.2.15"))

    golden.matches(guest.wire)


@requirement("SEED-12")
def test_a_ping_of_the_router_works(guest, golden):
    guest.announces()

    guest.says(echo_request(ROUTER))

    guest.hears_only(ECHO_REPLY.where(IP, src=ROUTER, ttl=255))
    golden.matches(guest.wire)


@requirement("SEED-13")
@network(tftp="{dir}")
def test_the_router_is_the_tftp_server(guest, host, golden):
    host.file("boot", b"kernel")
    guest.announces()

    guest.says(tftp_read("boot"))

    guest.hears_only(tftp_data(1, b"kernel").where(IP, src=ROUTER))
    golden.matches(guest.wire)


@requirement("SEED-13", variant="off")
def test_there_is_no_tftp_server_unless_asked_for(guest, golden):
    guest.announces()

    guest.says(tftp_read("boot"))

    guest.hears_only(tftp_error(2, "Access violation"))
    golden.matches(guest.wire)


@requirement("SEED-14")
def test_there_is_no_smb_server_unless_asked_for(guest, golden):
    guest.says(arp_request(SMB_SERVER))

    guest.hears_nothing()

    golden.matches(guest.wire)


@requirement("SEED-17")
@network(hostfwd="tcp::5022-:22")
def test_hostfwd_does_what_redir_did(guest, host, golden):
    guest.announces()

    host.connects(5022, source=("127.0.0.1", 40022))

    guest.hears_only(SYN.where(IP, src=ROUTER, dst=GUEST).where(TCP, dport=22, sport=40022))
    golden.matches(guest.wire)


@requirement("SEED-19")
def test_the_first_frame_a_guest_receives_has_64_octets(guest, golden):
    guest.says(arp_request(ROUTER))

    guest.hears_only(ARP_REPLY.long(64))

    golden.matches(guest.wire)


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
def test_ping_works_whatever_the_host_allows(guest, host, golden, address):
    host.forbids_ping_sockets()
    guest.announces()

    guest.says(echo_request(address))

    guest.hears_only(ECHO_REPLY.where(IP, src=address))
    golden.matches(guest.wire)


@requirement("SEED-24")
def test_a_rule_without_its_protocol_field_is_refused(refuses):
    rule = "127.0.0.1:5555-:22"

    assert refuses(hostfwd=rule) == (
        f"-netdev user,id=u0,hostfwd={rule}: "
        f"Invalid host forwarding rule '{rule}' (Bad protocol name)"
    )


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

    peer.says(framed(arp_request("10.0.2.99")))
    guest.hears(ANY.where(ARP, pdst="10.0.2.99"))
    guest.says(arp_request("10.0.2.98"))

    peer.hears(framed(arp_request("10.0.2.98")))


@requirement("SEED-31")
@network(ports=3)
def test_a_vlan_is_a_hub(guest, golden):
    other, third = guest.neighbour(1), guest.neighbour(2)
    frame = arp_request("10.0.2.99")

    guest.says(frame)
    for neighbour in (other, third):
        neighbour.hears(ANY.where(ARP, pdst="10.0.2.99"))
    guest.says(arp_request("10.0.2.98"))

    for neighbour in (other, third):
        neighbour.hears(ANY.where(ARP, pdst="10.0.2.98"))
    golden.matches(guest.wire)


@requirement("SEED-32")
@network(
    arguments=[
        "-netdev",
        "socket,id=a0,listen=127.0.0.1:8010",
        "-netdev",
        "hubport,id=a1,hubid=0,netdev=a0",
        "-netdev",
        "socket,id=b0,connect=127.0.0.1:8010",
        "-netdev",
        "hubport,id=b1,hubid=7,netdev=b0",
        "-netdev",
        "user,id=u7,net=10.0.7.0/24",
        "-netdev",
        "hubport,id=b2,hubid=7,netdev=u7",
    ]
)
def test_two_hubs_are_joined_by_a_socket(guest):
    guest.resolves(ROUTER)

    guest.says(arp_request("10.0.7.2", sender="10.0.7.15"))

    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.7.2"))


@requirement("SEED-33")
@network(
    arguments=[
        "-netdev",
        "socket,id=m0,mcast=230.0.0.1:1234,localaddr=127.0.0.1",
        "-netdev",
        "hubport,id=m1,hubid=0,netdev=m0",
    ]
)
def test_a_multicast_address_joins_any_number(guest, host):
    members = [host.multicast("230.0.0.1", 1234) for _ in range(2)]

    guest.resolves(ROUTER)

    for member in members:
        member.hears(bytes(arp_request(ROUTER)))


def framed(frame):
    """A frame as it crosses a stream: its length in four octets, then itself (SOCK-01)."""
    octets = bytes(frame)
    return len(octets).to_bytes(4, "big") + octets

"""QEMU Networking, the text of the vlan era (SEED-31 to SEED-35)."""

from vnetspec.fixtures.addresses import ROUTER, at
from vnetspec.fixtures.checkers import ANY, ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement


@requirement("SEED-31")
@network(ports=3)
def test_a_vlan_is_a_hub(guest, golden):
    other, third = guest.neighbour(1), guest.neighbour(2)
    frame = arp_request(at(99))

    guest.says(frame)
    for neighbour in (other, third):
        neighbour.hears(ANY.where(ARP, pdst=at(99)))
    guest.says(arp_request(at(98)))

    for neighbour in (other, third):
        neighbour.hears(ANY.where(ARP, pdst=at(98)))
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

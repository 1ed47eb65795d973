"""What the stack itself asks for."""

from vnetspec.fixtures.addresses import BROADCAST_MAC, NO_MAC, ROUTER, ROUTER_MAC, at
from vnetspec.fixtures.checkers import ARP_REQUEST
from vnetspec.fixtures.frames import echo_request
from vnetspec.fixtures.oracle import ARP, Ether
from vnetspec.fixtures.requirements import needs, requirement

STRANGER = at(40)


@requirement("ARP-15")
@needs("icmp")
def test_the_stacks_own_request(guest, golden):
    guest.says(echo_request(ROUTER, sender=STRANGER))

    guest.hears(
        ARP_REQUEST.where(Ether, dst=BROADCAST_MAC, src=ROUTER_MAC)
        .where(ARP, hwsrc=ROUTER_MAC, psrc=ROUTER, hwdst=NO_MAC, pdst=STRANGER)
        .where(ARP, hwtype=1, ptype=0x800, hwlen=6, plen=4)
    )

    golden.matches(guest.wire)

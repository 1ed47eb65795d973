"""OpenSolaris, networking in QEMU guests (SEED-16 to SEED-19)."""

from vnetspec.fixtures.addresses import GUEST, ROUTER
from vnetspec.fixtures.checkers import ARP_REPLY, SYN
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import IP, TCP
from vnetspec.fixtures.requirements import network, requirement


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

"""The QEMU manual, Network emulation (SEED-09 to SEED-15)."""

from vnetspec.fixtures.addresses import ROUTER, SMB_SERVER
from vnetspec.fixtures.checkers import DHCP_OFFER, ECHO_REPLY, tftp_data, tftp_error
from vnetspec.fixtures.frames import arp_request, discover, echo_request, tftp_read
from vnetspec.fixtures.oracle import BOOTP, IP
from vnetspec.fixtures.requirements import needs, network, qemu_addresses, requirement


@requirement("SEED-10")
def test_nothing_listens_on_the_host(guest, host):
    before = host.listening()

    guest.resolves(ROUTER)

    assert host.listening() == before


@requirement("SEED-11")
@qemu_addresses
def test_leases_start_at_15(guest, golden):
    guest.says(discover())

    guest.hears_only(DHCP_OFFER.where(BOOTP, yiaddr="10.0.2.15"))

    golden.matches(guest.wire)


@requirement("SEED-12")
@needs("icmp")
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
@needs("tftp")
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

"""A paused virtual machine: its time stands and its frames wait (GEN)."""

from vnetspec.fixtures.addresses import ROUTER, at
from vnetspec.fixtures.checkers import ARP_REQUEST, ECHO_REPLY
from vnetspec.fixtures.frames import arp_reply, echo_request
from vnetspec.fixtures.oracle import ICMP
from vnetspec.fixtures.requirements import needs, requirement

STRANGER = at(40)


@requirement("GEN-10")
@needs("icmp")
def test_nothing_expires_while_the_machine_is_stopped(guest, golden):
    guest.says(echo_request(ROUTER, sender=STRANGER))
    guest.hears(ARP_REQUEST)

    guest.monitor("stop")
    assert guest.waits(1.5) == []
    guest.monitor("cont")
    guest.says(arp_reply(STRANGER))

    guest.hears_only(ECHO_REPLY.where(ICMP, seq=1))
    golden.matches(guest.wire)


@requirement("GEN-11")
@needs("icmp")
def test_frames_wait_for_a_stopped_machine(guest, golden):
    guest.announces()
    guest.hears_nothing()

    guest.monitor("stop")
    guest.says(*(echo_request(ROUTER, sequence=number) for number in range(3)))
    assert guest.waits(0.1) == []
    guest.monitor("cont")

    guest.hears_each(*(ECHO_REPLY.where(ICMP, seq=number) for number in range(3)))
    guest.hears_nothing()
    golden.matches(guest.wire)

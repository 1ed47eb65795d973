"""Where dumps attach, and how they are switched on and off."""

from pathlib import Path

import pytest

from vnetspec.filt.channels import filter_
from vnetspec.filt.dumps import dump, frames, heard_and_said
from vnetspec.fixtures.addresses import ROUTER, guest_address
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.fixtures.targets.contract import Unsupported


@requirement("FILT-06")
@network(arguments=dump(name="a") + dump(name="b", netdev="s0") + dump(name="c", netdev="h0"))
def test_dumps_of_every_kind_of_netdev_see_the_same(guest, host):
    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)
    guest.close()

    for name in ("a", "b", "c"):
        assert frames(host.directory / f"{name}.pcap") == heard_and_said(guest)


@requirement("FILT-06", variant="unknown")
def test_a_dump_does_not_attach_to_what_is_no_netdev(refuses, transcript):
    assert (
        refuses(arguments=dump(netdev="nobody"))
        == "Parameter 'netdev' expects a network backend id"
    )

    transcript.matches()


@requirement("FILT-06", variant="missing")
def test_a_dump_attaches_to_something(refuses, transcript, host):
    object_ = f"filter-dump,id=own,file={host.directory}/own.pcap"

    assert (
        refuses(arguments=["-object", "filter-dump,id=own,file={dir}/own.pcap"])
        == f"-object {object_}: Parameter 'netdev' is missing"
    )

    transcript.matches()


@requirement("FILT-07")
@network(arguments=dump("status=off"))
def test_a_dump_that_is_off_records_nothing(guest, host):
    guest.resolves()
    guest.close()

    assert (host.directory / "own.pcap").stat().st_size == 24


@requirement("FILT-07", variant="switched")
@network(arguments=dump("status=off"))
def test_a_dump_is_switched_on_and_off(guest, transcript, host):
    guest.says(arp_request(ROUTER, sender=guest_address(6)))
    guest.hears(ARP_REPLY)
    guest.monitor("qom-set /objects/own status on")
    guest.says(arp_request(ROUTER, sender=guest_address(7)))
    guest.hears(ARP_REPLY)
    guest.monitor("qom-set /objects/own status off")
    guest.says(arp_request(ROUTER, sender=guest_address(8)))
    guest.hears(ARP_REPLY)
    guest.close()

    assert frames(host.directory / "own.pcap") == heard_and_said(guest)[2:4]

    transcript.matches()


@requirement("FILT-07", variant="deleted")
@network(arguments=dump())
def test_a_deleted_dump_records_no_more(guest, transcript, host):
    guest.says(arp_request(ROUTER, sender=guest_address(6)))
    guest.hears(ARP_REPLY)
    guest.monitor("object_del own")
    guest.says(arp_request(ROUTER, sender=guest_address(7)))
    guest.hears(ARP_REPLY)
    guest.close()

    assert frames(host.directory / "own.pcap") == heard_and_said(guest)[:2]

    transcript.matches()


@requirement("FILT-07", variant="bad")
@pytest.mark.parametrize("status", ["maybe", "ON", "true"])
def test_another_status_is_refused(refuses, transcript, status):
    assert (
        refuses(arguments=dump(f"status={status}"))
        == "Invalid value for netfilter status, should be 'on' or 'off'"
    )

    transcript.matches()


@requirement("FILT-07", variant="bad-switch")
@network(arguments=dump())
def test_a_dump_is_not_switched_to_another_status(guest, transcript):
    assert (
        guest.monitor("qom-set /objects/own status maybe")
        == "Error: Invalid value for netfilter status, should be 'on' or 'off'\n"
    )

    transcript.matches()


@requirement("FILT-09")
@pytest.mark.parametrize("kind", ["dump", "replay"])
def test_a_filter_does_not_attach_to_several_queues(refuses, transcript, kind):
    if not Path("/dev/net/tun").exists():
        raise Unsupported("taps take /dev/net/tun: load the module tun")
    tap = ["-netdev", "tap,id=t0,queues=2,script=no,downscript=no"]
    file = ["file={dir}/own.pcap"] if kind == "dump" else []

    assert (
        refuses(arguments=tap + filter_(kind, *file, netdev="t0")) == "multiqueue is not supported"
    )

    transcript.matches()

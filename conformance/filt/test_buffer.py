"""filter-buffer: frames wait for the next tick, and go on together."""

from itertools import pairwise

import pytest

from vnetspec.filt.channels import filter_
from vnetspec.filt.dumps import dump, records
from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import ARP_REPLY, ECHO_REPLY
from vnetspec.fixtures.frames import arp_request, echo_request
from vnetspec.fixtures.requirements import network, requirement

INTERVAL = 200_000


def buffer(*properties: str, name: str = "f") -> list[str]:
    return filter_("buffer", f"interval={INTERVAL}", *properties, name=name)


@requirement("FILT-12")
@network(arguments=buffer("queue=rx"))
def test_frames_go_on_at_a_tick_in_their_order(guest, golden):
    guest.announces()
    for number in range(3):
        guest.says(echo_request(ROUTER, sequence=number))

    for number in range(3):
        assert guest.hears(ECHO_REPLY, within=0.5)["ICMP"].seq == number
    golden.matches(guest.wire)


@requirement("FILT-12", variant="ticks")
@network(arguments=dump("queue=tx") + buffer("queue=rx"))
def test_ticks_are_an_interval_apart(guest, host):
    for _ in range(3):
        guest.says(arp_request(ROUTER))
        guest.hears(ARP_REPLY, within=0.5)
    guest.close()

    times = [record.time for record in records(host.directory / "own.pcap")]
    for earlier, later in pairwise(times):
        assert 0.8 * INTERVAL < later - earlier < 1.4 * INTERVAL


@requirement("FILT-12", variant="both")
@network(arguments=buffer())
def test_both_directions_are_held(guest, golden):
    guest.says(arp_request(ROUTER))

    guest.hears(ARP_REPLY, within=0.7)

    golden.matches(guest.wire)


@requirement("FILT-12", variant="off")
@network(arguments=filter_("buffer", "interval=3600000000"))
def test_what_is_held_goes_on_when_the_buffer_is_switched_off(guest, golden):
    guest.says(arp_request(ROUTER))
    guest.monitor("qom-set /objects/f status off")

    guest.hears_only(ARP_REPLY)

    golden.matches(guest.wire)


@requirement("FILT-12", variant="deleted")
@network(arguments=filter_("buffer", "interval=3600000000", "queue=rx"))
def test_what_is_held_goes_on_when_the_buffer_is_deleted(guest, golden):
    guest.says(arp_request(ROUTER))
    guest.monitor("object_del f")

    guest.hears_only(ARP_REPLY)

    golden.matches(guest.wire)


@requirement("FILT-12", variant="missing")
def test_a_buffer_has_an_interval(refuses, transcript):
    object_ = "filter-buffer,id=f,netdev=u0"

    assert (
        refuses(arguments=["-object", object_])
        == f"-object {object_}: Parameter 'interval' is missing"
    )

    transcript.matches()


@requirement("FILT-12", variant="nought")
def test_the_interval_is_not_nought(refuses, transcript):
    assert (
        refuses(arguments=filter_("buffer", "interval=0"))
        == "Property 'filter-buffer.interval' requires a positive value"
    )

    transcript.matches()


@requirement("FILT-12", variant="bad")
@pytest.mark.parametrize(
    ("interval", "kind"),
    [
        ("-1", "a uint64 value"),
        ("x", "a uint64 value"),
        ("1.5", "a uint64 value"),
        ("4294967296", "uint32_t"),
    ],
)
def test_the_interval_is_a_number(refuses, transcript, interval, kind):
    object_ = f"filter-buffer,id=f,netdev=u0,interval={interval}"

    assert (
        refuses(arguments=["-object", object_])
        == f"-object {object_}: Parameter 'interval' expects {kind}"
    )

    transcript.matches()

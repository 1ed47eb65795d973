"""filter-mirror: a copy of every frame goes to a character device."""

import pytest

from vnetspec.filt.channels import device, filter_, hears_frames
from vnetspec.filt.dumps import heard_and_said
from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import ARP_REPLY, ECHO_REPLY
from vnetspec.fixtures.frames import arp_request, echo_request
from vnetspec.fixtures.requirements import network, requirement

OUT = device("out")


@requirement("FILT-10")
@network(arguments=OUT + filter_("mirror", "outdev=out"))
def test_every_frame_is_copied_and_goes_on(guest, host, golden):
    server = host.unix("out")

    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)
    guest.says(echo_request(ROUTER, data=b"x" * 1400))
    guest.hears(ECHO_REPLY)

    hears_frames(server.accepts(), *heard_and_said(guest))
    golden.matches(guest.wire)


@requirement("FILT-10", variant="queue")
@pytest.mark.parametrize(("queue", "number"), [("rx", 0), ("tx", 1)], ids=["rx", "tx"])
def test_the_queue_says_which_direction_is_copied(launch, host, queue, number):
    server = host.unix("out")
    guest = launch(arguments=OUT + filter_("mirror", "outdev=out", f"queue={queue}"))

    for _ in range(2):
        guest.says(arp_request(ROUTER))
        guest.hears(ARP_REPLY)

    hears_frames(server.accepts(), *heard_and_said(guest)[number::2])


@requirement("FILT-10", variant="vnet")
@network(arguments=OUT + filter_("mirror", "outdev=out", "vnet_hdr_support=on"))
def test_the_length_of_the_virtio_header_stands_behind_that_of_the_frame(guest, host):
    server = host.unix("out")

    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)

    hears_frames(server.accepts(), *heard_and_said(guest), header=bytes(4))


@requirement("FILT-10", variant="off")
@network(arguments=OUT + filter_("mirror", "outdev=out", "status=off"))
def test_a_mirror_is_switched_on(guest, transcript, host):
    server = host.unix("out")
    guest.resolves()

    guest.monitor("qom-set /objects/f status on")
    guest.resolves()

    hears_frames(server.accepts(), *heard_and_said(guest)[2:])

    transcript.matches()


@requirement("FILT-10", variant="unheard")
@network(
    arguments=[
        *("-chardev", "socket,id=out,path={dir}/here,server=on,wait=off"),
        *filter_("mirror", "outdev=out"),
    ]
)
def test_a_mirror_without_a_listener_holds_nothing_up(guest, golden):
    for _ in range(3):
        guest.resolves()

    golden.matches(guest.wire)


@requirement("FILT-10", variant="missing")
def test_a_mirror_has_a_device(refuses, transcript):
    object_ = "filter-mirror,id=f,netdev=u0"

    assert (
        refuses(arguments=["-object", object_])
        == f"-object {object_}: Parameter 'outdev' is missing"
    )

    transcript.matches()


@requirement("FILT-10", variant="unknown")
def test_the_device_of_a_mirror_exists(refuses, transcript):
    assert refuses(arguments=filter_("mirror", "outdev=zz")) == "Device 'zz' not found"

    transcript.matches()


@requirement("FILT-10", variant="shared")
def test_a_device_has_one_filter(refuses, transcript):
    null = ["-chardev", "null,id=out"]
    first, second = (filter_("mirror", "outdev=out", name=name) for name in ("f", "g"))

    assert refuses(arguments=null + first + second) == "Device 'out' is in use"

    transcript.matches()

"""filter-redirector: frames leave to a character device, and come in from one."""

import pytest

from vnetspec.filt.channels import device, filter_, framed, hears_frames
from vnetspec.fixtures.addresses import GUEST, NAMESERVER, ROUTER
from vnetspec.fixtures.checkers import ANY, ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP, parse
from vnetspec.fixtures.requirements import network, requirement

OUT, IN = device("out"), device("in")


@requirement("FILT-11")
@network(arguments=OUT + filter_("redirector", "outdev=out", "queue=tx"))
def test_a_frame_for_the_guest_is_taken_away(guest, host):
    server = host.unix("out")
    guest.says(arp_request(ROUTER))
    stream = server.accepts()

    answer = parse(taken(stream))
    assert (answer[ARP].op, answer[ARP].psrc, answer[ARP].pdst) == (2, ROUTER, GUEST)

    guest.monitor("qom-set /objects/f status off")
    guest.hears_nothing()


@requirement("FILT-11", variant="rx")
@network(arguments=OUT + filter_("redirector", "outdev=out", "queue=rx"))
def test_a_frame_for_the_network_is_taken_away(guest, host):
    server = host.unix("out")
    question = arp_request(ROUTER)
    guest.says(question)

    hears_frames(server.accepts(), bytes(question))

    guest.monitor("qom-set /objects/f status off")
    guest.hears_nothing()


@requirement("FILT-11", variant="indev")
@pytest.mark.parametrize("length", [14, 60, 1514, 65535])
def test_a_frame_comes_in_for_the_guest(launch, host, length):
    server = host.unix("in")
    guest = launch(arguments=IN + filter_("redirector", "indev=in", "queue=tx"))
    frame = (bytes(range(256)) * 256)[:length]

    server.accepts().says(framed(frame))

    assert guest.hears(ANY).original == frame


@requirement("FILT-11", variant="indev-rx")
@network(arguments=IN + filter_("redirector", "indev=in", "queue=rx"))
def test_a_frame_comes_in_for_the_network(guest, host, golden):
    server = host.unix("in")
    guest.resolves()

    server.accepts().says(framed(bytes(arp_request(NAMESERVER))))

    guest.hears_only(ARP_REPLY.where(ARP, psrc=NAMESERVER))
    golden.matches(guest.wire)


@requirement("FILT-11", variant="indev-all")
@network(arguments=IN + filter_("redirector", "indev=in"))
def test_a_frame_comes_in_for_both(guest, host, golden):
    server = host.unix("in")
    guest.resolves()
    question = bytes(arp_request(NAMESERVER))

    server.accepts().says(framed(question))

    assert guest.hears(ANY).original == question
    guest.hears_only(ARP_REPLY.where(ARP, psrc=NAMESERVER))
    golden.matches(guest.wire)


@requirement("FILT-11", variant="passes")
@network(arguments=IN + filter_("redirector", "indev=in"))
def test_without_outdev_frames_pass(guest, host, golden):
    host.unix("in")

    guest.resolves()

    golden.matches(guest.wire)


@requirement("FILT-11", variant="torn")
@network(arguments=IN + filter_("redirector", "indev=in", "queue=tx"))
def test_frames_are_cut_from_the_stream_wherever_it_is_torn(guest, host):
    server = host.unix("in")
    guest.resolves()
    stream = server.accepts()
    frames = [bytes(arp_request(f"10.0.2.{number}")) + bytes(number) for number in range(3)]
    octets = b"".join(framed(frame) for frame in frames)

    for start in range(0, len(octets), 7):
        stream.says(octets[start : start + 7])
        guest.listens()

    for frame in frames:
        assert guest.hears(ANY).original == frame


@requirement("FILT-11", variant="vnet")
@network(arguments=IN + filter_("redirector", "indev=in", "queue=tx", "vnet_hdr_support=on"))
def test_with_vnet_support_two_lengths_stand_before_a_frame(guest, host):
    server = host.unix("in")
    guest.resolves()
    frame = bytes(arp_request(GUEST))

    server.accepts().says(framed(frame, bytes(4)))

    assert guest.hears(ANY).original == frame


@requirement("FILT-11", variant="both")
@network(
    arguments=[*OUT, *IN, *filter_("redirector", "indev=in", "outdev=out", "queue=tx")],
)
def test_what_went_out_comes_back_another_way(guest, host, golden):
    out, in_ = host.unix("out"), host.unix("in")
    guest.says(arp_request(ROUTER))
    answer = taken(out.accepts())

    in_.accepts().says(framed(answer))

    assert guest.hears(ARP_REPLY).original == answer
    golden.matches(guest.wire)


@requirement("FILT-11", variant="bad")
@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ([], "filter redirector needs 'indev' or 'outdev' at least one property set"),
        (
            ["indev=n", "outdev=n"],
            "'indev' and 'outdev' could not be same for filter redirector",
        ),
        (["indev=zz"], "IN Device 'zz' not found"),
        (["outdev=zz"], "OUT Device 'zz' not found"),
        (["indev=n", "outdev=zz"], "OUT Device 'zz' not found"),
        (["indev=zz", "outdev=n"], "IN Device 'zz' not found"),
    ],
    ids=["none", "same", "in", "out", "in-out", "out-in"],
)
def test_a_redirector_has_devices_that_exist(refuses, transcript, properties, complaint):
    null = ["-chardev", "null,id=n"]

    assert refuses(arguments=null + filter_("redirector", *properties)) == complaint

    transcript.matches()


def taken(stream):
    """The next frame on a stream."""
    return stream.takes(int.from_bytes(stream.takes(4), "big"))

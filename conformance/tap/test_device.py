"""The device that -netdev tap makes, with the host's kernel at its other end."""

import pytest

from vnetspec.fixtures.checkers import ARP_REPLY, ECHO_REPLY
from vnetspec.fixtures.frames import arp_request, echo_request
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.interface import ADDRESS, MAC, Device, Interface
from vnetspec.fixtures.oracle import ARP, Ether, Packet
from vnetspec.fixtures.requirements import network, requirement

SENDER = "10.9.0.15"


def tap(options: str = "ifname=vspec0") -> list[str]:
    """A tap device on hub 0, without scripts."""
    return [
        *("-netdev", f"tap,id=t0,script=no,downscript=no,{options}"),
        *("-netdev", "hubport,id=h9,hubid=0,netdev=t0"),
    ]


def raised(guest: Guest, name: str = "vspec0") -> Interface:
    """The device of a network that is running, set up."""
    device = Interface(name)
    _ = guest.link
    device.raises()
    return device


def asks_kernel(guest: Guest) -> Packet:
    """Ask the host's kernel for its MAC; the answer."""
    guest.says(arp_request(ADDRESS, sender=SENDER))
    return guest.hears(ARP_REPLY.where(ARP, psrc=ADDRESS, hwsrc=MAC, hwdst=guest.mac))


@requirement("TAP-01", "SEED-35")
@network(user=False, arguments=tap())
def test_the_kernel_answers_through_the_device(guest, host, golden):
    raised(guest)

    asks_kernel(guest)

    golden.matches(guest.wire)


@requirement("TAP-01", variant="echo")
@network(user=False, arguments=tap())
@pytest.mark.parametrize("length", [0, 56, 1472])
def test_echoes_of_any_size_pass(guest, host, length):
    raised(guest)
    asks_kernel(guest)
    request = echo_request(ADDRESS, data=bytes(length))
    request[Ether].dst = MAC
    request.payload.src = SENDER

    guest.says(request)

    guest.hears(ECHO_REPLY.carrying(bytes(length)) if length else ECHO_REPLY)


@requirement("TAP-01", variant="kind")
@pytest.mark.parametrize(
    ("options", "has_header", "queues"),
    [
        ("", True, 0),
        (",vnet_hdr=on", True, 0),
        (",vnet_hdr=off", False, 0),
        (",queues=1", True, 0),
        (",queues=3", True, 3),
    ],
    ids=["plain", "header", "bare", "queue", "queues"],
)
def test_the_kernel_has_a_tap_device_of_that_kind(launch, host, options, has_header, queues):
    device = Interface("vspec0")

    launch(user=False, arguments=tap(f"ifname=vspec0{options}"))

    assert device.device == Device(
        kind="tap",
        has_information=False,
        has_header=has_header,
        is_persistent=False,
        queues=queues,
    )


@requirement("TAP-02")
@network(user=False, arguments=tap())
def test_a_name_that_is_given_is_taken(guest, transcript, host):
    device = Interface("vspec0")

    assert "ifname=vspec0,script=no,downscript=no" in guest.monitor("info network")
    assert device.is_there

    transcript.matches()


@requirement("TAP-02", variant="long")
@network(user=False, arguments=tap("ifname=vspec-averylongname"))
def test_a_long_name_is_cut(guest, transcript, host):
    device = Interface("vspec-averylong")

    assert "ifname=vspec-averylong," in guest.monitor("info network")
    assert device.is_there

    transcript.matches()


@requirement("TAP-02", variant="kernel")
@network(user=False, arguments=tap("vnet_hdr=on"))
def test_the_kernel_names_a_device_without_a_name(guest, transcript, host):
    device = Interface("tap0")

    assert "ifname=tap0,script=no,downscript=no" in guest.monitor("info network")
    assert device.is_there

    transcript.matches()


@requirement("TAP-03")
@pytest.mark.parametrize("header", ["on", "off"])
def test_frames_are_the_same_with_a_header_and_without(launch, host, header):
    Interface("vspec0")
    guest = launch(user=False, arguments=tap(f"ifname=vspec0,vnet_hdr={header}"))
    raised(guest)

    asks_kernel(guest)


@requirement("TAP-04")
@network(user=False, arguments=tap())
def test_a_short_frame_is_padded(guest, host):
    raised(guest)

    answer = asks_kernel(guest)

    assert answer.original[42:] == bytes(18)


@requirement("TAP-06")
@network(user=False, arguments=tap())
def test_the_device_goes_with_the_network(guest, host):
    device = raised(guest)
    asks_kernel(guest)

    guest.close()

    assert not device.is_there


@requirement("TAP-11")
@network(user=False, arguments=tap())
def test_the_device_is_left_down(guest, host):
    device = Interface("vspec0")

    guest.monitor("info network")

    assert device.is_there
    assert not device.is_up

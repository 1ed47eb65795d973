"""Devices that somebody else has opened, and devices of several queues."""

import re
import shlex
import sys

import pytest

from vnetspec.fixtures.checkers import ANY, ARP_REPLY, ECHO_REPLY
from vnetspec.fixtures.frames import arp_request, echo_request
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.interface import ADDRESS, MAC, Interface
from vnetspec.fixtures.oracle import ARP, Ether, Packet
from vnetspec.fixtures.requirements import requirement
from vnetspec.tap.test_device import SENDER, asks_kernel, raised, tap

HUB = ["-netdev", "hubport,id=h9,hubid=0,netdev=t0"]

#: A bridge helper: it notes its arguments, and sends the descriptor of tap device vspec0 to the
#: socket that they name.
HELPER = """
import fcntl, os, re, socket, struct, sys
from pathlib import Path
Path({log!r}).write_text(" ".join(sys.argv[1:]))
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", b"vspec0", 0x5002))
number = int(re.search(r"--fd=(\\d+)", " ".join(sys.argv))[1])
socket.send_fds(socket.socket(fileno=number), [b"1"], [tap])
"""


def helper(host) -> str:
    """The path of a helper that does its work."""
    log = str(host.directory / "log")
    program = host.file("helper.py", HELPER.format(log=log).encode())
    words = shlex.join([sys.executable, "-S", "-E", str(program)])
    path = host.file("helper", f'#!/bin/sh\nexec {words} "$@"\n'.encode())
    path.chmod(0o755)
    return str(path)


def echo(number: int) -> Packet:
    """An echo for the host's kernel, unlike that of any other number."""
    request = echo_request(ADDRESS, sequence=number, data=bytes([number]) * 700)
    request[Ether].dst = MAC
    request.payload.src = SENDER
    return request


def echoes(guest: Guest) -> None:
    """The kernel answers echoes."""
    for number in range(1, 8):
        guest.says(echo(number))
        guest.hears(ECHO_REPLY.carrying(bytes([number]) * 700))


def meets_kernel(guest: Guest) -> None:
    """Let the kernel see the guest's flows on its queue.

    The kernel answers on the queue where it has seen a flow, and what it has not seen on any: the
    first answer of each flow may be lost, the second is not.
    """
    for first, second, answer in (
        (
            arp_request(ADDRESS, sender="10.9.0.16"),
            arp_request(ADDRESS, sender=SENDER),
            ARP_REPLY.where(ARP, psrc=ADDRESS, pdst=SENDER),
        ),
        (echo(98), echo(99), ECHO_REPLY.carrying(bytes([99]) * 700)),
    ):
        guest.says(first, second)
        if answer.mismatch(guest.hears(ANY)):
            guest.hears(answer)


def shown(guest: Guest) -> list[str]:
    """What ``info network`` says of each queue, descriptors as N."""
    text = re.sub(r"fd=\d+", "fd=N", guest.monitor("info network"))
    return re.findall(r"\bt0: (.*)", text)


@requirement("TAP-07", variant="fd")
@pytest.mark.parametrize("header", [True, False], ids=["header", "bare"])
def test_a_device_that_is_handed_over_carries_frames(launch, host, header):
    handle = Interface("vspec0").opens(host, header=header)
    arguments = ["-netdev", "tap,id=t0,fd={fd0}", *HUB]

    guest = launch(user=False, arguments=arguments, descriptors=[handle.descriptor])
    raised(guest)

    asks_kernel(guest)
    echoes(guest)
    assert shown(guest) == ["index=0,type=tap,fd=N"]


@requirement("TAP-07", variant="fds")
def test_queues_that_are_handed_over_carry_frames(launch, host):
    device = Interface("vspec0")
    handles = [device.opens(host, header=True, many=True) for _ in range(2)]
    arguments = ["-netdev", "tap,id=t0,fds={fd0}:{fd1}", *HUB]
    descriptors = [handle.descriptor for handle in handles]

    guest = launch(user=False, arguments=arguments, descriptors=descriptors)
    raised(guest)

    meets_kernel(guest)
    echoes(guest)
    assert shown(guest) == ["index=0,type=tap,fd=N"] * 2


@requirement("TAP-07", variant="mixed")
def test_queues_with_a_header_and_without_do_not_mix(refuses, transcript, host):
    with_header = Interface("vspec0").opens(host, header=True)
    bare = Interface("vspec1").opens(host)

    text = refuses(
        arguments=["-netdev", "tap,id=t0,fds={fd0}:{fd1}"],
        descriptors=[with_header.descriptor, bare.descriptor],
    )

    assert re.fullmatch(
        r"-netdev tap,id=t0,fds=\d+:\d+: vnet_hdr not consistent across given tap fds", text
    )

    transcript.matches()


@requirement("TAP-07", variant="other")
def test_a_descriptor_of_something_else_is_refused(refuses, transcript, host):
    with open("/dev/null", "r+b") as file:
        text = refuses(arguments=["-netdev", "tap,id=t0,fd={fd0}"], descriptors=[file.fileno()])

    assert re.fullmatch(
        r"-netdev tap,id=t0,fd=(\d+): "
        r"Unable to query TUNGETIFF on FD \1: Inappropriate ioctl for device",
        text,
    )

    transcript.matches()


@requirement("TAP-08", variant="works")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("bridge,id=t0,helper={},br=br7", "helper={},br=br7"),
        ("tap,id=t0,helper={},br=br7", "helper={}"),
        ("bridge,id=t0,helper={}", "helper={},br=br0"),
    ],
    ids=["bridge", "tap", "default"],
)
def test_a_helper_gives_the_device(launch, host, options, words):
    Interface("vspec0")
    path = helper(host)

    guest = launch(user=False, arguments=["-netdev", options.format(path), *HUB])
    raised(guest)

    asks_kernel(guest)
    echoes(guest)
    assert shown(guest) == [f"index=0,type=tap,{words.format(path)}"]
    place = "br7" if "br7" in options else "br0"
    log = (host.directory / "log").read_text()
    assert re.fullmatch(rf"--use-vnet --fd=\d+ --br={place}", log)


@requirement("TAP-01", variant="queues")
def test_a_device_of_several_queues_carries_frames(launch, host):
    Interface("vspec0")
    guest = launch(user=False, arguments=tap("ifname=vspec0,queues=2"))
    raised(guest)

    meets_kernel(guest)
    echoes(guest)

    assert shown(guest) == ["index=0,type=tap,ifname=vspec0,script=no,downscript=no"] * 2

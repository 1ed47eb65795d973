"""Scripts, descriptors and helpers, and what is said when they do not go together."""

from pathlib import Path

import pytest

from vnetspec.fixtures.interface import Interface
from vnetspec.fixtures.requirements import requirement
from vnetspec.fixtures.targets.contract import Unsupported


def script(host, status: int = 0) -> str:
    """A script that keeps its arguments and ends with ``status``."""
    log = host.directory / "log"
    path = host.file("script", f'#!/bin/sh\necho "$# $@" >>{log}\nexit {status}\n'.encode())
    path.chmod(0o755)
    return str(path)


@requirement("TAP-05")
@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ("script={},downscript=no", "1 vspec0\n", "1 vspec0\n"),
        ("script=no,downscript={}", "", "1 vspec0\n"),
    ],
    ids=["up", "down"],
)
def test_a_script_is_run_with_the_name(launch, host, options, before, after):
    Interface("vspec0")
    host.file("log", b"")
    text = options.format(script(host))

    guest = launch(user=False, arguments=["-netdev", f"tap,id=t0,ifname=vspec0,{text}"])
    assert (host.directory / "log").read_text() == before
    guest.close()

    assert (host.directory / "log").read_text() == after


@requirement("TAP-05", variant="fails")
@pytest.mark.parametrize("status", [1, 3])
def test_a_script_that_fails_is_told(refuses, transcript, host, status):
    device = Interface("vspec0")
    path = script(host, status)
    argument = f"tap,id=t0,ifname=vspec0,downscript=no,script={path}"

    assert refuses(arguments=["-netdev", argument]) == (
        f"-netdev {argument}: network script {path} failed with status {status << 8}"
    )
    assert not device.is_there

    transcript.matches()


@requirement("TAP-07")
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            "fd=3,ifname=x",
            "ifname=, script=, downscript=, vnet_hdr=, helper=, queues=, fds=, and vhostfds="
            " are invalid with fd=",
        ),
        (
            "fds=3:4,queues=2",
            "ifname=, script=, downscript=, vnet_hdr=, helper=, queues=, and vhostfd="
            " are invalid with fds=",
        ),
        (
            "helper=/bin/false,script=no",
            "ifname=, script=, downscript=, vnet_hdr=, queues=, and vhostfds="
            " are invalid with helper=",
        ),
        ("fd=x", "Invalid file descriptor number 'x'"),
        ("fd=999", "t0: Can't use file descriptor 999: Bad file descriptor"),
        ("vhostfds=3", "vhostfds= is invalid if fds= wasn't specified"),
        (
            "fds=998:999,vhostfds=9",
            "The number of fds passed does not match the number of vhostfds passed",
        ),
    ],
    ids=["fd", "fds", "helper", "number", "closed", "vhostfds", "count"],
)
def test_what_excludes_each_other_is_told(refuses, transcript, options, complaint):
    argument = f"tap,id=t0,{options}"

    assert refuses(arguments=["-netdev", argument]) == f"-netdev {argument}: {complaint}"

    transcript.matches()


@requirement("TAP-08")
@pytest.mark.parametrize("kind", ["bridge", "tap"])
def test_a_helper_that_fails_is_told(refuses, transcript, kind):
    argument = f"{kind},id=b0,helper=/bin/false"

    assert refuses(arguments=["-netdev", argument]) == f"-netdev {argument}: bridge helper failed"

    transcript.matches()


@pytest.fixture
def no_vhost():
    """A host without vhost-net.

    Raises:
        Unsupported: this one has it.
    """
    Interface("vspec0")
    if Path("/dev/vhost-net").exists():
        raise Unsupported("the case needs a host without /dev/vhost-net: unload vhost_net")


@requirement("TAP-10")
def test_vhost_that_is_not_there_is_done_without(launch, host, no_vhost):
    argument = "tap,id=t0,ifname=vspec0,script=no,downscript=no,vhost=on"

    guest = launch(user=False, arguments=["-netdev", argument])

    reason = "tap: open vhost char device failed: No such file or directory"
    assert f"-netdev {argument}: warning: {reason}\n" in guest.link.warnings()
    assert "t0: index=0,type=tap,ifname=vspec0" in guest.monitor("info network")


@requirement("TAP-10", variant="force")
@pytest.mark.parametrize("options", ["vhostforce=on", "vhost=on,vhostforce=on"])
def test_vhost_that_must_be_there_is_missed(refuses, host, no_vhost, options):
    argument = f"tap,id=t0,ifname=vspec0,script=no,downscript=no,{options}"

    assert refuses(arguments=["-netdev", argument]) == (
        f"-netdev {argument}: tap: open vhost char device failed: No such file or directory"
    )
    assert not Interface("vspec0").is_there


@requirement("TAP-10", variant="other")
def test_a_descriptor_of_something_else_is_no_vhost(refuses, host):
    Interface("vspec0")
    argument = "tap,id=t0,ifname=vspec0,script=no,downscript=no,vhostforce=on,vhostfd={fd0}"
    with open("/dev/null", "r+b") as file:
        first, second = refuses(
            arguments=["-netdev", argument], descriptors=[file.fileno()]
        ).splitlines()

    assert first.endswith(": vhost_set_owner failed: Inappropriate ioctl for device")
    assert second.endswith(": vhost-net requested but could not be initialized")


@requirement("TAP-10", variant="off")
def test_a_descriptor_of_vhost_needs_vhost(refuses, host):
    Interface("vspec0")
    argument = "tap,id=t0,ifname=vspec0,script=no,downscript=no,vhost=off,vhostfd=0"

    assert refuses(arguments=["-netdev", argument]) == (
        f"-netdev {argument}: vhostfd(s)= is not valid without vhost"
    )

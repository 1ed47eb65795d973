"""Scripts, descriptors and helpers, and what is said when they do not go together."""

import pytest

from vnetspec.fixtures.interface import Interface
from vnetspec.fixtures.requirements import requirement


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

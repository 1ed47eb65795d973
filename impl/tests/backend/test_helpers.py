"""Network scripts and bridge helpers (TAP-05, TAP-08)."""

import os
import socket
import sys

import pytest

from refnet.backend import helpers
from refnet.errors import HostError

GIVER = f"""#!{sys.executable} -S
import os, re, socket, sys
number = int(re.search(r"--fd=(\\d+)", " ".join(sys.argv))[1])
ours, its = socket.socketpair()
its.send(" ".join(sys.argv[1:]).encode())
socket.send_fds(socket.socket(fileno=number), [b"x"], [ours.fileno()])
"""


@pytest.fixture
def script(tmp_path):
    """Writes a program."""

    def make(text):
        path = tmp_path / "script"
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    return make


@pytest.mark.parametrize(("command", "status"), [("exit 1", 256), ("exit 3", 768), ("kill $$", 15)])
def test_a_script_that_fails_is_told_with_its_status(script, command, status):
    path = script(f"#!/bin/sh\n{command}\n")

    with pytest.raises(HostError, match=f"network script {path} failed with status {status}$"):
        helpers.run_script(path, "tap0", 0)


def test_a_script_that_can_t_be_run_fails(tmp_path):
    with pytest.raises(HostError, match="failed with status 256"):
        helpers.run_script(str(tmp_path), "tap0", 0)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("", "--use-vnet --fd=N --br=br7"),
        (" --own", "--own --use-vnet --fd=N --br=br7"),
        (" --br=mine", "--br=mine --use-vnet --fd=N"),
    ],
)
def test_a_helper_hands_over_a_descriptor(script, words, arguments):
    with socket.socket(fileno=helpers.run_bridge_helper(script(GIVER) + words, "br7")) as given:
        said = given.recv(1000).decode().split()

    said = ["--fd=N" if word.startswith("--fd=") else word for word in said]
    assert said == arguments.split()


def test_a_helper_that_fails_is_told():
    with pytest.raises(HostError, match=r"^bridge helper failed$"):
        helpers.run_bridge_helper("/bin/false", "br0")


def test_a_helper_that_fails_after_all_leaves_nothing(script):
    before = os.listdir("/proc/self/fd")

    with pytest.raises(HostError, match=r"^bridge helper failed$"):
        helpers.run_bridge_helper(script(GIVER + "sys.exit(1)\n"), "br0")

    assert os.listdir("/proc/self/fd") == before


def test_a_helper_that_hands_over_nothing_is_told():
    with pytest.raises(HostError, match=r"^failed to recv file descriptor$"):
        helpers.run_bridge_helper("/bin/true", "br0")

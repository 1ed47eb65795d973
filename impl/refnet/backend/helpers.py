"""Programs that help a tap device: network scripts, and what opens one on a bridge."""

import array
import os
import socket
import subprocess

from ..errors import HostError

_FAILED_TO_START = 1 << 8


def run_script(script: str, interface: str, fd: int) -> None:
    """Run a network script with the interface's name as its argument, and wait (TAP-05).

    It inherits the device, ``fd``.

    Raises:
        HostError: it failed; the text has the status that wait(2) gives.
    """
    status = _run([script, interface], fd)
    if status != 0:
        raise HostError(f"network script {script} failed with status {status}")


def run_bridge_helper(helper: str, bridge: str) -> int:
    """Let a helper open a tap device on ``bridge`` and hand it over (TAP-08).

    A helper with a space or tab in it is a command for the shell, and gets ``--br`` unless it has
    one.

    Returns:
        the descriptor, set not to block.

    Raises:
        HostError: the helper failed.
    """
    ours, its = socket.socketpair()
    with ours, its:
        options = ["--use-vnet", f"--fd={its.fileno()}"]
        if " " in helper or "\t" in helper:
            options += [] if "--br=" in helper else [f"--br={bridge}"]
            command = ["/bin/sh", "-c", " ".join([helper, *options])]
        else:
            command = [helper, *options, f"--br={bridge}"]
        status = _run(command, its.fileno())
        its.close()
        descriptors = _received(ours)
    if status == 0 and not descriptors:
        raise HostError("failed to recv file descriptor")
    if status != 0:
        for each in descriptors:
            os.close(each)
        raise HostError("bridge helper failed")
    for each in descriptors[1:]:
        os.close(each)
    os.set_blocking(descriptors[0], False)
    return descriptors[0]


def _run(command: list[str], fd: int) -> int:
    """The status of a command, as wait(2) gives it."""
    try:
        done = subprocess.run(command, pass_fds=[fd], check=False)
    except (OSError, ValueError):
        return _FAILED_TO_START
    return -done.returncode if done.returncode < 0 else done.returncode << 8


def _received(connection: socket.socket) -> list[int]:
    """The descriptors that the message on a connection carries."""
    descriptors = array.array("i")
    size = descriptors.itemsize
    try:
        _, messages, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(4 * size), 0)
    except OSError:
        return []
    for level, kind, data in messages:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % size])
    return list(descriptors)

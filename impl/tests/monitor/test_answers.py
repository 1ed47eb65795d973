"""What refnet's monitors answer, against what those of QEMU 7.2 answered.

``answers.json`` was recorded from QEMU: two conversations, in order, one through the human monitor
(by ``human-monitor-command``) and one with the machine monitor. ``{dir}`` stands for a scratch
directory; the times of events are left out.
"""

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from refnet.clock import ManualClock
from refnet.machine import Machine
from refnet.monitor.qmp import Session
from refnet.options import parse

ROWS = json.loads(Path(__file__).with_name("answers.json").read_text())
QEMU = "qemu-system-x86_64"
NETWORK = [
    *("-netdev", "user,id=u0"),
    *("-netdev", "hubport,id=h0,hubid=0,netdev=u0"),
    *("-netdev", "user,id=u1"),
    *("-object", "filter-dump,id=f0,netdev=u0,file=/dev/null"),
]
NEGOTIATE = '{"execute": "qmp_capabilities"}'


def converse(kind, ask, directory):
    """The rows of one monitor that differ from what ``ask`` answers now."""
    if kind == "hmp":
        ask(NEGOTIATE)
    for row in ROWS:
        if row["monitor"] != kind:
            continue
        line = row["says"].replace("{dir}", str(directory))
        if kind == "hmp":
            command = {"execute": "human-monitor-command", "arguments": {"command-line": line}}
            line = json.dumps(command)
        answer = re.sub(r'("timestamp": )\{[^}]*\}', r"\1{}", ask(line))
        heard = answer.replace(str(directory), "{dir}").splitlines()
        if kind == "hmp":
            messages = [json.loads(each) for each in heard]
            heard = [each.get("return", each) for each in messages]
        if heard != row["hears"]:
            yield {**row, "hears": heard}, row


@pytest.mark.parametrize("kind", ["hmp", "qmp"])
def test_refnet_answers_what_qemu_answered(kind, tmp_path):
    heard = []
    with Machine(parse(NETWORK), ManualClock()) as machine:
        session = Session(machine, heard.append)
        machine._consoles._sessions["m"] = session

        def ask(line):
            session.feed(line + "\n")
            answer = "".join(heard)
            heard.clear()
            return answer

        differences = list(converse(kind, ask, tmp_path))

    assert differences == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which(QEMU) is None, reason="qemu-system-x86 is not installed")
@pytest.mark.parametrize("kind", ["hmp", "qmp"])
def test_qemu_still_answers_so(kind, tmp_path):
    ours, its = socket.socketpair()
    device = f"socket,id=m,fd={its.fileno()}"
    guestless = ["-M", "none", "-nodefaults", "-nographic"]
    monitor = ["-chardev", device, "-mon", "chardev=m,mode=control"]
    process = subprocess.Popen(
        [QEMU, *guestless, *NETWORK, *monitor],
        pass_fds=[its.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with its, ours:
        ours.settimeout(5)
        ours.recv(1 << 16)

        def ask(line):
            """What comes until nothing does: some lines have no answer, some have two."""
            ours.settimeout(0.15)
            ours.sendall(line.encode() + b"\n")
            answer = b""
            try:
                while octets := ours.recv(1 << 16):
                    answer += octets
            except TimeoutError:
                pass
            return answer.decode()

        differences = list(converse(kind, ask, tmp_path))
        process.kill()
        process.wait()

    assert differences == []

"""What refnet says of a command line, against what QEMU 7.2 said of it.

``messages.json`` was recorded from QEMU: arguments, exit status, standard error. ``{dir}`` stands
for a scratch directory, ``{program}`` for the name of the program.
"""

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from refnet.clock import ManualClock
from refnet.errors import OptionError
from refnet.machine import Machine
from refnet.options import parse

MESSAGES = json.loads(Path(__file__).with_name("messages.json").read_text())
QEMU = "qemu-system-x86_64"
GUESTLESS = ["-M", "none", "-nodefaults", "-nographic", "-monitor", "none", "-serial", "none"]

L2TPV3 = "l2tpv3,id=l,src=127.0.0.1,dst=127.0.0.1,txsession=1"


def outcome(argv):
    """Status and standard error of refnet, without a process."""
    said = []
    try:
        arguments = parse([*GUESTLESS, *argv], said.append)
        if arguments.answer is None:
            Machine(arguments, ManualClock(), said.append).close()
    except OptionError as error:
        return 1, [*said, str(error)]
    return 0, said


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: " ".join(row["argv"])[-80:])
def test_refnet_says_what_qemu_said(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    argv = [word.replace("{dir}", str(tmp_path)) for word in row["argv"]]

    status, said = outcome(argv)

    lines = "\n".join(f"{{program}}: {text}" for text in said).replace(str(tmp_path), "{dir}")
    assert (status, lines.split("\n") if said else []) == (row["status"], row["stderr"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which(QEMU) is None, reason="qemu-system-x86 is not installed")
def test_qemu_still_says_so(tmp_path):
    for number, row in enumerate(MESSAGES):
        directory = tmp_path / str(number)
        directory.mkdir()

        assert qemu(row["argv"], directory) == (row["status"], row["stderr"]), row["argv"]


def qemu(argv, directory):
    """Status and standard error of QEMU, which is told to quit as soon as it runs."""
    ours, its = socket.socketpair()
    command = [QEMU, *GUESTLESS]
    command += ["-chardev", f"socket,id=qmp,fd={its.fileno()}", "-mon", "chardev=qmp,mode=control"]
    command += [word.replace("{dir}", str(directory)) for word in argv]
    with subprocess.Popen(
        command,
        cwd=directory,
        pass_fds=[its.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        its.close()
        try:
            if ours.recv(4096):
                ours.sendall(b'{"execute":"qmp_capabilities"}{"execute":"quit"}')
        except ConnectionError:
            pass
        _, errors = process.communicate(timeout=20)
    ours.close()
    text = errors.replace(str(directory), "{dir}").replace(f"{QEMU}:", "{program}:")
    return process.returncode, text.splitlines()


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (
            ["-netdev", "user,id=u0,bootfile=" + 128 * "a"],
            "'bootfile' parameter cannot exceed 127 bytes",
        ),
        (
            ["-netdev", "user,id=u0,domainname=" + 256 * "a"],
            "'domainname' parameter cannot exceed 255 bytes",
        ),
        (
            ["-netdev", "user,id=u0,hostname=" + 256 * "a"],
            "'vhostname' parameter cannot exceed 255 bytes",
        ),
        (
            ["-netdev", "user,id=u0,tftp-server-name=" + 256 * "a"],
            "'tftp-server-name' parameter cannot exceed 255 bytes",
        ),
        (
            ["-netdev", "user,id=u0"] + 2 * ["-netdev", "hubport,id=h0,hubid=0,netdev=u0"],
            "Duplicate ID 'h0' for netdev",
        ),
        (
            [
                *("-netdev", "user,id=u0"),
                *("-netdev", "hubport,id=h0,hubid=0,netdev=u0"),
                *("-netdev", "hubport,id=h1,hubid=0,netdev=u0"),
            ],
            "netdev 'u0' is already in use",
        ),
        (["-netdev", "tap,id=t,sndbuf=x"], "Parameter 'sndbuf' expects a size value"),
        (["-netdev", "tap,id=t,sndbuf=16E"], "Parameter 'sndbuf' expects a size value"),
        (["-netdev", "tap,id=t,queues=0"], "queues=0 is no tap device"),
        (["-netdev", "tap,id=t,vhostfds=3"], "vhostfds= is invalid if fds= wasn't specified"),
        (["-netdev", "tap,id=t,fd=99999"], "t: Can't use file descriptor 99999: Bad file desc"),
        (["-netdev", "tap,id=t,fd=0,br=b"], "Unable to query TUNGETIFF on FD 0: "),
        (
            ["-netdev", "tap,id=t,fds=3:4,vhostfds=5"],
            "The number of fds passed does not match the number of vhostfds passed",
        ),
        (
            ["-netdev", "tap,id=t,helper=x,script=no"],
            "downscript=, vnet_hdr=, queues=, and vhostfds= are invalid with helper=",
        ),
        (
            ["-netdev", "tap,id=t,fds=3,vhostfd=4"],
            "downscript=, vnet_hdr=, helper=, queues=, and vhostfd= are invalid with fds=",
        ),
        (
            ["-netdev", "tap,id=t,fd=3,queues=1"],
            "vnet_hdr=, helper=, queues=, fds=, and vhostfds= are invalid with fd=",
        ),
        (["-net", "tap,queues=1"], "Multiqueue tap cannot be used with hubs"),
        (["-netdev", "bridge,id=b,helper=/bin/false"], "bridge helper failed"),
        (["-netdev", "vde,id=v,sock=/no/such"], "Could not open vde: No such file or directory"),
        (["-netdev", "vde,id=v,mode=70000"], "Parameter 'mode' expects uint16_t"),
        (["-netdev", "l2tpv3,id=l,src=x,dst=x"], "Parameter 'txsession' is missing"),
        (["-netdev", f"{L2TPV3},offset=257"], "offset must be less than 256 bytes"),
        (["-netdev", f"{L2TPV3},udp=on,srcport=9"], "need both src and dst port for udp"),
        (
            ["-netdev", f"{L2TPV3},rxcookie=1"],
            "require both 'rxcookie' and 'txcookie' or neither",
        ),
        (["-daemonize"], "-daemonize: not supported, start refnet in the background"),
        (["-profile", "qemu-7.2,quirks=x"], "expected quirks=on or quirks=off"),
        (["-profile", "qemu-1"], "unknown profile, there are: qemu-7.2, qemu-0.6"),
        (["-seed", "x"], "Invalid seed number: x"),
        (["-qtest", "null"], "this machine has no devices to drive"),
        (["-netdev", '{"type":"user"'], "JSON parse error, premature EOI"),
        (["-netdev", "{nonsense"], "JSON parse error, "),
        (
            ["-netdev", '{"type":"user","id":"u0","restrict":"on"}'],
            "Invalid parameter type for 'restrict', expected: boolean",
        ),
        (
            ["-netdev", '{"type":"hubport","id":"h0","hubid":"x"}'],
            "Invalid parameter type for 'hubid', expected: integer",
        ),
        (["-netdev", '{"type":"user","id":"u0","foo":1}'], "Parameter 'foo' is unexpected"),
        (["-netdev", '{"type":"user","id":1}'], "Invalid parameter type for 'id', expected: str"),
        (["-chardev", "socket,id=x,host=a"], "chardev: socket: no port given"),
    ],
)
def test_what_qemu_crashes_on_or_refnet_has_not_is_refused(argv, complaint):
    status, said = outcome(argv)

    assert status == 1
    assert complaint in said[-1]


@pytest.mark.parametrize("queues", [1, 1024])
def test_vhost_user_is_refused_when_nothing_is_wrong_with_it(tmp_path, queues):
    chardev = f"socket,id=n,path={tmp_path}/n,server=on,wait=off"
    text = f"vhost-user,id=v,chardev=n,queues={queues}"

    assert outcome(["-chardev", chardev, "-netdev", text]) == (
        1,
        [f"-netdev {text}: network backend 'vhost-user' is not compiled into this binary"],
    )


def test_a_taken_port_is_told_by_the_rule():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        rule = f"tcp:127.0.0.1:{taken.getsockname()[1]}-:22"
        text = f"user,id=u0,hostfwd=tcp::0-:23,hostfwd={rule}"

        assert outcome(["-netdev", text]) == (
            1,
            [f"-netdev {text}: Could not set up host forwarding rule '{rule}'"],
        )


def test_a_taken_udp_port_is_told_too():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        rule = f"udp:127.0.0.1:{taken.getsockname()[1]}-:22"

        assert outcome(["-netdev", f"user,id=u0,hostfwd={rule}"])[1][-1].endswith(
            f"Could not set up host forwarding rule '{rule}'"
        )


def test_a_guest_forward_to_nobody_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    text = f"user,id=u0,guestfwd=tcp:10.0.2.100:80-tcp:127.0.0.1:{port}"

    status, said = outcome(["-netdev", text])

    place = f"-netdev {text}: "
    assert status == 1
    assert said == [
        f"{place}Failed to connect to '127.0.0.1:{port}': Connection refused",
        f"{place}Could not open guest forwarding device 'guestfwd.tcp.80'",
    ]


def test_a_guest_forward_to_a_file_that_can_t_be_is_refused():
    text = "user,id=u0,guestfwd=tcp::80-file:/no/such/dir/f"

    _, said = outcome(["-netdev", text])

    assert said[0] == f"-netdev {text}: Could not open '/no/such/dir/f': No such file or directory"


@pytest.mark.parametrize(
    ("word", "start"),
    [
        ("-help", "refnet version"),
        ("-version", "refnet version"),
        ("-netdev help", "Available netdev backend types:\n"),
        ("-object help", "List of user creatable objects:\n  filter-buffer\n  filter-dump\n"),
        ("-object filter-dump,help", "filter-dump options:\n"),
        ("-chardev help", "Available chardev backend types: \n"),
    ],
)
def test_help_is_an_answer(word, start):
    assert parse(word.split()).answer.startswith(start)

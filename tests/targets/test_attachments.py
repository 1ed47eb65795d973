"""Attachments: what their texts mean, what is wrong with them, and what carries their frames."""

import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.kernel_guest import place, settled
from vnetspec.fixtures.targets.attaching import NotAttached, attach, listen
from vnetspec.fixtures.targets.attachments import Attachment, AttachmentError, parse
from vnetspec.fixtures.targets.carriers import Closed, Datagrams, Misframed, Stream
from vnetspec.fixtures.targets.contract import Died, Network, Unsupported
from vnetspec.fixtures.targets.find import TargetNotFound, find


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("dgram:unix:/run/x", Attachment("dgram", "unix", "/run/x")),
        ("dgram:unix:/run/x,local=/run/y", Attachment("dgram", "unix", "/run/x", "/run/y")),
        ("dgram:host:5000", Attachment("dgram", "inet", "host:5000")),
        ("dgram:[::1]:5000,local=[::1]:1", Attachment("dgram", "inet", "[::1]:5000", "[::1]:1")),
        ("dgram:fd:7", Attachment("dgram", "fd", "7")),
        ("stream:unix:/run/x", Attachment("stream", "unix", "/run/x")),
        ("stream:listen:unix:/run/x", Attachment("stream", "unix", "/run/x", listens=True)),
        ("stream:listen:0.0.0.0:9", Attachment("stream", "inet", "0.0.0.0:9", listens=True)),
        ("seqpacket:/run/x", Attachment("seqpacket", "unix", "/run/x")),
        ("tap:tap0", Attachment("tap", "name", "tap0")),
        ("tap:tap0,by=tun", Attachment("tap", "name", "tap0", by="tun")),
    ],
)
def test_a_text_describes_an_attachment(text, meant):
    assert parse(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dgrm:x", "there is no 'dgrm:': there are dgram:, stream:, seqpacket:, tap:"),
        ("dgram:", "'dgram:' does not say where"),
        ("dgram:unix:", "does not say where"),
        ("dgram:/run/x", "'/run/x' is no HOST:PORT (a path of a socket is unix:PATH)"),
        ("dgram:host:0", "'host:0' is no HOST:PORT"),
        ("dgram:fd:x", "'x' is no number of a descriptor"),
        ("dgram:unix:/x,near=/y", "there is no option near="),
        ("dgram:unix:/x,local", "'local' is no option such as local=PATH"),
        ("dgram:1.2.3.4:5,local=/y", "'/y' is no HOST:PORT"),
        ("stream:unix:/x,local=/y", "local= is for dgram:unix: and dgram:HOST:PORT"),
        ("dgram:listen:unix:/x", "listen: is for streams and packets in sequence"),
        ("tap:tap0,by=magic", "by=magic is neither by=tun nor by=packet"),
        ("tap:a-name-beyond-fifteen", "is no name of an interface"),
        ("stream:unix:/" + "x" * 107, "a path of a socket has 107 octets at most"),
    ],
)
def test_what_describes_none_is_told_why(text, why):
    with pytest.raises(AttachmentError) as caught:
        parse(text)

    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("true", "a command names {fd}"),
        ("true {peer}", "a command names {fd}"),
        ("true {fd} {sock}", "a command names {fd}"),
        ("true '{fd}", "No closing quotation"),
    ],
)
def test_a_command_must_name_its_cable(command, why):
    with pytest.raises(TargetNotFound) as caught:
        find(f"exec:{command}")

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dgram:unix:/nowhere", "No such file or directory"),
        ("dgram:unix:/etc/passwd", "/etc/passwd is no socket"),
        ("stream:unix:/nowhere", "No such file or directory"),
        ("stream:127.0.0.1:1", "nobody listens there"),
        ("stream:no.such.host.invalid:1", "no.such.host.invalid"),
        ("tap:nothing0", "there is no such interface"),
        ("dgram:fd:999", "descriptor 999 is not open"),
    ],
)
def test_nobody_there_is_said(network_namespace, text, why):
    with pytest.raises(NotAttached) as caught:
        attach(parse(text), 0)

    assert str(caught.value).startswith(f"{text}: ")
    assert why in str(caught.value)


def test_a_descriptor_of_another_kind_is_refused():
    ours, theirs = socket.socketpair(type=socket.SOCK_STREAM)
    with ours, theirs, pytest.raises(NotAttached, match="carries a stream, not datagrams"):
        attach(parse(f"dgram:fd:{ours.fileno()}"), 0)


def test_a_path_that_an_earlier_run_left_is_taken_over(tmp_path):
    theirs, left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), tmp_path / "here"
    with theirs:
        theirs.bind(str(tmp_path / "there"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as earlier:
            earlier.bind(str(left))
        text = f"dgram:unix:{tmp_path}/there,local={left}"
        carrier = attach(parse(text), 0)
        with pytest.raises(NotAttached, match="somebody has"):
            attach(parse(text), 0)
        carrier.close()

    assert not left.exists()


def test_one_that_connects_is_waited_for(tmp_path):
    attachment = parse(f"stream:listen:unix:{tmp_path}/x")
    listener = listen(attachment)
    with socket.socket(socket.AF_UNIX) as theirs, listener:
        theirs.connect(f"{tmp_path}/x")
        carrier = attach(attachment, 0, listener=listener)
        carrier.send(b"frame")

        assert theirs.recv(100) == b"\0\0\0\5frame"
        carrier.close()

    assert not Path(f"{tmp_path}/x").exists()


def test_a_stream_is_read_octet_by_octet():
    ours, theirs = socket.socketpair()
    carrier = Stream(ours)
    with theirs:
        for octet in b"\0\0\0\3abc\0\0\0\1":
            assert carrier.take() is None or octet == 0
            theirs.send(bytes([octet]))
        assert carrier.take() is None
        assert carrier.rest == b"\0\0\0\1"
        theirs.send(b"d")
        assert carrier.take() == b"d"
    with pytest.raises(Closed):
        carrier.take()
    carrier.close()


@pytest.mark.parametrize("octets", [b"\0\0\0\0", b"\2\0\0\0abc", b"\xff\xff\xff\xff"])
def test_what_is_no_length_is_kept_for_who_asks_why(octets):
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.send(octets)
        carrier = Stream(ours)
        with pytest.raises(Misframed) as caught:
            carrier.take()
        carrier.close()

    assert caught.value.octets == octets


def test_two_that_send_to_each_other_do_not_wait_for_each_other():
    """Each takes what comes while there is no room to send."""
    ours, theirs = socket.socketpair(type=socket.SOCK_DGRAM)
    theirs.setblocking(False)
    carrier = Datagrams(ours)
    with theirs:
        filled = 0
        try:
            while True:
                theirs.send(bytes(1500))
                filled += 1
        except BlockingIOError:
            pass
        for _ in range(3):
            carrier.send(b"frame")

        assert [len(carrier.take()) for _ in range(filled)] == [1500] * filled
        assert theirs.recv(10) == b"frame"
    carrier.close()


# -- shared and started ---------------------------------------------------------------------------


def test_what_an_earlier_case_left_does_not_reach_the_next(attached, tmp_path):
    target = attached("shared-dgram-paths")
    link = target.open(Network(), tmp_path)
    for _ in range(20):
        link.send(bytes(arp_request(ROUTER)))
    link.close()
    link = target.open(Network(), tmp_path)
    try:
        assert link.receive(patience=0.05) is None
    finally:
        link.close()
        target.close()


def test_what_is_shared_is_one_network(attached, tmp_path):
    target = attached("shared-stream-path")
    link = target.open(Network(), tmp_path)
    try:
        with pytest.raises(Unsupported, match="one network"):
            target.open(Network(), tmp_path)
    finally:
        link.close()
        target.close()


def test_several_workers_can_not_share_it(attached, monkeypatch):
    target = attached("shared-stream-path")
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "2")
    try:
        with pytest.raises(Unsupported, match="run it without -n"):
            target.version()
    finally:
        target.close()


@pytest.mark.parametrize(
    ("command", "how"),
    [
        ("echo first; echo the reason >&2; exit 3", r"sh ended \(exit status 3\): the reason"),
        ("kill -SEGV $$", r"sh ended \(SIGSEGV\)"),
    ],
)
def test_a_command_that_ends_is_told_of_with_its_last_words(
    network_namespace, tmp_path, command, how
):
    target = find(f'exec:sh -c "{command}" {{sock}}')

    with pytest.raises(Died, match=how):
        target.open(Network(), tmp_path)


def test_nobody_of_a_commands_session_outlives_its_network(network_namespace, tmp_path):
    """A shell that starts another program, and takes no notice of SIGTERM."""
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 1000 & echo $! $$ >{pids}; wait"
    target = find(f'exec:sh -c "{script}" {{fd}}')
    target = type(target)(_without_arp(target.description))
    link = target.open(Network(), tmp_path)
    settled(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    link.close()

    settled(lambda: not any(_lives(int(pid)) for pid in pids.read_text().split()))


def _without_arp(description):
    return replace(description, capabilities=description.capabilities - {"arp"})


def _lives(pid):
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_an_interface_is_attached_by_the_end_that_is_free(tmp_path):
    """A tap device that refnet holds, by a packet socket; and refnet as the kernel's neighbour."""
    network = "-M none -nodefaults -nographic -monitor none -serial none -netdev user,id=u0"
    tap = "-netdev tap,id=s0,ifname=tapx,script=no,downscript=no"
    hub = "-netdev hubport,id=h0,hubid=0,netdev=u0 -netdev hubport,id=h1,hubid=0,netdev=s0"
    with place() as there:
        words = there.command(sys.executable, "-m", "refnet", *f"{network} {tap} {hub}".split())
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        try:
            settled(lambda: "tapx" in there.run("ip", "-o", "link", "show"))
            there.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/tapx/disable_ipv6")
            there.run("ip", "link", "set", "tapx", "up")
            smoke = [sys.executable, "-m", "vnetspec.fixtures.smoke", "tap:tapx"]
            said = there.run(*smoke, check=False)
        finally:
            process.kill()
            process.wait()

    assert said.endswith("ready to be judged\n"), said

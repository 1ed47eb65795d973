"""The contract, put to every target that is installed."""

import os
import socket
import time
from pathlib import Path

import pytest

from vnetspec.fixtures.addresses import GUEST_MAC, LOOPBACK, ROUTER, ROUTER_MAC
from vnetspec.fixtures.frames import arp_request, discover, gratuitous_arp, tcp
from vnetspec.fixtures.oracle import ARP, DHCP, TCP, Ether
from vnetspec.fixtures.targets.contract import Network, Refused, Unsupported

#: Real seconds that an answer may take on a busy machine; spent only where none comes.
PATIENCE = 5.0


def answer(link, question, **wait):
    link.send(bytes(question))
    frame = link.receive(**({"patience": PATIENCE} | wait))
    assert frame is not None, "no answer"
    return Ether(frame)


def test_the_version_is_one_line(target):
    assert target.version()
    assert "\n" not in target.version()


def test_an_arp_request_is_answered(needs, start):
    needs("arp")
    reply = answer(start(), arp_request(ROUTER))

    assert (reply[ARP].op, reply[ARP].hwsrc, reply.dst) == (2, ROUTER_MAC, GUEST_MAC)


def test_options_reach_the_network(needs, start):
    needs("dhcp")
    try:
        link = start(Network((("net", "192.168.76.0/24"),)))
    except Unsupported as reason:
        pytest.skip(str(reason))

    options = answer(link, discover())[DHCP].options

    assert ("server_id", "192.168.76.2") in options


def test_a_comma_in_an_option_is_part_of_it(needs, start):
    needs("dhcp")
    try:
        link = start(Network((("hostname", "a,b"),)))
    except Unsupported as reason:
        pytest.skip(str(reason))

    assert ("hostname", b"a,b") in answer(link, discover())[DHCP].options


def test_frames_come_in_order(needs, start):
    needs("arp")
    link = start()
    for address in ("10.0.2.2", "10.0.2.3", "10.0.2.2"):
        link.send(bytes(arp_request(address)))

    heard = [Ether(link.receive(patience=PATIENCE))[ARP].psrc for _ in range(3)]

    assert heard == ["10.0.2.2", "10.0.2.3", "10.0.2.2"]


def test_silence_is_none(start, plain):
    link = start(plain)
    link.send(bytes(gratuitous_arp()))

    assert link.receive() is None


def test_time_passes_while_waiting(target, start, plain):
    link = start(plain)
    before, began = link.now(), time.monotonic()
    seconds = 100.0 if "virtual-time" in target.capabilities else 0.02

    assert link.receive(within=seconds) is None

    assert link.now() - before >= seconds
    if "virtual-time" in target.capabilities:
        assert link.now() - before == seconds
        assert time.monotonic() - began < 10


def test_virtual_time_stops_at_the_first_frame(needs, start):
    needs("virtual-time")
    link = start()
    with socket.create_server((LOOPBACK, 0)) as server:
        link.send(bytes(gratuitous_arp()))
        first = answer(link, tcp(port=server.getsockname()[1]))
        answered = link.now()
        again = Ether(link.receive(within=60))

    assert again[TCP].flags == first[TCP].flags == "SA"
    assert link.now() - answered == pytest.approx(6.0, abs=0.6)


def test_patience_waits_for_the_host_while_virtual_time_stands(needs, start):
    needs("virtual-time")
    link = start(Network((("hostfwd", f"udp:{LOOPBACK}:0-:9"),)))
    link.send(bytes(gratuitous_arp()))
    before = link.now()
    port = forwarded_port(link)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"hello", (LOOPBACK, port))
        frame = link.receive(patience=PATIENCE)

    assert frame is not None
    assert frame.endswith(b"hello") or frame.rstrip(b"\0").endswith(b"hello")
    assert link.now() == before


def forwarded_port(link):
    """The port that the first ``hostfwd`` of ``link`` was given."""
    row = next(row for row in link.monitor("info usernet").splitlines() if "HOST_FORWARD" in row)
    return int(row.split()[3])


def test_a_host_forward_listens(needs, start):
    needs("usernet")
    link = start(Network((("hostfwd", f"tcp:{LOOPBACK}:0-:22"),)))
    link.send(bytes(gratuitous_arp()))

    with socket.create_connection((LOOPBACK, forwarded_port(link)), timeout=PATIENCE):
        syn = Ether(link.receive(patience=PATIENCE))

    assert (syn[TCP].dport, syn[TCP].flags) == (22, "S")


def test_the_monitor_shows_the_user_network(needs, start):
    needs("usernet")
    text = start().monitor("info usernet")

    assert text.startswith("Hub 0 (u0):\n  Protocol[State]    FD  Source Address")
    assert "\r" not in text


def test_the_monitor_shows_the_hub(needs, start):
    needs("monitor", "hub")

    assert start().monitor("info network").startswith("hub 0\n \\ h1: s0: ")


def test_a_hub_repeats_to_every_other_port(needs, start):
    needs("hub")
    link = start(Network(user=None, ports=3))
    frame = bytes(arp_request("10.0.2.1"))

    link.send(frame, port=1)

    assert link.receive(patience=PATIENCE, port=0) == frame
    assert link.receive(patience=PATIENCE, port=2) == frame
    assert link.receive(port=1) is None


def test_a_hub_needs_no_user_network(needs, start):
    needs("hub")
    link = start(Network(user=None, ports=2))

    link.send(bytes(gratuitous_arp()))

    assert link.receive(patience=PATIENCE, port=1) == bytes(gratuitous_arp())


def test_a_hub_that_is_not_there_is_unsupported(target, start):
    if "hub" in target.capabilities:
        pytest.skip(f"{target.name} has a hub")
    with pytest.raises(Unsupported, match="hub"):
        start(Network(ports=2))


def test_a_bad_option_is_refused_in_qemus_words(needs, start):
    needs("command-line")
    with pytest.raises(Refused) as caught:
        start(Network((("foo", "1"),)))

    assert caught.value.text == "-netdev user,id=u0,foo=1: Invalid parameter 'foo'"
    assert caught.value.status == 1


def test_a_bad_option_without_a_command_line_is_unsupported(target, start):
    if "command-line" in target.capabilities:
        pytest.skip(f"{target.name} has a command line")
    with pytest.raises(Unsupported, match="foo"):
        start(Network((("foo", "1"),)))


def test_arguments_reach_the_command_line(needs, start, tmp_path):
    needs("command-line", "filter-dump")
    link = start(
        Network(arguments=("-object", "filter-dump,id=other,netdev=s0,file={dir}/other.pcap"))
    )
    answer(link, arp_request(ROUTER))
    link.close()

    assert (tmp_path / "other.pcap").stat().st_size > 24


def test_a_profile_that_is_not_there_is_unsupported(target, start):
    with pytest.raises(Unsupported, match=r"qemu-9\.9"):
        start(Network(profile="qemu-9.9"))


def test_the_dump_is_complete_after_close(needs, start, tmp_path):
    needs("filter-dump")
    link = start()
    question = bytes(arp_request(ROUTER))
    reply = answer(link, question)
    link.close()

    dump = (tmp_path / "dump.pcap").read_bytes()

    assert dump[:4] == (0xA1B2C3D4).to_bytes(4, "little")
    assert question in dump
    assert bytes(reply) in dump


def test_close_may_be_repeated(start, plain):
    link = start(plain)
    link.close()
    link.close()


def test_two_networks_run_side_by_side(needs, target, tmp_path):
    needs("arp")
    directories = [tmp_path / "one", tmp_path / "two"]
    for directory in directories:
        directory.mkdir()
    one = target.open(Network(), directories[0])
    try:
        two = target.open(Network(), directories[1])
    except Unsupported as reason:
        one.close()
        pytest.skip(str(reason))
    try:
        assert answer(one, arp_request(ROUTER))[ARP].op == 2
        assert answer(two, arp_request(ROUTER))[ARP].op == 2
        two.close()
        assert answer(one, arp_request(ROUTER))[ARP].op == 2
    finally:
        one.close()
        two.close()


def test_two_hubs_are_apart(needs, target, tmp_path):
    needs("hub")
    directories = [tmp_path / "one", tmp_path / "two"]
    for directory in directories:
        directory.mkdir()
    one, two = (target.open(Network(user=None, ports=2), each) for each in directories)
    try:
        one.send(bytes(gratuitous_arp()))
        assert one.receive(patience=PATIENCE, port=1) == bytes(gratuitous_arp())
        assert two.receive(port=1) is None
    finally:
        one.close()
        two.close()


@pytest.mark.slow
def test_nothing_is_left_over(target, plain, tmp_path):
    def leftovers():
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return len(os.listdir("/proc/self/fd")), len(children)

    target.open(plain, tmp_path).close()
    before = leftovers()
    for number in range(50):
        link = target.open(plain, tmp_path)
        if plain.user is None:
            link.send(bytes(arp_request(ROUTER)))
            assert link.receive(patience=PATIENCE, port=1)
        else:
            answer(link, arp_request(ROUTER))
        link.close()
        if number % 10 == 0:
            with pytest.raises((Unsupported, Refused)):
                target.open(Network((("foo", "1"),)), tmp_path)

    assert leftovers() == before

"""What libslirp's target does beside the contract."""

import socket

import pytest

from vnetspec.fixtures.addresses import GUEST_MAC, LOOPBACK, ROUTER
from vnetspec.fixtures.frames import arp_request, gratuitous_arp, tcp
from vnetspec.fixtures.oracle import ARP, TCP, Ether, Raw
from vnetspec.fixtures.targets.contract import Network, Unsupported
from vnetspec.fixtures.targets.libslirp import Libslirp

SERVER = "10.0.2.100"


@pytest.fixture(scope="module")
def libslirp(network_namespace):
    target = Libslirp()
    yield target
    target.close()


@pytest.fixture
def start(libslirp, tmp_path):
    links = []

    def start(*options):
        links.append(libslirp.open(Network(options), tmp_path))
        links[-1].send(bytes(gratuitous_arp()))
        return links[-1]

    yield start
    for link in links:
        link.close()


def converse(link, data):
    """Connect to ``SERVER``, send ``data``; the connection's next sequence numbers."""
    link.send(bytes(tcp(SERVER, 7, "S", seq=99)))
    accepted = Ether(link.receive(patience=5))[TCP]
    link.send(bytes(tcp(SERVER, 7, "A", seq=100, ack=accepted.seq + 1)))
    link.send(bytes(tcp(SERVER, 7, "PA", data, seq=100, ack=accepted.seq + 1)))
    return 100 + len(data), accepted.seq + 1


def hear_data(link):
    """The first data that comes, acknowledgements passed over."""
    while frame := link.receive(within=0.01, patience=5):
        packet = Ether(frame)
        if Raw in packet:
            return packet[Raw].load
    raise AssertionError("no data came")


def test_each_network_starts_with_a_fresh_clock_and_a_fresh_library(start):
    for _ in range(2):
        link = start()
        assert link.now() == 0
        with socket.create_server((LOOPBACK, 0)) as server:
            link.send(bytes(tcp(port=server.getsockname()[1])))
            assert Ether(link.receive(patience=5))[TCP].seq == 1
        assert link.receive(within=30) is not None
        link.close()


def test_frames_are_not_padded(start):
    link = start()
    link.send(bytes(tcp("203.0.113.9", 80, "A", data=b"")))

    assert len(link.receive(patience=5)) == 54


def test_a_guest_forward_runs_a_command(start):
    link = start(("guestfwd", f"tcp:{SERVER}:7-cmd:/bin/cat"))
    converse(link, b"meow")

    assert hear_data(link) == b"meow"


def test_it_sleeps_as_long_as_it_wishes_after_each_turn(start):
    """The fast timer runs once after 2 ms, though nothing is left to send; then slow ticks."""
    link = start(("guestfwd", f"tcp:{SERVER}:7-null"))
    link.send(bytes(tcp(SERVER, 7, "S", source_port=50000)))
    assert link.receive() is not None
    seq, ack = converse(link, b"meow")
    assert link.receive() is not None
    for _ in range(2):
        link.send(bytes(tcp(SERVER, 7, "PA", b"woof", seq=seq, ack=ack, window=9000)))
    assert Ether(link.receive())[TCP].ack == seq + 4

    again = Ether(link.receive(within=10))[TCP]

    assert (again.dport, again.flags) == (50000, "SA")
    assert link.now() == pytest.approx(0.002 + 12 * 0.499)


def test_a_guest_forward_reaches_a_server_of_the_host(start):
    with socket.create_server((LOOPBACK, 0)) as server:
        link = start(("guestfwd", f"tcp:{SERVER}:7-tcp:{LOOPBACK}:{server.getsockname()[1]}"))
        connection, _ = server.accept()
    with connection:
        connection.settimeout(5)
        converse(link, b"question")
        assert connection.recv(100) == b"question"

        connection.sendall(b"answer")

        assert hear_data(link) == b"answer"


def test_what_libslirp_logs_is_a_warning(start):
    assert "failed to parse domain name 'a..b'" in start(("dnssearch", "a..b")).warnings()


def test_the_monitor_knows_one_command(start):
    with pytest.raises(Unsupported, match="info network"):
        start().monitor("info network")


def test_a_character_device_of_qemu_is_unsupported(start):
    with pytest.raises(Unsupported, match="chardev"):
        start(("guestfwd", f"tcp:{SERVER}:7-chardev:c0"))


def test_the_reply_is_to_whoever_asked(start):
    link = start()
    link.send(bytes(arp_request(ROUTER)))

    assert Ether(link.receive())[ARP].hwdst == GUEST_MAC

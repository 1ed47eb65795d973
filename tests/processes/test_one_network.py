"""Several processes in one network: refnet and QEMU joined by each backend that carries frames.

The near process has the user network; each process has a guest of its own.
"""

import pytest

from vnetspec.fixtures import namespace
from vnetspec.fixtures.addresses import LOOPBACK, ROUTER, guest_address, guest_mac
from vnetspec.fixtures.frames import arp_request, echo_request
from vnetspec.fixtures.oracle import ARP, ICMP, parse
from vnetspec.fixtures.targets.contract import Network
from vnetspec.fixtures.targets.process import Qemu, RefnetProcess
from vnetspec.sock.wires import link

pytestmark = pytest.mark.slow

PROGRAMS = {"qemu": Qemu, "refnet": RefnetProcess}
PAIRS = [("qemu", "refnet"), ("refnet", "qemu"), ("refnet", "refnet")]
SECONDS = 5.0

UDP = (
    "dgram,local.type=inet,local.host={0},local.port={1},"
    "remote.type=inet,remote.host={0},remote.port={2}"
)
PATHS = "dgram,local.type=unix,local.path={{dir}}/{0},remote.type=unix,remote.path={{dir}}/{1}"
GROUP = f"socket,mcast=230.0.0.1:1234,localaddr={LOOPBACK}"

#: By what the near end and the far end are joined.
CABLES = {
    "socket": (f"socket,listen={LOOPBACK}:1234", f"socket,connect={LOOPBACK}:1234"),
    "stream": (
        "stream,server=on,addr.type=unix,addr.path={dir}/wire",
        "stream,server=off,addr.type=unix,addr.path={dir}/wire",
    ),
    "socket-udp": (
        f"socket,udp={LOOPBACK}:1235,localaddr={LOOPBACK}:1234",
        f"socket,udp={LOOPBACK}:1234,localaddr={LOOPBACK}:1235",
    ),
    "dgram-udp": (UDP.format(LOOPBACK, 1234, 1235), UDP.format(LOOPBACK, 1235, 1234)),
    "dgram-unix": (PATHS.format("a", "b"), PATHS.format("b", "a")),
    "multicast": (GROUP, GROUP),
}


@pytest.fixture
def start(tmp_path):
    """Start a process whose guest's hub ends in a backend; it ends with the test."""
    namespace.enter()
    running = []

    def start(program, backend, user=None):
        network = Network(user=user, arguments=tuple(link(backend)))
        running.append(PROGRAMS[program]().open(network, tmp_path))
        return running[-1]

    yield start
    for process in running:
        process.close()


def hears(process, is_wanted, what, again=lambda: None):
    """Take frames of the guest of ``process`` until one is wanted.

    ``again`` asks again, every quarter of a second: what was sent before the ends were connected
    is lost (SOCK-14).
    """
    end = process.now() + SECONDS
    while process.now() < end:
        frame = process.receive(patience=0.25)
        if frame is None:
            again()
        elif is_wanted(parse(frame)):
            return parse(frame)
    raise AssertionError(f"{what} did not come")


def resolves(process, number, address=ROUTER):
    """Guest ``number`` of ``process`` asks for a MAC; the answer."""
    mac = guest_mac(number)
    request = bytes(arp_request(address, sender=guest_address(number), mac=mac))
    process.send(request)

    def answers(packet):
        return ARP in packet and packet[ARP].op == 2 and packet[ARP].hwdst == mac

    answer = hears(
        process, answers, f"the answer for {address}", again=lambda: process.send(request)
    )
    return answer[ARP].hwsrc


def pings(process, number, data):
    """Guest ``number`` of ``process`` makes itself known to the router and pings it."""
    resolves(process, number)
    request = echo_request(ROUTER, data=data, sender=guest_address(number), mac=guest_mac(number))
    process.send(bytes(request))

    def answers(packet):
        return ICMP in packet and packet[ICMP].type == 0 and data in bytes(packet)

    hears(process, answers, f"the answer to {data!r}")


@pytest.mark.parametrize("cable", CABLES)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_guest_reaches_the_user_network_of_another_process(start, pair, cable):
    near = start(pair[0], CABLES[cable][0], user=())
    far = start(pair[1], CABLES[cable][1])

    assert resolves(far, 1) == resolves(near, 0)
    for size in (1, 500, 1400):
        pings(far, 1, bytes([size % 251]) * size)
        pings(near, 0, bytes([size % 241]) * size)


@pytest.mark.parametrize("cable", CABLES)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_guests_of_two_processes_hear_each_other(start, pair, cable):
    near, far = start(pair[0], CABLES[cable][0]), start(pair[1], CABLES[cable][1])
    question = bytes(arp_request("10.0.2.99", sender=guest_address(1), mac=guest_mac(1)))

    far.send(question)
    hears(
        near,
        lambda packet: packet.original == question,
        "the question",
        again=lambda: far.send(question),
    )
    answer = bytes(arp_request("10.0.2.98"))
    near.send(answer)

    hears(far, lambda packet: packet.original == answer, "the answer")


@pytest.mark.parametrize("pair", [("qemu", "refnet"), ("refnet", "qemu")], ids="-".join)
def test_three_members_of_a_group_are_one_network(start, pair):
    first = start(pair[0], GROUP, user=())
    second, third = start(pair[1], GROUP), start("refnet", GROUP)

    pings(second, 1, b"second")
    pings(third, 2, b"third")
    question = bytes(arp_request("10.0.2.99", sender=guest_address(2), mac=guest_mac(2)))
    third.send(question)

    for process in (first, second, third):
        hears(process, lambda packet: packet.original == question, "the question")


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_process_that_ends_takes_nobody_with_it(start, pair):
    near = start(pair[0], CABLES["socket"][0], user=())
    far = start(pair[1], CABLES["socket"][1])
    pings(far, 1, b"before")

    far.close()

    pings(near, 0, b"alone")
    again = start(pair[1], CABLES["socket"][1])
    pings(again, 1, b"again")

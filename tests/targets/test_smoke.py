"""``vnetspec smoke`` names what is wrong with an attachment, whatever it is."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vnetspec.fixtures.smoke.steps import Outcome, look_at
from vnetspec.fixtures.targets.find import find

FAULTY = Path(__file__).with_name("faulty.py")
#: What the small network of ``faulty.py`` is able to do.
CAPABILITIES = '["arp", "icmp", "dhcp"]'

KINDS = {
    "dgram": ("dgram {fd}", "dgram:fd:{fd}"),
    "stream": ("stream {fd}", "stream:fd:{fd}"),
    "at": ("at {sock}", "dgram:unix:{sock}"),
    "listen": ("listen {sock}", "stream:unix:{sock}"),
    "connect": ("connect {peer}", "stream:listen:unix:{peer}"),
}


@pytest.fixture
def described(tmp_path, monkeypatch):
    """A target file for the small network with a mistake."""
    monkeypatch.setenv("FAULTY_MEMORY", str(tmp_path / "memory"))

    def write(mistake, kind="dgram", more="", capabilities=CAPABILITIES):
        arguments, attach = KINDS[kind]
        command = shlex.join([sys.executable, "-S", str(FAULTY), mistake]) + f" {arguments}"
        file = tmp_path / "faulty.toml"
        file.write_text(
            f"start = {command!r}\nattach = {attach!r}\ncapabilities = {capabilities}\n{more}"
        )
        return file

    return write


@pytest.fixture
def smoke(described, network_namespace):
    """What a smoke test finds on the small network with a mistake, but for what is as it must."""

    def run(*arguments, **keywords):
        target = find(f"file:{described(*arguments, **keywords)}")
        found = list(look_at(target, target.plan))
        return [(each.step, each.text) for each in found if each.outcome is not Outcome.OK]

    return run


def smoked(*arguments):
    """The status and the lines of a smoke test as it is started from the command line."""
    program = "from vnetspec.fixtures.cli import main; raise SystemExit(main())"
    result = subprocess.run(
        [sys.executable, "-c", program, "smoke", *arguments], capture_output=True, text=True
    )
    return result.returncode, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_is_wrong_with_what_is_right(smoke, kind):
    assert smoke("none", kind) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mistake", "kind", "text"),
    [
        ("vnet10", "dgram", "its frames have a virtio-net header of 10 octets"),
        ("vnet12", "dgram", "its frames have a virtio-net header of 12 octets"),
        ("vnet12", "stream", "its frames have a virtio-net header of 12 octets"),
        ("vnet12-both", "dgram", "answers only frames that have a virtio-net header of 12 octets"),
        ("pi", "dgram", "its frames have packet information of 4 octets"),
        ("pi-both", "at", "answers only frames that have packet information of 4 octets"),
        ("prefix", "dgram", "its frames have a length of 4 octets in front: that is for streams"),
        ("prefix-both", "at", "answers only frames that have a length of 4 octets in front"),
        ("unprefixed", "stream", "its frames have no length in front, which a stream needs"),
        ("little-endian", "stream", "its frames have a little-endian length"),
        ("short-length", "stream", "a length of 2 octets in front"),
        ("swapped", "dgram", "its frames have the octets of each pair the other way round"),
        ("layer3", "dgram", "packets without an Ethernet header: a tun"),
        ("loops", "dgram", "what we send comes back"),
        ("silent", "dgram", "nothing comes: nobody answers for 10.0.2.2"),
        ("strange-mac", "dgram", "10.0.2.2 is at 02:aa:0a:00:02:02, the plan says 52:55"),
    ],
)
def test_what_is_wrong_with_the_first_answer_is_named(smoke, mistake, kind, text):
    ((step, found),) = smoke(mistake, kind)

    assert step == "answers"
    assert text in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mistake", "step", "text"),
    [
        ("fcs", "unaltered", "have an FCS of 4 octets behind them"),
        ("alters", "unaltered", "has other data than was sent"),
        ("cuts", "unaltered", "is cut: 986 of 1029 octets"),
        ("trails", "unaltered", "octets behind its packet"),
        ("offloads", "unaltered", "a wrong checksum of its ICMP message"),
        ("loses", "in order", "questions have no answer"),
        ("doubles", "in order", "came more than once"),
        ("reorders", "in order", "came before that to question"),
        ("overtaken", "fence", "the answer to ARP overtakes that to an echo"),
        ("elsewhere", "answers", "is that an address of its network?"),
        ("remembers", "fresh", "leased to one guest in a network before, is not free in the next"),
        ("no-echoes", "unaltered", "is icmp among its capabilities by mistake?"),
        ("no-dhcp", "plan", "is dhcp among its capabilities by mistake?"),
        ("ends", "answers", "ended (exit status 4): no such interface"),
        ("dies", "unaltered", "ended (SIGABRT): segment of doom"),
    ],
)
def test_what_breaks_the_contract_is_named(smoke, mistake, step, text):
    found = smoke(mistake)

    assert found[0][0] == step
    assert text in found[0][1]


@pytest.mark.slow
def test_what_is_there_and_not_claimed_is_named(smoke):
    assert smoke("none", capabilities='["arp", "icmp"]') == [
        ("capabilities", "it does not claim dhcp, but it answers a DHCPDISCOVER"),
        ("capabilities", 'for a target file:\ncapabilities = ["arp", "icmp", "dhcp"]'),
    ]


@pytest.mark.slow
def test_another_plan_is_printed_ready_to_be_used(described):
    status, said = smoked("--target-file", str(described("elsewhere")))
    lines = [line.strip() for line in said.splitlines()]
    plan = "\n".join(lines[lines.index("[plan]") : -1])

    assert status == 1
    assert 'router = "192.168.127.1"' in plan

    status, said = smoked("--target-file", str(described("elsewhere", more=plan)))

    assert status == 0, said
    assert said.endswith("ready to be judged\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("dgram:unix:/nowhere", "dgram:unix:/nowhere: No such file or directory"),
        ("exec:no-such-program {fd}", "no-such-program is not installed"),
    ],
)
def test_what_can_not_be_attached_is_wrong_usage(target, text):
    status, said = smoked("--target", target)

    assert status == 2
    assert text in said
    assert said.count("\n") == 1

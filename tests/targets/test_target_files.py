"""Target files: what they mean, and what is wrong with those that are none."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.capabilities import USER_NETWORK
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP, Ether
from vnetspec.fixtures.targets.contract import Network, Refused, Unsupported
from vnetspec.fixtures.targets.find import TargetNotFound, find, given_descriptors

EXAMPLES = sorted((Path(__file__).parents[2] / "docs/examples").glob("*.toml"))


@pytest.fixture
def described(tmp_path):
    """The target that a file describes."""

    def load(text, name="mine.toml"):
        file = tmp_path / name
        file.write_text(textwrap.dedent(text))
        return find(f"file:{file}")

    return load


def test_a_file_may_be_two_lines(described):
    target = described("""
        start = "mystack --frames {fd}"
        attach = "dgram:fd:{fd}"
    """)

    assert target.name == "mine"
    assert target.capabilities == USER_NETWORK | {"world", "profile:qemu-7.2"}
    assert target.plan.is_qemus
    assert not target.shared


def test_what_is_attached_already_is_shared_and_elsewhere(described):
    target = described("""
        attach = "dgram:fd:7"
        capabilities = ["arp"]
        profile = "qemu-0.6"
    """)

    assert target.shared
    assert target.descriptors == (7,)
    assert target.capabilities == {"arp", "profile:qemu-0.6"}


def test_the_plan_and_the_baseline_stand_in_the_file(described):
    target = described("""
        attach = "stream:127.0.0.1:7000"
        [plan]
        network = "192.168.127.0/24"
        router = "192.168.127.1"
        nameserver = "192.168.127.1"
        guest = "192.168.127.2"
        [baseline.DHCP-21]
        reason = "it never refuses"
        reference = "mystack issue 12"
    """)

    assert (target.plan.router, target.plan.guest) == ("192.168.127.1", "192.168.127.2")
    assert target.baseline["DHCP-21"].reason == "it never refuses"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "attach: is missing"),
        ("attach = ", "Invalid value"),
        ("attach = 7", "attach: 7 is no text"),
        ("attach = []", "attach: the list is empty"),
        ("attach = 'dgrm:x'", "attach: 'dgrm:x': there is no 'dgrm:'"),
        ("attach = 'dgram:fd:{fd}'", "attach: 'dgram:fd:{fd}': a placeholder stands for what"),
        ("attach = 'tap:x'\nstrat = 'x'", "strat: there is no such key: there are name, attach"),
        ("attach = 'tap:x'\nstart = 3", "start: 3 is no text"),
        ("attach = 'tap:x'\nstart = \"it's\"", "No closing quotation"),
        ("attach = 'tap:x'\nname = 'a b'", "name: 'a b' is no name"),
        ("attach = 'tap:x'\nname = 'qemu'", "name: 'qemu' is an installed target"),
        ("attach = 'tap:x'\nready = 'soon'", "ready: 'soon' is neither"),
        ("attach = 'tap:x'\nworld = 'yes'", "world: 'yes' is neither true nor false"),
        ("attach = 'tap:x'\nworld = true", "world: only what the suite starts can live in its"),
        ("attach = 'tap:x'\ncapabilities = ['dhpc']", "capabilities: there is no 'dhpc'"),
        (
            "attach = 'tap:x'\ncapabilities = ['nic']",
            "capabilities: 'nic' takes a target of Python",
        ),
        ("attach = 'tap:x'\ncapabilities = ['world']", "capabilities: only what the suite starts"),
        ("attach = 'tap:x'\ncapabilities = ['hub']", "attach: more than one is for"),
        ("attach = 'tap:x'\noptions = 3", "options: 3 is no table"),
        ("attach = 'tap:x'\n[options]\nnet = 'x'", "options: there is no start command"),
        ("attach = 'tap:x'\nstart = 'x'\n[options]\nnet = 3", "options.net: 3 is no text"),
        ("attach = 'tap:x'\n[plan]\nrouter = 'x'", "plan: router=x is no IPv4 address"),
        ("attach = 'tap:x'\n[plan]\nroute = 'x'", "plan: no key 'route'"),
        (
            "attach = 'tap:x'\n[baseline.DHCP-21]\nreason = 'x'",
            "baseline: [DHCP-21]: lacks reference",
        ),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_file_and_the_key(described, text, why):
    with pytest.raises(TargetNotFound) as caught:
        described(text)

    assert "mine.toml: " in str(caught.value)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


# -- options --------------------------------------------------------------------------------------

#: Prints what it was told, and ends: what it says is why the network is refused.
TOLD = "sh -c 'echo $*; exit 3' sh"


@pytest.mark.parametrize(
    ("options", "asked", "told"),
    [
        ('tftp = "--root {value}"', ("tftp", "/a b"), "--frames --root /a b"),
        ('restrict = { on = "--closed" }', ("restrict", "on"), "--frames --closed"),
        ('"*" = "{key}:{escaped}"', ("hostname", "a,b"), "--frames hostname:a,,b"),
    ],
)
def test_options_are_told_as_the_file_says(
    network_namespace, described, tmp_path, options, asked, told
):
    target = described(f"""
        start = "{TOLD} --frames {{options}}"
        attach = "dgram:unix:{{sock}}"
        [options]
        {options}
    """)

    with pytest.raises(Refused) as caught:
        target.open(Network((asked,)), tmp_path)

    assert (caught.value.text, caught.value.status) == (told, 3)


def test_options_within_a_word_are_put_together(network_namespace, described, tmp_path):
    target = described(f"""
        start = "{TOLD} user{{options}},last"
        attach = "dgram:unix:{{sock}}"
        [options]
        "*" = ",{{key}}={{value}}"
    """)

    with pytest.raises(Refused, match=r"^user,net=10\.0\.0\.0/8,dns=10\.0\.0\.9,last$"):
        target.open(Network((("net", "10.0.0.0/8"), ("dns", "10.0.0.9"))), tmp_path)


def test_an_option_that_can_not_be_told_is_unsupported(described, tmp_path):
    target = described("""
        start = "mystack {fd}"
        attach = "dgram:fd:{fd}"
        [options]
        restrict = { on = "--closed" }
    """)

    with pytest.raises(Unsupported, match="can't be told restrict=off"):
        target.open(Network((("restrict", "off"),)), tmp_path)


# -- the examples ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_are_targets(file, network_namespace, tmp_path):
    """Each attaches a real implementation in less than twenty lines, and it answers."""
    assert len(file.read_text().splitlines()) < 20
    target = find(f"file:{file}")
    if shutil.which(target.description.start[0]) is None:
        pytest.skip(f"{target.description.start[0]} is not installed")
    assert target.version()
    link = target.open(Network(), tmp_path)
    try:
        link.send(bytes(arp_request(ROUTER)))
        reply = Ether(link.receive(patience=10))
    finally:
        link.close()

    assert reply[ARP].psrc == ROUTER


@pytest.mark.slow
@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_are_judged(file, tmp_path):
    program = "from vnetspec.fixtures.cli import main; raise SystemExit(main())"
    arguments = ["run", "--target-file", str(file), "ARP", "SEED-01"]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=tmp_path
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "pass" in result.stdout


def test_a_run_needs_the_descriptors_that_are_open():
    assert given_descriptors("dgram:fd:2") == (2,)
    assert given_descriptors("dgram:fd:999") == ()
    assert given_descriptors("qemu") == ()


# -- a class of one's own -------------------------------------------------------------------------


@pytest.mark.slow
def test_a_package_of_ones_own_brings_a_target(tmp_path):
    """An entry point of another distribution, as pip installs it."""
    site = tmp_path / "site"
    metadata = site / "mystack-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mystack\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[vnetspec.targets]\nmystack = mystack:Stack\n")
    (site / "mystack.py").write_text(
        "from vnetspec.fixtures.targets.refnet import EmbeddedRefnet\n\n\n"
        "class Stack(EmbeddedRefnet):\n    name = 'mystack'\n"
    )
    program = (
        "import sys; from vnetspec.fixtures.cli import main; raise SystemExit(main(sys.argv[1:]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "run", "--target", "mystack", "ARP-01"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert " on mystack: refnet version" in result.stdout

"""The address plan: what makes one, and the run that has one."""

import json
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from vnetspec.fixtures import addresses
from vnetspec.fixtures.addresses import GUEST, GUEST6, ROUTER, ROUTER_MAC
from vnetspec.fixtures.plan import QEMU, Plan, PlanError, slirp_mac

VSOCK = "network=192.168.127.0/24,router=192.168.127.1,nameserver=192.168.127.1,guest=192.168.127.2"


def test_without_keys_the_plan_is_qemus():
    assert Plan.of() == QEMU
    assert (QEMU.router, QEMU.nameserver, QEMU.smb) == ("10.0.2.2", "10.0.2.3", "10.0.2.4")
    assert QEMU.guest_address(1) == "10.0.2.16"
    assert QEMU.guest_address6(0) == "fec0::5054:ff:fe12:3456"
    assert QEMU.is_qemus
    assert QEMU.is_known


@pytest.mark.parametrize(
    ("network", "router", "guest"),
    [
        ("192.168.76.0/24", "192.168.76.2", "192.168.76.15"),
        ("172.16.0.0/12", "172.16.2.2", "172.16.2.15"),
        ("169.254.0.0/16", "169.254.2.2", "169.254.2.15"),
    ],
)
def test_in_another_network_addresses_are_numbered_as_qemu_does(network, router, guest):
    plan = Plan.of(network=network, prefix6="fd00:1:2:3::/64")

    assert (plan.router, plan.guest) == (router, guest)
    assert (plan.router6, plan.nameserver6) == ("fd00:1:2:3::2", "fd00:1:2:3::3")
    assert not plan.is_qemus
    assert not plan.is_known


def test_a_plan_in_text_is_the_same_in_a_table():
    plan = Plan.from_text(VSOCK)

    assert plan == Plan.from_table(dict(each.split("=") for each in VSOCK.split(",")))
    assert plan.smb is None
    assert Plan.from_text(str(plan)) == plan
    assert Plan.from_text(str(QEMU)) == QEMU


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("router", "'router' is not key=value"),
        ("gateway=10.0.2.2", "no key 'gateway': there are network, router,"),
        ("guests=2,guests=3", "guests is given twice"),
        ("network=10.0.2.1/24", "network: 10.0.2.1/24 has host bits set"),
        ("network=10.0.2.0/25", "network=10.0.2.0/25 is too small"),
        ("network=198.51.100.0/24", "overlaps 198.51.100.0/24, which plays the host"),
        ("router=10.0.2.x", "router=10.0.2.x is no IPv4 address"),
        ("router=10.0.3.2", "router=10.0.3.2 is not in network=10.0.2.0/24"),
        ("router=10.0.2.255", "router=10.0.2.255 is no host of network=10.0.2.0/24"),
        ("router=10.0.2.16", "router=10.0.2.16 is among the guests, 10.0.2.15 to 10.0.2.30"),
        ("guest=10.0.2.250", "guests=16 from guest=10.0.2.250 do not fit"),
        ("guests=none", "guests=none is no number of addresses"),
        ("guest_mac=53:54:00:12:34:56", "guest_mac=53:54:00:12:34:56 is no MAC of one station"),
        ("prefix6=fd00::/48", "prefix6=fd00::/48 is no /64"),
        ("prefix6=2001:db8::/64", "prefix6=2001:db8::/64 is in 2001:db8::/32, which is not free"),
        ("router6=fec0", "router6=fec0 is no IPv6 address"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_in_a_line(text, complaint):
    with pytest.raises(PlanError) as caught:
        Plan.from_text(text)

    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [True, 1.5, ["10.0.2.2"]])
def test_a_table_holds_texts_and_numbers(value):
    with pytest.raises(PlanError, match="router is neither a text nor a number"):
        Plan.from_table({"router": value})


@pytest.mark.parametrize("text", [str(QEMU), VSOCK, "network=172.16.0.0/12", VSOCK + ",guests=253"])
def test_hosts_that_are_nobody_are_nobody(text):
    plan = Plan.from_text(text)
    somebody = {plan.router, plan.nameserver, plan.smb, *map(plan.guest_address, range(4))}

    hosts = [plan.at(number) for number in (1, 4, 40, 53, 77, 98, 99, 100, 101, 200)]

    assert not somebody & set(hosts)
    assert len(set(hosts)) == len(hosts)
    assert all(IPv4Address(host) in plan.network for host in hosts)


def test_where_nobody_has_a_number_a_host_is_that_number():
    assert [QEMU.at(number) for number in (1, 40, 200)] == ["10.0.2.1", "10.0.2.40", "10.0.2.200"]
    assert QEMU.at6("::55") == "fec0::55"
    assert QEMU.at6("::4", "fe80::") == "fe80::4"
    assert Plan.of(router6="fec0::4").at6("::4", "fe80::") == "fe80::84"


@pytest.mark.parametrize(
    ("nameserver", "fence"),
    [
        ("10.0.2.3", "10.0.2.3"),
        ("10.0.2.2", "10.0.2.2"),
        ("none", "10.0.2.2"),
        ("9.9.9.9", "10.0.2.2"),
    ],
)
def test_the_fence_is_a_neighbour(nameserver, fence):
    assert Plan.of(nameserver=nameserver).fence == fence


def test_slirp_makes_macs_of_addresses():
    assert slirp_mac("10.0.2.100") == "52:55:0a:00:02:64"
    assert slirp_mac("fd00::12:3456:789a") == "52:56:34:56:78:9a"


def test_a_plan_that_comes_too_late_is_refused():
    addresses.adopt(QEMU)

    with pytest.raises(PlanError, match=r"the plan of 192\.168\.127\.0/24 comes too late"):
        addresses.adopt(Plan.from_text(VSOCK))

    assert addresses.plan() == QEMU
    assert (QEMU.router, QEMU.guest, QEMU.guest_address6(0)) == (ROUTER, GUEST, GUEST6)


def test_an_address_that_is_none_is_missing():
    with pytest.raises(ImportError):
        from vnetspec.fixtures.addresses import GATEWAY  # noqa: F401
    assert slirp_mac(ROUTER) == ROUTER_MAC


def test_elsewhere_is_outside():
    assert addresses.elsewhere("192.168.1.5") == "192.168.1.5"
    assert addresses.elsewhere("fec0:0:0:1::2") == "fec0:0:0:1::2"


# -- runs -----------------------------------------------------------------------------------------

CASES = """
    import pytest
    from vnetspec.fixtures.addresses import NAMESERVER, ROUTER, ROUTER_MAC, at, guest_address
    from vnetspec.fixtures.requirements import qemu_addresses, requirement

    @requirement("ARP-01")
    @pytest.mark.parametrize("address", [ROUTER, NAMESERVER])
    def test_it_is_where_the_plan_says(guest, golden, address):
        assert guest.resolves(address) == ROUTER_MAC == "5a:94:ef:e4:0c:ee"
        assert (address, guest.address) == ("192.168.127.1", "192.168.127.2")
        assert at(1) == "192.168.127.129"
        guest.hears_nothing()
        golden.matches(guest.wire)

    @requirement("ARP-02")
    @qemu_addresses
    def test_the_router_is_10_0_2_2(guest):
        assert guest.resolves("10.0.2.2")
"""


@pytest.fixture
def judge(suite, monkeypatch):
    """Runs the cases above in a process of its own, where no address has been taken yet."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    suite.cases(CASES)

    def run(target, *arguments):
        return suite.pytester.runpytest_subprocess(
            "suite",
            f"--net-target=in_memory:{target}",
            f"--net-captures={suite.captures}",
            "--import-mode=importlib",
            "-pno:cacheprovider",
            "-v",
            *arguments,
        )

    return run


@pytest.mark.slow
def test_the_plan_is_the_targets_and_its_macs_are_asked_for(judge, suite):
    result = judge("Elsewhere")

    document = json.loads((suite.root / "artifacts" / "in-memory" / "results.json").read_text())
    assert Plan.from_text(document["target"]["plan"]) == Plan.from_text(VSOCK)

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*test_it_is_where_the_plan_says[[]10.0.2.2] PASSED*",
            "*test_it_is_where_the_plan_says[[]10.0.2.3] PASSED*",
            "*test_the_router_is_10_0_2_2 UNSUPPORTED*",
        ],
        consecutive=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "complaint"),
    [
        ("network=10.0.2.0/25", "plan: network=10.0.2.0/25 is too small"),
        ("network=10.1.0.0/16", "nobody says where the router 10.1.2.2 is"),
    ],
    ids=["malformed", "wrong"],
)
def test_a_run_without_a_plan_that_fits_does_not_start(judge, plan, complaint):
    result = judge("Elsewhere", f"--net-plan={plan}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert complaint in result.stderr.str()
    assert "PASSED" not in result.stdout.str()

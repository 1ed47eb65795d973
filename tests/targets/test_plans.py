"""The same cases under other address plans, on the targets that can be given one."""

import json
import subprocess
import sys

import pytest

from vnetspec.fixtures.targets.contract import Unsupported
from vnetspec.fixtures.targets.find import find

#: One in each range of private networks, and not all of them numbered as QEMU's is.
PLANS = {
    "192": "network=192.168.127.0/24,prefix6=fd00:1:2:3::/64",
    "172": "network=172.16.0.0/12,guest_mac=52:54:00:12:34:ff",
    "169": "network=169.254.0.0/16,router=169.254.0.1,nameserver=169.254.9.9,guest=169.254.3.7",
}
#: About addresses of every kind: the stack's, guests', strangers', servers'; leases, and IPv6.
CASES = ("ARP-01", "ARP-04", "DHCP-09", "DHCP-17", "DNS-09", "GFW-06", "HFW-01", "IP6-07", "TCP-09")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "plan"),
    [("refnet", "192"), ("refnet-process", "172"), ("libslirp", "169"), ("qemu", "169")],
)
def test_the_cases_hold_under_other_plans(name, plan, tmp_path):
    try:
        find(name).version()
    except Unsupported as error:
        pytest.skip(str(error))
    command = [sys.executable, "-m", "vnetspec", "run", "-q", *CASES, f"--target={name}"]

    result = subprocess.run(
        [*command, f"--plan={PLANS[plan]}", f"--artifacts={tmp_path}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    document = json.loads((tmp_path / name / "results.json").read_text())
    verdicts = {case["name"]: case["verdict"] for case in document["cases"]}
    assert verdicts["test_the_stacks_own_addresses_are_answered[router]"] == "pass"
    assert verdicts["test_nobody_is_at_the_other_addresses_of_the_network[10.0.2.99]"] == "pass"
    assert verdicts["test_there_are_sixteen_addresses[dhcpstart]"] == "pass"
    assert verdicts["test_a_solicitation_is_answered[fec0::3]"] == "pass"

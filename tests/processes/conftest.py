"""What the tests of several processes share."""

import shutil

import pytest

from vnetspec.fixtures.lab import PROGRAMS, lab

#: Debian's packages of the programs that these tests start.
PACKAGES = {
    "qemu": "qemu-system-x86",
    "ip": "iproute2",
    "ping": "iputils-ping",
    "iperf3": "iperf3",
    "vde_switch": "vde2",
}


@pytest.fixture
def needs():
    """Skip a test that needs a program that is not installed, and say which package has it."""

    def check(*programs):
        for program in programs:
            command = PROGRAMS.get(program, (program,))[0]
            if shutil.which(command) is None:
                pytest.skip(f"{command} is not installed: install the package {PACKAGES[program]}")

    return check


@pytest.fixture
def laboratory(tmp_path, needs):
    """Namespaces with programs in them; all end with the test."""
    needs("ip", "ping")
    with lab(tmp_path) as made:
        yield made

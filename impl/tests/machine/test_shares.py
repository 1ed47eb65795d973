"""``smb=`` on a whole machine (SMB-01..SMB-05); the server is a script."""

import tempfile

import pytest

from refnet.backend import smb
from refnet.errors import OptionError
from refnet.machine import Machine
from refnet.options import parse


@pytest.fixture
def directory(tmp_path, monkeypatch):
    server = tmp_path / "smbd"
    server.write_text("#!/bin/sh\nexec cat\n")
    server.chmod(0o755)
    monkeypatch.setattr(smb, "SMBD", str(server))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "share").mkdir()
    return tmp_path / "share"


def left(directory):
    return list(directory.parent.glob("refnet-smb.*"))


def arguments(options):
    return parse(["-M", "none", "-nodefaults", "-netdev", f"user,id=u0,{options}"], print)


@pytest.mark.parametrize(
    ("server", "address"),
    [("", 0x0A000204), (",smbserver=10.0.2.100", 0x0A000264), (",smbserver=0.0.0.0", 0x0A000204)],
)
def test_the_share_is_behind_two_ports_of_one_address(directory, server, address):
    with Machine(arguments(f"smb={directory}{server}")) as machine:
        stack = machine.user_port("u0").stack
        assert stack._arp._served == {0x0A000202, 0x0A000203, address}
        rules = stack._tcp._guest_forwards
        assert set(rules) == {(address, 139), (address, 445)}
        assert all(rule.over_tcp for rule in rules.values())
        assert len(left(directory)) == 1
    assert left(directory) == []


def test_it_takes_the_place_of_guestfwd(directory):
    rule = "guestfwd=tcp:10.0.2.4:445-cmd:/bin/cat"
    with Machine(arguments(f"{rule},smb={directory}")) as machine:
        rules = machine.user_port("u0").stack._tcp._guest_forwards
        assert "smb.conf" in rules[0x0A000204, 445].device


@pytest.mark.parametrize("address", ["10.0.2.2", "10.0.2.3", "10.0.3.4", "192.0.2.1"])
def test_an_address_that_can_not_be(directory, address):
    with pytest.raises(OptionError, match=r": Conflicting/invalid smbserver address$"):
        Machine(arguments(f"smb={directory},smbserver={address}"))
    assert left(directory) == []


def test_the_directory_is_looked_at_before_the_address(directory):
    with pytest.raises(OptionError, match=r"Error accessing shared directory '/nowhere': No such"):
        Machine(arguments("smb=/nowhere,smbserver=10.0.2.2"))


def test_an_address_alone_is_not_looked_at(directory):
    with Machine(arguments("smbserver=10.0.2.2")):
        assert left(directory) == []


def test_the_share_ends_with_its_netdev(directory):
    with Machine(arguments(f"smb={directory}")) as machine:
        machine.remove_netdev("u0")
        assert left(directory) == []


@pytest.mark.parametrize("option", ["smb=/nowhere", "hostfwd=tcp:203.0.113.1:5-:5"])
def test_a_netdev_that_came_to_nothing_is_not_there(directory, option):
    with Machine(parse(["-M", "none", "-nodefaults"], print)) as machine:
        machine.execute(f"netdev_add user,id=u0,{option}")
        assert machine.execute("info network") == ""
        machine.execute(f"netdev_add user,id=u0,smb={directory}")
        assert machine.execute("info network").startswith("u0: ")

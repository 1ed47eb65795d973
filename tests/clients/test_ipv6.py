"""Real clients over IPv6, on refnet and on QEMU in its place."""

from __future__ import annotations

import subprocess

import pytest

from vnetspec.fixtures.addresses import GUEST6, LOOPBACK6
from vnetspec.fixtures.kernel_guest import REFNET, TAP, needed, process, settled, world
from vnetspec.fixtures.servers import MEBIBYTE, dns_server, sample, sha256, web_server

pytestmark = pytest.mark.slow

QEMU = "qemu-system-x86_64"


@pytest.fixture(params=["refnet", "qemu"])
def program(request) -> tuple[str, ...]:
    """The program that plays the network."""
    return REFNET if request.param == "refnet" else (needed(QEMU, "qemu-system-x86"),)


def test_the_kernel_forms_an_address_and_finds_the_router(tmp_path, program):
    with world(tmp_path, program=program) as here:
        addresses = here.advertisement()

        assert f"inet6 {GUEST6}/64 scope site dynamic" in addresses
        assert "valid_lft 86" in addresses
        assert "preferred_lft 14" in addresses
        routes = here.guest.run("ip", "-6", "route")
        assert f"default via fe80::2 dev {TAP} proto ra" in routes
        assert f"fec0::/64 dev {TAP}" in routes


@pytest.mark.parametrize("address", ["fec0::2", "fec0::3", f"fe80::2%{TAP}"])
def test_ping(tmp_path, program, address):
    with world(tmp_path, program=program) as here:
        here.advertisement()

        ping = needed("ping", "iputils-ping")
        said = here.guest.run(ping, "-6", "-c", "3", "-i", "0.01", address)

        assert "3 packets transmitted, 3 received, 0% packet loss" in said
        assert "ttl=255" in said


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig(tmp_path, program, transport):
    with (
        world(tmp_path, program=program, nameserver=LOOPBACK6) as here,
        dns_server(here.host, LOOPBACK6),
    ):
        here.advertisement()

        dig = needed("dig", "bind9-dnsutils")
        said = here.guest.run(dig, "AAAA", "@fec0::3", transport, "+short", "web.lab.test")

        assert said == "2001:db8::10\n"


def test_curl_of_32_mib_both_ways(tmp_path, program):
    (tmp_path / "web").mkdir()
    expected = sample(tmp_path / "web/down", 32 * MEBIBYTE)
    curl = [needed("curl", "curl"), "--silent", "--show-error", "--fail", "--globoff"]
    with (
        world(tmp_path, program=program) as here,
        web_server(here.host, tmp_path / "web", LOOPBACK6),
    ):
        here.advertisement()

        url = "http://[fec0::2]:8080"
        here.guest.run(*curl, "--output", str(tmp_path / "down"), f"{url}/down")
        here.guest.run(*curl, "--upload-file", str(tmp_path / "down"), f"{url}/up")

        assert sha256(tmp_path / "down") == expected
        assert sha256(tmp_path / "web/up") == expected


def test_tftp_of_4_mib(tmp_path, program):
    (tmp_path / "boot").mkdir()
    expected = sample(tmp_path / "boot/image", 4 * MEBIBYTE)
    with world(tmp_path, f"tftp={tmp_path}/boot", program=program) as here:
        here.advertisement()

        client = needed("tftp", "tftp-hpa")
        fetched = tmp_path / "fetched"
        here.guest.run(client, "-6", "-m", "octet", "fec0::2", "-c", "get", "image", str(fetched))

        assert sha256(fetched) == expected


def test_rdisc6_shows_the_advertisement(tmp_path, program):
    with world(tmp_path, program=program, nameserver=LOOPBACK6) as here:
        here.advertisement()

        said = here.guest.run(needed("rdisc6", "ndisc6"), "-1", TAP)

    shown = {key.strip(): value.strip() for key, _, value in map(_parted, said.splitlines())}
    assert shown["Hop limit"].startswith("64 ")
    assert shown["Stateful address conf."] == "No"
    assert shown["Router lifetime"].startswith("1800 ")
    assert shown["Source link-layer address"] == "52:56:00:00:00:02"
    assert shown["Prefix"] == "fec0::/64"
    assert shown["Valid time"].startswith("86400 ")
    assert shown["Pref. time"].startswith("14400 ")
    assert shown["Recursive DNS server"] == "fec0::3"
    assert shown["DNS server lifetime"].startswith("1200 " if program == REFNET else "1200000 ")
    assert " from fe80::2" in said


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(": ")


@pytest.mark.parametrize(
    ("address", "mac"),
    [
        ("fec0::2", "52:56:00:00:00:02"),
        ("fe80::2", "52:56:00:00:00:02"),
        ("fec0::3", "52:56:00:00:00:03"),
    ],
)
def test_ndisc6_finds_a_neighbour(tmp_path, program, address, mac):
    with world(tmp_path, program=program) as here:
        here.advertisement()

        said = here.guest.run(needed("ndisc6", "ndisc6"), "-1", address, TAP)

    assert f"Target link-layer address: {mac.upper()}" in said


def test_dhclient_is_told_the_nameserver_by_a_server_with_a_name(tmp_path, program):
    """QEMU's server has none (IP6-11): dhclient does not take its answer (RFC 8415 16.10)."""
    dhclient = needed("dhclient", "isc-dhcp-client")
    (tmp_path / "conf").write_text("request dhcp6.name-servers, dhcp6.bootfile-url;\n")
    script, told, said = (tmp_path / name for name in ("script", "told", "said"))
    script.write_text(f'#!/bin/sh\necho "$reason $new_dhcp6_name_servers" >>{told}\n')
    script.chmod(0o755)
    told.touch()
    files = {"-lf": "leases", "-pf": "pid", "-cf": "conf", "-sf": "script"}
    options = [word for key, name in files.items() for word in (key, str(tmp_path / name))]
    with world(tmp_path, program=program, nameserver=LOOPBACK6) as here:
        here.advertisement()
        command = here.guest.command(dhclient, "-6", "-S", "-1", "-d", *options, TAP)
        with said.open("wb") as file, process(*command, stderr=file, stdout=subprocess.DEVNULL):
            if program == REFNET:
                settled(lambda: "RENEW6 fec0::3" in told.read_text())
            else:
                settled(lambda: b"Invalid Reply" in said.read_bytes())

    text = said.read_text()
    assert "RCV: Reply message on tap0 from fec0::2." in text
    assert ("Response without a server identifier received." in text) == (program != REFNET)


def test_restrict_leaves_the_router_alone(tmp_path, program):
    (tmp_path / "web").mkdir()
    (tmp_path / "web/page").write_text("page")
    with (
        world(tmp_path, "restrict=on", program=program, nameserver=LOOPBACK6) as here,
        dns_server(here.host, LOOPBACK6),
        web_server(here.host, tmp_path / "web", LOOPBACK6),
    ):
        here.advertisement()

        ping = [needed("ping", "iputils-ping"), "-6", "-c", "1", "-W", "10"]
        assert ", 0% packet loss" in here.guest.run(*ping, "fec0::2")
        dig = [needed("dig", "bind9-dnsutils"), "@fec0::3", "+time=1", "+tries=1", "web.lab.test"]
        asked = here.guest.run(*dig, check=False)
        assert "timed out" in asked or "no servers" in asked
        curl = [needed("curl", "curl"), "--silent", "--show-error", "--globoff"]
        refused = here.guest.run(*curl, "http://[fec0::2]:8080/page", check=False)
        assert "refused" in refused or "connect to" in refused


def test_a_guest_has_no_ipv6_where_it_is_off(tmp_path, program):
    with world(tmp_path, "ipv6=off", program=program) as here:
        here.advertisement("link")

        said = here.guest.run(needed("rdisc6", "ndisc6"), "-1", "-r", "1", TAP, check=False)

    assert "No response." in said

"""Real clients on a real kernel's side of refnet: what users do with a user network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vnetspec.fixtures.kernel_guest import GUEST_MAC, TAP, Place, listens, needed, serving, world
from vnetspec.fixtures.servers import MEBIBYTE, dns_server, sample, sha256, web_server

pytestmark = pytest.mark.slow


def test_udhcpc_gets_the_first_lease(tmp_path):
    with world(tmp_path) as here:
        here.lease()

        assert "inet 10.0.2.15/24" in here.guest.run("ip", "address", "show", TAP)
        assert "default via 10.0.2.2" in here.guest.run("ip", "route")
        assert GUEST_MAC in here.guest.run("ip", "link", "show", TAP)
        assert "10.0.2.3" in here.guest.run("cat", "/etc/resolv.conf")


@pytest.mark.parametrize("address", ["10.0.2.2", "10.0.2.3"])
def test_ping(tmp_path, address):
    with world(tmp_path) as here:
        here.lease()

        said = here.guest.run(needed("ping", "iputils-ping"), "-c", "3", "-i", "0.01", address)

        assert "3 packets transmitted, 3 received, 0% packet loss" in said
        assert "ttl=255" in said


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig(tmp_path, transport):
    with world(tmp_path) as here, dns_server(here.host):
        here.lease()

        said = here.guest.run(
            needed("dig", "bind9-dnsutils"), "@10.0.2.3", transport, "+short", "web.lab.test"
        )

        assert said == "198.51.100.10\n"


def test_curl_of_100_mib_both_ways(tmp_path):
    (tmp_path / "web").mkdir()
    expected = sample(tmp_path / "web/down", 100 * MEBIBYTE)
    curl = [needed("curl", "curl"), "--silent", "--show-error", "--fail"]
    with world(tmp_path) as here, web_server(here.host, tmp_path / "web"):
        here.lease()

        url = "http://10.0.2.2:8080"
        here.guest.run(*curl, "--output", str(tmp_path / "down"), f"{url}/down")
        here.guest.run(*curl, "--upload-file", str(tmp_path / "down"), f"{url}/up")

        assert sha256(tmp_path / "down") == expected
        assert sha256(tmp_path / "web/up") == expected


def fetch(place: Place, remote: str, local: Path, check: bool = True) -> str:
    client = needed("tftp", "tftp-hpa")
    return place.run(
        client, "-m", "octet", "10.0.2.2", "-c", "get", remote, str(local), check=check
    )


def test_tftp_of_40_mib(tmp_path):
    (tmp_path / "boot").mkdir()
    expected = sample(tmp_path / "boot/image", 40 * MEBIBYTE)
    with world(tmp_path, f"tftp={tmp_path}/boot") as here:
        here.lease()

        fetch(here.guest, "image", tmp_path / "fetched")

        assert sha256(tmp_path / "fetched") == expected


def test_tftp_stops_at_the_limit_of_2004(tmp_path):
    (tmp_path / "boot").mkdir()
    image = tmp_path / "boot/image"
    sample(image, 40 * MEBIBYTE)
    options, arguments = f"tftp={tmp_path}/boot", ("--profile", "qemu-0.6")
    with world(tmp_path, options, arguments=arguments) as here:
        here.lease()

        client = needed("tftp", "tftp-hpa")
        commands = f"rexmt 1\ntimeout 2\nget {image} {tmp_path}/fetched\n"
        said = here.guest.run(client, "-m", "octet", "10.0.2.2", stdin=commands.encode())

        assert "Transfer timed out" in said
        fetched = (tmp_path / "fetched").read_bytes()
        assert len(fetched) <= 65535 * 512
        assert len(fetched) > 65535 * 512 - 64 * 1024
        assert image.read_bytes().startswith(fetched)


def test_nc_through_hostfwd(tmp_path):
    nc = needed("nc", "netcat-openbsd")
    with world(tmp_path, "hostfwd=tcp:127.0.0.1:5522-:22") as here:
        here.lease()
        with serving(
            here.guest, "sh", "-c", f"echo from the guest | {nc} -N -l 22 >{tmp_path}/heard",
            ready=lambda: listens(here.guest, 22),
        ):  # fmt: skip
            said = here.host.run(nc, "-N", "127.0.0.1", "5522", stdin=b"from the host\n")

    assert said == "from the guest\n"
    assert (tmp_path / "heard").read_text() == "from the host\n"


def test_restrict_shuts_all_but_what_it_lists(tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web/page").write_text("page")
    with (
        world(tmp_path, "restrict=yes", f"tftp={tmp_path}/web") as here,
        dns_server(here.host),
        web_server(here.host, tmp_path / "web"),
    ):
        here.lease()
        assert "inet 10.0.2.15/24" in here.guest.run("ip", "address", "show", TAP)
        assert here.guest.run("ip", "route").count("default") == 0
        here.guest.run("ip", "route", "add", "default", "via", "10.0.2.2")

        ping = [needed("ping", "iputils-ping"), "-c", "1", "-W", "1"]
        assert ", 0% packet loss" in here.guest.run(*ping, "10.0.2.2")
        assert "100% packet loss" in here.guest.run(*ping, "198.51.100.10", check=False)
        fetch(here.guest, "page", tmp_path / "fetched")
        assert (tmp_path / "fetched").read_text() == "page"
        dig = [needed("dig", "bind9-dnsutils"), "@10.0.2.3", "+time=1", "+tries=1", "web.lab.test"]
        assert re.search("timed out|no servers", here.guest.run(*dig, check=False))
        curl = [needed("curl", "curl"), "--silent", "--show-error"]
        refused = here.guest.run(*curl, "http://10.0.2.2:8080/page", check=False)
        assert re.search("refused|Failed to connect|Couldn't connect", refused)

"""What ``info network`` shows."""

import pytest

from vnetspec.fixtures.addresses import LOOPBACK, NETWORK_ADDRESS
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.requirements import network, requirement


def line(guest: Guest, name: str) -> str:
    """What follows the name of a netdev on its line."""
    lines = guest.monitor("info network").splitlines()
    (found,) = [each for each in lines if each.startswith(f"{name}: ")]
    return found.removeprefix(f"{name}: ")


@requirement("INF-01")
@network(
    arguments=[
        *("-netdev", "user,id=a,net=10.9.0.0/24"),
        *("-netdev", "hubport,id=b,hubid=3"),
        *("-netdev", "hubport,id=c,hubid=3,netdev=a"),
        *("-netdev", "user,id=z,net=10.8.0.0/24"),
        *("-netdev", "user,id=y,net=10.7.0.0/24"),
    ]
)
def test_hubs_come_first_and_then_what_is_on_none(guest, transcript):
    hubs, rest = guest.monitor("info network").split("hub 0\n")

    assert hubs == "hub 3\n \\ c: a: index=0,type=user,net=10.9.0.0,restrict=off\n \\ b\n"
    on_hub, user, *loose = [each for each in rest.splitlines() if "filter" not in each]
    assert on_hub.startswith(" \\ h1: ")
    assert user == f" \\ h0: u0: index=0,type=user,net={NETWORK_ADDRESS},restrict=off"
    assert loose == [
        "z: index=0,type=user,net=10.8.0.0,restrict=off",
        "y: index=0,type=user,net=10.7.0.0,restrict=off",
    ]

    transcript.matches()


@requirement("INF-02")
@network(
    arguments=[
        *("-netdev", "user,id=plain"),
        *("-netdev", "user,id=other,net=192.168.9.77/24,restrict=on"),
    ]
)
@pytest.mark.parametrize(
    ("name", "text"),
    [("plain", "net=10.0.2.0,restrict=off"), ("other", "net=192.168.9.0,restrict=on")],
)
def test_a_user_network_shows_its_address_and_restrict(guest, transcript, name, text):
    assert line(guest, name) == f"index=0,type=user,{text}"

    transcript.matches()


@requirement("INF-03")
@network(
    arguments=[
        *("-netdev", f"socket,id=quiet,listen={LOOPBACK}:4000"),
        *("-netdev", f"socket,id=many,mcast=230.0.0.9:4001,localaddr={LOOPBACK}"),
        *("-netdev", f"socket,id=far,udp={LOOPBACK}:4003,localaddr={LOOPBACK}:4002"),
    ]
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("quiet", ""),
        ("many", "socket: mcast=230.0.0.9:4001"),
        ("far", f"socket: udp={LOOPBACK}:4003"),
    ],
)
def test_a_socket_shows_its_way_and_address(guest, transcript, name, text):
    assert line(guest, name) == f"index=0,type=socket,{text}"

    transcript.matches()


@requirement("INF-04")
@network(
    arguments=[
        *("-netdev", "stream,id=quiet,server=on,addr.type=unix,addr.path={dir}/s"),
        *(
            "-netdev",
            "dgram,id=paths,local.type=unix,local.path={dir}/l,"
            "remote.type=unix,remote.path={dir}/r",
        ),
        *(
            "-netdev",
            f"dgram,id=ports,local.type=inet,local.host={LOOPBACK},local.port=4004,"
            f"remote.type=inet,remote.host={LOOPBACK},remote.port=4005",
        ),
    ]
)
def test_stream_and_dgram_show_their_addresses(guest, transcript, tmp_path):
    assert line(guest, "quiet") == "index=0,type=stream,"
    kind, separator, ends = line(guest, "paths").partition(",udp=")
    assert (kind, separator) == ("index=0,type=dgram", ",udp=")
    assert [end.rpartition("/")[2] for end in ends.split(":")] == ["l", "r"]
    assert line(guest, "ports") == f"index=0,type=dgram,udp={LOOPBACK}:4004/{LOOPBACK}:4005"

    transcript.matches()


@requirement("INF-05")
@network(
    arguments=[
        *("-netdev", "user,id=z"),
        *("-object", "filter-dump,id=one,netdev=z,file=/dev/null"),
        *(
            "-object",
            "filter-dump,id=two,netdev=z,file=/dev/null,queue=rx,status=off,maxlen=99,"
            "position=head",
        ),
    ]
)
def test_filters_follow_their_netdev(guest, transcript):
    _, _, rest = guest.monitor("info network").partition("\nz: ")
    netdev, title, *rows = rest.splitlines()

    assert netdev == "index=0,type=user,net=10.0.2.0,restrict=off"
    assert title == "filters:"
    common = {"type=filter-dump", "file=/dev/null", "insert=behind", "netdev=z"}
    assert [row.partition(": ")[0] for row in rows] == ["  - two", "  - one"]
    assert [set(row.partition(": ")[2].split(",")) for row in rows] == [
        common | {"maxlen=99", "position=head", "status=off", "queue=rx"},
        common | {"maxlen=65536", "position=tail", "status=on", "queue=all"},
    ]

    transcript.matches()


@requirement("INF-10")
def test_a_nic_is_shown_with_the_mac_that_its_driver_has_set(plug):
    card, far = plug("rtl8139")
    window = card.windows[0]

    window.store(0x50, 1, 0xC0)
    window.store(0x00, 4, 0x44332212)
    window.store(0x04, 4, 0x6655)

    assert "model=rtl8139,macaddr=12:22:33:44:55:66" in far.monitor("info network")

"""Every way to write a netdev leads to a port (SOCK-05..13, INF-03, INF-04)."""

import socket

import pytest

from refnet.clock import ManualClock
from refnet.errors import OptionError
from refnet.machine import Machine
from refnet.options import parse


def described(netdev):
    """What ``info network`` says of a netdev alone."""
    with Machine(parse(["-netdev", netdev]), ManualClock()) as machine:
        return machine.execute("info network")


@pytest.fixture
def udp_port():
    """The number of a UDP port that is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_sockets_of_the_old_form(udp_port):
    local = f"localaddr=127.0.0.1:{udp_port}"
    assert described(f"socket,id=s,udp=127.0.0.1:9,{local}") == (
        "s: index=0,type=socket,socket: udp=127.0.0.1:9\n"
    )
    assert described(f"socket,id=s,mcast=230.0.0.1:{udp_port},localaddr=127.0.0.1") == (
        f"s: index=0,type=socket,socket: mcast=230.0.0.1:{udp_port}\n"
    )
    assert described("socket,id=s,listen=127.0.0.1:0") == "s: index=0,type=socket,\n"
    ours, its = socket.socketpair()
    with ours:
        number = its.detach()
        assert described(f"socket,id=s,fd={number}") == (
            f"s: index=0,type=socket,socket: fd={number}\n"
        )


def test_a_client_of_the_old_form():
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        assert described(f"socket,id=s,connect=:{number}") == (
            f"s: index=0,type=socket,socket: connect to 0.0.0.0:{number}\n"
        )


def test_datagrams_over_inet(udp_port):
    local = f"local.type=inet,local.host=127.0.0.1,local.port={udp_port}"
    remote = "remote.type=inet,remote.host=127.0.0.1,remote.port=9"

    assert described(f"dgram,id=s,{local},{remote}") == (
        f"s: index=0,type=dgram,udp=127.0.0.1:{udp_port}/127.0.0.1:9\n"
    )


def test_datagrams_between_paths(tmp_path):
    text = f"local.type=unix,local.path={tmp_path}/a,remote.type=unix,remote.path={tmp_path}/b"

    assert described(f"dgram,id=s,{text}") == (
        f"s: index=0,type=dgram,udp={tmp_path}/a:{tmp_path}/b\n"
    )


def test_datagrams_to_a_group(udp_port):
    group = f"remote.type=inet,remote.host=230.0.0.1,remote.port={udp_port}"
    inet = "local.type=inet,local.host=127.0.0.1,local.port=0"
    given = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    expected = f"s: index=0,type=dgram,mcast=230.0.0.1:{udp_port}\n"

    assert described(f"dgram,id=s,{group},{inet}") == expected
    fd = f"local.type=fd,local.str={given.detach()}"
    assert described(f"dgram,id=s,{group},{fd}") == expected
    with pytest.raises(OptionError, match="only support inet or fd type for local"):
        described(f"dgram,id=s,{group},local.type=unix,local.path=/nowhere")


def test_a_group_needs_an_interface_unless_the_host_has_a_route(udp_port):
    group = f"remote.type=inet,remote.host=230.0.0.1,remote.port={udp_port}"
    try:
        text = described(f"dgram,id=s,{group}")
    except OptionError as error:
        text = str(error)

    assert "mcast=230.0.0.1" in text or "can't add socket to multicast group 230.0.0.1" in text


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("type=inet,addr.host=127.0.0.1,addr.port=0", "on"),
        ("type=unix,addr.path={dir}/s", "on"),
        ("type=unix,addr.path=refnet-test-{dir},addr.abstract=on", "on"),
    ],
)
def test_streams_listen(tmp_path, address, server):
    text = address.replace("{dir}", str(tmp_path))

    assert described(f"stream,id=s,server={server},addr.{text}") == "s: index=0,type=stream,\n"


def test_a_stream_connects_to_a_name_in_the_abstract_namespace(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{tmp_path}/s")
        server.listen()
        text = f"stream,id=s,addr.type=unix,addr.path={tmp_path}/s,addr.abstract=on"
        assert "connection error" not in described(text)


@pytest.mark.parametrize(
    "address",
    [
        "type=inet,addr.host=300.1.1.1,addr.port=1",
        "type=inet,addr.host=127.0.0.1,addr.port=x",
        "type=unix,addr.path=/no/such/dir/s",
        "type=fd,addr.str=99",
        "type=vsock,addr.cid=1,addr.port=1",
    ],
)
def test_a_stream_that_can_t_be_is_there_without_a_link(address):
    assert described(f"stream,id=s,addr.{address}") == ("s: index=0,type=stream,connection error\n")


@pytest.mark.parametrize(
    ("netdev", "complaint"),
    [
        ("dgram,id=s,local.type=vsock,local.cid=1,local.port=1", "requires remote parameter"),
        (
            "dgram,id=s,local.type=vsock,local.cid=1,local.port=1,"
            "remote.type=vsock,remote.cid=1,remote.port=1",
            "only support inet, unix or fd type for local",
        ),
        ("socket,id=s,udp=127.0.0.1:9", "localaddr= is mandatory with udp="),
    ],
)
def test_what_does_not_fit_together_is_refused(netdev, complaint):
    with pytest.raises(OptionError, match=complaint):
        described(netdev)

"""What is said of options that do not make a link."""

import pytest

from vnetspec.fixtures.addresses import LOOPBACK
from vnetspec.fixtures.requirements import network, requirement
from vnetspec.sock.wires import PORT, REMOTE_PORT, becomes, goes_on, link

LONG = "/" + "x" * 108
UNIX = "local.type=unix,local.path={dir}/a"

ADDRESSES = {
    "listen=abc": "host address 'abc' doesn't contain ':' separating host from port",
    "connect=": "host address '' doesn't contain ':' separating host from port",
    "listen=:abc": "port number 'abc' is invalid",
    "connect=127.0.0.1:": "port number '' is invalid",
    "listen=300.1.1.1:1": "host address '300.1.1.1' is not a valid IPv4 address",
    "connect=1.2.3.4.5:1": "host address '1.2.3.4.5' is not a valid IPv4 address",
    "listen=192.0.2.1:1": "can't bind ip=192.0.2.1 to socket: Cannot assign requested address",
    "mcast=abc": "host address 'abc' doesn't contain ':' separating host from port",
    "mcast=230.0.0.1:1234,localaddr=bad": "localaddr 'bad' is not a valid IPv4 address",
    "udp=127.0.0.1:1,localaddr=bad": (
        "host address 'bad' doesn't contain ':' separating host from port"
    ),
    "udp=127.0.0.1:x,localaddr=127.0.0.1:1": "port number 'x' is invalid",
}

ONE = "exactly one of listen=, connect=, mcast= or udp= is required"
FORMS = {
    "": ONE,
    "localaddr=127.0.0.1": ONE,
    "listen=:1,connect=:2": ONE,
    "fd=99,listen=:1": ONE,
    "listen=:1,localaddr=127.0.0.1": "localaddr= is only valid with mcast= or udp=",
    "connect=127.0.0.1:1,localaddr=127.0.0.1": "localaddr= is only valid with mcast= or udp=",
    "udp=127.0.0.1:1": "localaddr= is mandatory with udp=",
    "fd=99": "w0: Can't use file descriptor 99: Bad file descriptor",
    "fd=abc": "Invalid file descriptor number 'abc'",
}

GROUPS = {
    "mcast=10.0.0.1:1234": (
        "specified mcastaddr 10.0.0.1 (0x0a000001) does not contain a multicast address"
    ),
    "mcast=127.0.0.1:1234": (
        "specified mcastaddr 127.0.0.1 (0x7f000001) does not contain a multicast address"
    ),
    "mcast=230.0.0.1:1234": "can't add socket to multicast group 230.0.0.1: No such device",
}

ENDS = {
    "": "dgram requires local= parameter",
    "remote.type=inet,remote.host=127.0.0.1,remote.port=1": "dgram requires local= parameter",
    "remote.type=unix,remote.path={dir}/a": "dgram requires local= parameter",
    "local.type=inet,local.host=127.0.0.1,local.port=1": (
        "type=inet or type=unix requires remote parameter"
    ),
    UNIX: "type=inet or type=unix requires remote parameter",
    f"{UNIX},remote.type=inet,remote.host=127.0.0.1,remote.port=1": (
        "remote and local types must be the same"
    ),
    f"{UNIX},remote.type=inet,remote.host=230.0.0.1,remote.port=1": (
        "only support inet or fd type for local"
    ),
    "local.type=fd,local.str=99,remote.type=inet,remote.host=127.0.0.1,remote.port=1": (
        "don't set remote with local.fd"
    ),
    "local.type=fd,local.str=99": "w0: Can't use file descriptor 99: Bad file descriptor",
    f"local.type=unix,local.path={LONG},remote.type=unix,remote.path=/a": (
        f"UNIX socket path '{LONG}' is too long"
    ),
    f"{UNIX},remote.type=unix,remote.path={LONG}": f"UNIX socket path '{LONG}' is too long",
    "local.type=unix,local.path=/no/such/a,remote.type=unix,remote.path=/b": (
        "can't bind unix=/no/such/a to socket: No such file or directory"
    ),
    "local.type=inet,local.host=bad,local.port=0,"
    "remote.type=inet,remote.host=230.0.0.1,remote.port=1": (
        "localaddr 'bad' is not a valid IPv4 address"
    ),
}

STREAMS = {
    "server=on": "Parameter 'addr' is missing",
    "addr.type=inet": "Parameter 'addr.host' is missing",
    "addr.type=inet,addr.host=127.0.0.1": "Parameter 'addr.port' is missing",
    "addr.type=unix": "Parameter 'addr.path' is missing",
    "addr.type=fd": "Parameter 'addr.str' is missing",
    "addr.type=morse": "Parameter 'type' does not accept value 'morse'",
    "addr.type=unix,addr.path=/a,server=maybe": "Parameter 'server' expects 'on' or 'off'",
    "addr.type=unix,addr.path=/a,reconnect=1": "Parameter 'reconnect' is unexpected",
}

CHARDEVS = {
    "null": ("-chardev", "null,id=n"),
    "tcp": ("-chardev", "socket,id=n,host=127.0.0.1,port=0,server=on,wait=off"),
    "unix": ("-chardev", "socket,id=n,path={dir}/n,server=on,wait=off"),
}
VHOST_USER = {
    "": ("null", "Parameter 'chardev' is missing"),
    "chardev=zz": ("null", 'chardev "zz" not found'),
    "chardev=n": ("null", 'chardev "n" is not reconnectable'),
    "chardev=n,queues=1": ("tcp", 'chardev "n" does not support FD passing'),
    "chardev=n,queues=0": ("unix", "vhost-user number of queues must be in range [1, 1024]"),
    "chardev=n,queues=1025": ("unix", "vhost-user number of queues must be in range [1, 1024]"),
}
VHOST_VDPA = {
    "": "vhost-vdpa: neither vhostdev= nor vhostfd= was specified",
    "vhostdev=/a,vhostfd=3": "vhost-vdpa: vhostdev= and vhostfd= are mutually exclusive",
    "vhostdev=/no/such": "Could not open '/no/such': No such file or directory",
    "vhostfd=abc": "Invalid file descriptor number 'abc'",
    "vhostdev=/dev/null": (
        "Fail to query features from vhost-vDPA device: Inappropriate ioctl for device"
    ),
}

BROKEN = {
    "host": "server=on,addr.type=inet,addr.host=300.1.1.1,addr.port=1234",
    "address": "server=on,addr.type=inet,addr.host=192.0.2.1,addr.port=1234",
    "path": "server=on,addr.type=unix,addr.path=/no/such/a",
    "nobody": "server=off,addr.type=unix,addr.path={dir}/nobody",
    "descriptor": "server=off,addr.type=fd,addr.str=99",
}


@pytest.fixture
def complains(refuses, host):
    """What is said of ``-netdev KIND,id=w0,OPTIONS``, the option itself left out."""

    def text(kind, options):
        argument = ",".join(filter(None, [kind, "id=w0", options]))
        shown = argument.replace("{dir}", str(host.directory))
        return refuses(arguments=["-netdev", argument]).removeprefix(f"-netdev {shown}: ")

    return text


@requirement("SOCK-07")
@pytest.mark.parametrize(("options", "text"), ADDRESSES.items(), ids=range(len(ADDRESSES)))
def test_what_is_wrong_with_an_address_is_said(complains, transcript, options, text):
    assert complains("socket", options) == text

    transcript.matches()


@requirement("SOCK-07", variant="any")
@network(arguments=link(f"socket,listen=:{PORT}"))
def test_no_host_is_any_address(guest, host):
    _ = guest.link

    assert f"tcp 00000000:{PORT:04X}" in host.listening()


@requirement("SOCK-07", variant="name")
@network(arguments=link(f"socket,listen=localhost:{PORT}"))
def test_a_host_may_be_a_name(guest, host):
    _ = guest.link

    assert f"tcp 0100007F:{PORT:04X}" in host.listening()


@requirement("SOCK-07", variant="taken")
def test_a_port_that_is_taken_is_refused(complains, transcript, host):
    host.tcp(PORT)

    assert (
        complains("socket", f"listen={LOOPBACK}:{PORT}")
        == f"can't bind ip={LOOPBACK} to socket: Address already in use"
    )

    transcript.matches()


@requirement("SOCK-08")
@pytest.mark.parametrize(("options", "text"), FORMS.items(), ids=FORMS)
def test_a_socket_takes_one_of_its_forms(complains, transcript, options, text):
    assert complains("socket", options) == text

    transcript.matches()


@requirement("SOCK-09", variant="refused")
@pytest.mark.parametrize(("options", "text"), GROUPS.items(), ids=GROUPS)
def test_what_is_no_group_of_ours_is_refused(complains, transcript, options, text):
    assert complains("socket", options) == text

    transcript.matches()


@requirement("SOCK-13", variant="refused")
@pytest.mark.parametrize(("options", "text"), ENDS.items(), ids=range(len(ENDS)))
def test_ends_that_do_not_fit_are_refused(complains, transcript, options, text):
    assert complains("dgram", options) == text

    transcript.matches()


@requirement("SOCK-12", variant="refused")
@pytest.mark.parametrize(("options", "text"), STREAMS.items(), ids=STREAMS)
def test_what_is_wrong_with_the_options_of_a_stream_is_said(complains, transcript, options, text):
    assert complains("stream", options) == text

    transcript.matches()


@requirement("SOCK-12", variant="broken")
@pytest.mark.parametrize("options", BROKEN.values(), ids=BROKEN)
def test_a_stream_that_can_not_begin_hurts_nobody(launch, options):
    guest = launch(arguments=link(f"stream,{options}"))

    goes_on(guest)

    becomes(guest, "stream,connection error")


@requirement("SOCK-11", variant="refused")
def test_a_local_end_that_is_taken_is_refused(complains, transcript):
    assert (
        complains("socket", f"udp={LOOPBACK}:{REMOTE_PORT},localaddr=192.0.2.1:{PORT}")
        == "can't bind ip=192.0.2.1 to socket: Cannot assign requested address"
    )

    transcript.matches()


@requirement("SOCK-19", variant="user")
@pytest.mark.parametrize(("options", "wrong"), VHOST_USER.items(), ids=range(len(VHOST_USER)))
def test_what_vhost_user_can_not_use_is_said(refuses, transcript, options, wrong):
    chardev, text = wrong
    argument = ",".join(filter(None, ["vhost-user,id=w0", options]))

    assert (
        refuses(arguments=[*CHARDEVS[chardev], "-netdev", argument])
        == f"-netdev {argument}: {text}"
    )

    transcript.matches()


@requirement("SOCK-19", variant="vdpa")
@pytest.mark.parametrize(("options", "text"), VHOST_VDPA.items(), ids=range(len(VHOST_VDPA)))
def test_what_vhost_vdpa_can_not_use_is_said(complains, transcript, options, text):
    assert complains("vhost-vdpa", options) == text

    transcript.matches()

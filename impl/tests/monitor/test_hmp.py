"""The human monitor's texts (HFW-10, HFW-12, INF-01..09)."""

import socket

import pytest

from refnet.monitor.info import _row
from refnet.slirp.seam import SocketRow

HEADER = "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\n"


@pytest.fixture
def machine(bench):
    return bench("-netdev", "user,id=u1,net=192.168.7.0/24,restrict=on").machine


def test_info_network_lists_hubs_then_the_others(bench, tmp_path):
    it = bench(
        *("-netdev", "hubport,id=h2,hubid=5"),
        *("-object", f"filter-dump,id=f0,netdev=u0,file={tmp_path}/f0.pcap"),
        *("-object", f"filter-dump,id=f1,netdev=u0,file={tmp_path}/f1.pcap,position=head"),
        *("-netdev", "socket,id=l0,listen=127.0.0.1:0"),
    )

    assert it.machine.execute("info network") == (
        "hub 5\n"
        " \\ h2\n"
        "hub 0\n"
        f" \\ h1: s0: index=0,type=dgram,fd={it.fd} unix\n"
        " \\ h0: u0: index=0,type=user,net=10.0.2.0,restrict=off\n"
        "filters:\n"
        f"  - f1: type=filter-dump,file={tmp_path}/f1.pcap,maxlen=65536,position=head,status=on,"
        "insert=behind,netdev=u0,queue=all\n"
        f"  - f0: type=filter-dump,file={tmp_path}/f0.pcap,maxlen=65536,position=tail,status=on,"
        "insert=behind,netdev=u0,queue=all\n"
        "l0: index=0,type=socket,\n"
    )


def test_info_usernet_lists_each_network(machine):
    machine.execute("hostfwd_add u1 udp:127.0.0.1:0-:23")
    text = machine.execute("info usernet")

    head, row = text.rsplit(HEADER, 1)
    assert head == f"Hub 0 (u0):\n{HEADER}Hub -1 (u1):\n"
    assert row.startswith("  UDP[HOST_FORWARD] ")
    assert row[24:].split()[0] == "127.0.0.1"
    assert row.endswith("192.168.7.15    23     0     0\n")


def test_the_properties_of_objects_are_listed(bench):
    machine = bench("-object", "filter-dump,id=f0,netdev=u0,file=/dev/null").machine

    assert machine.execute("qom-list") == "/\n"
    assert "objects (child<container>)\n" in machine.execute("qom-list /")
    assert machine.execute("qom-list /objects") == "type (string)\nf0 (child<filter-dump>)\n"
    properties = machine.execute("qom-list /objects/f0").splitlines()
    assert {"type (string)", "maxlen (uint32)", "queue (NetFilterDirection)"} <= set(properties)
    assert machine.execute("qom-get /objects/f0 type") == '"filter-dump"\n'
    assert machine.execute("qom-set /objects/f0 type x") == (
        "Error: Property 'filter-dump.type' is not writable\n"
    )


@pytest.mark.parametrize(
    ("row", "descriptor", "text"),
    [
        (
            SocketRow("TCP", "HOST_FORWARD", 1, 0, 5555, 0x0A00020F, 22),
            21,
            "  TCP[HOST_FORWARD]  21               *  5555       10.0.2.15    22     0     0",
        ),
        (
            SocketRow("UDP", "239 sec", 2, 0x0A00020F, 1, 0x7F000001, 65535, 10, 20),
            7,
            "  UDP[239 sec]        7       10.0.2.15     1       127.0.0.1 65535    10    20",
        ),
        (
            SocketRow("ICMP", "8 sec", None, 0x0A00020F, None, 0xC6336407, None),
            -1,
            "  ICMP[8 sec]        -1       10.0.2.15     -    198.51.100.7     -     0     0",
        ),
    ],
)
def test_a_row_has_qemu_s_columns(row, descriptor, text):
    assert _row(row, descriptor) == text


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("", ""),
        ("  ", ""),
        ("foo", "unknown command: 'foo'\n"),
        ("info foo", "unknown command: 'info foo'\n"),
        ("info neighbors", "unknown command: 'info neighbors'\n"),
        ("info name", ""),
        ("info status", "VM status: running\n"),
        ("info version", "0.1.0\n"),
        ("stop now", 'stop|s: extraneous characters at the end of line\nTry "help stop" for more'),
        ("info usernet x", 'usernet: extraneous characters at the end of line\nTry "help info use'),
        ("hostfwd_add", 'hostfwd_add: string expected\nTry "help hostfwd_add" for more'),
        ("hostfwd_add x", "Invalid host forwarding rule 'x' (No : separators)\n"),
        ("hostfwd_add u0 x", "Invalid host forwarding rule 'x' (No : separators)\n"),
        ("hostfwd_add zz tcp::1-:2", "unrecognized netdev id 'zz'\n"),
        ("hostfwd_add s0 tcp::1-:2", "invalid device specified\n"),
        ("hostfwd_add a b c", "hostfwd_add: extraneous characters at the end of line\n"),
        ('hostfwd_add "u0" "tcp:127.0.0.1:0-:2"', ""),
        ("hostfwd_remove", 'hostfwd_remove: string expected\nTry "help hostfwd_remove"'),
        ("hostfwd_remove tcp::1", "host forwarding rule for tcp::1 not found\n"),
        ("hostfwd_remove x", "invalid format\n"),
        ("hostfwd_remove xx::1", "invalid format\n"),
        ("hostfwd_remove u0 tcp:x", "invalid format\n"),
        ("hostfwd_remove tcp::", "invalid format\n"),
        ("hostfwd_remove zz tcp::1", "unrecognized netdev id 'zz'\n"),
        ("hostfwd_remove s0 tcp::1", "invalid device specified\n"),
        ("set_link zz off", "Error: Device 'zz' not found\n"),
        ("set_link u0", "Expected 'on' or 'off'\nTry \"help set_link\" for more information\n"),
        ("set_link u0 maybe", "Expected 'on' or 'off'\nTry \"help set_link\" for more inform"),
        ("object_del zz", "Error: object 'zz' not found\n"),
        ("object_del", "object_del: string expected\n"),
        ("object_add filter-dump", "Error: Parameter 'id' is missing\n"),
        ("qom-get /objects/zz status", "Error: Device '/objects/zz' not found\n"),
        ("qom-set /objects/zz status on", "Error: Device '/objects/zz' not found\n"),
        ("netdev_del zz", "Error: Device 'zz' not found\n"),
        ("netdev_add", "Error: Parameter 'id' is missing\n"),
        ("netdev_add user,id=u0", 'Try "help netdev_add" for more information\n'),
        ("help stop", "stop|s  -- stop emulation\n"),
        ("help info usernet", "info usernet  -- show user network stack connection states\n"),
        ("help foo", "unknown command: 'foo'\n"),
        ("help info", "info chardev  -- show the character devices\n"),
        ("info", "info chardev  -- show the character devices\n"),
        ("help", "announce_self [interfaces] [id] -- "),
    ],
)
def test_commands_answer_as_qemu_s(machine, command, answer):
    text = machine.execute(command)

    assert text.startswith(answer) if answer else text == ""


def test_without_a_user_network_there_is_nothing_to_forward(bench):
    machine = bench().machine
    machine.execute("netdev_del u0")

    assert machine.execute("hostfwd_add tcp::0-:2") == "user mode network stack not in use\n"
    assert " \\ h0\n" in machine.execute("info network")


def test_a_forward_comes_and_goes(machine):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = probe.getsockname()[1]
    rule = f"tcp:127.0.0.1:{number}"

    assert machine.execute(f"hostfwd_add {rule}-:22") == ""
    assert machine.execute(f"hostfwd_add u1 {rule}-:23") == (
        f"Could not set up host forwarding rule '{rule}-:23'\n"
    )
    socket.create_connection(("127.0.0.1", number)).close()
    assert machine.execute(f"hostfwd_remove {rule}") == (
        f"host forwarding rule for {rule} removed\n"
    )
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", number))


def test_stop_holds_frames_and_time_until_cont(bench):
    it = bench()
    assert it.machine.execute("stop") == ""
    assert it.machine.execute("info status") == "VM status: paused\n"
    assert it.machine.execute("s") == ""
    it.clock.advance(10**9)
    before = it.machine.clock.now()

    assert it.asks(2) + it.asks(3) == []
    assert it.machine.next_deadline() is None
    assert it.machine.execute("c") == ""
    assert [frame[31] for frame in it.hears()] == [2, 3]
    assert it.machine.clock.now() == before == 0
    it.clock.advance(5)
    assert it.machine.clock.now() == 5


def test_set_link_cuts_and_mends(bench):
    it = bench()

    it.machine.execute("set_link u0 off")
    assert it.asks() == []
    it.machine.execute("set_link u0 on")
    assert len(it.asks()) == 1


def test_filters_come_and_go(bench, tmp_path):
    it = bench()
    path = tmp_path / "f"
    add = f"object_add filter-dump,id=f0,netdev=u0,file={path},status=off"

    assert it.machine.execute(add) == ""
    assert it.machine.execute(add).startswith("Error: attempt to add duplicate property 'f0'")
    assert it.machine.execute("qom-get /objects/f0 status") == '"off"\n'
    assert it.machine.execute("qom-get f0 foo") == "Error: Property 'filter-dump.foo' not found\n"
    assert it.machine.execute("qom-set f0 type x").startswith("Error: Property 'filter-dump.type'")
    assert it.machine.execute("qom-set f0 status maybe").startswith("Error: Invalid value for net")
    it.asks()
    it.machine.execute("qom-set f0 status on")
    it.asks()
    it.machine.execute("object_del f0")
    it.asks()

    assert path.stat().st_size == 24 + 16 + 42 + 16 + 64


def test_netdevs_come_and_go(bench, tmp_path):
    it = bench("-object", f"filter-dump,id=f0,netdev=u0,file={tmp_path}/f")

    assert it.machine.execute("netdev_add hubport,id=h9,hubid=0") == ""
    assert it.machine.execute("netdev_add bogus,id=x").startswith("Error: Parameter 'type' does")
    assert it.machine.execute("netdev_add user,id=u9") == ""
    assert "u9: index=0,type=user,net=10.0.2.0,restrict=off\n" in it.machine.execute("info network")
    for name in ("u9", "h9", "u0"):
        assert it.machine.execute(f"netdev_del {name}") == ""
    assert it.machine.execute("object_del f0") == "Error: object 'f0' not found\n"
    assert it.asks() == []


def test_quit_ends_the_run(bench):
    it = bench()
    it.machine.execute("quit")

    it.machine.run()

    assert it.machine.finished

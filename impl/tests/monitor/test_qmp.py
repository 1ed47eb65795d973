"""The machine monitor, and the human one at a socket."""

import json
import socket

import pytest


class Client:
    """A client of the machine's monitor."""

    def __init__(self, bench, mode, *argv, **options):
        self.socket, its = socket.socketpair()
        self.socket.settimeout(2)
        device = f"socket,id=m,fd={its.detach()}"
        self.it = bench("-chardev", device, "-mon", f"chardev=m,{mode}", *argv, **options)
        self.it.settle()

    def says(self, text):
        """Send text; what comes back."""
        self.socket.sendall(text.encode())
        self.it.settle()
        return self.hears()

    def hears(self):
        self.socket.setblocking(False)
        try:
            return self.socket.recv(1 << 20).decode()
        except BlockingIOError:
            return ""

    def does(self, command, **arguments):
        """Execute a command; its answers and events."""
        request = {"execute": command, "arguments": arguments}
        return [json.loads(line) for line in self.says(json.dumps(request)).splitlines()]


@pytest.fixture
def connect(bench):
    """Makes a client of a monitor; it leaves afterwards."""
    made = []

    def make(mode, *argv, **options):
        made.append(Client(bench, mode, *argv, **options))
        return made[-1]

    yield make
    for each in made:
        each.socket.close()


@pytest.fixture
def client(connect):
    """A client that has negotiated."""
    client = connect("mode=control", epoch=1000)
    client.greeting = client.hears()
    client.does("qmp_capabilities")
    return client


def test_a_client_is_greeted(client):
    assert json.loads(client.greeting) == {
        "QMP": {
            "version": {"qemu": {"micro": 0, "minor": 1, "major": 0}, "package": "refnet"},
            "capabilities": ["oob"],
        }
    }
    assert client.greeting.endswith("\r\n")


def test_nothing_works_before_the_negotiation(connect):
    client = connect("mode=control")
    client.hears()

    assert client.does("stop") == [
        {
            "error": {
                "class": "CommandNotFound",
                "desc": "Expecting capabilities negotiation with 'qmp_capabilities'",
            }
        }
    ]
    assert client.does("qmp_capabilities", enable=[]) == [{"return": {}}]
    (again,) = client.does("qmp_capabilities")
    assert again["error"]["desc"].startswith("Capabilities negotiation is already complete")


def test_the_human_monitor_is_reached(client):
    command = {"command-line": "info status"}

    assert client.does("human-monitor-command", **command) == [{"return": "VM status: running\r\n"}]


def test_stop_and_cont_are_told_as_events(client):
    client.it.clock.advance(2_000_005_000)

    event, answer = client.does("stop")
    assert event == {"timestamp": {"seconds": 1002, "microseconds": 5}, "event": "STOP"}
    assert answer == {"return": {}}
    assert client.does("query-status") == [
        {"return": {"status": "paused", "singlestep": False, "running": False}}
    ]
    assert client.does("cont")[0]["event"] == "RESUME"
    assert client.does("cont") == [{"return": {}}]


def test_queries(client):
    (commands,) = client.does("query-commands")
    assert {"name": "quit"} in commands["return"]
    (version,) = client.does("query-version")
    assert version["return"]["package"] == "refnet"


def test_objects_netdevs_and_links(client, tmp_path):
    path = str(tmp_path / "f")
    dump = {"qom-type": "filter-dump", "id": "f0", "netdev": "u0", "file": path}
    where = {"path": "/objects/f0", "property": "status"}

    assert client.does("object-add", **dump) == [{"return": {}}]
    assert client.does("qom-set", **where, value="off") == [{"return": {}}]
    assert client.does("qom-get", **where) == [{"return": "off"}]
    assert client.does("object-del", id="f0") == [{"return": {}}]
    assert client.does("netdev_add", type="user", id="u9") == [{"return": {}}]
    assert client.does("netdev_del", id="u9") == [{"return": {}}]
    assert client.does("set_link", name="u0", up=False) == [{"return": {}}]


@pytest.mark.parametrize(
    ("request_", "kind", "text"),
    [
        ('{"execute": "foo"}', "CommandNotFound", "The command foo has not been found"),
        ('{"no": 1}', "GenericError", "QMP input member 'no' is unexpected"),
        ("[1]", "GenericError", "QMP input must be a JSON object"),
        ("{nonsense}", "GenericError", "JSON parse error, "),
        (
            '{"execute": "stop", "arguments": 1}',
            "GenericError",
            "QMP input member 'arguments' must be an object",
        ),
        (
            '{"execute": "stop", "arguments": {"x": 1}}',
            "GenericError",
            "Parameter 'x' is unexpected",
        ),
        (
            '{"execute": "human-monitor-command"}',
            "GenericError",
            "Parameter 'command-line' is missing",
        ),
        (
            '{"execute": "netdev_del", "arguments": {"id": 1}}',
            "GenericError",
            "Invalid parameter type for 'id', expected: string",
        ),
        (
            '{"execute": "netdev_add", "arguments": {"type": "user", "id": "u0"}}',
            "GenericError",
            "Duplicate ID 'u0'",
        ),
        (
            '{"execute": "set_link", "arguments": {"name": "zz", "up": true}}',
            "DeviceNotFound",
            "Device 'zz' not found",
        ),
        (
            '{"execute": "set_link", "arguments": {"name": "u0"}}',
            "GenericError",
            "Parameter 'up' is missing",
        ),
        (
            '{"execute": "set_link", "arguments": {"name": "u0", "up": 1}}',
            "GenericError",
            "Invalid parameter type for 'up', expected: boolean",
        ),
    ],
)
def test_what_is_wrong_is_told(client, request_, kind, text):
    error = json.loads(client.says(request_))["error"]

    assert error["class"] == kind
    assert error["desc"].startswith(text)


def test_an_id_comes_back(client):
    assert json.loads(client.says('{"execute": "query-status", "id": [7]}'))["id"] == [7]
    assert json.loads(client.says('{"execute": "foo", "id": null}'))["id"] is None


def test_the_end_is_told(client):
    event, answer = client.does("quit")
    client.it.machine.run()

    assert event["event"] == "SHUTDOWN"
    assert event["data"] == {"guest": False, "reason": "host-qmp-quit"}
    assert answer == {"return": {}}
    assert client.hears() == ""


def test_connections_of_stream_netdevs_are_told(connect, tmp_path):
    path = str(tmp_path / "s")
    netdev = f"stream,id=t0,server=on,addr.type=unix,addr.path={path}"
    client = connect("mode=control", "-netdev", netdev)
    client.hears()
    client.does("qmp_capabilities")
    with socket.socket(socket.AF_UNIX) as far:
        far.connect(path)
        client.it.machine.step(1)
        made = json.loads(client.hears())
    client.it.machine.step(1)

    assert made["event"] == "NETDEV_STREAM_CONNECTED"
    assert made["data"] == {"netdev-id": "t0", "addr": {"path": path, "type": "unix"}}
    lost = json.loads(client.hears())
    assert (lost["event"], lost["data"]) == ("NETDEV_STREAM_DISCONNECTED", {"netdev-id": "t0"})


def test_pretty_answers_are_indented(connect):
    client = connect("mode=control,pretty=on")

    assert '{\r\n    "QMP": {\r\n' in client.hears()


def test_the_human_monitor_prompts(connect):
    client = connect("mode=readline")
    prompt = "(qemu) "

    greeting = client.hears()
    assert greeting == f"refnet 0.1.0 monitor - type 'help' for more information\r\n{prompt}"
    assert client.says("info sta") == ""
    assert client.says("tus\r") == f"VM status: running\r\n{prompt}"
    assert client.says("\n") == prompt
    assert client.says("x" * 5000 + "\n") == f"unknown command: '{'x' * 4096}'\r\n{prompt}"

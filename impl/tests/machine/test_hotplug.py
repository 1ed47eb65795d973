"""NICs and character devices that come and go while the machine runs, and what is told of them.

The events and texts were seen on QEMU 7.2, whose PCI devices wait for the guest to let them go.
"""

import json

import pytest

from refnet.clock import ManualClock
from refnet.machine import Machine
from refnet.monitor.qmp import Session
from refnet.options import parse


class Conversation:
    """A machine, and the machine monitor that speaks to it."""

    def __init__(self, line):
        self.heard = []
        self.machine = Machine(parse(line.split()), ManualClock())
        self._session = Session(self.machine, self.heard.append)
        self.machine._consoles._sessions["m"] = self._session
        self.does("qmp_capabilities")

    def does(self, command, **arguments):
        """What is answered, and what events are told before that."""
        self.heard.clear()
        request = {"execute": command, "arguments": arguments}
        self._session.feed(json.dumps(request) + "\n")
        return [json.loads(each) for each in self.heard]

    def refuses(self, command, **arguments):
        return self.does(command, **arguments)[0]["error"]["desc"]

    @property
    def network(self):
        return self.machine.execute("info network")


@pytest.fixture
def converse():
    made = []

    def start(line):
        made.append(Conversation(line))
        return made[-1]

    yield start
    for each in made:
        each.machine.close()


def test_a_pci_nic_leaves_when_the_machine_is_reset(converse):
    it = converse("-M pc -nodefaults -netdev user,id=u0")

    assert it.does("device_add", driver="e1000", id="n0", netdev="u0") == [{"return": {}}]
    assert it.does("device_del", id="n0") == it.does("device_del", id="n0") == [{"return": {}}]
    assert "n0: index=0,type=nic,model=e1000" in it.network
    reset, gone, done = it.does("system_reset")

    assert reset["event"] == "RESET"
    assert gone["event"] == "DEVICE_DELETED"
    assert gone["data"] == {"device": "n0", "path": "/machine/peripheral/n0"}
    assert done == {"return": {}}
    assert it.network == "u0: index=0,type=user,net=10.0.2.0,restrict=off\n"
    assert it.refuses("device_del", id="n0") == "Device 'n0' not found"


def test_what_a_nic_had_is_free_afterwards(converse):
    it = converse("-M pc -nodefaults -netdev user,id=u0")
    for name in ("n0", "n1"):
        it.does("device_add", driver="pcnet", id=name, netdev="u0", addr="5", bootindex=1)
        assert f"{name}: index=0,type=nic,model=pcnet,macaddr=52:54:00:12:34:56" in it.network
        it.does("device_del", id=f"/machine/peripheral/{name}")
        it.does("system_reset")


def test_a_virtio_nic_is_two_devices(converse):
    it = converse("-M pc -nodefaults -device virtio-net-pci")
    it.does("device_del", id="/machine/peripheral-anon/device[0]")

    paths = [each["data"] for each in it.does("system_reset")[1:3]]

    assert paths == [
        {"path": "/machine/peripheral-anon/device[0]/virtio-backend"},
        {"path": "/machine/peripheral-anon/device[0]"},
    ]


def test_a_usb_nic_leaves_at_once(converse):
    it = converse("-M pc -usb -nodefaults")
    it.does("device_add", driver="usb-net", id="us", port="1")

    event, _ = it.does("device_del", id="us")

    assert event["data"] == {"device": "us", "path": "/machine/peripheral/us"}
    assert it.does("device_add", driver="usb-net", port="1") == [{"return": {}}]


@pytest.mark.parametrize(
    ("machine", "arguments", "complaint"),
    [
        ("pc", {}, "Parameter 'driver' is missing"),
        ("pc", {"driver": "bogus"}, "'bogus' is not a valid device model name"),
        ("pc", {"driver": "e1000", "id": "9"}, "Parameter 'id' expects an identifier"),
        ("pc", {"driver": "e1000", "id": "n"}, "Duplicate device ID 'n'"),
        ("pc", {"driver": "e1000", "mac": 5}, "Property 'e1000.mac' doesn't take value '5'"),
        ("pc", {"driver": "e1000", "zz": True}, "Property 'e1000.zz' not found"),
        ("pc", {"driver": "ne2k_isa"}, "Bus 'isa.0' does not support hotplugging"),
        ("q35", {"driver": "e1000"}, "Bus 'pcie.0' does not support hotplugging"),
        ("none", {"driver": "e1000"}, "No 'PCI' bus found for device 'e1000'"),
        (
            "pc",
            {"driver": "rtl8139", "addr": "2.1"},
            "PCI: slot 2 function 0 already occupied by e1000, new func rtl8139 cannot be exposed"
            " to guest.",
        ),
    ],
)
def test_a_nic_that_can_t_come_is_refused(converse, machine, arguments, complaint):
    nic = "" if machine == "none" else " -device e1000,id=n"
    it = converse(f"-M {machine} -nodefaults{nic}")

    assert it.refuses("device_add", **arguments) == complaint


def test_a_nic_on_a_bus_that_does_not_let_go_stays(converse):
    it = converse("-M q35 -nodefaults -device e1000,id=n")

    assert it.refuses("device_del", id="n") == "Bus 'pcie.0' does not support hotplugging"
    assert it.machine.execute("device_del n") == (
        "Error: Bus 'pcie.0' does not support hotplugging\n"
    )
    assert it.machine.execute("device_add pcnet,help").startswith("pcnet options:\n")
    hint = 'Try "help device_add" for more information\n'
    assert it.machine.execute("device_add pcnet,id=9") == hint


def test_a_channel_comes_serves_a_filter_and_goes(converse, tmp_path):
    it = converse("-M none -netdev user,id=u0")
    place = {"type": "unix", "data": {"path": str(tmp_path / "c")}}
    backend = {"type": "socket", "data": {"addr": place, "wait": False}}

    assert it.does("chardev-add", id="c", backend=backend) == [{"return": {}}]
    assert it.does("query-chardev") == [
        {
            "return": [
                {
                    "frontend-open": False,
                    "filename": f"disconnected:unix:{tmp_path}/c,server=on",
                    "label": "c",
                }
            ]
        }
    ]
    mirror = {"qom-type": "filter-mirror", "id": "m", "netdev": "u0", "outdev": "c"}
    it.does("object-add", **mirror)
    assert it.refuses("chardev-remove", id="c") == "Chardev 'c' is busy"
    it.does("object-del", id="m")
    assert it.does("chardev-remove", id="c") == [{"return": {}}]
    assert not (tmp_path / "c").exists()
    assert it.machine.execute("info chardev") == ""


@pytest.mark.parametrize(
    ("backend", "complaint"),
    [
        ({"type": "null"}, "Parameter 'backend.data' is missing"),
        ({"type": "bogus", "data": {}}, "Parameter 'type' does not accept value 'bogus'"),
        (5, "Invalid parameter type for 'backend', expected: object"),
        ({"type": "socket", "data": {"server": False}}, "Parameter 'backend.data.addr' is missing"),
        (
            {"type": "socket", "data": {"addr": {"type": "unix", "data": {}}}},
            "Parameter 'backend.data.addr.data.path' is missing",
        ),
        (
            {
                "type": "socket",
                "data": {
                    "addr": {"type": "unix", "data": {"path": "/no/such"}},
                    "server": False,
                },
            },
            "Failed to add chardev 'c': Failed to connect to '/no/such': No such file or directory",
        ),
    ],
)
def test_a_channel_that_can_t_be_is_refused(converse, backend, complaint):
    it = converse("-M none")

    assert it.refuses("chardev-add", id="c", backend=backend) == complaint
    assert it.does("query-chardev") == [{"return": []}]


def test_the_human_monitor_makes_channels_too(converse):
    do = converse("-M none").machine.execute

    assert do("chardev-add null,id=c") == ""
    assert do("info chardev") == "c: filename=null\n"
    assert do("chardev-add null,id=c").startswith("Error: attempt to add duplicate property 'c'")
    assert do("chardev-add null") == "Error: chardev: no id specified\n"
    assert do("chardev-add null,id=d,foo=1") == (
        "Invalid parameter 'foo'\nError: Parsing chardev args failed\n"
    )
    assert do("chardev-add help").startswith("Available chardev backend types: \n")
    assert do("chardev-remove c") == ""
    assert do("chardev-remove c") == "Error: Chardev 'c' not found\n"

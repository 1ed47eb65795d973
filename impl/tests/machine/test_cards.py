"""NICs without registers, and the machines that they come with (CLI-02..04, CLI-12..20, GEN-15)."""

import socket

import pytest

from refnet.clock import ManualClock
from refnet.errors import OptionError
from refnet.machine import Machine
from refnet.options import parse


class Started:
    """What a command line makes: what is said, and ``info network``."""

    def __init__(self, line):
        self.said = []
        with Machine(parse(line.split(), self.said.append), ManualClock(), self.said.append) as it:
            self.network = it.execute("info network").splitlines()


@pytest.mark.parametrize(
    ("machine", "model"),
    [
        ("", "e1000"),
        ("-M pc-i440fx-7.2", "e1000"),
        ("-machine type=q35,usb=on", "e1000e"),
        ("-M pc-q35-7.2", "e1000e"),
        ("-M isapc", "ne2k_isa"),
        ("-M mac99", "sungem"),
        ("-M g3beige", "ne2k_pci"),
        ("-M 40p", "pcnet"),
        ("-M bamboo", "e1000"),
        ("-M pseries", "spapr-vlan"),
        ("-M none -M pc -profile qemu-0.6", "ne2k_pci"),
        ("-M pc -isa -profile qemu-0.6", "ne2k_isa"),
    ],
)
def test_without_a_word_there_are_a_nic_and_a_user_network(machine, model):
    it = Started(machine)

    assert it.said == []
    assert it.network == [
        "hub 0",
        " \\ hub0port1: #net100: index=0,type=user,net=10.0.2.0,restrict=off",
        f" \\ hub0port0: {model}.0: index=0,type=nic,model={model},macaddr=52:54:00:12:34:56",
    ]


@pytest.mark.parametrize("name", ["none", "microvm", "xenpv", "pegasos2", "sam460ex", "ref405ep"])
def test_some_machines_make_no_nic(name):
    it = Started(f"-M {name}")

    assert it.said == []
    assert it.network[2:] == [" \\ hub0port0"]


@pytest.mark.parametrize("words", ["-nodefaults", "-net none", "-nic none", "-nic none -net none"])
def test_there_may_be_nothing(words):
    it = Started(words)

    assert (it.said, it.network) == ([], [])


def test_a_nic_is_listed_before_its_netdev():
    it = Started("-netdev user,id=u -netdev user,id=v -nic user,id=w -device rtl8139,netdev=u")

    assert it.said == ["warning: netdev v has no peer"]
    assert it.network == [
        "v: index=0,type=user,net=10.0.2.0,restrict=off",
        "e1000.0: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:56",
        " \\ w: index=0,type=user,net=10.0.2.0,restrict=off",
        "rtl8139.0: index=0,type=nic,model=rtl8139,macaddr=52:54:00:12:34:57",
        " \\ u: index=0,type=user,net=10.0.2.0,restrict=off",
    ]


def test_given_octets_are_not_given_again():
    it = Started(
        "-nodefaults -device e1000,id=a,mac=52:54:00:12:34:57 -device e1000 -device e1000"
        " -device e1000,mac=02:00:00:00:00:58 -device e1000"
    )

    assert [line.rpartition(":")[2] for line in it.network] == ["57", "56", "58", "58", "59"]
    assert [line.partition(":")[0] for line in it.network[:2]] == ["a", "e1000.1"]


def test_the_seventh_isa_nic_has_no_address():
    it = Started("-M isapc" + " -net nic" * 7 + " -net user")

    assert it.said[-1].startswith("warning: requested NIC (#net600, model unspecified) was not")
    assert it.network[2] == " \\ hub0port6"
    assert it.network[3].endswith("5b")


@pytest.mark.parametrize("model", ["e1000", "e1000e", "tulip", "virtio-net-pci"])
def test_frames_wait_for_a_driver(model):
    assert sent_to(model) < 200


@pytest.mark.parametrize("model", ["rtl8139", "ne2k_pci", "pcnet", "i82559c", "vmxnet3"])
def test_frames_that_no_driver_takes_are_lost(model):
    assert sent_to(model) == 200


def sent_to(model):
    """How many frames of 200 a NIC lets a netdev take."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    argv = f"-netdev dgram,id=s,local.type=fd,local.str={its.detach()} -device {model},netdev=s"
    sent = 0
    with ours, Machine(parse(argv.split()), ManualClock()) as it:
        try:
            for _ in range(200):
                ours.send(bytes(60))
                sent += 1
                while it.step(0):
                    pass
        except BlockingIOError:
            pass
    return sent


def test_a_netdev_that_is_taken_away_stays_listed_at_its_nic():
    argv = "-netdev user,id=u -device e1000,id=n,netdev=u"
    with Machine(parse(argv.split()), ManualClock()) as it:
        before = it.execute("info network")

        assert it.execute("netdev_del n") == "Error: Device 'n' not found\n"
        assert it.execute("netdev_del u") == ""
        assert it.execute("info network") == before
        assert it.execute("netdev_del u") == "Error: Device 'u' not found\n"


@pytest.mark.parametrize("option", ["-nic user,model=help", "-net nic,model=?"])
def test_models_are_listed(option):
    header, *names = parse(["-M", "isapc", *option.split()]).answer.splitlines()

    assert header == "Supported NIC models:"
    assert names == sorted(names)
    assert {"e1000", "rtl8139", "virtio-net-pci"} < set(names)
    assert not {"ne2k_isa", "usb-net", "sungem"} & set(names)
    assert "sungem" in parse(["-M", "mac99", *option.split()]).answer
    assert parse(["-M", "none", *option.split()]).answer is None


def test_devices_are_listed():
    answer = parse(["-device", "help"]).answer

    assert answer.startswith(
        'Network devices:\nname "e1000", bus PCI, alias "e1000-82540em", desc "'
    )
    assert 'name "ne2k_isa", bus ISA\n' in answer


def test_a_device_is_taken_as_json():
    it = Started('-netdev user,id=u -device {"driver":"pcnet","netdev":"u","id":"n"}')

    assert it.network[0] == "n: index=0,type=nic,model=pcnet,macaddr=52:54:00:12:34:56"


def test_vlans_are_hubs_of_another_time():
    it = Started("-profile qemu-0.6 -net nic,vlan=3,name=n -net user,vlan=3,name=u -net user")

    assert it.said == ["Warning: vlan 0 with no nics"]
    assert it.network[2:] == [
        "hub 3",
        " \\ hub3port1: u: index=0,type=user,net=10.0.2.0,restrict=off",
        " \\ hub3port0: ne2k_pci.0: index=0,type=nic,model=ne2k_pci,macaddr=52:54:00:12:34:56",
    ]
    with pytest.raises(OptionError, match="Invalid parameter 'vlan'"):
        Started("-net user,vlan=3")
    with pytest.raises(OptionError, match="Parameter 'vlan' expects a number: 'x'"):
        Started("-profile qemu-0.6 -net user,vlan=x")


def test_a_vlan_that_leads_nowhere_is_told_of():
    assert Started("-profile qemu-0.6 -net nic,vlan=1").said == [
        "Warning: vlan 1 is not connected to host network"
    ]


def test_an_interrupt_that_no_isa_bus_has_is_refused():
    with pytest.raises(OptionError, match="interrupt 16 is none of the ISA bus"):
        Started("-M isapc -device ne2k_isa,irq=16")


def test_a_way_to_send_that_virtio_does_not_know_is_told_of():
    it = Started("-M pc -device virtio-net-pci,tx=x")

    assert it.said[0].splitlines()[-1] == 'Defaulting to "bh"'

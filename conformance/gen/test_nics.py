"""The MACs of NICs, and how they tell them (GEN-15 to GEN-17)."""

import pytest

from vnetspec.cli.listing import PC, listing, nic, started, user
from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.requirements import network, requirement

#: RFC 903: Ethernet and IPv4, operation 3, "who am I?".
RARP = bytes.fromhex("8035 0001 0800 06 04 0003")
GROUP = "01:00:5e:00:00:01"


@requirement("GEN-15")
@network(
    **started(
        *PC,
        *("-device", "e1000", "-device", "rtl8139,mac=52:54:00:12:34:58"),
        *("-device", "i82559c", "-device", "vmxnet3"),
    )
)
def test_a_nic_without_a_mac_takes_the_lowest_free_one(guest, transcript):
    assert listing(guest) == [
        nic("e1000.0"),
        nic("rtl8139.0", 0x58),
        nic("i82559c.0", 0x57),
        nic("vmxnet3.0", 0x59),
    ]

    transcript.matches()


@requirement("GEN-15", variant="order")
@network(**started(*PC, "-device", "pcnet", "-nic", "user,id=u", "-net", "nic"))
def test_nics_of_the_machine_take_theirs_first(guest, transcript):
    assert listing(guest) == [
        "hub 0",
        f" \\ hub0port0: {nic('e1000.1', 0x57)}",
        nic("e1000.0"),
        f" \\ {user('u')}",
        nic("pcnet.0", 0x58),
    ]

    transcript.matches()


@requirement("GEN-16")
@pytest.mark.parametrize("machine", ["none", "pc"])
def test_nic_and_net_refuse_a_group_address(refuses, transcript, machine):
    complaint = "NIC cannot have multicast MAC address"

    assert (
        refuses(**started("-M", machine, "-nic", f"user,mac={GROUP}"))
        == f"-nic user,mac={GROUP}: {complaint}"
    )
    assert (
        refuses(**started("-M", machine, "-net", f"nic,macaddr={GROUP}"))
        == f"-net nic,macaddr={GROUP}: {complaint} (odd 1st byte)"
    )

    transcript.matches()


@requirement("GEN-16", variant="device")
@network(**started(*PC, "-device", f"e1000,mac={GROUP}"))
def test_a_device_takes_a_group_address(guest, transcript):
    assert listing(guest) == [f"e1000.0: index=0,type=nic,model=e1000,macaddr={GROUP}"]

    transcript.matches()


@requirement("GEN-17")
@pytest.mark.parametrize("model", ["rtl8139", "ne2k_isa"])
def test_a_nic_tells_five_times_where_it_is(plug, golden, model):
    _, far = plug(model)
    mac = bytes.fromhex(GUEST_MAC.replace(":", ""))
    question = b"\xff" * 6 + mac + RARP + 2 * (mac + bytes(4))

    far.monitor("announce_self")

    for _ in range(5):
        assert far.hears(ANY, within=0.5).original == question.ljust(60, b"\0")
    assert far.waits(0.6) == []
    golden.matches(far.wire)


@requirement("GEN-17", variant="chosen")
@pytest.mark.parametrize("name", ["nobody", "rtl8139.0"])
def test_only_the_chosen_nics_tell_where_they_are(plug, name):
    _, far = plug("rtl8139")

    far.monitor(f"announce_self {name}")

    heard = far.waits(0.2)
    assert len(heard) == (0 if name == "nobody" else 3)
